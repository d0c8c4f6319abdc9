"""Every verb's JSON: one object on standard output, with the keys and types that other programs rely on."""

import json

import pytest

from groverattn.bloqs.data_access import DATA_ACCESSES
from groverattn.bloqs.flat_circuit import Op
from groverattn.physical.hardware import HARDWARE
from groverattn.problem.presets import PRESETS
from groverattn.reference.search_laws import LAWS
from groverattn.verify import bit_sliced, oracle_check

COST_KEYS = {"toffoli", "t_count", "clifford", "measurements", "logical_qubits", "toffoli_depth"}
SMALL = ("--key-bits", 4, "--query-bits", 4)


def have_types(result, types):
    """The keys that are named are there, and no whole number has become a float."""
    for name, kind in types.items():
        assert name in result
        assert type(result[name]) is kind, (name, result[name])


def is_an_estimate(result):
    assert result["schema"] == "groverattn.estimate/1"
    iterate, search, physical = result["iterate"], result["search"], result["physical"]
    assert set(iterate["parts"]) == {"load", "unload", "score", "predicate", "diffusion"}
    have_types(iterate["parts"], dict.fromkeys(iterate["parts"], int))
    assert sum(iterate["parts"].values()) == iterate["toffoli"]
    for scope in ("iterate", "row", "head", "model"):
        have_types(result[scope], dict.fromkeys(COST_KEYS, int))
        assert min(result[scope].values() if scope != "iterate" else [iterate[key] for key in COST_KEYS]) >= 0
    have_types(search, {"law": str, "iterates_expected": float, "iterates_max": int, "p_failure": float})
    have_types(physical, {"qubits": int, "duration_s": float, "code_distance": int, "n_factories": int})
    have_types(physical, {"p_failure": float, "limited_by": str})
    assert physical["limited_by"] in ("factory", "reaction", "consumption")
    budget = result["inputs"]["error_budget"]
    assert 0 <= search["p_failure"] <= result["inputs"]["p_miss_row"] * (1 + 1e-9) <= budget
    assert 0 < physical["p_failure"] <= budget
    assert search["iterates_expected"] <= search["iterates_max"] + 1e-9
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


@pytest.mark.parametrize("preset", list(PRESETS))
def test_estimate_of_every_preset(cli, preset):
    outcome = cli("estimate", "--preset", preset, "--format", "json")
    assert (outcome.status, outcome.err) == (0, "")
    result, sizes = outcome.json, PRESETS[preset]
    is_an_estimate(result)
    assert result["inputs"]["name"] == preset
    assert result["inputs"]["shape"]["n_keys"] == sizes.n_keys
    assert "-0" not in [str(number) for number in result["search"].values()]
    for cost in COST_KEYS - {"logical_qubits"}:
        assert result["head"][cost] == sizes.n_keys * result["row"][cost]
        assert result["model"][cost] == sizes.layers * sizes.query_heads * result["head"][cost]
    assert result["model"]["logical_qubits"] == result["iterate"]["logical_qubits"]


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
    parts = cli("estimate", "--n-marked", 5, *sizes).json["iterate"]["parts"]
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


def test_simulate(cli, grouped):
    options = ("--layer", 0, "--head", 2, "--n-marked", 4, *SMALL, "--rows", "3:9", "--seed", 5, "--workers", 1)
    outcome = cli("simulate", grouped, *options, "--format", "json")
    assert outcome.status == 0
    assert outcome.err.splitlines()[-1] == "rows searched: 6 of 6"
    result = outcome.json
    assert result["schema"] == "groverattn.simulate/1"
    whole = ("rows", "found", "missed", "false", "iterates", "oracle_calls", "classical_key_visits")
    have_types(result, dict.fromkeys(whole, int))
    have_types(result, {"max_output_error": float, "output_error_bound": float, "engine": str, "passed": bool})
    assert (result["rows"], result["missed"], result["false"], result["passed"]) == (6, 0, 0, True)
    assert result["found"] >= 24
    assert result["oracle_calls"] == result["iterates"]
    assert result["max_output_error"] <= result["output_error_bound"]
    inputs = result["inputs"]
    assert (inputs["seed"], inputs["rows"], inputs["error_budget"], inputs["key_bits"]) == (5, [3, 9], 0.001, 4)


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
    assert outcome.json["schema"] == "groverattn.presets/1"
    assert [preset["name"] for preset in outcome.json["presets"]] == list(PRESETS)


@pytest.mark.parametrize(
    "arguments",
    [
        ("estimate", "--preset", "toy"),
        ("estimate", "--preset", "deepseek-v3", "--data-access", "qroam"),
        ("verify", "--n-keys", 20, "--d-head", 2),
        ("presets",),
    ],
)
def test_tables_fit_80_columns(cli, arguments, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    outcome = cli(*arguments)
    assert (outcome.status, outcome.err) == (0, "")
    assert max(map(len, outcome.out.splitlines())) <= 80


@pytest.mark.slow
def test_run(cli):
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
