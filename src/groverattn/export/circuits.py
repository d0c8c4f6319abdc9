"""The circuit that is exported: of a row with keys, real or random, or of sizes alone."""

from __future__ import annotations

from typing import Any

import attrs
from qualtran import Bloq

from groverattn.bloqs.lookup.data_access import key_lookup
from groverattn.bloqs.score.methods import score
from groverattn.bloqs.search.grover import GroverIterate, GroverSearch
from groverattn.bloqs.search.phase_oracle import PhaseOracle
from groverattn.errors import InputError, unknown_name
from groverattn.problem.families import planted
from groverattn.problem.instance import Instance
from groverattn.problem.key_table import KeyTable
from groverattn.reference.search.amplification import ideal_iterates
from groverattn.row.circuit import iterate_of
from groverattn.row.request import RowRequest
from groverattn.verification.limits import check_circuit

CIRCUITS = ("lookup", "oracle", "iterate", "search")


@attrs.frozen
class ChosenCircuit:
    """One Grover iterate, and what is around and inside it.

    Attributes:
        iterate: the iterate, with the keys of a row or with sizes only.
        n_marked: keys that it marks.
        inputs: what it was made from, as it is written beside an export.
    """

    iterate: GroverIterate
    n_marked: int
    inputs: dict[str, Any]

    def bloq(self, what: str, n_iterates: Any = None) -> Bloq:
        """Return the load, the oracle, the iterate, or the search with `n_iterates` of them.

        By default the search makes as many as find a marked key most probably (`ideal_iterates`). For a formula the
        number may be a SymPy symbol.

        Raises:
            InputError: another name, or fewer than no iterates.
        """
        parts = {"lookup": self.iterate.oracle.lookup, "oracle": self.iterate.oracle, "iterate": self.iterate}
        if what not in CIRCUITS:
            raise unknown_name("circuit", what, CIRCUITS, "these are the circuits of a search")
        return parts[what] if what in parts else GroverSearch(self.iterate, self._checked(n_iterates))

    def _checked(self, n_iterates: Any) -> Any:
        if n_iterates is None:
            return int(ideal_iterates(self.iterate.oracle.lookup.table.n_keys, self.n_marked))
        if n_iterates < 0:
            raise InputError(
                given=f"--n-iterates {n_iterates}",
                allowed="0 or more",
                why="the search makes so many iterates",
                do="leave it out for the number that succeeds most probably",
            )
        return n_iterates


def random_row(
    *,
    n_keys: int = 8,
    d_head: int = 2,
    n_marked: int | None = None,
    key_bits: int = 8,
    query_bits: int = 8,
    data_access: str = "qrom",
    score_method: str = "shared-sums",
    seed: int = 0,
) -> ChosenCircuit:
    """Return the circuit of a random row in which `n_marked` keys are marked, by default one of 16 and at least one.

    Raises:
        InputError: a size out of range, or a key memory too large to write gate by gate.

    >>> random_row(n_keys=16, d_head=2, n_marked=4).bloq("search").n_iterates
    1
    """
    check_circuit(n_keys, d_head, key_bits)
    n_marked = max(1, n_keys // 16) if n_marked is None else n_marked
    row = planted(n_keys, d_head, n_marked, key_bits, query_bits, seed)
    lookup = key_lookup(data_access, KeyTable.from_keys(row.keys, key_bits))
    oracle = PhaseOracle(lookup, score(score_method, row.query, row.threshold, key_bits))
    inputs = {
        "n_keys": n_keys,
        "d_head": d_head,
        "n_marked": n_marked,
        "key_bits": key_bits,
        "query_bits": query_bits,
        "data_access": data_access,
        "score_method": score_method,
        "seed": seed,
    }
    return ChosenCircuit(GroverIterate(oracle), n_marked, inputs)


def head_row(
    instance: Instance, row: int | None, *, data_access: str = "qrom", score_method: str = "shared-sums"
) -> ChosenCircuit:
    """Return the circuit of one row of a head, the last by default, on all keys that the row sees.

    Raises:
        InputError: no such row, one that is read whole, or a key memory too large to write gate by gate.
    """
    row = int(instance.searchable_rows[-1]) if row is None else row
    if row not in instance.searchable_rows:
        raise InputError(
            given=f"row {row}",
            allowed=f"a row that is searched, such as {instance.searchable_rows[-1]}",
            why=f"the head has rows 0 to {instance.n_keys - 1}, and those with too few keys are read whole",
            do="choose another row",
        )
    n_visible, bits = instance.visible_keys(row), instance.keys.bits
    check_circuit(n_visible, instance.d_head, bits)
    lookup = key_lookup(data_access, KeyTable.from_keys(instance.keys.values[:n_visible], bits))
    oracle = PhaseOracle(lookup, score(score_method, instance.query(row), int(instance.thresholds[row]), bits))
    n_marked = int(instance.marked(row).sum())
    inputs = {
        "head": instance.head.name,
        "row": row,
        "n_keys": n_visible,
        "d_head": instance.d_head,
        "n_marked": n_marked,
        "key_bits": bits,
        "query_bits": instance.queries.bits,
        "data_access": data_access,
        "score_method": score_method,
    }
    return ChosenCircuit(GroverIterate(oracle), n_marked, inputs)


def sizes_only(request: RowRequest) -> ChosenCircuit:
    """Return the circuit that `estimate` counts for these sizes."""
    shape = request.shape
    iterate = iterate_of(request)
    names = {
        "name": request.name,
        "data_access": request.design.data_access,
        "score_method": request.design.score_method,
    }
    return ChosenCircuit(iterate, shape.n_marked, attrs.asdict(shape) | names)
