"""The id of a point, its row, and the version that both depend on."""

import itertools
from importlib.resources import files
from pathlib import Path

import attrs
import grimp
import numpy as np
import pytest

from groverattn.estimation import columns as sheet_columns
from groverattn.files.csv_records import cell_text
from groverattn.inputs import make
from groverattn.reference.search.laws import LAWS
from groverattn.row.request import RowRequest
from groverattn.simulation.head import simulate
from groverattn.simulation.request import SimulationRequest
from groverattn.sweep.estimate_points import request_of
from groverattn.sweep.kinds import KINDS
from groverattn.sweep.points import (
    MISSING,
    ModelVersion,
    Point,
    Points,
    file_digest,
    git_state,
    is_source,
    model_version,
    point_id,
    sources_digest,
)
from groverattn.sweep.runner import row_of
from groverattn.sweep.study_file import read_study
from groverattn.whole_model.model import whole_model

VERSION = ModelVersion("1", "2", {"numpy": "3"})
OTHER_VALUES = {str: "other", int: 7, float: 0.375, bool: True}


def all_ids(kind):
    """The id of the defaults, and of the defaults with one input changed, for every input."""
    changed = [kind.defaults | {name: OTHER_VALUES[declared.type]} for name, declared in kind.inputs.items()]
    return [point_id(kind, values, {}, VERSION) for values in (kind.defaults, *changed)]


def test_every_input_changes_the_id():
    ids = [name for kind in KINDS.values() for name in all_ids(kind)]
    assert len(set(ids)) == len(ids) == 2 + sum(len(kind.inputs) for kind in KINDS.values())
    assert all(len(name) == 20 for name in ids)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_every_input_is_a_column(kind):
    """Or two rows that differ in it could not be told apart; of the rows there are the first and the last."""
    columns = {*kind.columns} | ({"rows"} if {"rows_begin", "rows_end"} <= {*kind.columns} else set())
    assert {*kind.inputs} <= columns


def test_every_part_of_the_version_changes_the_id():
    kind = KINDS["estimate"]
    versions = [
        VERSION,
        attrs.evolve(VERSION, package="1.1"),
        attrs.evolve(VERSION, sources="2.1"),
        attrs.evolve(VERSION, libraries={"numpy": "3.1"}),
    ]
    kinds = [kind, attrs.evolve(kind, result_schema="groverattn.estimate/99")]
    ids = {point_id(each, kind.defaults, {}, version) for each in kinds for version in versions}
    assert len(ids) == 8


@pytest.fixture
def package(tmp_path):
    """Digest of a package with these files."""

    def digest(contents):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        for name, text in contents.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        return sources_digest(folder)

    return digest


NUMBERS = {"costs/a.py": "1", "physical/machines/m.toml": "2", "show/numbers.py": "3", "estimation/columns.py": "4"}
PRINTS = ("cli/verb.py", "data/README.md", "show/html.py", "report/build.py", "estimation/ledger.toml")
PRINTS += ("estimation/table.py", "estimation/figure.py", "diagnosis/survey_figure.py", "costs/a.pyc")


@pytest.mark.parametrize("name", PRINTS)
def test_what_only_prints_makes_no_point_stale(package, name):
    """Such as the heading of a table."""
    assert package(NUMBERS) == package(NUMBERS | {name: "old"}) == package(NUMBERS | {name: "new"})


def test_every_source_of_numbers_is_part_of_the_version(package):
    """Whether it is changed, new or has another name."""
    changed = [NUMBERS | {name: "other"} for name in NUMBERS]
    renamed = {"costs/b.py" if name == "costs/a.py" else name: text for name, text in NUMBERS.items()}
    assert len({package(files) for files in (NUMBERS, *changed, renamed, NUMBERS | {"costs/b.py": ""})}) == 7


def test_no_number_comes_from_a_module_that_is_left_out():
    """Neither does what computes points import one of them, nor does a machine or a data table lie among them."""
    graph, package = grimp.build_graph("groverattn"), Path(str(files("groverattn")))
    for name in ("document", "result"):  # tables, and how a result becomes one: no point is shown
        graph.remove_module(f"groverattn.show.{name}")
    computing = {"groverattn.sweep.estimate_points", "groverattn.sweep.simulate_points", "groverattn.sweep.runner"}
    for module in tuple(computing):
        computing |= graph.find_upstream_modules(module)
    paths = {module: module.removeprefix("groverattn").replace(".", "/").lstrip("/") for module in computing}
    left_out = {
        path for path in paths.values() if path and not (package / path).is_dir() and not is_source(f"{path}.py")
    }
    assert len(computing) > 100
    assert left_out == set()
    assert all(is_source(path.relative_to(package).as_posix()) for path in package.glob("physical/**/*.toml"))


