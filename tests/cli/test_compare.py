import json

import pytest

from groverattn.bloqs.lookup.data_access import DATA_ACCESSES
from groverattn.cli.app import call
from groverattn.show.numbers import count_text, number_text


def test_compare_puts_every_access_side_by_side(capsys):
    assert call(["compare", "--preset", "gpt2", "--format", "json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["schema"] == "groverattn.compare/1"
    assert set(result["accesses"]) == set(DATA_ACCESSES)
    for name, estimate in result["accesses"].items():
        assert estimate["inputs"]["data_access"] == name
        assert estimate["classical"]
        assert estimate["crossover"]["reason"]


def test_compare_says_what_follows(capsys):
    assert call(["compare", "--preset", "llama3.1-8b"]) == 0
    printed = capsys.readouterr().out
    assert all(name in printed for name in DATA_ACCESSES)
    assert max(map(len, printed.splitlines())) <= 80
    assert call(["compare", "--preset", "llama3.1-8b", "--format", "json"]) == 0
    accesses = json.loads(capsys.readouterr().out)["accesses"]
    circuits = {name: result["row"]["toffoli"] for name, result in accesses.items() if name != "qram"}
    fewest = min(circuits, key=lambda name: circuits[name])
    assert f"Fewest Toffolis among them: {fewest}, {count_text(circuits[fewest])} a row" in " ".join(printed.split())


def test_an_access_out_of_reach_is_a_row_with_its_reason(capsys):
    """No machine of this kind loads from 2^40 keys at once; the memory that is only assumed still gets its numbers."""
    one_part = ["--keys-per-query", "1", "--n-parts", "1", "--n-machines", "1", "--format", "json"]
    assert call(["compare", "--n-keys", str(1 << 40), "--d-head", "128", "--n-marked", "512", *one_part]) == 0
    accesses = json.loads(capsys.readouterr().out)["accesses"]
    assert "per gate" in accesses["qrom"]["error"]
    assert accesses["qram"]["physical"]["memory_calls"] > 0


def test_the_sentence_says_what_the_estimates_say(capsys):
    """qram passes the slowest GPU line here and not the fastest; both verbs have to say so."""
    sizes = ["--n-keys", "1024", "--d-head", "1024", "--n-marked", "1", "--format", "json"]
    assert call(["compare", *sizes]) == 0
    result = json.loads(capsys.readouterr().out)
    assert call(["estimate", "--data-access", "qram", *sizes]) == 0
    alone = json.loads(capsys.readouterr().out)["crossover"]
    assert alone == result["accesses"]["qram"]["crossover"]
    assert alone["n_keys"] is None
    assert alone["n_keys_slowest_line"] is not None
    passing = result["verdict"].partition("The slowest GPU line is passed by ")[2]
    assert f"qram from n = {number_text(alone['n_keys_slowest_line'])}" in passing


def test_an_access_without_an_estimate_is_not_spoken_of(capsys):
    assert call(["compare", "--preset", "gpt2", "--qram-p-error", "0.1", "--format", "json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert "error" in result["accesses"]["qram"]
    assert "qram" not in result["verdict"]


def test_the_assumption_stands_where_it_is_used(capsys):
    for arguments in (["estimate", "--preset", "gpt2"], ["verify", "--n-keys", "16", "--d-head", "2"]):
        assert call([*arguments, "--data-access", "qram"]) == 0
        assert "Assumption: qram is no circuit" in capsys.readouterr().out


def test_a_failing_memory_is_refused(capsys):
    arguments = ["estimate", "--preset", "gpt2", "--data-access", "qram", "--qram-p-error", "0.1"]
    assert call(arguments) == 2
    assert "calls of a memory" in capsys.readouterr().err


def test_the_price_of_the_memory_enters_time_qubits_and_failure(capsys):
    def physical(*options):
        one_part = ["--keys-per-query", "1", "--n-parts", "1", "--n-machines", "1", "--store", "0"]
        asked = ["estimate", "--preset", "gpt2", "--data-access", "qram", *one_part, "--format", "json", *options]
        assert call(asked) == 0
        return json.loads(capsys.readouterr().out)["physical"]

    free = physical("--qram-latency-us", "0")
    priced = physical("--qram-latency-us", "1000", "--qram-qubits-per-bit", "5", "--qram-p-error", "1e-7")
    calls = priced["memory_calls"]
    assert (free["waiting_s"], priced["waiting_s"]) == (0, pytest.approx(calls * 1e-3))
    assert priced["duration_s"] == pytest.approx(sum(each["duration_s"] for each in priced["phases"]) + calls * 1e-3)
    assert priced["n_factories"] < free["n_factories"]  # idle while the machine waits
    assert priced["memory_qubits"] == 5 * 1024 * (64 * 8 + 1)
    assert priced["faults_expected"]["memory"] == pytest.approx(calls * 1e-7)
