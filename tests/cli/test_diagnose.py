"""`groverattn diagnose`: what it prints, and the figure that it writes only where it was asked to."""

import os
from pathlib import Path

import pytest


def test_json(cli, grouped):
    outcome = cli("diagnose", grouped, "--layer", 1, "--head", 2, "--n-marked", 4, "--causal", "--format", "json")
    assert (outcome.status, outcome.err) == (0, "")
    result = outcome.json
    assert result["schema"] == "groverattn.diagnose/1"
    assert result["inputs"]["head"] == "grouped layer 1 head 2"
    assert (result["inputs"]["causal"], result["inputs"]["n_marked"]) == (True, 4)
    assert (result["rows"], result["rows_with_a_tail"]) == (20, 16)
    assert set(result["keys_for_mass"]) == {"0.90", "0.95", "0.99"}
    assert {tail["tail"]: tail["reads_tail"] for tail in result["tails"]} == {
        "ones": False,
        "zero": False,
        "midpoint": True,
        "mean_score": False,
        "exact_sum": True,
        "first_order": False,
    }


def test_table_and_figure(cli, bundled, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    outcome = cli("diagnose", bundled, "--figure", "head.svg")
    assert (outcome.status, outcome.err) == (0, "figure: wrote head.svg\n")
    assert max(map(len, outcome.out.splitlines())) <= 80
    assert "tail's mass, w" in outcome.out
    assert [path.name for path in tmp_path.iterdir()] == ["head.svg"]
    first = (tmp_path / "head.svg").read_bytes()
    assert first.startswith(b"<?xml")

    refused = cli("diagnose", bundled, "--figure", "head.svg", "--n-marked", 4)
    assert (refused.status, refused.out) == (2, "")
    assert "a file with this name exists" in refused.err
    assert (tmp_path / "head.svg").read_bytes() == first

    replaced = cli("diagnose", bundled, "--figure", "head.svg", "--force")
    assert (replaced.status, replaced.err) == (0, "figure: replaced head.svg\n")
    assert (tmp_path / "head.svg").read_bytes() == first


def test_nothing_is_written_unasked(cli, grouped, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = sorted(os.listdir(tmp_path))
    assert cli("diagnose", grouped, "--layer", 0, "--head", 0, "--n-marked", 3).status == 0
    assert sorted(os.listdir(tmp_path)) == before


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--n-marked", 0), "1 to 127"),
        (("--n-marked", 128), "1 to 127"),
        (("--n-marked", "x"), "not a whole number"),
        (("--figure", "head.png"), "figures are SVG"),
        (("--figure", "no/such/folder/head.svg"), "there is no folder"),
        (("--layer", 3), "--layer 3"),
        (("--tail", "ones"), "--tail"),
    ],
)
def test_what_is_refused(cli, bundled, tmp_path, monkeypatch, options, word):
    monkeypatch.chdir(tmp_path)
    outcome = cli("diagnose", bundled, *options)
    assert (outcome.status, outcome.out) == (2, "")
    assert len(outcome.err.splitlines()) == 1
    assert word in outcome.err
    assert list(tmp_path.iterdir()) == []


def test_a_figure_that_cannot_be_written_leaves_nothing(cli, bundled, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    outcome = cli("diagnose", bundled, "--figure", tmp_path / "head.svg")
    assert outcome.status == 2
    assert "No space left on device" in outcome.err
    assert list(tmp_path.iterdir()) == []


def test_no_number_is_cut_off(cli, monkeypatch):
    """A head on which nearly everything is found: errors are roundings, and stand as 0 over bounds that are 0."""
    monkeypatch.setenv("COLUMNS", "80")
    heads = Path(__file__).parents[2] / "data" / "minilm_l6_n128.npz"
    outcome = cli("diagnose", heads, "--layer", 0, "--head", 3, "--n-marked", 127, "--causal")
    assert outcome.status == 0
    assert "…" not in outcome.out
    assert "e-1" not in outcome.out
