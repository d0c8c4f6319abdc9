"""Every verb's JSON: one object on standard output, with the keys and types that other programs rely on."""

import json
import re
from pathlib import Path

import pytest

from groverattn.bloqs.flat.circuit import Op
from groverattn.bloqs.lookup.data_access import DATA_ACCESSES
from groverattn.models.presets import PRESETS
from groverattn.physical.machines.hardware import HARDWARE
from groverattn.reference.search.laws import LAWS
from groverattn.reference.search.methods import SEARCH_METHODS
from groverattn.row.request import ONE_KEY
from groverattn.run import main_job
from groverattn.verification import bit_sliced, oracle_check
from studies.__main__ import replaced_block
from studies.readme import code_block

COST_KEYS = {"toffoli", "t_count", "clifford", "measurements", "logical_qubits", "toffoli_depth"}
SMALL = ("--key-bits", 4, "--query-bits", 4)


def have_types(result, types):
    """The keys that are named are there, and not a whole number has become a float."""
    for name, kind in types.items():
        assert name in result
        assert type(result[name]) is kind, (name, result[name])


def is_an_estimate(result):
    assert result["schema"] == "groverattn.estimate/2"
    iterate, search, physical = result["iterate"], result["search"], result["physical"]
    assert set(iterate["parts"]) == {"load", "unload", "score", "predicate", "diffusion"}
    have_types(iterate["parts"], dict.fromkeys(iterate["parts"], int))
    assert sum(iterate["parts"].values()) == iterate["toffoli"]
    for scope in ("iterate", "row", "head", "model"):
        have_types(result[scope], dict.fromkeys(COST_KEYS, int))
        assert min(result[scope].values() if scope != "iterate" else [iterate[key] for key in COST_KEYS]) >= 0
    have_types(search, {"law": str, "iterates_expected": float, "p_failure": float})
    have_types(physical, {"qubits": int, "duration_s": float, "code_distance": int, "n_factories": int})
    have_types(physical, {"p_failure": float, "limited_by": str})
    assert physical["limited_by"] in physical["limits_s"]
    phases, limits = sum(phase["duration_s"] for phase in physical["phases"]), physical["limits_s"]
    running_s = max(phases, limits["clifford"])
    assert running_s + physical["waiting_s"] == pytest.approx(physical["duration_s"])
    assert set(limits) == {"factory", "reaction", "layout", "consumption", "clifford"}
    assert max(limits.values()) <= running_s * (1 + 1e-9)
    if search["phased_expected"]:
        have_types(result["phased_iterate"], dict.fromkeys(COST_KEYS, int))
    have_the_laws(result)
    budget = result["inputs"]["error_budget"]
    hidden = search["law"] == "proven" and search["keys_per_query"] > 1  # blocks with an even number come on top
    allowed = budget if hidden else search["p_miss_allowed"] * (1 + 1e-9)
    assert 0 <= search["p_failure"] <= allowed <= budget
    assert 0 < physical["p_failure"] <= budget
    parts = ("search", "storage", "distillation", "synthesis", "memory")
    assert sum(result["error_budget"][part] for part in parts) == pytest.approx(physical["p_failure"])
    assert search["iterates_max"] is None or search["iterates_expected"] <= search["iterates_max"] + 1e-9
    assert result["classical"]
    for line in result["classical"]:
        have_types(line, {"name": str, "time_s_per_row": float, "source": str})
        assert line["time_s_per_row"] > 0
    assert line["source"]
    crossover = result["crossover"]
    assert {"n_keys", "reason", "n_keys_slowest_line"} <= set(crossover)
    assert (crossover["n_keys"] is None) == crossover["reason"].startswith("no crossover")
    assert result["provenance"]
    for entry in result["provenance"]:
        assert set(entry) == {"quantity", "how", "source"}
        assert entry["how"] in ("counted", "formula", "assumption")
        assert entry["source"]


