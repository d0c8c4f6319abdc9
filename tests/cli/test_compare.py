import json

import pytest

from groverattn.bloqs.data_access import DATA_ACCESSES
from groverattn.cli.app import call


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
    assert "Fewest Toffolis: qroam" in " ".join(printed.split())
    assert max(map(len, printed.splitlines())) <= 80


def test_an_access_out_of_reach_is_a_row_with_its_reason(capsys):
    """No machine of this kind runs 2^40 keys; the memory that is only assumed still gets its numbers."""
    assert call(["compare", "--n-keys", str(1 << 40), "--d-head", "128", "--n-marked", "512", "--format", "json"]) == 0
    accesses = json.loads(capsys.readouterr().out)["accesses"]
    assert "error" in accesses["qrom"]


def test_a_failing_memory_is_refused(capsys):
    arguments = ["estimate", "--preset", "gpt2", "--data-access", "qram", "--qram-p-error", "0.1"]
    assert call(arguments) == 2
    assert "calls of a memory" in capsys.readouterr().err


def test_the_price_of_the_memory_enters_time_qubits_and_failure(capsys):
    def physical(*options):
        assert call(["estimate", "--preset", "gpt2", "--data-access", "qram", "--format", "json", *options]) == 0
        return json.loads(capsys.readouterr().out)["physical"]

    free = physical("--qram-latency-us", "0")
    priced = physical("--qram-latency-us", "1000", "--qram-qubits-per-bit", "5", "--qram-p-error", "1e-7")
    calls = priced["memory_calls"]
    assert priced["duration_s"] == pytest.approx(free["duration_s"] + calls * 1e-3, rel=0.2)
    assert priced["memory_qubits"] == 5 * 1024 * (64 * 8 + 1)
    assert priced["p_failure"] > calls * 1e-7
