"""Depths as costs: of single gates, of graphs without a stated depth, and of what a row makes of them."""

import attrs
import numpy as np
import pytest
from qualtran import Bloq, Signature
from qualtran.bloqs.basic_gates import CNOT, Toffoli, TwoBitCSwap
from qualtran.bloqs.mcmt import And
from qualtran.resource_counting import get_cost_value

from groverattn.bloqs.lookup.data_access import DATA_ACCESSES
from groverattn.bloqs.score.full_adder import FullAdder
from groverattn.costs.depth import ToffoliDepth
from groverattn.problem.shapes import Shape
from groverattn.row.circuit import iterate_of
from groverattn.row.request import Design, RowRequest


def depth(bloq):
    return get_cost_value(bloq, ToffoliDepth())


@pytest.mark.parametrize(
    ("bloq", "expected"),
    [
        (And(), 1),
        (And().adjoint(), 0),
        (Toffoli(), 1),
        (TwoBitCSwap(), 1),
        (CNOT(), 0),
        (FullAdder(), 1),
    ],
)
def test_one_gate(bloq, expected):
    assert depth(bloq) == expected


@attrs.frozen
class Gates(Bloq):
    """Toffolis on the wires of each triple, one after the other; it states no depth."""

    triples: tuple[tuple[int, int, int], ...]

    @property
    def signature(self):
        return Signature.build(**{f"q{i}": 1 for i in range(1 + max(map(max, self.triples)))})

    def build_composite_bloq(self, bb, **wires):
        for a, b, target in self.triples:
            controls = np.array([wires[f"q{a}"], wires[f"q{b}"]])
            controls, wires[f"q{target}"] = bb.add(Toffoli(), ctrl=controls, target=wires[f"q{target}"])
            wires[f"q{a}"], wires[f"q{b}"] = controls
        return wires


def test_gates_side_by_side_count_once_and_in_a_row_each():
    assert depth(Gates(((0, 1, 2), (3, 4, 5)))) == 1
    assert depth(Gates(((0, 1, 2), (2, 3, 4), (4, 5, 0)))) == 3
    assert depth(Gates(((0, 1, 2),) * 5)) == 5


@pytest.mark.parametrize("access", sorted(DATA_ACCESSES))
@pytest.mark.parametrize("n_keys", [2, 5, 64, 1000])
def test_measurements_are_waited_for_at_least_as_often_as_toffolis(access, n_keys):
    """Measurement depth counts what Toffoli depth counts, and undone And gates and unloads beside."""
    iterate = iterate_of(RowRequest(shape=Shape(n_keys, 3, 1, 4, 4), design=Design.one_key(data_access=access)))
    toffoli, measured = iterate.toffoli_depth, iterate.measurement_depth
    assert type(toffoli) is int
    assert 0 <= toffoli <= measured
    assert depth(iterate) == toffoli
