"""The committed sheet of whole models is what the program computes."""

from pathlib import Path

from groverattn.models.presets import PRESETS
from studies.price import models
from studies.sheet import read_rows


def test_the_committed_sheet_is_what_is_computed():
    computed = models.SHEET.text()
    committed = (Path(__file__).parents[2] / models.SHEET.path).read_text("utf-8")
    assert computed == committed, "run `make estimates`, and say in CHANGELOG.md what moved and why"
    assert {row["preset"] for row in read_rows(computed)} == set(PRESETS)
