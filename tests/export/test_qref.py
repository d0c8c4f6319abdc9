"""QREF programs checked by qref, compiled and evaluated by Bartiq: the numbers that are counted here."""

import json
import math
import textwrap
from pathlib import Path

import attrs
import pytest
import sympy
from bartiq import compile_routine, evaluate
from qref import SchemaV1
from qref.verification import verify_topology
from qualtran.bloqs.basic_gates import CNOT
from qualtran.bloqs.mcmt import And

import groverattn
from groverattn.bloqs.lookup.bucket_brigade import BucketBrigadeLookup
from groverattn.bloqs.lookup.data_access import DATA_ACCESSES
from groverattn.bloqs.lookup.qram import QRAMLookup
from groverattn.bloqs.lookup.qroam import QROAMLookup
from groverattn.bloqs.lookup.qroam_dirty import DirtyQROAMLookup
from groverattn.bloqs.lookup.qrom import QROMLookup
from groverattn.bloqs.search.fixed_point import _fixed_point_search
from groverattn.bloqs.search.grover import GroverSearch, _grover_iterate
from groverattn.bloqs.search.phase_oracle import _phase_oracle
from groverattn.costs.counting import count
from groverattn.costs.logical import LogicalCounts
from groverattn.export.qref_program import qref_json, qref_program
from groverattn.problem.key_table import KeyTable
from groverattn.problem.shapes import Shape
from groverattn.row.circuit import iterate_of
from groverattn.row.request import Design, RowRequest
from tests.bloqs.examples import BOTH_DIRECTIONS

ROOT = Path(__file__).parents[2]
N, D, B, BLOCK = sympy.symbols("n d b block", positive=True, integer=True)
LOOKUPS = {
    "qrom": lambda table, block: QROMLookup(table),
    "qroam": lambda table, block: QROAMLookup(table, block=block),
    "qroam-dirty": lambda table, block: DirtyQROAMLookup(table, block=block),
    "bucket-brigade": lambda table, block: BucketBrigadeLookup(table),
    "bucket-brigade-parallel": lambda table, block: BucketBrigadeLookup(table, control_copies=math.inf),
    "qram": lambda table, block: QRAMLookup(table),
}


def read(bloq):
    """The program as another tool reads it: from its text, by qref's own validators."""
    program = SchemaV1.model_validate_json(qref_json(qref_program(bloq)))
    assert verify_topology(program).problems == []
    return program


def in_bartiq(program, **sizes):
    routine = evaluate(compile_routine(program).routine, sizes).routine
    return {name: resource.value for name, resource in routine.resources.items()}


def has_the_counts(found, bloq):
    counted = attrs.asdict(count(bloq))
    assert {name: found[name] for name in counted} == counted
    assert all(isinstance(value, int) for value in found.values())


@pytest.mark.parametrize("bloq", BOTH_DIRECTIONS.values(), ids=BOTH_DIRECTIONS)
def test_every_bloq(bloq):
    has_the_counts(in_bartiq(read(bloq)), bloq)


@pytest.mark.parametrize("access", DATA_ACCESSES)
def test_searches_at_the_size_of_a_model(access):
    shape = Shape(n_keys=1 << 17, d_head=128, n_marked=512, key_bits=8, query_bits=8)
    iterate = iterate_of(RowRequest(shape=shape, design=Design.one_key(data_access=access)))
    lookup = iterate.oracle.lookup
    search = GroverSearch(iterate, 12)
    for bloq in (lookup, lookup.adjoint(), iterate.oracle, iterate, search):
        found = in_bartiq(read(bloq))
        has_the_counts(found, bloq)
    assert found["external_calls"] == (24 if access == "qram" else 0)


@pytest.mark.parametrize("name", LOOKUPS)
@pytest.mark.parametrize("direction", ["load", "unload"])
def test_sizes_that_are_symbols(name, direction):
    """One program for all sizes: Bartiq puts the numbers in."""
    symbolic = LOOKUPS[name](KeyTable(N, D, B), BLOCK)
    program = read(symbolic if direction == "load" else symbolic.adjoint())
    for n, d, b, block in ((8, 2, 2, 2), (1000, 64, 8, 4), (2**17, 128, 8, 8)):
        concrete = LOOKUPS[name](KeyTable(n, d, b), block)
        concrete = concrete if direction == "load" else concrete.adjoint()
        sizes = {"n": n, "d": d, "b": b, "block": block}
        if hasattr(concrete, "fixup"):
            sizes["K"] = concrete.fixup.row_bits
        assert set(program.program.input_params) <= set(sizes)
        has_the_counts(in_bartiq(program, **sizes), concrete)