def test_the_version_that_runs():
    version = model_version()
    assert version.libraries["numpy"] == np.__version__
    state = git_state()
    assert state is None or len(state["commit"]) == 40


def study_of(tmp_path, text):
    (tmp_path / "study.toml").write_text(text)
    return read_study(tmp_path / "study.toml")


def test_the_contents_of_a_file_are_part_of_the_id(tmp_path):
    text = 'kind = "simulate"\n[grid]\nfile = ["heads.npz", "../none\\u0000.npz"]\n'
    missing = Points.of(study_of(tmp_path, text), VERSION)
    assert set(missing.files.values()) == {MISSING}
    (tmp_path / "heads.npz").write_bytes(b"one")
    one = Points.of(study_of(tmp_path, text), VERSION)
    (tmp_path / "heads.npz").write_bytes(b"two")
    two = Points.of(study_of(tmp_path, text), VERSION)
    assert len({missing.ids[0], one.ids[0], two.ids[0]}) == 3
    assert one.ids[1] == two.ids[1]


def test_a_pipe_is_not_waited_for(tmp_path):
    assert file_digest(tmp_path) == file_digest(tmp_path / "x") == MISSING


def test_points_that_say_the_same_are_one(tmp_path):
    study = study_of(
        tmp_path, 'kind = "estimate"\n[grid]\nkey_bits = [8, 8, 4]\n[[points]]\n[[points]]\nquery_bits = 8'
    )
    points = Points.of(study, VERSION)
    assert len(points.ids) == 5
    assert len(set(points.ids)) == 2
    assert [point.id for point in points.to_compute({})] == list(dict.fromkeys(points.ids))
    assert [point.id for point in points.to_compute({points.ids[0]: None})] == [points.ids[2]]


def row(kind, **said):
    return row_of(KINDS[kind], Point("some id", KINDS[kind].defaults | said), Path())


def test_a_row_of_an_estimate_is_that_of_the_sheet():
    found = row("estimate", preset="toy", data_access="qroam", qram_latency_us=2.0)
    sheet = sheet_columns.sheet_row(RowRequest.of(preset="toy", data_access="qroam"))
    del sheet["id"]
    assert {name: cell_text(found[name]) for name in sheet} == sheet
    assert (found["id"], found["schema"], found["qram_latency_us"]) == ("some id", "groverattn.sweep.estimate/2", 2.0)
    assert list(found) == list(KINDS["estimate"].columns)


def test_every_input_of_an_estimate_reaches_it(tmp_path):
    """Each of them, changed alone, changes the request."""
    kind = KINDS["estimate"]
    machine = tmp_path / "mine.toml"
    machine.write_text('base = "gidney-2025"')
    config = tmp_path / "config.json"
    config.write_text(
        '{"model_type": "gpt2", "n_layer": 5, "n_head": 12, "n_embd": 48, "n_positions": 64}', encoding="utf-8"
    )
    sizes = {"n_keys": 64, "d_head": 4, "n_marked": 3, "query_heads": 12}
    base = kind.defaults | sizes | {"window": 16, "window_layers": 2}
    changed = {
        **{"n_keys": 128, "d_head": 5, "n_marked": 4, "key_bits": 4, "query_bits": 4, "preset": "toy"},
        **{"data_access": "qroam", "score_method": "in-place", "search_law": "worst", "hardware": str(machine)},
        **{"error_budget": 0.1, "qram_latency_us": 1.0, "qram_qubits_per_bit": 2.0, "qram_p_error": 0.1},
        **{"keys_per_query": 4, "words_at_once": 2, "method": "posterior", "reads_limit": 0.25},
        **{"significant_bits": 2, "lowest_column": 3, "score_margin": 2.0},
        **{"block": 2, "unload": "again", "control_copies": 2, "n_parts": 2, "n_machines": 2, "n_searched": 128},
        **{"store": 3, "n_factories": 2, "optimise": "time"},
        **{"name": "mine", "layers": 2, "query_heads": 4, "gqa_group": 3, "key_numbers": 9},
        **{"read_first": 2, "read_last": 3},
        **{"weight_bits": 4, "pool": 2, "context": 999, "window": 8, "window_layers": 3},
        **{"source": "a paper", "note": "a sketch", "config": str(config), "kv_heads": 6},
    }
    everything = [request_of(base), *(request_of(base | {name: value}) for name, value in changed.items())]
    assert all(a != b for a, b in itertools.combinations(everything, 2))
    posterior = request_of(base | {"method": "posterior"})
    assert request_of(base | {"method": "posterior", "first_score": "approximate"}) != posterior
    assert request_of(base | {"query_heads": None, "heads": 4}) == request_of(base | {"query_heads": 4})
    read = base | {"read_first": 2}
    assert request_of(read | {"marked_read": 1}) != request_of(read)
    one_row = base | {"query_heads": 1}
    assert request_of(one_row | {"index_heads": 3}) != request_of(one_row)
    law = base | {"n_marked": None, "k_law": "smollm2-135m"}
    assert request_of(law) != request_of(law | {"k_weight": 0.99})
    assert request_of(law).shape.n_marked != request_of(base).shape.n_marked
    others = {"whole_model", "io_bits_per_s", "first_score", "heads", "index_heads", "marked_read", "k_law", "k_weight"}
    assert changed.keys() == kind.inputs.keys() - others