def have_the_laws(result):
    """All four, whichever law the estimate is made by, or those of parts and blocks; and what a scan reads."""
    laws, search, shape = result["laws"], result["search"], result["inputs"]["shape"]
    plain = search["n_parts"] == search["keys_per_query"] == 1
    assert list(laws) == [law for law in LAWS if plain or law in laws]
    assert search["law"] in laws
    numbers = ("iterates_expected", "checks_expected", "phased_expected", "p_failure")
    for cost in laws.values():
        most = cost["iterates_max"]
        assert type(most) is int or (most is None and search["keys_per_query"] > 1)  # of blocks no bound is known
        have_types(cost, dict.fromkeys(numbers, float) | {"source": str})
        assert 0 <= cost["phased_expected"] <= cost["iterates_expected"]
        assert most is None or cost["iterates_expected"] <= most + 1e-9
    if plain:
        assert laws["ideal"]["iterates_expected"] <= laws["expected"]["iterates_expected"]
        assert laws["expected"]["iterates_expected"] < laws["worst"]["iterates_expected"]
    assert [search[name] for name in numbers] == [laws[search["law"]][name] for name in numbers]
    assert result["classical_key_visits"] == shape["n_keys"]


@pytest.mark.parametrize("preset", list(PRESETS))
def test_estimate_of_every_preset(cli, preset):
    outcome = cli("estimate", "--preset", preset, "--format", "json")
    assert (outcome.status, outcome.err) == (0, "")
    result, sizes = outcome.json, PRESETS[preset]
    is_an_estimate(result)
    assert result["inputs"]["name"] == preset
    assert result["inputs"]["shape"]["n_keys"] == sizes.keys_in_view
    assert "-0" not in [str(number) for number in result["search"].values()]
    n_rows = sizes.n_keys if not sizes.search_layers else result["inputs"]["pool"] * sizes.keys_in_view
    for cost in COST_KEYS - {"logical_qubits"}:
        assert result["head"][cost] == n_rows * result["row"][cost]
        assert result["model"][cost] == sizes.rows[0].per_token * result["head"][cost]
    kinds = [result[kind] for kind in ("iterate", "phased_iterate") if result[kind]]
    assert result["model"]["logical_qubits"] == max(kind["logical_qubits"] for kind in kinds)
    # Two rotations an iterate, in any order of rounding, and those of the preparations where n is no power of two.
    part = result["search"]["keys_per_part"]
    if result["search"]["keys_per_query"] == 1 and part & (part - 1) == 0:
        assert result["row"]["rotation"] == pytest.approx(2 * result["search"]["phased_expected"], abs=1)


@pytest.mark.parametrize("access", sorted(DATA_ACCESSES))
@pytest.mark.parametrize("law", sorted(LAWS))
def test_estimate_by_numbers(cli, access, law):
    sizes = ("--n-keys", 300, "--d-head", 8, "--n-marked", 5, *SMALL)
    outcome = cli("estimate", *sizes, "--data-access", access, "--search-law", law, "--format", "json")
    assert (outcome.status, outcome.err) == (0, "")
    is_an_estimate(outcome.json)
    assert outcome.json["inputs"]["data_access"] == access
    assert outcome.json["search"]["law"] == law


@pytest.mark.parametrize("machine", sorted(HARDWARE))
def test_estimate_on_every_machine(cli, machine):
    outcome = cli("estimate", "--preset", "gpt2", "--hardware", machine, "--error-budget", 0.1, "--format", "json")
    is_an_estimate(outcome.json)
    assert outcome.json["inputs"]["hardware"] == machine


def test_a_size_replaces_the_preset_s(cli):
    result = cli("estimate", "--preset", "gpt2", "--n-keys", 2048, "--format", "json").json
    assert result["inputs"]["shape"]["n_keys"] == 2048
    assert result["inputs"]["layers"] == PRESETS["gpt2"].layers


@pytest.mark.parametrize("access", sorted(DATA_ACCESSES))
def test_verify_runs_what_estimate_counts(cli, access):
    """The gates that are run on every key are the Toffolis that the estimate prints for the same sizes."""
    sizes = ("--n-keys", 80, "--d-head", 4, *SMALL, "--data-access", access, "--format", "json")
    outcome = cli("verify", *sizes)
    assert (outcome.status, outcome.err) == (0, "")
    result = outcome.json
    assert result["schema"] == "groverattn.verify/1"
    whole = ("inputs_checked", "mismatches", "dirty_ancillas", "toffoli_run", "toffoli_counted")
    have_types(result, dict.fromkeys(whole, int) | {"seconds": float, "passed": bool})
    assert (result["inputs_checked"], result["mismatches"], result["dirty_ancillas"]) == (80, 0, 0)
    fixed = ONE_KEY | {"n_searched": 80, "optimise": "toffoli", "control_copies": 4096}  # a qubit for each gate
    fixed.pop("data_access")
    if access == "qram":
        fixed.pop("control_copies")
    options = [word for name, value in fixed.items() for word in (f"--{name.replace('_', '-')}", value)]
    parts = cli("estimate", "--n-marked", 5, *sizes, *options).json["iterate"]["parts"]
    oracle = parts["load"] + parts["unload"] + parts["score"] + parts["predicate"]
    assert result["toffoli_run"] == result["toffoli_counted"] == oracle