def test_number_of_iterates_as_a_symbol():
    iterate = _grover_iterate.make()
    program = read(GroverSearch(iterate, sympy.Symbol("n_iterates", positive=True, integer=True)))
    assert program.program.input_params == ["n_iterates"]
    for n_iterates in (1, 804):
        has_the_counts(in_bartiq(program, n_iterates=n_iterates), GroverSearch(iterate, n_iterates))


def child(routine, *path):
    for name in path:
        routine = routine.children.by_name[name]
    return routine


def resource(routine, name):
    return routine.resources.by_name[name]


@pytest.mark.parametrize("name", ["toffoli", "clifford", "measurement_depth", "logical_qubits"])
def test_bartiq_computes_them_from_the_parts(name):
    """What one part says, changed: sums move by the difference, the maximum to the part that is now the largest."""
    bloq = _grover_iterate.make()
    program = read(bloq)
    before = in_bartiq(program)
    load = child(program.program, "oracle", "load")
    stated = load if name in ("measurement_depth", "logical_qubits") else child(load, "CNOT_repeated", "CNOT")
    if name == "toffoli":
        stated = child(load, "And_repeated", "And")
    resource(stated, name).value += 1000
    times = load.children.by_name[f"{stated.name}_repeated"].repetition.count if stated is not load else 1
    after = in_bartiq(program)
    expected = (
        1000 + count(bloq.oracle.lookup).logical_qubits if name == "logical_qubits" else before[name] + 1000 * times
    )
    assert after == before | {name: expected}


def test_a_depth_is_stated_only_where_parts_do_not_follow_each_other():
    """In the load gates wait for each other as their wires allow; the oracle's depth is the sum of its parts."""
    oracle = qref_program(_phase_oracle.make()).program
    assert {"toffoli_depth", "measurement_depth"} <= {r.name for r in child(oracle, "load").resources}
    assert not {"toffoli_depth", "measurement_depth"} & {r.name for r in oracle.resources}


def test_ports_are_registers():
    oracle = _phase_oracle.make()
    program = qref_program(oracle).program
    selection, word = (oracle.lookup.signature.get_right(name).total_bits() for name in ("selection", "word"))
    assert [(p.name, p.direction, p.size) for p in program.ports] == [
        ("in_selection", "input", selection),
        ("out_selection", "output", selection),
    ]
    assert [(p.name, p.direction, p.size) for p in child(program, "load").ports] == [
        ("out_word", "output", word),
        ("selection", "through", selection),
    ]
    wires = {(c.source, c.target) for c in program.connections}
    assert {("load.out_word", "split_word.in_word"), ("flip.live", "join_word.in_live")} <= wires


def test_a_port_of_another_size_is_found():
    program = read(_phase_oracle.make())
    child(program.program, "join_word").ports.by_name["out_word"].size += 1
    with pytest.raises(Exception, match="constraint was violated"):
        compile_routine(program)


def test_parts_read_backwards():
    names = [c.name for c in qref_program(GroverSearch(_grover_iterate.make(), 3).adjoint()).program.children]
    assert names == ["iterate_repeated", "prepare"]


def test_a_search_without_wires_between_its_parts():
    """Fixed-point search: its parts come from the call graph, so that they have no ports."""
    program = qref_program(_fixed_point_search.make()).program
    assert [port.direction for port in program.ports] == ["through"]
    assert all(not part.ports for part in program.children)


def test_a_gate_alone():
    has_the_counts(in_bartiq(read(And())), And())
    has_the_counts(in_bartiq(read(CNOT())), CNOT())


def test_the_file_says_how_to_read_it():
    said = json.loads(qref_json(qref_program(_phase_oracle.make())))["program"]["meta"]
    assert said["generator"] == f"groverattn {groverattn.__version__}"
    names = {field.name for field in attrs.fields(LogicalCounts)} | {"external_calls"}
    explained = " ".join(said["resources"].values())
    assert [name for name in names if name not in explained] == []


def test_the_example_in_the_document(tmp_path, monkeypatch, capsys):
    """docs/interchange.md: what it prints is 4 iterates of a search whose Toffolis are a formula."""
    iterate = _grover_iterate.make()
    search = GroverSearch(iterate, sympy.Symbol("n_iterates", positive=True, integer=True))
    (tmp_path / "search.json").write_text(qref_json(qref_program(search)))
    monkeypatch.chdir(tmp_path)
    lines = (ROOT / "docs" / "interchange.md").read_text("utf-8").splitlines()
    start, end = (i for i, line in enumerate(lines) if line.startswith(("    import qref", "    print(evaluate")))
    exec(textwrap.dedent("\n".join(lines[start : end + 1])), {})
    four, five = (count(GroverSearch(iterate, n)) for n in (4, 5))
    slope = five.toffoli - four.toffoli
    formula = f"{slope}*n_iterates + {four.toffoli - 4 * slope}"
    assert capsys.readouterr().out.splitlines() == [formula, str(four.logical_qubits)]
