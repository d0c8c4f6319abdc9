"""Files that the study of the heads writes: its sheets, the law of k, and the figure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from studies.real_models import goodness, heads, k_law, same_rows, tails, windows
from studies.real_models.captures import Captures
from studies.real_models.heads_figure import heads_svg
from studies.sheet import FOLDER

SHEETS = (
    k_law.SHEET,
    heads.KEYS_SHEET,
    heads.EXPONENTS_SHEET,
    same_rows.SHEET,
    goodness.SHEET,
    windows.SHEET,
    heads.HEAD_KEYS_SHEET,
    tails.SHEET,
    heads.SHEET,
)
FIGURE = f"{FOLDER}/model_heads.svg"


def head_files(root: Path) -> Iterator[tuple[str, Callable[[], str]]]:
    """Yield the path of each file, from the root of the repository, and what computes its text.

    About ten minutes of a processor in all.

    Raises:
        InputError: the captures are not there; it says how to make them.
    """
    captures = Captures.in_folder(root / "data")
    yield k_law.FILE_NAME, lambda: k_law.k_law_file(captures)
    for sheet in SHEETS:
        yield sheet.path, lambda sheet=sheet: sheet.text(captures)
    yield FIGURE, lambda: figure(root)


def figure(root: Path) -> str:
    """Draw the committed sheets."""
    return heads_svg(*(sheet.read(root) for sheet in (heads.KEYS_SHEET, k_law.SHEET, heads.SHEET, tails.SHEET)))
