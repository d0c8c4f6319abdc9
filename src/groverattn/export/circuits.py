"""Circuit that is exported: of a row with keys, real or random, or of sizes alone."""

from __future__ import annotations

from typing import Any

import attrs
from qualtran import Bloq

from groverattn.bloqs.search.grover import GroverIterate, GroverSearch
from groverattn.errors import unknown_name
from groverattn.export.request import CIRCUITS, ExportRequest
from groverattn.problem.chosen_head import head_instance
from groverattn.problem.heads import AttentionHead
from groverattn.reference.search.amplification import ideal_iterates
from groverattn.row.best import chosen
from groverattn.row.search import RowSearch
from groverattn.verification.row import SearchedRow


@attrs.frozen
class ChosenCircuit:
    """One Grover iterate, and what is around and inside it.

    Attributes:
        iterate: the iterate, with the keys of a row or with sizes only.
        n_marked: keys that it marks; of a part, the mean rounded up.
        inputs: what it was made from, as it is written beside an export.
    """

    iterate: GroverIterate
    n_marked: int
    inputs: dict[str, Any]

    @classmethod
    def of(cls, row: SearchedRow, **more: Any) -> ChosenCircuit:
        """Return the circuit of a row, with more inputs to be written beside it.

        >>> ChosenCircuit.of(SearchedRow.random(n_keys=16, d_head=2, n_marked=4)).bloq("search").n_iterates
        1
        """
        n_marked = int(row.is_marked.sum())
        return cls(GroverIterate(row.oracle()), n_marked, row.inputs(n_marked=n_marked) | more)

    def bloq(self, what: str, n_iterates: Any = None) -> Bloq:
        """Return the load, the oracle, the iterate, or the search with `n_iterates` of them.

        By default the search makes as many as find a marked key most probably (`ideal_iterates`). For a formula the
        number may be a SymPy symbol.

        Raises:
            InputError: another name.
        """
        parts = {"lookup": self.iterate.oracle.lookup, "oracle": self.iterate.oracle, "iterate": self.iterate}
        if what not in CIRCUITS:
            raise unknown_name("circuit", what, CIRCUITS, "these are the circuits of a search")
        if what in parts:
            return parts[what]
        if n_iterates is None:
            n_iterates = int(ideal_iterates(self.iterate.oracle.lookup.table.n_keys, self.n_marked))
        return GroverSearch(self.iterate, n_iterates)


def chosen_circuit(request: ExportRequest, head: AttentionHead | None) -> ChosenCircuit:
    """Return the circuit of a row of a head, of a random row, or of sizes: the best design of what they leave open.

    Of a design that searches the keys in parts, it is the circuit of one part.

    Raises:
        InputError: no such row, one that is read whole, sizes that are missing, or a key
            memory too large to write gate by gate.
    """
    if head is None and request.to != "openqasm3":
        sizes = chosen(request.sizes())
        search = RowSearch.of(sizes)
        inputs = {**attrs.asdict(sizes.shape), "name": sizes.name, **attrs.asdict(sizes.design)}
        return ChosenCircuit(search.iterate(), -(-sizes.shape.n_marked // search.plan.n_parts), inputs)
    asked = request.of_circuit
    if head is not None:
        n_marked, bits = asked.pop("n_marked", 16), [asked.pop(name, 8) for name in ("query_bits", "key_bits")]
        instance = head_instance(head, n_marked, *bits)
        return ChosenCircuit.of(SearchedRow.checked(instance, request.row, **asked))
    seed = request.seed or 0
    of_random = {"n_keys": 8, "d_head": 2} | request.given("n_keys", "d_head")
    return ChosenCircuit.of(SearchedRow.random(**of_random, **asked, seed=seed), seed=seed)
