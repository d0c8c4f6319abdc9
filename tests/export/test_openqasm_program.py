"""Exported OpenQASM 3 programs, run and counted by qdk."""

import re

import numpy as np
import pytest
from qdk import openqasm as qdk_openqasm

from groverattn.bloqs.lookup.data_access import DATA_ACCESSES
from groverattn.costs.counting import count
from groverattn.errors import InputError
from groverattn.export import openqasm as exported
from groverattn.export.circuits import ChosenCircuit
from groverattn.export.openqasm import openqasm_program, predicted_statements
from groverattn.export.request import CIRCUITS, ExportRequest
from groverattn.physical.counts_file import counts_from_object
from groverattn.problem.chosen_head import head_instance
from groverattn.problem.heads import bundled_head
from groverattn.verification.row import SearchedRow

WITH_CIRCUIT = sorted(set(DATA_ACCESSES) - {"qram"})
SMALL = {"n_keys": 8, "d_head": 2, "n_marked": 2, "key_bits": 3, "query_bits": 3}


def random_row(**inputs):
    return ChosenCircuit.of(SearchedRow.random(**inputs))


@pytest.mark.parametrize("access", WITH_CIRCUIT)
def test_a_search_measures_a_marked_key(access):
    """A quarter of the keys is marked, so one iterate finds one with certainty."""
    chosen = random_row(**SMALL, data_access=access)
    assert chosen.bloq("search").n_iterates == 1
    shots = qdk_openqasm.run(openqasm_program(chosen.bloq("search"), chosen.inputs), 12, as_bitstring=True, seed=1)
    marked = {j for j in range(8) if chosen.iterate.oracle.is_marked(j)}
    assert len(marked) == 2
    assert {int(index, 2) for *_, index in shots} == marked


@pytest.mark.parametrize("access", ["qrom", "qroam", "bucket-brigade"])
def test_a_lookup_holds_the_word_where_it_says(access):
    chosen = random_row(n_keys=16, d_head=1, key_bits=3, query_bits=3, data_access=access)
    lookup = chosen.bloq("lookup")
    program = openqasm_program(lookup, chosen.inputs)
    index, word = (
        [int(wire) for wire in re.findall(r"q\[(\d+)\]", re.search(f"^// {name}: (.*)$", program, re.M)[1])]
        for name in ("selection", "out word")
    )
    first = re.search(r"^(qubit\[.*|bit\[\d+\] \w;)$\n(?!bit)", program, re.M).end()
    end = f"output bit[{len(word)}] w;\n" + "".join(f"w[{i}] = measure q[{wire}];\n" for i, wire in enumerate(word))
    for key in (0, 6, 15):
        flips = "".join(f"x q[{wire}];\n" for i, wire in enumerate(index) if key >> (len(index) - 1 - i) & 1)
        (shot,) = qdk_openqasm.run(program[:first] + flips + program[first:] + end, 1, as_bitstring=True, seed=key)
        assert int(shot, 2) == lookup.table.word(key)


@pytest.mark.parametrize("what", CIRCUITS)
def test_qdk_counts_the_program_as_we_count_the_bloq(what):
    """Its logical counts, read back; a search measures the index on top."""
    chosen = random_row(n_keys=11, d_head=2, key_bits=3, query_bits=3, n_marked=2)
    bloq = chosen.bloq(what)
    theirs = qdk_openqasm.estimate(openqasm_program(bloq, chosen.inputs))["logicalCounts"]
    read, ours = counts_from_object(theirs).counts, count(bloq)
    index_bits = 4 if what == "search" else 0
    names = ("toffoli", "t", "rotation", "logical_qubits")
    assert [getattr(read, name) for name in names] == [getattr(ours, name) for name in names]
    assert read.measurement == ours.measurement + index_bits


def test_a_row_of_a_real_head():
    chosen = ChosenCircuit.of(SearchedRow.checked(head_instance(bundled_head(), 3, 8, 8), None, "qroam"))
    bloq = chosen.bloq("iterate")
    program = openqasm_program(bloq, chosen.inputs)
    assert program.count("ccx ") + program.count("cswap ") == count(bloq).toffoli
    assert '"row": 127' in program.splitlines()[0]
    assert program.count(";") == pytest.approx(predicted_statements(bloq), rel=0.1)


@pytest.mark.parametrize("access", WITH_CIRCUIT)
def test_statements_are_predicted(access):
    bloq = random_row(n_keys=128, d_head=8, key_bits=6, query_bits=6, data_access=access).bloq("oracle")
    assert openqasm_program(bloq, {}).count(";") == pytest.approx(predicted_statements(bloq), rel=0.15)


def test_too_large_a_circuit_is_refused_before_its_gates_are_written(monkeypatch):
    monkeypatch.setattr(exported, "flatten", None)
    chosen = random_row(**SMALL)
    with pytest.raises(InputError, match=r"e8 statements, .*e10 bytes"):
        openqasm_program(random_row(n_keys=8, d_head=2).bloq("search", 10**6), {})
    with pytest.raises(InputError, match="2,000,000"):
        openqasm_program(chosen.bloq("search", 10**80), {})


def test_no_name_ends_the_comment():
    chosen = random_row(**SMALL)
    lines = openqasm_program(chosen.bloq("lookup"), {"head": "a\nx q[0];\r\u2028h q[0];"}).splitlines()
    assert lines[0].startswith("// groverattn: ")
    assert lines[0].endswith("}")
    assert "OPENQASM 3.0;" in lines[1:3]


def test_an_external_memory_is_no_circuit():
    chosen = random_row(**SMALL, data_access="qram")
    with pytest.raises(InputError, match="choose another data access than qram"):
        openqasm_program(chosen.bloq("oracle"), {})


def test_a_row_that_is_not_searched_is_refused():
    instance = head_instance(bundled_head(), 16, 4, 4)
    assert not np.isin(128, instance.searchable_rows)
    with pytest.raises(InputError, match="row 128"):
        SearchedRow.checked(instance, 128)


@pytest.mark.parametrize(("what", "n_iterates"), [("search", -1), ("serach", None)])
def test_what_no_search_has_is_refused(what, n_iterates):
    with pytest.raises(InputError, match=r"n_iterates = -1|'serach'"):
        ExportRequest(to="openqasm3", what=what, n_iterates=n_iterates)
