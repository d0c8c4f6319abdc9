"""The committed reports are what the program writes, and no other one is committed."""

from pathlib import Path

import pytest

from studies.price.reports import FOLDER, SHOWN, reports

ROOT = Path(__file__).parents[2]
WHAT_TO_DO = "run `make estimates`, read the diff, and say in CHANGELOG.md which number moved and why"


@pytest.mark.parametrize("name", ["reference", *SHOWN])
def test_committed_reports_are_those_that_are_computed(name):
    found = [(path, compute) for path, compute in reports() if Path(path).stem == name]
    assert [Path(path).suffix for path, _ in found] == [".html", ".md"]
    for path, compute in found:
        assert (ROOT / path).read_text("utf-8") == compute(), WHAT_TO_DO


def test_no_other_report_is_committed():
    assert {path.name for path in (ROOT / FOLDER).iterdir()} == {Path(path).name for path, _ in reports()}
