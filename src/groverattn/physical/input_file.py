"""Small text files that users write: size, encoding and syntax are checked before anything is taken from them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from groverattn.errors import InputError

T = TypeVar("T")

# An exported file of counts takes 2 kB, the longest machine shipped 5 kB.
FILE_BYTES_MAX = 64 * 1024


def parse_file(path: Path, form: str, parse: Callable[[str], T]) -> T:
    """Return what `parse` makes of the text of a file.

    Args:
        path: the file.
        form: TOML or JSON, for messages.
        parse: raises ValueError for text that is not in this form, and InputError for contents that cannot be used.

    Raises:
        InputError: no such file, one that is too large or not in this form, or contents that `parse` refuses.
    """
    try:
        return parse(_text(path, form))
    except InputError as error:
        raise InputError(**error.parts | {"given": f"{path}: {error.parts['given']}"}) from None
    except (ValueError, RecursionError) as error:
        given, do = f"{path}: {error}", "correct the place that is named"
        raise InputError(given=given, allowed=form, why="the file does not parse", do=do) from None


def _text(path: Path, form: str) -> str:
    try:
        if not path.is_file():
            given = "a folder, a pipe or a device" if path.exists() else "no file of this name"
            raise refused(given, f"a {form} file", "there is nothing to read", "check the path")
        # One byte more than allowed: a file that grows between a look at its size and the reading is refused as well.
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
        if len(data) <= FILE_BYTES_MAX:
            return data.decode("utf-8-sig")
    except OSError as error:
        raise refused(error.strerror or str(error), "a file that can be read", "reading failed") from None
    except UnicodeDecodeError:
        raise refused("bytes that are not UTF-8", "text in UTF-8", f"{form} is UTF-8", "save it as UTF-8") from None
    most = f"{FILE_BYTES_MAX:,} bytes"
    raise refused(f"more than {most}", f"up to {most}", "no machine and no counts need more")


def refused(given: str, allowed: str, why: str, do: str = "correct the file") -> InputError:
    """Return the error for contents of a file; `parse_file` adds its name."""
    return InputError(given=given, allowed=allowed, why=why, do=do)
