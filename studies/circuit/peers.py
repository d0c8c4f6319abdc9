"""Our counts beside those of `pennylane.estimator` and `qdk.qre`, asked about the same search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.metadata import version

import attrs

from studies.circuit import peer_pennylane, peer_qdk
from studies.circuit.lookup_search import KEY_BITS, LookupSearch
from studies.sheet import Sheet

SIZES = ((1 << 10, 64), (1 << 13, 64), (1 << 17, 128), (1 << 20, 128))
DATA_ACCESSES = ("qrom", "qroam", "qroam-dirty", "bucket-brigade")
PEERS = (peer_pennylane, peer_qdk)


@attrs.frozen
class PeerRecord:
    """One quantity of one search: ours, theirs, and what lies between.

    The search is that of `LookupSearch`: load a key, unload it, reflect, as often as the law says. The score is left
    out of it and compared by itself. A Toffoli is one Toffoli, logical AND, CCZ or controlled swap on both sides.

    Attributes:
        n_keys, d_head, key_bits: sizes of the key table; a word has d_head key_bits + 1 bits.
        iterates: iterates of a row.
        data_access: how a key is reached.
        block: words side by side in our load; given to the other estimator too.
        quantity: what is compared.
        ours: our number.
        theirs: the other one; empty if that estimator cannot say it.
        ratio: ours / theirs.
        adjusted: theirs once the difference named in `why` is taken away; empty if there is nothing to take.
        why: what explains the difference, or why there is no number.
        peer, version: the estimator, and the version of its package.
    """

    n_keys: int
    d_head: int
    key_bits: int
    iterates: int
    data_access: str
    block: int
    quantity: str
    ours: float
    theirs: float | None
    ratio: float | None
    adjusted: float | None
    why: str
    peer: str
    version: str


def records(sizes: Sequence[tuple[int, int]] = SIZES) -> Iterator[PeerRecord]:
    """One record for every size, data access, estimator and quantity."""
    for n_keys, d_head in sizes:
        for access in DATA_ACCESSES:
            search = LookupSearch(n_keys, d_head, access)
            for peer in PEERS:
                for comparison in peer.comparisons(search):
                    yield PeerRecord(
                        n_keys=n_keys,
                        d_head=d_head,
                        key_bits=KEY_BITS,
                        iterates=search.iterates,
                        data_access=access,
                        block=search.block,
                        quantity=comparison.quantity,
                        ours=comparison.ours,
                        theirs=comparison.theirs,
                        ratio=comparison.ratio,
                        adjusted=comparison.adjusted,
                        why=comparison.why,
                        peer=peer.PEER,
                        version=version(peer.PACKAGE),
                    )


SHEET = Sheet("peers.csv", PeerRecord, records)
