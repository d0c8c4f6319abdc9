"""A file that is there whole or not at all, and never in the place of something that is no file."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from groverattn.errors import InputError

# A name has up to 255 bytes in the usual file systems; that of the unfinished file is this one and 15 more.
_NAME_BYTES_KEPT = 240


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """Open a file beside `path` for writing; it takes that name when the block ends well.

    After an error, on a full disk or after Ctrl-C nothing is left, and what was at `path` is as it was.

    Raises:
        InputError: `path` is a folder, a device, a pipe or a symbolic link, or it cannot be written.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "two.txt"
    >>> with whole_file(path) as file:
    ...     _ = file.write(b"2")
    ...     path.exists()
    False
    >>> path.read_bytes()
    b'2'
    """
    check_replaceable(path)
    part = _part_of(path)
    try:
        with part.open("xb") as file:  # never through a link that somebody else has put there
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError as failure:
        if failure.filename not in (None, str(part)):  # of another file that the block reads
            raise
        raise unwritable(path, failure.strerror or str(failure)) from failure
    finally:
        _remove(part)


def check_target(path: Path, *, force: bool) -> None:
    """Raise InputError if a file may not be written at `path`; asked before anything is computed."""
    check_replaceable(path)
    if not _is_folder(path.parent):
        raise InputError(
            given=str(path),
            allowed="the name of a file in a folder that exists",
            why=f"there is no folder {path.parent}",
            do="choose another name, or make the folder",
        )
    if not force and os.path.lexists(path):
        raise InputError(
            given=str(path),
            allowed="a name that is free",
            why="a file with this name exists",
            do="choose another name, or pass --force to replace the file",
        )


def check_replaceable(path: Path) -> None:
    """Raise InputError if what is at `path` is no plain file, which a new one could take the place of.

    >>> check_replaceable(Path("/dev/null"))
    Traceback (most recent call last):
    ...
    groverattn.errors.InputError: given: /dev/null; ... why: it is a device; do: choose another name
    """
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    except OSError as failure:
        raise unwritable(path, failure.strerror or str(failure)) from failure
    except ValueError as failure:  # a null character
        raise unwritable(path, str(failure)) from failure
    if not stat.S_ISREG(mode):
        raise InputError(
            given=str(path),
            allowed="the name of a file in a folder that exists",
            why=f"it is {_kind(path, mode)}",
            do="choose another name",
        )


def unwritable(path: Path, why: str) -> InputError:
    """Return the error for a place that cannot be written to."""
    return InputError(
        given=str(path), allowed="a place that can be written to", why=why, do="choose another place, or make room"
    )


def _kind(path: Path, mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder"
    if stat.S_ISLNK(mode):
        return f"a symbolic link to {os.readlink(path)}, which would be replaced by a file"
    return "a device" if stat.S_ISCHR(mode) or stat.S_ISBLK(mode) else "a pipe or a socket"


def _part_of(path: Path) -> Path:
    """Return the name of the unfinished file: hidden, in the same folder, and nobody else's."""
    kept = os.fsdecode(os.fsencode(path.name)[:_NAME_BYTES_KEPT])
    return path.with_name(f".{kept}.{secrets.token_hex(4)}.part")


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a folder that may not be looked into, or a name that is too long
        return False


def _remove(part: Path) -> None:
    try:
        part.unlink(missing_ok=True)
    except OSError:  # its folder is gone, or was never one
        return


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