def test_verify_on_a_head_from_a_file(cli, grouped):
    options = ("--layer", 1, "--head", 3, "--row", 5, "--n-marked", 3, "--causal", *SMALL)
    result = cli("verify", grouped, *options, "--format", "json").json
    assert (result["inputs_checked"], result["mismatches"], result["passed"]) == (6, 0, True)
    assert result["inputs"]["head"] == "grouped layer 1 head 3"


@pytest.mark.parametrize("form", ["json", "table"])
def test_verify_fails_when_a_gate_is_not_run(cli, monkeypatch, form):
    monkeypatch.setitem(bit_sliced._RULES, Op.CZ, lambda state, wires, parameter: None)
    outcome = cli("verify", "--n-keys", 32, "--d-head", 2, *SMALL, "--format", form)
    assert outcome.status == 1
    if form == "json":
        assert outcome.json["mismatches"] > 0
        assert outcome.json["passed"] is False
    else:
        assert "FAILED, first at key" in outcome.out


def test_verify_fails_when_an_ancilla_stays_dirty(cli, monkeypatch):
    whole = bit_sliced._RULES[Op.UN_AND]

    def leaves_its_target(state, wires, parameter):
        target = state.wires[wires[2]].copy()
        whole(state, wires, parameter)
        state.wires[wires[2]] = target

    monkeypatch.setitem(bit_sliced._RULES, Op.UN_AND, leaves_its_target)
    outcome = cli("verify", "--n-keys", 32, "--d-head", 2, *SMALL, "--format", "json")
    assert outcome.status == 1
    assert outcome.json["dirty_ancillas"] > 0


def test_verify_fails_when_the_count_is_another(cli, monkeypatch):
    import attrs

    counted = oracle_check.count

    def one_more(bloq):
        counts = counted(bloq)
        return attrs.evolve(counts, toffoli=counts.toffoli + 1)

    monkeypatch.setattr(oracle_check, "count", one_more)
    outcome = cli("verify", "--n-keys", 32, "--d-head", 2, *SMALL, "--format", "json")
    assert outcome.status == 1
    assert outcome.json["toffoli_counted"] == outcome.json["toffoli_run"] + 1
    assert outcome.json["mismatches"] == 0


WHOLE = (
    *("rows", "rows_asked", "rows_read_whole", "rows_with_circuit_run", "rows_stopped_early", "rows_with_a_miss"),
    *("marked", "found", "missed", "false", "circuit_mismatches", "iterates", "phased_iterates", "oracle_calls"),
    *("classical_key_visits", "key_visits_of_a_scan", "rows_assessed", "max_output_error_row"),
)
REAL = ("iterates_expected_of_method", "max_output_error", "output_error_bound", "output_error_certificate")
RANDOM = (
    "--n-keys",
    16,
    "--d-head",
    2,
    "--n-marked",
    2,
    "--key-bits",
    3,
    "--query-bits",
    3,
    "--seed",
    5,
)  # no row is read whole


def is_a_simulation(result):
    assert result["schema"] == "groverattn.simulate/2"
    have_types(result, dict.fromkeys(WHOLE, int) | dict.fromkeys((*REAL, "max_value"), float) | {"passed": bool})
    inputs = result["inputs"]
    have_types(inputs, dict.fromkeys(("n_keys", "d_head", "query_bits", "key_bits", "seed"), int))
    have_types(inputs, dict.fromkeys(("head", "threshold_rule", "engine", "method", "data_access"), str))
    have_types(inputs, {"causal": bool, "error_budget": float, "p_failure_row": float, "rows": list})
    assert {"growth", "n_marked_max"} <= set(inputs)
    assert result["oracle_calls"] == result["iterates"] >= result["phased_iterates"]


def of_random_head(cli, *options):
    outcome = cli("simulate", *RANDOM, *options, "--format", "json")
    is_a_simulation(outcome.json)
    return outcome


