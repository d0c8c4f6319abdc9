import numpy as np
import pytest
from qualtran.bloqs.data_loading.qrom import QROM
from qualtran.resource_counting import QECGatesCost, QubitCount, get_cost_value

from groverattn.bloqs.flat.flattening import flatten
from groverattn.bloqs.lookup.qrom import QROMLookup
from groverattn.costs.counting import count
from groverattn.problem.key_table import KeyTable


@pytest.mark.parametrize("n_keys", [2, 3, 5, 16, 100, 1024, 2**20])
def test_sizes_only_counts_are_those_of_qualtran(n_keys):
    """arXiv:1805.03662: n - 2 And; Qualtran 0.7.0 gives the same And and qubit counts for the same sizes."""
    lookup = QROMLookup(KeyTable(n_keys, d_head=4, key_bits=4))
    qualtran = QROM.build_from_bitsize(n_keys, lookup.table.word_bits)
    counted = count(lookup)
    assert counted.toffoli == n_keys - 2 == get_cost_value(qualtran, QECGatesCost()).and_bloq
    assert counted.logical_qubits == get_cost_value(qualtran, QubitCount())


@pytest.mark.parametrize("n_keys", range(2, 40))
def test_depth_and_width_are_those_of_the_flat_circuit(n_keys):
    keys = np.random.default_rng(n_keys).integers(-4, 4, (n_keys, 2))
    lookup = QROMLookup(KeyTable.from_keys(keys, key_bits=3))
    circuit = flatten(lookup)
    assert (circuit.toffoli, circuit.toffoli_depth, circuit.n_wires) == (n_keys - 2, n_keys - 2, lookup.peak_qubits)


def test_data_backed_and_sizes_only_counts_differ_in_the_fan_out_alone():
    keys = np.random.default_rng(3).integers(-8, 8, (50, 6))
    backed, sizes = count(QROMLookup(KeyTable.from_keys(keys, 4))), count(QROMLookup(KeyTable(50, 6, 4)))
    assert sizes.clifford == pytest.approx(backed.clifford, rel=0.05)
    for name in ("toffoli", "rotation", "measurement", "logical_qubits", "toffoli_depth"):
        assert getattr(backed, name) == getattr(sizes, name), name
