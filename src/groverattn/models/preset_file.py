"""TOML file of a model: its fields in tables, each with the source of its fields and whether that was read."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

from groverattn.errors import ContentsError, InputError, shown, unknown_name
from groverattn.models.preset import CITED, OURS, READ, Preset, Source

MLA = "MLA"
"""What a file has as `kv_heads` where all heads of a layer share one compressed key."""

_WORDS = ("note", "refused")
_OF_A_TABLE = ("source", "checked")
_OF_THE_FILE = ("name", "note", "source", "sources")
_FIELDS = tuple(field.name for field in attrs.fields(Preset) if field.name not in _OF_THE_FILE)
_NEEDED = ("layers", "query_heads", "kv_heads", "d_head", "n_keys", "n_marked")


def read_preset(path: Path) -> Preset:
    """Read the file of a model; its name is that of the file.

    Fields stand in tables, whose names are free. Each table has a `source` for all of its fields, and `checked`, which
    is "read", "cited" or "ours". Beside the tables stands the `note`.

    Raises:
        InputError: no such file, one that is not TOML, an unknown field, one that is missing or given twice, a table
            without its source, or sizes that contradict each other.
    """
    return _parsed(path)[0]


def read_refusal(path: Path) -> tuple[Preset, str]:
    """Read the file of a model that is not priced; return it with the reason, the file's key `refused`."""
    preset, reason = _parsed(path)
    if not reason:
        raise _bad(path, "no key refused", "the reason why the model is not priced", "it is in this folder")
    return preset, reason


def _parsed(path: Path) -> tuple[Preset, str]:
    try:
        entries = tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        raise _bad(path, str(error), "a TOML file in UTF-8", "reading failed") from None
    words = {name: entries.pop(name, "") for name in _WORDS}
    if not all(isinstance(text, str) for text in words.values()):
        raise _bad(path, f"note = {shown(words['note'])}", "text", "results print it")
    values, sources = {}, {}
    for name, value, source in _fields(path, entries):
        if name in values:
            raise _bad(path, f"{name} twice", "every field once", "one of them would have no effect")
        values[name], sources[name] = value, source
    missing = [name for name in _NEEDED if name not in values]
    if missing or not words["note"].strip():
        lacking = ", ".join(missing or ["note"])
        raise _bad(path, f"no {lacking}", f"{', '.join(_NEEDED)} and a note", "there is no model without them")
    if values["kv_heads"] == MLA:
        values["kv_heads"] = None
    published = [each.text for each in sources.values() if each.checked != OURS] or ["our choice"]
    source = "; ".join(dict.fromkeys(published))
    try:
        preset = Preset(name=path.stem, note=words["note"], source=source, sources=sources, **values)
    except InputError as error:
        raise ContentsError.at(path.name, error) from None
    return preset, words["refused"]


def _fields(path: Path, tables: dict[str, Any]) -> Iterator[tuple[str, Any, Source]]:
    for title, table in tables.items():
        if not isinstance(table, dict):
            raise _bad(path, f"{title} = {shown(table)} outside of a table", "note, and tables", "a field has a source")
        text, checked = (table.pop(name, None) for name in _OF_A_TABLE)
        if not isinstance(text, str) or not text.strip() or checked not in (READ, CITED, OURS):
            given = f"[{title}] with source = {shown(text)}, checked = {shown(checked)}"
            raise _bad(
                path, given, f"source in words, and checked: {READ}, {CITED} or {OURS}", "every number has a source"
            )
        for name, value in table.items():
            if name not in _FIELDS:
                raise unknown_name(f"{path.name}: field", name, _FIELDS, "any other would have no effect")
            yield name, value, Source(text, checked)


def _bad(path: Path, given: str, allowed: str, why: str) -> InputError:
    return InputError(given=f"{path.name}: {given}", allowed=allowed, why=why, do="correct the file")
