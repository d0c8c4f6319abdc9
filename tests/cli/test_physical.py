"""`groverattn physical`: published counts through the same model."""

import pytest

from groverattn.costs.logical import LogicalCounts
from groverattn.physical.machines.hardware import hardware
from groverattn.physical.surface_code import physical_estimate

# arXiv:1812.01238, ancillary spreadsheet, with one factory
SPREADSHEET = ("--toffoli", 10**8, "--t", 10**8, "--logical-qubits", 100, "--error-budget", 0.01)


def test_the_verb_prints_what_the_model_says(cli):
    outcome = cli("physical", *SPREADSHEET, "--n-factories", 1, "--format", "json")
    assert (outcome.status, outcome.err) == (0, "")
    result = outcome.json
    counts = LogicalCounts(10**8, 10**8, 0, 0, 0, logical_qubits=100, toffoli_depth=10**8)
    found = physical_estimate(counts, hardware("gidney-fowler-2018"), 0.01, n_factories=1)
    assert result["schema"] == "groverattn.physical/1"
    assert (result["qubits"], result["duration_s"], result["limited_by"]) == (
        found.qubits,
        found.duration_s,
        found.limited_by,
    )
    assert sum(result["error_parts"].values()) == pytest.approx(result["p_failure"])
    assert set(result["limits_s"]) == {"factory", "reaction", "layout", "consumption", "clifford"}
    assert result["duration_s"] == max(result["limits_s"].values())
    assert all("arXiv:" in source or "our assumption" in source for source in result["sources"].values())


def test_a_second_opinion_is_shown_with_its_ratio(cli):
    """RSA-2048 by arXiv:2211.07629; the numbers are compared in tests/physical/test_second_opinion.py."""
    counts = ("--toffoli", 3_731_607_428, "--t", 12, "--rotation", 12, "--measurement", 1_078_154_040)
    asked = ("--logical-qubits", 12_581, "--hardware", "beverland-gate-ns-e4", "--error-budget", 0.333)
    other = cli("physical", *counts, *asked, "--second-opinion", "--format", "json").json["second_opinion"]
    assert other["ours_over_theirs"]["qubits"] == pytest.approx(1, abs=0.05)
    assert "Ours over theirs" in " ".join(cli("physical", *counts, *asked, "--second-opinion").out.split())
    refused = cli("physical", *SPREADSHEET, "--second-opinion")
    assert refused.status == 2
    assert "qdk.qre models" in refused.err


def test_the_table_names_the_limit(cli):
    outcome = cli("physical", *SPREADSHEET)
    assert outcome.status == 0
    assert "set by factories" in outcome.out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--toffoli", 10**19, "--logical-qubits", 100), "per gate"),
        (("--logical-qubits", 100), "no Toffoli"),
        (("--toffoli", 5, "--logical-qubits", 0), "--logical-qubits 0"),
        (("--toffoli", 5, "--toffoli-depth", 6, "--logical-qubits", 9), "--toffoli-depth 6"),
        *(
            (("--toffoli", 1000, "--logical-qubits", 9, "--measurement-depth", depth), "allowed: 1000 to 1000")
            for depth in (0, 7, 10**30)
        ),
        (("--toffoli", 5, "--logical-qubits", 9, "--hardware", "gidney-flower"), "did you mean"),
        (("--toffoli", 5, "--logical-qubits", 9, "--n-factories", 0), "--n-factories 0"),
        (("--toffoli", 5), "no --logical-qubits and no --counts"),
        (("--counts", "none.json", "--toffoli", 5), "--counts and --toffoli"),
        (("--counts", "none.json"), "no file of this name"),
    ],
)
def test_what_cannot_be_priced_says_why(cli, options, words):
    outcome = cli("physical", *options)
    assert outcome.status == 2
    assert words in outcome.err
    assert outcome.out == ""
