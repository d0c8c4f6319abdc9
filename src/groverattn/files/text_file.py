"""Small text files that users write: size, encoding and syntax are checked before anything is taken from them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from groverattn.errors import ContentsError, InputError

T = TypeVar("T")

# An exported file of counts takes 2 kB, a law of k 4 kB, the longest machine shipped 5 kB.
FILE_BYTES_MAX = 64 * 1024


def parse_file(path: Path, form: str, parse: Callable[[str], T]) -> T:
    """Return what `parse` makes of the text of a file.

    Args:
        path: the file.
        form: TOML or JSON, for messages.
        parse: as in `parse_text`.

    Raises:
        InputError: no such file, one that is too large or not in this form, or contents that `parse` refuses.
    """
    try:
        return parse_text(read_file(path, form), form, parse)
    except InputError as error:
        raise ContentsError.at(str(path), error) from None


def parse_text(data: bytes, form: str, parse: Callable[[str], T]) -> T:
    """Return what `parse` makes of the bytes of a file.

    Args:
        data: text in UTF-8, with or without a byte order mark.
        form: TOML or JSON, for messages.
        parse: raises ValueError for text that is not in this form, and InputError for contents that cannot be used.

    Raises:
        InputError: other bytes, or what `parse` raises; without the name of the file.
    """
    try:
        return parse(data.decode("utf-8-sig"))
    except InputError:  # a ValueError as well
        raise
    except UnicodeDecodeError:
        raise refused("bytes that are not UTF-8", "text in UTF-8", f"{form} is UTF-8", "save it as UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise refused(str(error), form, "the file does not parse", "correct the place that is named") from None


def read_file(path: Path, form: str, most: int = FILE_BYTES_MAX) -> bytes:
    """Return the bytes of a file.

    Args:
        path: the file.
        form: TOML or JSON, for messages.
        most: bytes that it may have.

    Raises:
        InputError: no such file, or one that is too large or cannot be read; without its name.
    """
    try:
        if not path.is_file():  # a pipe would be waited for
            given = "a folder, a pipe or a device" if path.exists() else "no file of this name"
            raise refused(given, f"a {form} file", "there is nothing to read", "check the path")
        # One byte more than allowed: a file that grows between a look at its size and the reading is refused as well.
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        why = error.strerror or str(error)
        raise refused("a file that cannot be read", f"a {form} file", why, "check the path") from None
    if len(data) > most:
        allowed = f"up to {most:,} bytes"
        raise refused(f"more than {most:,} bytes", allowed, f"no {form} file of this kind needs more", "shorten it")
    return data


def refused(given: str, allowed: str, why: str, do: str = "correct the file") -> InputError:
    """Return the error for contents of a file; `parse_file` adds its name."""
    return InputError(given=given, allowed=allowed, why=why, do=do)
