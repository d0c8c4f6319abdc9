"""Every real head at hand searched by blocks: several keys per query, runs by a posterior, a kept one-hot address."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from groverattn.problem.heads import AttentionHead
from studies.search.real_heads import HeadRecord, heads, record
from studies.sheet import Sheet

KEYS_PER_QUERY = {128: 2, 512: 4}
"""By number of keys: with so many marked most keys are read, so these rows show that it is right, not that it pays."""

_EVERY = 4  # a circuit over blocks is as long as one over keys, and run for a quarter of the rows of `real_heads`


def records(data: Path) -> Iterator[HeadRecord]:
    """Search every head: about fifteen minutes."""
    for head, n_marked, circuit_every in heads(data):
        yield block_record(head, n_marked, _EVERY * circuit_every)


def block_record(head: AttentionHead, n_marked: int, circuit_every: int, n_workers: int = 2) -> HeadRecord:
    """Search all rows of one head."""
    blocks = {"data_access": "one-hot", "method": "posterior", "keys_per_query": KEYS_PER_QUERY[head.n_keys]}
    return record(head, n_marked, circuit_every, n_workers, **blocks)


SHEET = Sheet("block_heads.csv", HeadRecord, records)
