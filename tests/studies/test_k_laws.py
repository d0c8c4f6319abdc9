"""estimates/k_laws.csv: one preset computed again, and k of every row."""

from pathlib import Path

import attrs
import pytest

from groverattn.models.k_laws import k_law
from groverattn.models.preset import TRAINED
from groverattn.models.presets import PRESETS
from studies.price.k_laws import LAW, SHEET, KRecord, preset_records
from studies.price.presets import SHEET as PRESETS_SHEET
from studies.sheet import read_rows

ROOT = Path(__file__).parents[2]
ROWS = SHEET.read(ROOT)


def test_one_preset_is_computed_again():
    committed = [row for row in ROWS if row["preset"] == "gpt2"]
    assert read_rows(SHEET.written(preset_records("gpt2"))) == committed
    assert SHEET.columns == tuple(field.name for field in attrs.fields(KRecord))


def test_every_preset_whose_k_is_assumed_has_each_share_of_the_law():
    assumed = [name for name, model in PRESETS.items() if model.k != TRAINED and model.keys_in_view >= 256]
    shares = ["", *(f"{weight:g}" for weight in k_law(LAW).weights)]
    assert [(row["preset"], row["weight"]) for row in ROWS] == [(name, share) for name in assumed for share in shares]
    assert not any(row["error"] for row in ROWS)


def test_k_is_that_of_the_law():
    law = k_law(LAW)
    for row in ROWS:
        model = PRESETS[row["preset"]]
        if row["k_from"] == "assumed":
            assert int(row["n_marked"]) == model.n_marked
            continue
        found = law.at(model.keys_in_view, float(row["weight"]))
        assert int(row["n_marked"]) == found.k
        assert (int(row["n_marked_low"]), int(row["n_marked_high"])) == found.by_exponent
        assert (int(row["n_marked_few"]), int(row["n_marked_many"])) == found.of_heads
        assert (row["extrapolated"], row["n_marked_late"]) == (str(found.extrapolated), str(found.late or ""))


def test_with_the_assumed_k_it_is_the_best_design_of_the_presets():
    circuits = [row for row in PRESETS_SHEET.read(ROOT) if row["data_access"] != "qram" and not row["error"]]
    for row in ROWS:
        if row["k_from"] == "assumed":
            volumes = [
                float(each["physical_qubits"]) * float(each["duration_s"])
                for each in circuits
                if each["preset"] == row["preset"]
            ]
            assert float(row["physical_qubits"]) * float(row["duration_s"]) == pytest.approx(min(volumes), rel=1e-4)
