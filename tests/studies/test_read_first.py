"""The sheets of keys read first: one head is computed again, and what the documents say of all of them holds."""

from pathlib import Path
from statistics import median

import numpy as np
import pytest

from groverattn.problem.heads import load_head
from studies.search import read_first

ROOT = Path(__file__).parents[2]
SHEETS = {sheet.file_name: sheet.read(ROOT) for sheet in (read_first.SHEET, read_first.CAPTURED_SHEET)}
ALL = [row for rows in SHEETS.values() for row in rows]


def rows_of(sheet, n_marked, first=0, last=0, previous=False, causal=True):
    rule = {"read_first": first, "read_last": last, "read_previous": previous, "n_marked": n_marked, "causal": causal}
    return [row for row in SHEETS[sheet.file_name] if all(row[name] == str(value) for name, value in rule.items())]


def middle(rows, name):
    return median(float(row[name]) for row in rows if row[name])


def test_the_first_head_is_what_is_committed():
    path = ROOT / "data" / read_first.HEADS_FILE
    layer, head = read_first.labels(path)[0]
    found = load_head(path, layer=layer, head=head, causal=True)
    lines = read_first.SHEET.written(read_first.head_records(found)).splitlines()
    assert lines == (ROOT / read_first.SHEET.path).read_text("utf-8").splitlines()[: len(lines)]
    assert len(lines) == 1 + len(read_first.MARKED) * len(read_first.RULES)


def test_every_head_and_rule_is_there():
    n_rules = len(read_first.MARKED) * len(read_first.RULES)
    assert len(SHEETS["read_first.csv"]) == 6 * 2 * n_rules
    assert len(SHEETS["read_first_captured.csv"]) == 16 * n_rules


def test_what_is_read_and_what_is_left_add_up():
    for row in ALL:
        left = float(row["keys_left"])
        assert float(row["marked_left"]) == pytest.approx(
            int(row["n_marked"]) * (1 - float(row["share_read"])), rel=0.02, abs=0.02
        )
        assert left + float(row["keys_read"]) < int(row["n_keys"]) + 0.01  # six digits
        assert 0 < float(row["over_none"]) <= 1


def test_weights_alike_are_the_uniform_superposition():
    rng = np.random.default_rng(0)
    alike = read_first.finding_iterates(np.full(5, 1.0), 512, 3, rng)
    assert alike == pytest.approx(read_first.finding_iterates(np.ones(5), 512, 1, rng))
    assert read_first.finding_iterates(np.full(5, 4.0), 512, 1, rng) < 0.6 * alike
