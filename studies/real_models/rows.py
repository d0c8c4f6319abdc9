"""Rows of a language model's heads, searched: one key per query and blocks, every engine that reaches the size.

The captures lie in data/real_models/, which git ignores (docs/real_models.md says how they are made). Lines of one that
is missing stay as they are committed; the first 512 tokens of one head are in data/, so that some are always computed.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import attrs

from groverattn.problem.heads import AttentionHead, load_head
from groverattn.simulation.engines import EngineChoice
from groverattn.simulation.head import simulate
from groverattn.simulation.request import SimulationRequest
from studies.search.real_heads import what_was_found
from studies.sheet import Sheet

FOLDER = "real_models"
"""Of captures in data/, and of sheets in estimates/."""

HEADS = ((0, 0), (5, 2), (10, 4), (15, 8), (20, 3), (25, 7))
"""Layer and query head: over the depth of the model and the three key heads, chosen before any was looked at."""

CAPTURES = ("docs.npz", "smollm2_n4096.npz")
"""8,192 and 4,096 tokens: two states of this project's pages, in November 2026."""

SLICE, SLICE_PLACE = "smollm2_l10_n512.npz", (10, 4)

BITS = 8
SEED = 0
P_MISS = 1e-6
"""Error budget of a head: over the thousand rows here no miss is to be expected."""


@attrs.frozen
class Case:
    """What is done with a head.

    Attributes:
        n_tokens: tokens kept, from the first: causal rows do not know of the others.
        n_rows: rows searched, the last ones.
        n_marked: keys to mark in each.
        engine: what stands for the quantum computer.
        keys_per_query: 1, or the size of a block.
    """

    n_tokens: int
    n_rows: int
    n_marked: int
    engine: str
    keys_per_query: int

    def request(self) -> SimulationRequest:
        """Ask for the rows; of `index` one row in eight has its circuit run, every gate on every key."""
        blocks = self.keys_per_query > 1
        search: dict[str, Any] = {
            "data_access": "one-hot" if blocks else "qroam",
            "keys_per_query": self.keys_per_query,
        }
        return SimulationRequest(
            **search,
            method="posterior" if blocks else "unknown",
            rows=f"{self.n_tokens - self.n_rows}:{self.n_tokens}",
            n_marked=self.n_marked,
            engine=EngineChoice(self.engine, 8 if self.engine == "index" else 1),
            error_budget=P_MISS,
            key_bits=BITS,
            query_bits=BITS,
            seed=SEED,
        )


GATE_BY_GATE = (Case(128, 1, 4, "sparse", 1), Case(128, 1, 4, "sparse", 2))
CASES = {
    512: (Case(512, 8, 16, "index", 1), Case(512, 8, 16, "index", 2), *GATE_BY_GATE),
    4096: (Case(4096, 8, 64, "index", 1), Case(4096, 8, 64, "index", 4)),
    8192: (
        *(Case(8192, 64, 64, "law", 1), Case(8192, 8, 64, "index", 1), Case(8192, 8, 64, "index", 8)),
        GATE_BY_GATE[0],
    ),
}
"""By the tokens of a head; gate by gate on its first 128 tokens alone, as a row of them takes up to a minute."""


@attrs.frozen
class RowsRecord:
    """Some rows of one head, searched: the last ones of the tokens kept.

    Attributes:
        head: file, layer and head.
        n_keys: tokens kept, n; the last row sees as many keys.
        n_marked: keys to mark in each row, k.
        engine: law (exact distribution of the outcomes), index (amplitudes of the index register) or sparse (gates of
            every trial).
        keys_per_query: keys that a call of the oracle tests; 1 with method `unknown` and access `qroam`, more with
            method `posterior` and access `one-hot`.
        rows: rows searched.
        rows_with_circuit_run: rows in which every gate of the oracle was run, on all keys or on the basis states alive.
        marked: marked keys of these rows.
        missed: of these, not found.
        false: keys called found that are not marked.
        circuit_mismatches: keys on which a circuit was wrong.
        iterates: Grover iterates.
        iterates_expected: by the exact law of the procedure; empty where it is not known.
        key_reads: keys read classically, to check what was measured.
        keys_of_a_scan: keys that a scan of the rows reads.
        output_error: largest |entry| of output minus exact output over max |V|, tail `mean_score`.
        certificate: the bound of it from the tail's mass, over max |V|, in the row where it is largest.
        rows_beyond_certificate: rows whose error is larger than their own certificate.
    """

    head: str
    n_keys: int
    n_marked: int
    engine: str
    keys_per_query: int
    rows: int
    rows_with_circuit_run: int
    marked: int
    missed: int
    false: int
    circuit_mismatches: int
    iterates: int
    iterates_expected: float | None
    key_reads: int
    keys_of_a_scan: int
    output_error: float
    certificate: float
    rows_beyond_certificate: int


def sources(data: Path) -> list[Path]:
    """Files of heads, whether they are there or not: the slice, then the captures."""
    return [data / SLICE, *(data / FOLDER / name for name in CAPTURES)]


def heads_of(path: Path) -> Iterator[AttentionHead]:
    """Yield the heads that are looked at of one file, each loaded when it is asked for."""
    if path.name == SLICE:
        yield load_head(path, layer=SLICE_PLACE[0], head=SLICE_PLACE[1])
    else:
        yield from (load_head(path, layer=layer, head=head) for layer, head in HEADS)


def refreshed(sheet: Sheet, of_head: Callable[[AttentionHead], Iterable[Any]], old: str, data: Path) -> str:
    """Write a sheet again; lines of a file that is missing stay as they are in the old text.

    Args:
        sheet: a sheet whose first column is the name of a head.
        of_head: computes the records of one head.
        old: the sheet as it is committed.
        data: folder of the files.
    """
    lines = [",".join(sheet.columns)]
    for path in sources(data):
        if path.is_file():
            computed = itertools.chain.from_iterable(map(of_head, heads_of(path)))
            lines += sheet.written(computed).splitlines()[1:]
        else:
            lines += [line for line in old.splitlines()[1:] if line.partition(",")[0].split()[0] == path.stem]
    return "".join(f"{line}\n" for line in lines)


def cut(head: AttentionHead, n_tokens: int) -> AttentionHead:
    """Return a causal head on the first tokens of its text."""
    kept = {name: getattr(head, name)[:n_tokens] for name in ("queries", "keys", "values")}
    return attrs.evolve(head, **kept)


def record(head: AttentionHead, case: Case, n_workers: int = 2) -> RowsRecord:
    """Search some rows of one head."""
    simulation = simulate(case.request(), head=cut(head, case.n_tokens), n_workers=n_workers)
    return RowsRecord(
        head=head.name,
        n_keys=case.n_tokens,
        n_marked=case.n_marked,
        engine=case.engine,
        keys_per_query=case.keys_per_query,
        **what_was_found(simulation, key_reads="classical_key_visits"),
    )


def records_of(head: AttentionHead) -> Iterator[RowsRecord]:
    """Search rows of one head; a minute or two of 8,192 tokens, on two processors."""
    return (record(head, case) for case in CASES[head.n_keys])


def records(data: Path) -> Iterator[RowsRecord]:
    """Search rows of the heads of all files that are there."""
    for path in sources(data):
        if path.is_file():
            yield from itertools.chain.from_iterable(map(records_of, heads_of(path)))


SHEET = Sheet(f"{FOLDER}/rows.csv", RowsRecord, records)
