"""The committed reports of all presets are what the program writes."""

from pathlib import Path

import pytest

from groverattn.models.presets import PRESETS
from studies.price.reports import reports

ROOT = Path(__file__).parents[2]
WHAT_TO_DO = "run `make estimates`, read the diff, and say in CHANGELOG.md which number moved and why"


@pytest.mark.parametrize("preset", PRESETS)
def test_committed_reports_are_those_that_are_computed(preset):
    of_preset = [(path, compute) for path, compute in reports() if Path(path).stem == preset]
    assert [Path(path).suffix for path, _ in of_preset] == [".html", ".md"]
    for path, compute in of_preset:
        assert (ROOT / path).read_text("utf-8") == compute(), WHAT_TO_DO
