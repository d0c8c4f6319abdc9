"""The same whole search in the sparse simulator and in qdk's: Hadamards, And, measurements and all.

`row`: the last row of the packaged head, n = 128, d = 32, 8 bits, three iterates on 724 qubits, 71,000 gates.
`blocks`: 512 random keys, d = 64, 8 bits, two keys per query, one iterate on 3,040 qubits, 160,000 gates.
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
from groverattn.reference.blocks.dealing import odd_blocks
from groverattn.simulation.index_engines import grover_amplitudes
from groverattn.verification.row import SearchedRow
from groverattn.verification.sparse_state import SparseCircuit, run_sparse, search_circuits


def head_search():
    instance = Instance.from_target(bundled_head(), 3, 8, 8)
    row = int(instance.searchable_rows[-1])
    table = KeyTable.from_keys(instance.keys.values, 8)
    score = Score(instance.query(row), int(instance.thresholds[row]), 8)
    return GroverSearch(GroverIterate(PhaseOracle(key_lookup("qrom", table), score)), 3), instance.marked(row)


def block_search():
    row = SearchedRow.random(512, 64, 16, data_access="one-hot", keys_per_query=2, words_at_once=2)
    marked = odd_blocks(row.is_marked, np.arange(512).reshape(-1, 2))
    return GroverSearch(GroverIterate(row.oracle()), 1), marked


SEARCHES = {"row": (head_search, 724), "blocks": (block_search, 3040)}


@pytest.fixture(scope="module", params=SEARCHES)
def search(request):
    """A search, its circuit and what it marks."""
    make, n_qubits = SEARCHES[request.param]
    bloq, marked = make()
    circuit = flatten(bloq)
    assert circuit.n_wires == n_qubits
    assert circuit.gate_counts.total() > 70_000
    return bloq, circuit, marked


def program(circuit):
    """The circuit, and a measurement of the index at its end."""
    wires = circuit.inputs["selection", ()]
    measure = "".join(f"index[{i}] = measure q[{wire}];\n" for i, wire in enumerate(wires))
    return openqasm(circuit) + f"output bit[{len(wires)}] index;\n{measure}"


def compiled(circuit):
    context = Context()
    context.import_openqasm(program(circuit), name="program", program_type=ProgramType.File)
    return context, context.code.qasm_import.program


def test_sparse_from_the_flat_circuit(benchmark, search):
    """Preparing and running."""
    bloq, circuit, marked = search
    state = benchmark.pedantic(lambda: run_sparse(circuit, np.random.default_rng(0)), rounds=5)
    np.testing.assert_allclose(state.amplitudes(), grover_amplitudes(marked, bloq.n_iterates), atol=1e-9)


def test_qdk_from_the_flat_circuit(benchmark, search):
    """Exporting, compiling and running."""
    _, circuit, marked = search

    def run():
        context, entry = compiled(circuit)
        return context.run(entry, 1)

    assert 1 << len(benchmark.pedantic(run, rounds=1)[0]) == marked.size


def test_sparse_prepared(benchmark, search):
    ready = SparseCircuit(search[1])
    benchmark.pedantic(lambda: run_sparse(ready, np.random.default_rng(0)), rounds=10)


def test_qdk_compiled(benchmark, search):
    context, entry = compiled(search[1])
    assert 1 << len(benchmark.pedantic(lambda: context.run(entry, 1), rounds=3)[0]) == search[2].size


def test_sparse_from_the_bloq(benchmark, search):
    """Flattening included: each iterate is written down once."""
    bloq, _, marked = search
    state = benchmark.pedantic(lambda: run_sparse(search_circuits(bloq), np.random.default_rng(0)), rounds=3)
    assert state.peak_terms == marked.size
