"""TOML file of a machine: one table with a value and a source for every field."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import attrs

from groverattn.errors import shown, unknown_name
from groverattn.files.text_file import parse_file, refused
from groverattn.files.toml_text import entries_of_toml

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


def read_machine_file(path: Path, fields: Collection[str], *, sources_required: bool) -> MachineFile:
    """Read the TOML file of a machine.

    A field is a table, `cycle_time_us = { value = 1.0, source = "arXiv:1905.09749, abstract" }`. In a user's own file a
    bare value will do, `cycle_time_us = 1.0`; its source is then "user's file".

    Args:
        path: the file.
        fields: names that a field may have.
        sources_required: whether a bare value is refused, as in the machines that are shipped.

    Raises:
        InputError: no such file, one that is too large or not TOML, an unknown field, or a table without its two keys.
    """
    return parse_file(path, "TOML", lambda text: _machine(entries_of_toml(text), fields, sources_required))


def _machine(entries: dict[str, Any], fields: Collection[str], sources_required: bool) -> MachineFile:
    base = entries.pop("base", None)
    if base is not None and not isinstance(base, str):
        raise refused(f"base = {shown(base)}", "the name of a machine, in quotes", "the fields are taken from it")
    layout = entries.pop("layout", {})
    if not isinstance(layout, dict):
        raise refused(f"layout = {shown(layout)}", "a table of its fields", "each of them has a value of its own")
    entries |= {f"layout.{name}": entry for name, entry in layout.items()}
    for name in entries:
        if name not in fields:
            raise unknown_name("field", name, ["base", *fields], "every other field would have no effect")
    pairs = {name: _value_and_source(name, entry, sources_required) for name, entry in entries.items()}
    values, sources = ({name: pair[i] for name, pair in pairs.items()} for i in (0, 1))
    return MachineFile(base, values, sources)


def _value_and_source(name: str, entry: Any, sources_required: bool) -> tuple[Any, str]:
    if not isinstance(entry, dict):
        if sources_required:
            given = f"{name} = {shown(entry)}"
            raise refused(given, "a table of value and source", "every number names its source")
        return entry, USERS_FILE
    if set(entry) != {"value", "source"} or not isinstance(entry["source"], str) or not entry["source"].strip():
        given = f"{name} with {', '.join(entry) or 'no key'}"
        raise refused(given, "value, and source in words", f"a table has both; without a source, write {name} = ...")
    return entry["value"], entry["source"]
