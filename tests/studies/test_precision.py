from pathlib import Path

import attrs
import numpy as np
import pytest

from groverattn.costs.counting import count
from groverattn.problem.families import gaussian_head
from groverattn.problem.fixed_point import quantise
from groverattn.problem.heads import bundled_head
from groverattn.problem.shapes import Shape
from groverattn.row.circuit import iterate_of
from groverattn.row.request import Design, RowRequest
from studies.circuit import precision
from studies.circuit.precision import precision_records, toffoli_per_iterate
from studies.sheet import read_rows


def _softmax(x):
    weights = np.exp(x - x.max())
    return weights / weights.sum()


def _l1_of_row(x, found):
    approximated = x.copy()
    tail = np.setdiff1d(np.arange(x.size), found)
    approximated[tail] = x[tail].mean() if tail.size else 0.0
    return np.abs(_softmax(x) - _softmax(approximated)).sum()


@pytest.mark.parametrize("causal", [False, True])
def test_record_against_its_definition(causal):
    head, k, bits = attrs.evolve(gaussian_head(24, 5, seed=4), causal=causal), 4, 5
    (record,) = precision_records([head], n_marked=k, bits=[bits])
    integers = quantise(head.queries, bits).values @ quantise(head.keys, bits).values.T
    exact = head.score_scale * head.queries @ head.keys.T
    missed, extra, errors, exact_errors = [], [], [], []
    for row in range(24):
        n = head.visible_keys(row)
        x, s = exact[row, :n], integers[row, :n]
        wanted = np.argsort(-x)[:k]
        found = np.arange(n) if n <= k else np.flatnonzero(s >= np.sort(s)[-k])
        missed.append(np.setdiff1d(wanted, found).size / k)
        extra.append(np.setdiff1d(found, wanted).size / k)
        errors.append(_l1_of_row(x, found))
        exact_errors.append(_l1_of_row(x, wanted))
    assert (record.missed, record.extra) == pytest.approx((np.mean(missed), np.mean(extra)))
    assert (record.l1_median, record.l1_max) == pytest.approx((np.median(errors), np.max(errors)))
    exactly = (np.median(exact_errors), np.max(exact_errors))
    assert (record.l1_median_exact, record.l1_max_exact) == pytest.approx(exactly)
    assert record.missed > 0


def test_bits_decide_membership_and_hardly_the_error():
    four, eight, sixteen = precision_records([bundled_head()], bits=[4, 8, 16])
    assert four.missed > 10 * eight.missed > sixteen.missed == sixteen.extra == 0
    assert four.extra > four.missed  # ties
    assert (sixteen.l1_median, sixteen.l1_max) == (sixteen.l1_median_exact, sixteen.l1_max_exact)
    assert four.l1_median < 1.03 * sixteen.l1_median
    assert four.toffoli_per_iterate < eight.toffoli_per_iterate < sixteen.toffoli_per_iterate


def test_toffolis_are_those_of_an_estimate():
    shape = Shape(1 << 17, 128, 512, 6, 6)
    assert (
        toffoli_per_iterate(6)
        == count(iterate_of(RowRequest(shape=shape, design=Design.one_key(data_access="qroam")))).toffoli
    )


def test_the_committed_sheet_is_what_is_computed():
    text = (Path(__file__).parents[2] / precision.SHEET.path).read_text("utf-8")
    assert precision.SHEET.text() == text, "run `make estimates`"
    assert [row["missed"] for row in read_rows(text) if row["bits"] == "8"] == ["0.00634766"]
