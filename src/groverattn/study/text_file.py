"""A text file that is there whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from groverattn.problem.errors import InputError
from groverattn.study.head_file import check_target


def check_figure(path: Path, *, force: bool) -> None:
    """Raise InputError if no figure may be written at `path`; asked before anything is computed."""
    if path.suffix.lower() != ".svg":
        raise InputError(
            given=str(path), allowed="a name that ends in .svg", why="figures are SVG", do="choose another name"
        )
    check_target(path, force=force)


def write_text(path: Path, text: str) -> None:
    """Write a file beside `path` and give it that name, so that no reader ever sees a part of it.

    Raises:
        InputError: it cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            part.write_text(text, encoding="utf-8", newline="\n")
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as failure:
        raise InputError(
            given=str(path),
            allowed="a place that can be written to",
            why=failure.strerror or str(failure),
            do="choose another place, or make room",
        ) from failure
