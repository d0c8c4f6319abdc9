"""Atomic file writes: a file is there whole or not at all, and only plain files are replaced."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from groverattn.errors import InputError

_KINDS = {stat.S_IFDIR: "a folder", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """File open for writing beside `path`, which takes that name when the block ends well.

    After an error, on a full disk or after Ctrl-C nothing is left, and what was at `path` is unchanged.

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
    # Not by `tempfile`, whose files only their owner may read. 240 of a name's 255 bytes: the rest is added.
    kept = os.fsdecode(os.fsencode(path.name)[:240])
    part = path.with_name(f".{kept}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:  # never through a link that another user has put there
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError as failure:
        if failure.filename not in (None, str(part)):  # of another file that the block reads
            raise
        raise unwritable(path, failure) from failure
    finally:
        with contextlib.suppress(OSError):  # it has its name now, or its folder is gone
            part.unlink()


def check_target(path: Path, *, force: bool) -> None:
    """Raise InputError if a file may not be written at `path`; asked before anything is computed."""
    check_replaceable(path)
    if not os.path.isdir(path.parent):
        raise _misnamed(path, f"there is no folder {path.parent}", "choose another name, or make the folder")
    if not force and os.path.lexists(path):
        raise InputError(
            given=str(path),
            allowed="a name that is free",
            why="a file with this name exists",
            do="choose another name, or pass --force to replace the file",
        )


def check_replaceable(path: Path) -> None:
    """Raise InputError if there is something at `path` other than a plain file.

    >>> check_replaceable(Path("/dev/null"))
    Traceback (most recent call last):
    ...
    groverattn.errors.InputError: given: /dev/null; ... why: it is a device; do: choose another name
    """
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    except (OSError, ValueError) as failure:  # ValueError: a null character
        raise unwritable(path, failure) from failure
    if not stat.S_ISREG(mode):
        link = f"a symbolic link to {os.readlink(path)}, which would be replaced by a file" if path.is_symlink() else ""
        kind = link or _KINDS.get(stat.S_IFMT(mode), "a pipe or a socket")
        raise _misnamed(path, f"it is {kind}", "choose another name")


def check_figure(path: Path, *, force: bool, suffixes: Sequence[str] = (".svg",)) -> None:
    """Raise InputError if a figure may not be written at `path`; asked before anything is computed."""
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
    """Write a text file in UTF-8, whole or not at all. Raises InputError if it cannot be written."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, contents: bytes) -> None:
    """Write a binary file, whole or not at all. Raises InputError if it cannot be written."""
    with whole_file(path) as file:
        file.write(contents)


def unwritable(path: Path, failure: Exception) -> InputError:
    """Error for a place that cannot be written to."""
    why = getattr(failure, "strerror", None) or str(failure)
    do = "choose another place, or free some space on the disk"
    return InputError(given=str(path), allowed="a place that can be written to", why=why, do=do)


def _misnamed(path: Path, why: str, do: str) -> InputError:
    return InputError(given=str(path), allowed="the name of a file in a folder that exists", why=why, do=do)
