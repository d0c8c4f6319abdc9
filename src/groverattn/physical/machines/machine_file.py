"""Reading a machine from a TOML file: one table with a value and a source for every field."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import attrs

from groverattn.errors import InputError, shown, unknown_name

# The longest machine shipped takes 5 kB.
FILE_BYTES_MAX = 64 * 1024

USERS_FILE = "user's file"


@attrs.frozen
class MachineFile:
    """What a file says of a machine, before it is checked.

    Attributes:
        base: name of the machine whose fields the file takes over; None if it has all of its own.
        values: the fields given, by name.
        sources: where each of them is from.
    """

    base: str | None
    values: Mapping[str, Any]
    sources: Mapping[str, str]


def read_machine_file(path: Path, fields: Iterable[str], *, sources_required: bool) -> MachineFile:
    """Read the TOML file of a machine.

    A field is a table, `cycle_time_us = { value = 1.0, source = "arXiv:1905.09749, abstract" }`. In a user's own file a
    bare value will do, `cycle_time_us = 1.0`; its source is then "user's file".

    Args:
        path: the file.
        fields: names that a field may have.
        sources_required: whether a bare value is refused, as in the machines that are shipped.

    Raises:
        InputError: no such file, one that is too large or no TOML, an unknown field, or a table without its two keys.
    """
    known = list(fields)
    entries = _parse(path)
    base = entries.pop("base", None)
    if base is not None and not isinstance(base, str):
        raise _refused(
            path, f"base = {shown(base)}", "the name of a machine, in quotes", "the fields are taken from it"
        )
    for name in entries:
        if name not in known:
            raise unknown_name(f"field in {path}:", name, ["base", *known], "every other field would have no effect")
    pairs = {name: _value_and_source(path, name, entry, sources_required) for name, entry in entries.items()}
    return MachineFile(
        base=base,
        values={name: value for name, (value, _) in pairs.items()},
        sources={name: source for name, (_, source) in pairs.items()},
    )


def _parse(path: Path) -> dict[str, Any]:
    text = _read(path)
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise _refused(path, str(error), "TOML", "the file does not parse", "correct the place that is named") from None


def _read(path: Path) -> str:
    try:
        if not path.is_file():
            raise _refused(path, "no file of this name", "a TOML file", "there is nothing to read", "check the path")
        # One byte more than allowed: a file that grows between a look at its size and the reading is refused as well.
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
        if len(data) <= FILE_BYTES_MAX:
            return data.decode()
    except OSError as error:
        raise _refused(path, error.strerror or str(error), "a file that can be read", "reading failed") from None
    except UnicodeDecodeError:
        raise _refused(path, "bytes that are not UTF-8", "text in UTF-8", "TOML is UTF-8", "save it as UTF-8") from None
    raise _refused(
        path, f"more than {FILE_BYTES_MAX:,} bytes", f"up to {FILE_BYTES_MAX:,} bytes", "no machine is larger"
    )


def _value_and_source(path: Path, name: str, entry: Any, sources_required: bool) -> tuple[Any, str]:
    if not isinstance(entry, dict):
        if sources_required:
            raise _refused(
                path, f"{name} = {shown(entry)}", "a table of value and source", "every number names its source"
            )
        return entry, USERS_FILE
    if set(entry) != {"value", "source"} or not isinstance(entry["source"], str) or not entry["source"].strip():
        given = f"{name} with {', '.join(entry) or 'no key'}"
        raise _refused(path, given, "value, and source in words", "nothing else has an effect")
    return entry["value"], entry["source"]


def _refused(path: Path, given: str, allowed: str, why: str, do: str = "correct the file") -> InputError:
    return InputError(given=f"{path}: {given}", allowed=allowed, why=why, do=do)
