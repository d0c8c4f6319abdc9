"""The ledger: how each quantity of the report was got, from where, and what checks it."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import attrs
import cattrs

from groverattn.physical.machines.hardware import Hardware
from groverattn.reference.search.cost import SearchCost
from groverattn.show.document import Entry


def ledger(machine: Hardware, law: SearchCost | None) -> dict[str, Entry]:
    """Return the entries of a report, as `templates/ledger.toml` has them.

    Args:
        machine: what the rows run on.
        law: the search law of the report at any sizes, for its source; None if no row can be run.
    """
    told = {
        "{machine}": machine.name,
        "{factories}": machine.sources["factories"],
        "{law}": "the search law" if law is None else law.source,
    }
    text = (files("groverattn.report") / "templates" / "ledger.toml").read_text("utf-8")
    entries = cattrs.structure(tomllib.loads(text), dict[str, Entry])
    return {key: attrs.evolve(entry, source=_filled(entry.source, told)) for key, entry in entries.items()}


def _filled(text: str, told: dict[str, str]) -> str:
    for place, words in told.items():
        text = text.replace(place, words)
    return text
