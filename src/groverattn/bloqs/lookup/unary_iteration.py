"""Unary iteration: visit the values of an index one after the other, each under one control qubit."""

from collections.abc import Callable

import attrs
from qualtran.bloqs.basic_gates import CNOT, XGate
from qualtran.bloqs.mcmt import And

from groverattn.bloqs.costed import Builder, Wire

Leaf = Callable[[Wire, int], Wire]
"""Acts under a control qubit that is one iff the index has the given value, and returns the control."""


def unary_iteration(bb: Builder, index: list[Wire], n_values: int, leaf: Leaf) -> list[Wire]:
    """Call `leaf` for every value 0..n_values-1 of the index, most significant qubit first, and return the qubits.

    Babbush et al. arXiv:1805.03662, Sec. III.A: n_values - 2 And, all one after the other, len(index) - 1 ancillas.
    Values from n_values on must not occur. See `unary_iteration_gates` for what it adds to a call graph.
    """
    walk = _Walk(bb, index, leaf)
    half = 1 << (len(index) - 1)
    index[0] = bb.add(XGate(), q=index[0])
    index[0] = walk.visit(index[0], 1, 0, half)
    index[0] = bb.add(XGate(), q=index[0])
    index[0] = walk.visit(index[0], 1, half, n_values)
    return index


def unary_iteration_gates(n_values: int) -> dict:
    """Gates of the walk itself, without its leaves."""
    n_and = n_values - 2
    walk = {And(1, 0): n_and, And(1, 1).adjoint(): n_and, CNOT(): n_and} if n_and else {}
    return walk | {XGate(): 2}


@attrs.frozen
class _Walk:
    """Walks the tree of indices from left to right: one And down and one measured And up for every inner node."""

    bb: Builder
    index: list[Wire]
    leaf: Leaf

    def visit(self, control: Wire, level: int, start: int, stop: int) -> Wire:
        if stop - start == 1:
            return self.leaf(control, start)
        middle = start + (1 << (len(self.index) - level - 1))
        if middle >= stop:
            # the right half is beyond the last value: this index qubit is 0 on every value that occurs
            return self.visit(control, level + 1, start, stop)
        (control, self.index[level]), node = self.bb.add_t(And(1, 0), ctrl=[control, self.index[level]])
        node = self.visit(node, level + 1, start, middle)
        control, node = self.bb.add_t(CNOT(), ctrl=control, target=node)
        node = self.visit(node, level + 1, middle, stop)
        undo = And(1, 1, uncompute=True)
        (control, self.index[level]) = self.bb.add(undo, ctrl=[control, self.index[level]], target=node)
        return control
