"""The committed sheet of all presets is what the program computes."""

from pathlib import Path

import attrs
import pytest

from groverattn.bloqs.lookup.data_access import DATA_ACCESSES
from groverattn.costs.counting import count_iterate
from groverattn.estimation import columns as sheet_columns
from groverattn.models.presets import PRESETS
from groverattn.row.circuit import iterate_of
from groverattn.row.request import ONE_KEY, RowRequest
from studies.price import presets
from studies.sheet import read_rows

ROOT = Path(__file__).parents[2]
COMMITTED = presets.SHEET.read(ROOT)
WHAT_TO_DO = "run `make estimates`, read the diff, and say in CHANGELOG.md which number moved and why"


@pytest.mark.parametrize("preset", PRESETS)
def test_committed_rows_are_those_that_are_computed(preset):
    committed = [row for row in COMMITTED if row["preset"] == preset]
    computed = [sheet_columns.sheet_row(request) for request in presets.requests() if request.name == preset]
    assert presets.same_rows(committed, computed), WHAT_TO_DO


def test_every_preset_with_every_data_access_and_no_other_row():
    assert [(row["preset"], row["data_access"]) for row in COMMITTED] == [
        (p, a) for p in PRESETS for a in DATA_ACCESSES
    ]
    assert len({row["id"] for row in COMMITTED}) == len(COMMITTED)


def test_parts_add_up_and_failures_are_within_their_budgets():
    for row in COMMITTED:
        parts = ("load", "unload", "score", "predicate", "diffusion")
        assert sum(int(row[part]) for part in parts) == int(row["toffoli"])
        assert float(row["p_miss"]) <= float(row["error_budget"])
        if not row["error"]:
            assert float(row["p_failure"]) <= float(row["error_budget"])


def test_a_machine_out_of_reach_leaves_the_counts_and_says_why():
    request = attrs.evolve(RowRequest.of(preset="toy"), error_budget=1e-30)
    row = sheet_columns.sheet_row(request)
    assert row["toffoli"] == sheet_columns.sheet_row(RowRequest.of(preset="toy"))["toffoli"]
    assert row["classical_fastest_s"]
    assert row["physical_qubits"] == row["duration_s"] == ""
    assert row["error"].startswith("given: ")
    assert read_rows(presets.SHEET.written([presets.PresetRow(**row)])) == [row]


def test_a_circuit_that_is_refused_leaves_the_classical_line_and_says_why(monkeypatch):
    monkeypatch.setattr("groverattn.problem.free_memory.free_bytes", lambda: 10)
    # sizes of its own, whose score is not kept from another test
    row = sheet_columns.sheet_row(RowRequest.of(preset="toy", d_head=7, score_method="shared-sums"))
    assert row["toffoli"] == ""
    assert row["classical_slowest_s"]
    assert "the score of 7 numbers" in row["error"]


@pytest.mark.parametrize(
    ("committed", "computed", "same"),
    [
        ("1.23456", "1.23457", True),
        ("1.23456", "1.23466", False),
        ("123456", "123457", False),
        ("reaction", "factory", False),
        ("", "1", False),
    ],
)
def test_counts_and_words_are_exact_and_other_numbers_to_six_digits(committed, computed, same):
    assert presets.same_rows([{"x": committed}], [{"x": computed}]) is same


def test_a_missing_row_is_a_difference():
    assert not presets.same_rows(COMMITTED, COMMITTED[1:])


def test_a_row_that_is_refused_has_the_counts_of_its_own_circuit():
    fixed = ONE_KEY | {"data_access": "qram", "score_method": "quantum-query", "n_searched": 100}
    request = RowRequest.of(n_keys=100, d_head=20, n_marked=5, qram_p_error=0.5, **fixed)
    row = sheet_columns.sheet_row(request)
    assert "fails" in row["error"]
    counted = count_iterate(iterate_of(request))
    assert (row["toffoli"], row["logical_qubits"]) == (str(counted.total.toffoli), str(counted.total.logical_qubits))
