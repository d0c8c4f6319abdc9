"""The table of docs/safety.md."""

from __future__ import annotations

import re
from pathlib import Path

import attrs


@attrs.frozen
class Outcome:
    """What came of the mutants of a part."""

    mutants: int
    killed: int
    equivalent: int
    survived: int


def write(path: Path, found: dict[str, Outcome]) -> None:
    """Replace the numbers of some parts in a document."""
    text = path.read_text("utf-8")
    for name, outcome in found.items():
        numbers = " | ".join(map(str, attrs.astuple(outcome)))
        text, n_rows = re.subn(rf"^(\| {name} \|[^|\n]*\|).*\|$", rf"\1 {numbers} |", text, flags=re.MULTILINE)
        if n_rows != 1:
            raise ValueError(f"{path} has {n_rows} rows of {name}")
    path.write_text(text, "utf-8")
