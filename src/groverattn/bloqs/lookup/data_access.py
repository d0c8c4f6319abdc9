"""Data accesses by name: how a circuit reaches the keys."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import attrs

from groverattn.errors import InputError, unknown_name
from groverattn.registry import Registry

if TYPE_CHECKING:
    from groverattn.bloqs.lookup.key_lookup import KeyLookup
    from groverattn.problem.key_table import KeyTable

_HERE = "groverattn.bloqs.lookup"

# Only names are needed to read a request; the circuits, and Qualtran with them, are imported when one is built.
DATA_ACCESSES: Registry[Callable[[KeyTable], KeyLookup]] = Registry(
    "data access",
    "each data access is a circuit of its own",
    {
        "qrom": f"{_HERE}.qrom:QROMLookup",
        "qroam": f"{_HERE}.qroam:fewest_toffolis",
        "qroam-few-qubits": f"{_HERE}.qroam:fewest_qubits",
        "qroam-shallow": f"{_HERE}.qroam:least_depth",
        "qroam-dirty": f"{_HERE}.qroam_dirty:fewest_toffolis",
        "bucket-brigade": f"{_HERE}.bucket_brigade:BucketBrigadeLookup",
        "bucket-brigade-wide": f"{_HERE}.bucket_brigade:copied_address",
        "one-hot": f"{_HERE}.kept_address:KeptAddress",
        "qram": f"{_HERE}.qram:QRAMLookup",
    },
    group="groverattn.data_accesses",
)


UNLOADS = {
    "measured": "measure the word and fix up the phase, for which the control computer reads the table",
    "again": "load a second time, which XORs the word away; no table is read after a measurement",
}
"""Unloads of a word by name, and what they do."""


def check_unload(name: str) -> None:
    """Raise InputError unless there is an unload of this name."""
    if name not in UNLOADS:
        raise unknown_name("unload", name, UNLOADS, "a circuit unloads by one of these")


def key_lookup(
    name: str,
    table: KeyTable,
    *,
    block: int | None = None,
    unload: str = "measured",
    control_copies: float | None = None,
) -> KeyLookup:
    """Return the lookup of `table` through the data access `name`.

    Args:
        name: a name in `DATA_ACCESSES`.
        table: the words.
        block: words side by side in a `qroam`; None for what the access chooses, for a measured unload.
        unload: a name in `UNLOADS`; `qram` is called a second time for both.
        control_copies: qubits that hold a control which gates of a layer share, on which they take turns, inf for one
            each; None for what the access does by itself: one such control costs nothing, but in `bucket-brigade-wide`.

    Raises:
        InputError: there is no such access or unload, the access does not let them be chosen, or they do not fit.

    >>> from groverattn.problem.key_table import KeyTable
    >>> lookup = key_lookup("qroam", KeyTable(1 << 17, 128, 8), control_copies=64)
    >>> lookup.block, lookup.swap_depth, lookup.n_copies
    (8, 115, 63)
    """
    check_unload(unload)
    if control_copies not in (None, math.inf) and (control_copies < 1 or control_copies % 1):
        raise InputError(
            given=f"control_copies = {control_copies:g}",
            allowed="a whole number, at least 1, or inf",
            why="it is a number of qubits, the control itself among them",
            do="take 1 for gates that take turns on one control",
        )
    lookup = DATA_ACCESSES[name](table)
    asked = {"block": block, "control_copies": control_copies, "unload": unload}
    asked = {key: value for key, value in asked.items() if value not in (None, "measured", getattr(lookup, key, None))}
    missing = asked.keys() - {field.name for field in attrs.fields(type(lookup)) if field.init}
    if missing:
        raise InputError(
            given=f"{', '.join(f'{key} = {asked[key]}' for key in sorted(missing))} with the data access {name}",
            allowed="a data access whose lookup has these attributes",
            why="the others have no blocks, unload in one way, or share no control",
            do=f"leave {' and '.join(sorted(missing))} out, or take another data access",
        )
    return attrs.evolve(lookup, **asked) if asked else lookup