def test_simulate(cli, grouped):
    options = ("--layer", 0, "--head", 2, "--n-marked", 4, *SMALL, "--rows", "3:9", "--seed", 5, "--workers", 1)
    outcome = cli("simulate", grouped, *options, "--format", "json")
    assert outcome.status == 0
    assert outcome.err.splitlines()[-1] == "rows searched: 6 of 6"
    result = outcome.json
    is_a_simulation(result)
    assert (result["rows"], result["missed"], result["false"], result["passed"]) == (6, 0, 0, True)
    assert result["found"] >= 24
    assert result["max_output_error"] <= result["output_error_bound"]
    inputs = result["inputs"]
    assert (inputs["engine"], inputs["method"], inputs["growth"], inputs["n_marked_max"]) == (
        "index",
        "unknown",
        None,
        None,
    )
    assert (inputs["seed"], inputs["rows"], inputs["error_budget"], inputs["key_bits"]) == (5, [3, 9], 0.001, 4)


@pytest.mark.parametrize("method", SEARCH_METHODS)
def test_simulate_is_the_same_by_every_engine_and_any_number_of_workers(cli, method):
    """The same seed, the same searches; only what is said of the engine and of circuits that were run differs."""
    options = ("--method", method, "--rows", "2:5")
    results = {engine: of_random_head(cli, *options, "--engine", engine).json for engine in ("index", "sparse", "law")}
    assert results["index"] == of_random_head(cli, *options, "--workers", 1).json
    n_run = {engine: result.pop("rows_with_circuit_run") for engine, result in results.items()}
    assert n_run == {"index": 3, "sparse": 3, "law": 0}
    assert [result["inputs"].pop("engine") for result in results.values()] == ["index", "sparse", "law"]
    assert results["index"] == results["sparse"] == results["law"]
    assert results["law"]["inputs"]["method"] == method


@pytest.mark.slow
def test_simulate_every_qubit(cli):
    """The state vector of all qubits finds what the law draws."""
    drawn, run = (of_random_head(cli, "--rows", "3:4", "--engine", engine).json for engine in ("law", "circuit"))
    assert (drawn["inputs"].pop("engine"), run["inputs"].pop("engine")) == ("law", "circuit")
    assert (drawn.pop("rows_with_circuit_run"), run.pop("rows_with_circuit_run")) == (0, 1)
    assert drawn == run


def test_simulate_with_its_options(cli):
    every = of_random_head(cli, "--circuit-every", 8, "--search-law", "ideal").json
    assert every["rows_with_circuit_run"] == 2
    assert list(every["iterates_expected_by_law"]) == ["ideal"]
    plain = of_random_head(cli, "--engine", "law").json
    assert list(plain["iterates_expected_by_law"]) == list(LAWS)
    assert plain["iterates_expected_of_method"] == pytest.approx(plain["iterates_expected_by_law"]["expected"])
    faster = of_random_head(cli, "--engine", "law", "--growth", 1.5).json
    assert faster["inputs"]["growth"] == 1.5
    assert faster["iterates"] != plain["iterates"]
    limited = of_random_head(cli, "--engine", "law", "--marked-limit", 1).json
    assert limited["inputs"]["n_marked_max"] == 1
    assert limited["rows_stopped_early"] == limited["rows"] - limited["rows_read_whole"] > 0
    assert limited["found"] == 2 * limited["rows_stopped_early"] + 16 * limited["rows_read_whole"]


def test_simulate_sets_thresholds_by_three_rules(cli):
    rules = {"target": (), "sample": ("--sample-size", 8), "tau": ("--tau", 0.5)}
    results = {name: of_random_head(cli, "--engine", "law", *options).json for name, options in rules.items()}
    said = {name: result["inputs"]["threshold_rule"] for name, result in results.items()}
    assert "2 largest" in said["target"]
    assert "sample of 8" in said["sample"]
    assert "0.5" in said["tau"]
    assert len({result["marked"] for result in results.values()}) == 3
    assert all(result["passed"] and result["missed"] == 0 for result in results.values())


def test_simulate_without_a_file(cli):
    """Sizes that are not given are 64 keys of 8 numbers; a mask is one of the options."""
    options = ("--engine", "law", "--n-marked", 4, "--format", "json")
    plain, masked = (cli("simulate", *options, *more).json for more in ((), ("--causal",)))
    assert (plain["inputs"]["n_keys"], plain["inputs"]["d_head"], plain["key_visits_of_a_scan"]) == (64, 8, 64 * 64)
    assert (masked["inputs"]["causal"], masked["rows_read_whole"]) == (True, 4)
    assert masked["key_visits_of_a_scan"] == 64 * 65 // 2


