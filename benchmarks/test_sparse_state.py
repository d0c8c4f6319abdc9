"""The same whole search in the sparse simulator and in qdk's: Hadamards, And, measurements and all.

The row is the last of the packaged head, n = 128, d = 32, 8 bits: three iterates on 724 qubits, 71,000 gates.
"""

import numpy as np
import pytest
from qdk import Context, ProgramType

from groverattn.bloqs.flat.flattening import flatten
from groverattn.bloqs.lookup.data_access import key_lookup
from groverattn.bloqs.score.score import Score
from groverattn.bloqs.search.grover import GroverIterate, GroverSearch
from groverattn.bloqs.search.phase_oracle import PhaseOracle
from groverattn.export.openqasm import openqasm
from groverattn.problem.heads import bundled_head
from groverattn.problem.instance import Instance
from groverattn.problem.key_table import KeyTable
from groverattn.simulation.index_engines import grover_amplitudes
from groverattn.verification.sparse_state import SparseCircuit, run_sparse, search_circuits

N_ITERATES = 3


def head_search():
    instance = Instance.from_target(bundled_head(), 3, 8, 8)
    row = int(instance.searchable_rows[-1])
    table = KeyTable.from_keys(instance.keys.values, 8)
    score = Score(instance.query(row), int(instance.thresholds[row]), 8)
    return GroverSearch(GroverIterate(PhaseOracle(key_lookup("qrom", table), score)), N_ITERATES), instance.marked(row)


@pytest.fixture(scope="module")
def circuit():
    circuit = flatten(head_search()[0])
    assert circuit.n_wires == 724
    assert circuit.gate_counts.total() > 70_000
    return circuit


def program(circuit):
    """The circuit, and a measurement of the index at its end."""
    wires = circuit.inputs["selection", ()]
    measure = "".join(f"index[{i}] = measure q[{wire}];\n" for i, wire in enumerate(wires))
    return openqasm(circuit) + f"output bit[{len(wires)}] index;\n{measure}"


def compiled(circuit):
    context = Context()
    context.import_openqasm(program(circuit), name="program", program_type=ProgramType.File)
    return context, context.code.qasm_import.program


def test_sparse_from_the_flat_circuit(benchmark, circuit):
    """Preparing and running."""
    state = benchmark.pedantic(lambda: run_sparse(circuit, np.random.default_rng(0)), rounds=5)
    np.testing.assert_allclose(state.amplitudes(), grover_amplitudes(head_search()[1], N_ITERATES), atol=1e-9)


def test_qdk_from_the_flat_circuit(benchmark, circuit):
    """Exporting, compiling and running."""

    def run():
        context, entry = compiled(circuit)
        return context.run(entry, 1)

    assert len(benchmark.pedantic(run, rounds=2)[0]) == 7


def test_sparse_prepared(benchmark, circuit):
    ready = SparseCircuit(circuit)
    benchmark.pedantic(lambda: run_sparse(ready, np.random.default_rng(0)), rounds=10)


def test_qdk_compiled(benchmark, circuit):
    context, entry = compiled(circuit)
    assert len(benchmark.pedantic(lambda: context.run(entry, 1), rounds=5)[0]) == 7


def test_sparse_from_the_bloq(benchmark):
    """Flattening included: each iterate is written down once."""
    state = benchmark.pedantic(
        lambda: run_sparse(search_circuits(head_search()[0]), np.random.default_rng(0)), rounds=3
    )
    assert state.peak_terms == 128
