"""The ledger: how each number of an estimate or a report was got, from where, and what checks it."""

from __future__ import annotations

import functools
import tomllib
from importlib.resources import files

import attrs
import cattrs

from groverattn.models.k_choice import KLawChoice
from groverattn.physical.machines.hardware import Hardware
from groverattn.reference.search.cost import SearchCost
from groverattn.show.document import Entry, How

_ASSUMED = "external_call"  # stands in an estimate with the data access qram only
_OF_A_LAW = "k_law"  # stands where k is from a measured law


@attrs.frozen
class Provenance:
    """One line of the ledger of an estimate.

    Attributes:
        quantity: what the JSON calls the number.
        how: counted from a circuit whose gates the tests run, computed by a formula, or assumed.
        source: the check, the paper or the reason.
    """

    quantity: str
    how: How
    source: str


@functools.cache
def _entries() -> dict[str, Entry]:
    text = (files("groverattn.estimation") / "ledger.toml").read_text("utf-8")
    return cattrs.structure(tomllib.loads(text), dict[str, Entry])


def ledger(machine: Hardware, law: SearchCost | None, k_from: KLawChoice) -> dict[str, Entry]:
    """Return the entries of a report, as `ledger.toml` has them.

    Args:
        machine: what the rows run on.
        law: the search law of the report at any sizes, for its source; None if no row can be run.
        k_from: the law of k of its rows, if there is one.
    """
    return {key: entry for key, entry in _filled(machine, law, k_from).items() if entry.check}


def provenance(data_access: str, cost: SearchCost, machine: Hardware, k_from: KLawChoice) -> list[Provenance]:
    """Return the ledger of one estimate."""
    run = f"; `groverattn verify --data-access {data_access}` runs it"
    return [
        Provenance(entry.quantity, entry.how, entry.source + (run if entry.how == "counted" else ""))
        for key, entry in _filled(machine, cost, k_from).items()
        if entry.quantity and (key != _ASSUMED or data_access == "qram")
    ]


def _filled(machine: Hardware, law: SearchCost | None, k_from: KLawChoice) -> dict[str, Entry]:
    """The entries with the names in braces replaced by those of the machine, the law and the law of k."""
    told = {"machine": machine.name, "law": "the search law" if law is None else law.source, **machine.sources}
    entries = dict(_entries())
    if k_from.law is None:
        told |= {"k": "k stays"}
        del entries[_OF_A_LAW]
    else:
        told |= {"k": f"k follows the law {k_from.law.name}", "k_law": k_from.source}

    def filled(text: str) -> str:
        for place, words in told.items():
            text = text.replace(f"{{{place}}}", words)
        return text

    return {key: attrs.evolve(entry, source=filled(entry.source)) for key, entry in entries.items()}
