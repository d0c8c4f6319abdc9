"""The data accesses by name."""

from __future__ import annotations

from collections.abc import Callable

from groverattn.bloqs.lookup.bucket_brigade import BucketBrigadeLookup
from groverattn.bloqs.lookup.key_lookup import KeyLookup
from groverattn.bloqs.lookup.qram import QRAMLookup
from groverattn.bloqs.lookup.qroam import QROAMLookup, block_for
from groverattn.bloqs.lookup.qroam_dirty import DirtyQROAMLookup, dirty_block_for
from groverattn.bloqs.lookup.qrom import QROMLookup
from groverattn.errors import unknown_name
from groverattn.problem.key_table import KeyTable

DATA_ACCESSES: dict[str, Callable[[KeyTable], KeyLookup]] = {
    "qrom": QROMLookup,
    "qroam": lambda table: QROAMLookup(table, block=block_for(table, "toffoli")),
    "qroam-few-qubits": lambda table: QROAMLookup(table, block=block_for(table, "qubits")),
    "qroam-shallow": lambda table: QROAMLookup(table, block=block_for(table, "depth")),
    "qroam-dirty": lambda table: DirtyQROAMLookup(table, block=dirty_block_for(table)),
    "bucket-brigade": BucketBrigadeLookup,
    "bucket-brigade-wide": lambda table: BucketBrigadeLookup(table, copied_address=True),
    "qram": QRAMLookup,
}


def key_lookup(name: str, table: KeyTable) -> KeyLookup:
    """Return the lookup of `table` through the data access `name`.

    Raises:
        InputError: there is no such access.
    """
    if name not in DATA_ACCESSES:
        raise unknown_name("data access", name, DATA_ACCESSES, "each data access is a circuit of its own")
    return DATA_ACCESSES[name](table)
