"""Data accesses by name: how a circuit reaches the keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

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


def key_lookup(name: str, table: KeyTable) -> KeyLookup:
    """Return the lookup of `table` through the data access `name`.

    Raises:
        InputError: there is no such access.
    """
    return DATA_ACCESSES[name](table)
