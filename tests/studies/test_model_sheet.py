"""The committed sheet of whole models is what the program computes."""

import csv
from pathlib import Path

from groverattn.problem.presets import PRESETS
from studies.price import models as model_sheet

COMMITTED = Path(__file__).parents[2] / "estimates" / model_sheet.FILE_NAME


def test_the_committed_sheet_is_what_is_computed(tmp_path):
    model_sheet.write(tmp_path)
    computed = (tmp_path / model_sheet.FILE_NAME).read_text("utf-8")
    assert computed == COMMITTED.read_text("utf-8"), "run `make estimates`, and say in CHANGELOG.md what moved and why"
    rows = list(csv.DictReader(computed.splitlines()))
    assert {row["preset"] for row in rows} == set(PRESETS)
