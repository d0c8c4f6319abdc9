"""JSON from outside: read up to a size, into one object, with every name in it once."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from groverattn.errors import InputError, shown


def object_of_text(text: str | bytes, given: str, do: str) -> dict[str, Any]:
    """Return the JSON object that a text holds.

    Args:
        text: the text, or its bytes in UTF-8.
        given: what it is, for messages.
        do: what to do about it.

    Raises:
        InputError: it is no JSON, is nested too deeply, holds something other than an object, or a name twice in one.

    >>> object_of_text('{"layers": 3}', "a text", "correct it")
    {'layers': 3}
    """

    def refused(why: str) -> InputError:
        return InputError(given=given, allowed="one JSON object, in UTF-8", why=why, do=do)

    def with_each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        record = dict(pairs)
        if len(record) < len(pairs):
            ((twice, _),) = Counter(name for name, _ in pairs).most_common(1)
            raise refused(f"{shown(twice)} is in one object twice, and the two may differ")
        return record

    try:
        record = json.loads(text, object_pairs_hook=with_each_name_once)
    except InputError:
        raise
    except RecursionError:
        raise refused("it is nested too deeply") from None
    except ValueError as error:  # a number of more than 4,300 digits, bytes that are not UTF-8, and all else
        raise refused(str(error)) from None
    if not isinstance(record, dict):
        raise refused(f"it holds a {type(record).__name__}")
    return record


def read_object(path: Path, bytes_max: int, do: str) -> dict[str, Any]:
    """Return the JSON object in a file of at most `bytes_max` bytes.

    Raises:
        InputError: no such file, a pipe or a device, one that is too large, or no JSON object.

    >>> read_object(Path("no_such_file.json"), 1024, "check the path")
    Traceback (most recent call last):
    ...
    groverattn.errors.InputError: given: no_such_file.json; allowed: ...; why: there is no such file; do: check the path
    """

    def refused(why: str) -> InputError:
        allowed = f"a JSON file of up to {bytes_max:,} bytes"
        return InputError(given=str(path), allowed=allowed, why=why, do=do)

    try:
        if not path.is_file():  # a pipe would be waited for, and a device may not end
            raise refused("it is a pipe, a device or a folder" if path.exists() else "there is no such file")
        with path.open("rb") as file:  # one byte more: a file that grows after a look at its size is refused as well
            data = file.read(bytes_max + 1)
    except (OSError, ValueError) as failure:
        if isinstance(failure, InputError):
            raise
        raise refused(getattr(failure, "strerror", None) or str(failure)) from failure
    if len(data) > bytes_max:
        raise refused(f"it has more than {bytes_max:,} bytes")
    return object_of_text(data.removeprefix(b"\xef\xbb\xbf"), str(path), f"correct what the file says; or {do}")
