"""Figures and other texts written as whole files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from groverattn.problem.errors import InputError
from groverattn.problem.whole_file import check_target, whole_file


def check_figure(path: Path, *, force: bool, suffixes: Sequence[str] = (".svg",)) -> None:
    """Raise InputError if no figure may be written at `path`; asked before anything is computed."""
    if path.suffix.lower() not in suffixes:
        kinds = " or ".join(suffix.removeprefix(".").upper() for suffix in suffixes)
        raise InputError(
            given=str(path),
            allowed=f"a name that ends in {' or '.join(suffixes)}",
            why=f"figures are {kinds}",
            do="choose another name",
        )
    check_target(path, force=force)


def write_text(path: Path, text: str) -> None:
    """Write a file in UTF-8 that is there whole or not at all.

    Raises:
        InputError: it cannot be written.
    """
    write_bytes(path, text.encode())


def write_bytes(path: Path, contents: bytes) -> None:
    """Write bytes in the same way.

    Raises:
        InputError: they cannot be written.
    """
    with whole_file(path) as file:
        file.write(contents)
