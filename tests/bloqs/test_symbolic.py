"""The same bloqs with SymPy sizes: their formulas, evaluated, are the concrete counts."""

import math

import pytest
import sympy
from qualtran.resource_counting import QECGatesCost, QubitCount, get_cost_value

from groverattn.bloqs.lookup.bucket_brigade import BucketBrigadeLookup
from groverattn.bloqs.lookup.qram import QRAMLookup
from groverattn.bloqs.lookup.qroam import QROAMLookup
from groverattn.bloqs.lookup.qroam_dirty import DirtyQROAMLookup
from groverattn.bloqs.lookup.qrom import QROMLookup
from groverattn.costs.depth import MeasurementDepth, ToffoliDepth
from groverattn.problem.key_table import KeyTable

N, D, B, BLOCK = sympy.symbols("n d b block", positive=True, integer=True)
ROW = sympy.Symbol("K", positive=True, integer=True)

LOOKUPS = {
    "qrom": lambda table, block: QROMLookup(table),
    "qroam": lambda table, block: QROAMLookup(table, block=block),
    "qroam-dirty": lambda table, block: DirtyQROAMLookup(table, block=block),
    "bucket-brigade": lambda table, block: BucketBrigadeLookup(table),
    "qroam-again": lambda table, block: QROAMLookup(table, block=block, unload="again"),
    "bucket-brigade-parallel": lambda table, block: BucketBrigadeLookup(table, control_copies=math.inf),
    "bucket-brigade-again": lambda table, block: BucketBrigadeLookup(table, unload="again"),
    "qram": lambda table, block: QRAMLookup(table),
}


def costs(bloq):
    gates = get_cost_value(bloq, QECGatesCost())
    toffoli = gates.toffoli + gates.cswap + gates.and_bloq
    keys = (QubitCount(), ToffoliDepth(), MeasurementDepth())
    return [toffoli, gates.clifford, gates.measurement, *(get_cost_value(bloq, key) for key in keys)]


@pytest.mark.parametrize("name", LOOKUPS)
@pytest.mark.parametrize("direction", ["load", "unload"])
@pytest.mark.parametrize(
    ("n", "d", "b", "block"), [(8, 2, 2, 2), (1000, 64, 8, 4), (2**17, 128, 8, 8), (2**20, 128, 4, 32)]
)
def test_formula_equals_the_concrete_count(name, direction, n, d, b, block):
    symbolic = LOOKUPS[name](KeyTable(N, D, B), BLOCK)
    concrete = LOOKUPS[name](KeyTable(n, d, b), block)
    if direction == "unload":
        symbolic, concrete = symbolic.adjoint(), concrete.adjoint()
    values = {N: n, D: d, B: b, BLOCK: block}
    if hasattr(concrete, "fixup"):
        values[ROW] = concrete.fixup.row_bits
    evaluated = [int(sympy.sympify(formula).subs(values)) for formula in costs(symbolic)]
    assert evaluated == [int(value) for value in costs(concrete)]


def test_published_formulas():
    """arXiv:1805.03662: n - 2; arXiv:1902.02134: ceil(n / block) - 2 + bits (block - 1); unload ceil(n / K) + K - 4."""
    word = B * D + 1
    table = KeyTable(N, D, B)
    assert costs(QROMLookup(table))[0] == N - 2
    assert (
        sympy.simplify(costs(QROAMLookup(table, block=BLOCK))[0] - (sympy.ceiling(N / BLOCK) - 2 + word * (BLOCK - 1)))
        == 0
    )
    assert sympy.simplify(costs(QROMLookup(table).adjoint())[0] - (sympy.ceiling(N / ROW) + ROW - 4)) == 0
