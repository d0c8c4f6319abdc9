"""The lookup search as PennyLane's estimator counts it. PennyLane is imported when it is asked, not before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

import attrs

from groverattn.bloqs.score.heap import sign_width, signed_digits
from studies.circuit.lookup_search import KEY_BITS, Comparison, LookupSearch

if TYPE_CHECKING:
    from pennylane.estimator import ResourceOperator, Resources

PEER, PACKAGE = "pennylane.estimator", "pennylane"


def comparisons(search: LookupSearch) -> Iterator[Comparison]:
    """Compare gates and wires; its estimator has no depth."""
    parts = Parts(search)
    yield parts.load_compared()
    yield parts.unload_compared()
    if search.data_access == "qrom":
        theirs = toffolis(parts.diffusion)
        yield Comparison.of("Toffolis of the diffusion", search.diffusion.toffoli, theirs, None, "not known")
        yield _score_compared(search)
    yield parts.row_compared()
    yield parts.qubits_compared()
    yield Comparison(
        "Toffoli depth of an iterate",
        search.iterate.toffoli_depth,
        None,
        why="its estimator counts gates and wires; it has no depth",
    )


def row_resources(search: LookupSearch) -> Resources:
    """Return all iterates of a row: what is timed beside our own estimate."""
    return _resources(Parts(search).row)


def toffolis(operator: ResourceOperator) -> int:
    """Count the Toffolis of an operator; its logical AND is one of them."""
    return _resources(operator).gate_counts["Toffoli"]


def _resources(operator: ResourceOperator) -> Resources:
    import pennylane.estimator as qre

    return cast("Resources", qre.estimate(operator))


@attrs.frozen
class Parts:
    """The search in PennyLane's operators, with our block and a word of as many bits."""

    search: LookupSearch

    @property
    def is_tree(self) -> bool:
        """Whether the access is the bucket brigade."""
        return self.search.data_access == "bucket-brigade"

    @property
    def load(self) -> ResourceOperator:
        """Load a word."""
        return self.tree(self.search.word_bits) if self.is_tree else self.table_lookup(self.search.block)

    @property
    def unload(self) -> ResourceOperator:
        """What it makes of the adjoint."""
        import pennylane.estimator as qre

        return qre.Adjoint(self.load)

    @property
    def clean_unload(self) -> ResourceOperator:
        """Its adjoint again, with our row of the fix-up, on clean qubits."""
        import pennylane.estimator as qre

        return qre.Adjoint(self.table_lookup(self.search.lookup.fixup_row, borrowed=False))

    @property
    def diffusion(self) -> ResourceOperator:
        """The reflection about the uniform superposition."""
        import pennylane.estimator as qre

        bits = self.search.index_bits
        return qre.Reflection(num_wires=bits, U=qre.Prod([(qre.Hadamard(), bits)]))

    @property
    def row(self) -> ResourceOperator:
        """All iterates of a row."""
        import pennylane.estimator as qre

        return qre.Pow(self._iterate(self.unload), self.search.iterates)

    def _iterate(self, unload: ResourceOperator) -> ResourceOperator:
        import pennylane.estimator as qre

        return qre.Prod([self.load, unload, self.diffusion])

    def table_lookup(self, block: int, borrowed: bool | None = None) -> ResourceOperator:
        """A lookup of blocks of words; `restored` is its word for borrowed qubits."""
        import pennylane.estimator as qre

        restored = self.search.data_access == "qroam-dirty" if borrowed is None else borrowed
        return qre.QROM(self.search.n_keys, self.search.word_bits, restored=restored, select_swap_depth=block)

    def tree(self, word_bits: int) -> ResourceOperator:
        """A bucket brigade; its wires are an input: index, word, a bus, and three for each router."""
        import pennylane.estimator as qre

        wires = self.search.index_bits + self.search.word_bits + 1 + 3 * (self.search.n_keys - 1)
        return qre.BBQRAM(self.search.n_keys, word_bits, num_wires=wires)

    @property
    def load_adjusted(self) -> int | None:
        """Toffolis of the load once the difference named in `load_compared` is taken away."""
        if self.is_tree:
            return toffolis(self.tree(0)) // 4
        if self.search.data_access == "qroam-dirty" and self.search.block == 1:
            return 2 * toffolis(self.load)
        return None

    def load_compared(self) -> Comparison:
        """The loads."""
        theirs, adjusted = toffolis(self.load), self.load_adjusted
        if self.is_tree:
            per_bit = (theirs - toffolis(self.tree(0))) // self.search.word_bits
            why = (
                f"each bit of the word travels through its tree, {per_bit:,} controlled swaps a bit, where ours reads "
                "the cells by CNOTs; it swaps at both ports of a router, in and out again, where ours makes one And "
                "and takes it back by measurement: adjusted for words of 0 bits and that factor of 4"
            )
        elif adjusted is not None:
            why = "one word per block borrows no qubits: it loads once, ours loads twice all the same"
        else:
            why = "not known"
        return Comparison.of("Toffolis of the load", self.search.load.toffoli, theirs, adjusted, why)

    def unload_compared(self) -> Comparison:
        """The unloads."""
        if self.is_tree:
            does = "it runs the tree again"
        else:
            borrowed = " on borrowed qubits" if self.search.data_access == "qroam-dirty" else ""
            does = f"its fix-up takes the block of the load, {self.search.block}{borrowed}"
        why = (
            f"{does}, where ours measures and takes rows of {self.search.lookup.fixup_row} on clean qubits; adjusted "
            "to such rows it takes one controlled swap more, because ours codes the row's number one-hot"
        )
        adjusted = toffolis(self.clean_unload)
        return Comparison.of("Toffolis of the unload", self.search.unload.toffoli, toffolis(self.unload), adjusted, why)

    def row_compared(self) -> Comparison:
        """All iterates, and what they would be with load and unload adjusted."""
        load = self.load_adjusted or toffolis(self.load)
        adjusted = self.search.iterates * (load + toffolis(self.clean_unload) + toffolis(self.diffusion))
        why = "load and unload, see there"
        return Comparison.of("Toffolis of a row", self.search.row.toffoli, toffolis(self.row), adjusted, why)

    def qubits_compared(self) -> Comparison:
        """Wires of an iterate."""
        theirs = _resources(self._iterate(self.unload)).total_wires
        ours, load_alone = self.search.iterate.logical_qubits, _resources(self.load).total_wires
        if self.is_tree:
            adjusted = load_alone - 2 * (self.search.n_keys - 1)
            why = "a router is three wires (direction, two ports), ours one; its diffusion takes no wires of the tree"
        elif self.search.data_access == "qroam-dirty":
            adjusted = load_alone + self.search.word_bits
            why = "ours borrows a word for each place of the block, it one fewer; borrowed qubits are included"
        else:
            adjusted = load_alone
            why = "its fix-up takes qubits beside those of the word, ours those that the word has left"
        return Comparison.of("logical qubits", ours, theirs, adjusted, why)


def _score_compared(search: LookupSearch) -> Comparison:
    """The score by itself: its nearest primitives multiply two registers."""
    import pennylane.estimator as qre

    width = sign_width(search.query, search.threshold, KEY_BITS)
    multiplied = [
        (qre.OutMultiplier(KEY_BITS, KEY_BITS), search.d_head),
        (qre.SemiAdder(width), search.d_head - 1),
        (qre.IntegerComparator(search.threshold, width), 1),
    ]
    forward = qre.Prod(multiplied)
    digits = sum(len(list(signed_digits(factor))) for factor in search.query)
    return Comparison.of(
        "Toffolis of the score and its undoing",
        search.score.toffoli,
        toffolis(forward) + toffolis(qre.Adjoint(forward)),
        digits * toffolis(qre.SemiAdder(KEY_BITS)),
        f"it multiplies two registers and undoes that by as many Toffolis; adjusted to a query that is known: one "
        f"{KEY_BITS}-bit adder for each of its {digits} signed digits, undone by measurement; ours also forms sums "
        "that several digits need once, and adds by carry-save adders",
    )
