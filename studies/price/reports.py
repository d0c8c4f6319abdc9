"""The committed reports of all presets, estimates/reports: one HTML and one Markdown file each."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator

from groverattn.estimation.columns import HARDWARE, SEARCH_LAW
from groverattn.models.presets import PRESETS
from groverattn.report.build import report
from groverattn.row.request import RowRequest
from groverattn.show.document import Document
from groverattn.show.html import html
from groverattn.show.markdown import markdown

FOLDER = "estimates/reports"


def reports() -> Iterator[tuple[str, Callable[[], str]]]:
    """Yield the path of every committed report, from the root of the repository, and what computes its text.

    The two files of a preset share one computation, if they are computed one after the other.

    >>> [path for path, _ in reports()][:2]
    ['estimates/reports/1m-context-synthetic.html', 'estimates/reports/1m-context-synthetic.md']
    """
    for name in PRESETS:
        yield f"{FOLDER}/{name}.html", functools.partial(_html, name)
        yield f"{FOLDER}/{name}.md", functools.partial(_markdown, name)


@functools.lru_cache(maxsize=1)
def _document(preset: str) -> Document:
    return report([RowRequest.of(preset=preset, search_law=SEARCH_LAW, hardware=HARDWARE)])


def _html(preset: str) -> str:
    return html(_document(preset))


def _markdown(preset: str) -> str:
    return markdown(_document(preset))
