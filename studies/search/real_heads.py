"""Every real head at hand, with and without a causal mask: searched on every row, and with every tail of B."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from groverattn.diagnosis.tails import TailErrors, compare_tails
from groverattn.files.head_file import open_arrays
from groverattn.problem.heads import AttentionHead, load_head
from groverattn.reference.attention.goodness import largest_keys
from groverattn.simulation.engines import EngineChoice
from groverattn.simulation.head import simulate
from groverattn.simulation.request import SimulationRequest
from groverattn.simulation.result import Simulation
from studies.search import P_FAILURE_HEAD
from studies.sheet import Sheet

# file, keys, marked keys k, and of how many rows one has its circuit run gate by gate
FILES = (("minilm_l6_n128.npz", 128, 16, 64), ("minilm_l6_n512.npz", 512, 32, 256))
BITS = 8
SEED = 0


@attrs.frozen
class HeadRecord:
    """All rows of one head, engine `index`: every amplitude, and the oracle's circuit in some of the rows.

    Attributes:
        head: layer and head.
        n_keys: tokens, n.
        causal: whether row i sees keys 0 to i only.
        n_marked: keys to mark in each row, k; ties with the k-th are marked as well.
        rows: rows of the head.
        rows_read_whole: rows that see no more than k keys, or whose scores tie.
        rows_with_circuit_run: rows in which every gate of the oracle was run on every key, before and after the search.
        marked: marked keys of all rows.
        missed: of these, not found.
        false: keys called found that are not marked.
        circuit_mismatches: keys on which a circuit was wrong.
        iterates: Grover iterates, all rows.
        iterates_expected: by the exact recursion, in 256 evenly spaced rows where there are more sizes than that; empty
            over blocks where some row has more marked keys than its law is known for.
        key_visits: keys read classically, all rows.
        keys_of_a_scan: keys that a scan of all rows reads.
        output_error: largest |entry| of output minus exact output over max |V|.
        certificate: the bound of it from the tail's mass, over max |V|, in the row where it is largest.
        rows_beyond_certificate: rows whose error is larger than their own certificate.
    """

    head: str
    n_keys: int
    causal: bool
    n_marked: int
    rows: int
    rows_read_whole: int
    rows_with_circuit_run: int
    marked: int
    missed: int
    false: int
    circuit_mismatches: int
    iterates: int
    iterates_expected: float | None
    key_visits: int
    keys_of_a_scan: int
    output_error: float
    certificate: float
    rows_beyond_certificate: int


def heads(directory: Path) -> Iterator[tuple[AttentionHead, int, int]]:
    """Yield every head with and without a causal mask, its k, and of how many rows one has its circuit run."""
    for name, _, n_marked, circuit_every in FILES:
        path = directory / name
        for layer, head in labels(path):
            # read once: every head of a file is decompressed to read one of them
            bidirectional = load_head(path, layer=layer, head=head, causal=False)
            yield bidirectional, n_marked, circuit_every
            yield attrs.evolve(bidirectional, causal=True), n_marked, circuit_every


def labels(path: Path) -> list[tuple[int, int]]:
    """Return layer and head of every head in a file: named in it, or counted."""
    with open_arrays(path) as arrays:
        if "layer" in arrays:
            return list(zip(arrays.read("layer").tolist(), arrays.read("head").tolist(), strict=True))
        n_layers, n_heads = arrays.shape("Q")[:2]
        return list(itertools.product(range(n_layers), range(n_heads)))


def record(head: AttentionHead, n_marked: int, circuit_every: int, n_workers: int = 2, **search: Any) -> HeadRecord:
    """Search all rows of one head; `search` are inputs of the simulation, by default of one key per query."""
    inputs: dict[str, Any] = {"data_access": "qroam", "error_budget": P_FAILURE_HEAD} | search
    request = SimulationRequest(
        n_marked=n_marked,
        key_bits=BITS,
        query_bits=BITS,
        engine=EngineChoice("index", circuit_every),
        seed=SEED,
        **inputs,
    )
    simulation = simulate(request, head=head, n_workers=n_workers)
    return HeadRecord(
        head=head.name,
        n_keys=head.n_keys,
        causal=head.causal,
        n_marked=n_marked,
        **what_was_found(simulation, rows_read_whole="rows_read_whole", key_visits="classical_key_visits"),
    )


def what_was_found(simulation: Simulation, **others: str) -> dict[str, Any]:
    """Return the columns that all sheets of searched heads have, and others by their names in the JSON."""
    result, value, output = simulation.as_json(), simulation.max_value, simulation.output
    assert value is not None
    assert output is not None  # of a head, and not of an indexer
    same = ("rows", "rows_with_circuit_run", "marked", "missed", "false", "circuit_mismatches", "iterates")
    return {column: result[name] for column, name in (dict(zip(same, same, strict=True)) | others).items()} | {
        "iterates_expected": result["iterates_expected_of_method"],
        "keys_of_a_scan": result["key_visits_of_a_scan"],
        "output_error": result["max_output_error"] / value,
        "certificate": result["output_error_certificate"] / value,
        "rows_beyond_certificate": int(np.sum(output.errors > output.certificates)),
    }


def records(data: Path) -> Iterator[HeadRecord]:
    """Search every head: about ten minutes."""
    return itertools.starmap(record, heads(data))


def tail_records(data: Path) -> Iterator[TailErrors]:
    """Yield one record for each head, mask and tail, tails in the order of their registry: about a minute."""
    for head, n_marked, _ in heads(data):
        yield from compare_tails(head, largest_keys(head, n_marked))


KEYS_PER_QUERY = {128: 2, 512: 4}
"""By number of keys: with so many marked most keys are read, so these rows show that it is right, not that it pays."""

P_MISS_OF_BLOCKS = 1e-6
"""Promise of a head: at `P_FAILURE_HEAD` one key of all heads was missed, where 0.04 are to be expected (measured)."""

_EVERY = 4  # a circuit over blocks is as long as one over keys, and run for a quarter of the rows of `real_heads`


def block_records(data: Path) -> Iterator[HeadRecord]:
    """Search every head: about fifteen minutes."""
    for head, n_marked, circuit_every in heads(data):
        yield block_record(head, n_marked, _EVERY * circuit_every)


def block_record(head: AttentionHead, n_marked: int, circuit_every: int, n_workers: int = 2) -> HeadRecord:
    """Search all rows of one head."""
    blocks = {"data_access": "one-hot", "method": "posterior", "keys_per_query": KEYS_PER_QUERY[head.n_keys]}
    blocks["error_budget"] = P_MISS_OF_BLOCKS
    return record(head, n_marked, circuit_every, n_workers, **blocks)


SHEET = Sheet("real_heads.csv", HeadRecord, records)
TAILS_SHEET = Sheet("tails.csv", TailErrors, tail_records)
BLOCKS_SHEET = Sheet("block_heads.csv", HeadRecord, block_records)
