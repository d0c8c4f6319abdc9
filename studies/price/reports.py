"""The committed reports, estimates/reports: a few presets that differ in kind, and the page that reports share."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator

from groverattn.estimation.columns import HARDWARE, SEARCH_LAW
from groverattn.report.build import report
from groverattn.report.command import REFERENCE
from groverattn.report.reference import reference
from groverattn.row.request import RowRequest
from groverattn.show.document import Document
from groverattn.show.html import html
from groverattn.show.markdown import markdown

FOLDER = "estimates/reports"

SHOWN = ("toy", "gpt2", "llama3.1-8b", "gpt-oss-120b", "deepseek-v3.2", "1m-context-synthetic")
"""One each: of a size to check by hand, small, in the headline, with windows, with an indexer, with the most keys."""


def reports() -> Iterator[tuple[str, Callable[[], str]]]:
    """Yield the path of every committed report, from the root of the repository, and what computes its text.

    The two files of a preset share one computation, if they are computed one after the other.

    >>> [path for path, _ in reports()][:3]
    ['estimates/reports/reference.html', 'estimates/reports/reference.md', 'estimates/reports/toy.html']
    """
    for name in (REFERENCE, *SHOWN):
        yield f"{FOLDER}/{name}.html", functools.partial(_html, name)
        yield f"{FOLDER}/{name}.md", functools.partial(_markdown, name)


@functools.lru_cache(maxsize=1)
def _document(name: str) -> Document:
    if name == REFERENCE:
        return reference()
    request = RowRequest.of(preset=name, search_law=SEARCH_LAW, hardware=HARDWARE)
    return report([request], output=f"{name}.html", shared_reference=True)


def _html(name: str) -> str:
    return html(_document(name))


def _markdown(name: str) -> str:
    return markdown(_document(name))
