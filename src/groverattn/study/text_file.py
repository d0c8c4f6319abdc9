"""A file that is there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from groverattn.problem.errors import InputError
from groverattn.study.head_file import check_target


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
    """Write a file beside `path` and give it that name, so that no reader ever sees a part of it.

    Raises:
        InputError: it cannot be written.
    """
    write_bytes(path, text.encode())


def write_bytes(path: Path, contents: bytes) -> None:
    """Write bytes in the same way.

    Raises:
        InputError: they cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            part.write_bytes(contents)
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