def test_simulate_the_real_head(cli, bundled):
    result = cli("simulate", bundled, "--n-marked", 16, "--rows", "126:128", "--format", "json").json
    assert (result["rows"], result["found"], result["missed"], result["false"]) == (2, 32, 0, 0)
    assert result["inputs"]["n_keys"] == 128
    assert result["max_output_error"] <= result["output_error_certificate"] <= result["output_error_bound"]


@pytest.mark.parametrize("form", ["json", "table"])
def test_simulate_fails_when_the_circuit_is_wrong(cli, grouped, monkeypatch, form):
    monkeypatch.setitem(bit_sliced._RULES, Op.CZ, lambda state, wires, parameter: None)
    options = ("--layer", 0, "--head", 0, "--n-marked", 4, *SMALL, "--rows", "3:5", "--workers", 1)
    outcome = cli("simulate", grouped, *options, "--format", form)
    assert outcome.status == 1
    if form == "json":
        assert outcome.json["circuit_mismatches"] > 0
        assert outcome.json["passed"] is False
    else:
        assert "FAILED" in outcome.out


def test_presets(cli):
    outcome = cli("presets", "--format", "json")
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.json["schema"] == "groverattn.presets/2"
    assert [preset["name"] for preset in outcome.json["presets"]] == list(PRESETS)


@pytest.mark.parametrize(
    "arguments",
    [
        ("estimate", "--preset", "toy"),
        ("estimate", "--preset", "deepseek-v3", "--data-access", "qroam"),
        ("estimate", "--preset", "llama4-scout", "--data-access", "qram"),
        ("verify", "--n-keys", 20, "--d-head", 2),
        ("presets",),
    ],
)
def test_tables_fit_80_columns(cli, arguments, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    outcome = cli(*arguments)
    assert (outcome.status, outcome.err) == (0, "")
    assert max(map(len, outcome.out.splitlines())) <= 80


def test_the_table_of_simulate_fits_80_columns(cli, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    for options in (("--marked-limit", 1), ("--method", "top-k", "--search-law", "proven")):
        outcome = cli("simulate", *RANDOM, "--engine", "law", *options)
        assert outcome.status == 0
        assert max(map(len, outcome.out.splitlines())) <= 80


def test_the_table_of_estimate_has_all_laws_and_the_scan(cli):
    one_part = ("--preset", "gpt2", "--n-parts", 1, "--n-machines", 1, "--keys-per-query", 1)  # parts have one law
    printed = cli("estimate", *one_part, "--verbose").out
    lines = [line for line in printed.splitlines() if re.match(rf"({'|'.join(LAWS)}|a scan) .*  ", line)]
    assert [line.split("  ")[0].removesuffix(" (used here)") for line in lines] == [*LAWS, "a scan"]
    assert "1,024" in lines[-1]
    laws = cli("estimate", *one_part, "--format", "json").json["laws"]
    assert f" {laws['expected']['iterates_expected']:,.0f} " in lines[1]


@pytest.mark.slow
def test_run(cli, monkeypatch):
    jobs = []
    monkeypatch.setattr("groverattn.run.main_job", lambda **inputs: jobs.append(main_job(**inputs)) or jobs[0])
    outcome = cli("run", "--format", "json")
    assert outcome.status == 0
    assert "rows searched: 128 of 128" in outcome.err
    result = outcome.json
    assert (result["schema"], result["passed"]) == ("groverattn.run/1", True)
    verified, simulated = result["verify"], result["simulate"]
    assert (verified["inputs_checked"], verified["mismatches"], verified["dirty_ancillas"]) == (128, 0, 0)
    assert verified["toffoli_run"] == verified["toffoli_counted"]
    assert (simulated["rows"], simulated["missed"], simulated["false"]) == (128, 0, 0)
    assert simulated["circuit_mismatches"] == 0
    assert simulated["found"] >= 128 * 16
    assert simulated["max_output_error"] <= simulated["output_error_certificate"] <= simulated["output_error_bound"]
    for estimate in result["estimates"]:
        is_an_estimate(estimate)
    json.dumps(result, allow_nan=False)
    # README.md shows the tables of this very run.
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    assert replaced_block(readme, "run", code_block(jobs[0])) == readme, "run `make estimates`"