def test_what_a_gpu_reads_of_a_preset_is_in_the_row():
    assert row("estimate", preset="deepseek-v3")["key_numbers"] == 576
    assert row("estimate", preset="gpt2")["key_numbers"] is None


@pytest.mark.parametrize("gqa_group", [5, 13, 24])
def test_query_heads_are_whole_groups(gqa_group):
    assert "gqa_group" in row("estimate", preset="gpt2", gqa_group=gqa_group)["error"]


def test_a_whole_model():
    found = row("estimate", preset="toy", whole_model=True, io_bits_per_s=1e6)
    model = whole_model(RowRequest.of(preset="toy"), io_bits_per_s=1e6).as_json()
    assert found["token_s"] == model["decode"]["model"]["time_s"]
    assert found["prefill_per_row_s"] == model["prefill"]["side_by_side"][-1]["time_s"]
    assert found["prefill_gpu_fastest_s"] == min(line["time_s"] for line in model["prefill"]["classical"])
    assert found["loading_s"] == model["prefill"]["loading_s"]
    assert found["error"] is None


def test_a_row_of_a_simulation(tmp_path):
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "heads.npz", **{name: rng.standard_normal((2, 12, 3)) for name in "QKV"})
    said = {"file": "heads.npz", "head": 1, "n_marked": 2, "key_bits": 4, "query_bits": 4, "rows": "1:3", "seed": 5}
    kind = KINDS["simulate"]
    found = row_of(kind, Point("some id", kind.defaults | said), tmp_path)
    assert found["error"] is None
    printed = simulate(make(SimulationRequest, said | {"file": str(tmp_path / "heads.npz")})).as_json()
    of_json = printed["inputs"] | printed
    same = of_json.keys() & found.keys() - {"schema", "head"}
    assert len(same) >= 25
    assert {name: found[name] for name in same} == {name: of_json[name] for name in same}
    assert (found["file"], found["head"], found["head_name"]) == ("heads.npz", 1, "heads head 1")
    assert (found["rows_begin"], found["rows_end"], found["rows_searched"]) == (1, 3, 2)
    assert found["iterates_of_method"] == printed["iterates_expected_of_method"]
    assert {law: found[f"iterates_{law}"] for law in LAWS} == printed["iterates_expected_by_law"]
    assert list(found) == list(kind.columns)


def test_a_point_that_fails_says_what_it_was_asked_for():
    found = row("estimate", n_keys=64, d_head=4, n_marked=64)
    assert found["error"].startswith("given: n_marked = 64")
    assert (found["n_keys"], found["key_bits"], found["toffoli"]) == (64, 8, None)
    found = row("simulate", file="none.npz", rows="3:5")
    assert "No such file" in found["error"]
    assert (found["file"], found["rows_begin"], found["rows_end"]) == ("none.npz", 3, 5)
    assert "n_keys; allowed: without file only" in row("simulate", file="none.npz", n_keys=64)["error"]
    assert "layer; allowed: with file only" in row("simulate", layer=0)["error"]


def test_a_point_that_is_out_of_reach_keeps_what_is_known():
    found = row("estimate", preset="toy", data_access="qram", qram_p_error=0.5)
    assert found["error"].startswith("given: ")
    assert found["toffoli"]
    assert not found["duration_s"]


def test_a_fault_of_the_program_is_a_row(monkeypatch):
    def fault(values):
        raise ZeroDivisionError("of all things")

    kind = attrs.evolve(KINDS["estimate"], result=fault)
    found = row_of(kind, Point("some id", kind.defaults), Path())
    assert found["error"] == "ZeroDivisionError: of all things"
    assert found["id"] == "some id"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd", "'+cmd"),
        ("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'=1"),
        ("\r\n-x", "'-x"),
        ("\uff1d1", "'\uff1d1"),
        ("-1.5e-3", "-1.5e-3"),
        ("+12", "+12"),
        ("-1-1", "'-1-1"),
        ("-", "'-"),
        ("-inf", "'-inf"),
        ("a=b", "a=b"),
        ("two\nlines", "two lines"),
        ("\x1b[31m=red\udcff\x00", "\\x1b[31m=red\\udcff\\x00"),
        (-3, "-3"),
        (-0.123456789, "-0.123457"),
        (True, "True"),
        (None, ""),
    ],
)
def test_no_cell_is_a_formula(value, text):
    assert cell_text(value) == text
