import csv

import attrs
import numpy as np
import pytest

from groverattn.costs.counting import count
from groverattn.errors import InputError
from groverattn.problem.families import gaussian_head
from groverattn.problem.fixed_point import quantise
from groverattn.problem.heads import bundled_head
from groverattn.problem.shapes import Shape
from groverattn.row.circuit import iterate_of
from groverattn.row.request import Design, RowRequest
from studies.circuit import precision
from studies.circuit.precision import all_heads, precision_records, toffoli_per_iterate


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
        toffoli_per_iterate(6) == count(iterate_of(RowRequest(shape=shape, design=Design(data_access="qroam")))).toffoli
    )


@pytest.mark.parametrize(("axes", "n_heads"), [((), 1), ((3,), 3), ((2, 3), 6)])
def test_all_heads_of_a_file(tmp_path, axes, n_heads):
    Q, K, V = np.random.default_rng(0).standard_normal((3, *axes, 6, 4))
    np.savez(tmp_path / "heads.npz", Q=Q, K=K, V=V)
    heads = list(all_heads(tmp_path / "heads.npz"))
    assert len({head.name for head in heads}) == len(heads) == n_heads
    assert np.array_equal(heads[-1].queries, Q.reshape(-1, 6, 4)[-1])


def test_a_file_without_heads(tmp_path):
    np.savez(tmp_path / "other.npz", X=np.ones(3))
    with pytest.raises(InputError, match="no Q"):
        list(all_heads(tmp_path / "other.npz"))


def test_write(tmp_path, monkeypatch):
    monkeypatch.setattr(precision, "BITS", (4, 8))
    precision.write(tmp_path)
    precision.write(tmp_path)
    text = (tmp_path / "precision.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["bits"] for row in rows] == ["4", "8"]
    assert rows == precision.precision_table()
    assert rows[1]["missed"] == "0.00634766"
