import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groverattn.bloqs.lookup.data_access import key_lookup
from groverattn.bloqs.score.score import Score
from groverattn.bloqs.search.grover import GroverIterate
from groverattn.bloqs.search.phase_oracle import PhaseOracle
from groverattn.costs.counting import count
from groverattn.problem.families import gaussian_head
from groverattn.problem.heads import bundled_head
from groverattn.problem.key_table import KeyTable
from groverattn.problem.shapes import Shape
from groverattn.reference.search.amplification import success_probability
from groverattn.reference.search.known import best_known_number_iterates
from groverattn.row.circuit import iterate_of
from groverattn.row.request import Design, RowRequest
from groverattn.verification.oracle_check import run_oracle
from studies.circuit import nested_search
from studies.circuit.nested_search import (
    SearchRows,
    Sketch,
    best_nested,
    coarse_filter,
    iterate_toffoli,
    nested_records,
    toffoli_per_key,
)
from studies.sheet import read_rows


def _success_by_simulation(n, m, t, r, s):
    """Probability of a marked index after A and s times G^r D G^-r S_exact, on all n amplitudes."""
    coarse, exact = np.where(np.arange(n) < m, -1.0, 1.0), np.where(np.arange(n) < t, -1.0, 1.0)
    diffusion = 2 / n - np.eye(n)
    coarse_iterates = np.linalg.matrix_power(diffusion * coarse, r)
    state = coarse_iterates @ np.full(n, n**-0.5)
    for _ in range(s):
        state = coarse_iterates @ diffusion @ coarse_iterates.T @ (exact * state)
    return float((state[:t] ** 2).sum())


@pytest.mark.parametrize(("n", "m", "k", "r"), [(64, 9, 2, 1), (64, 9, 2, 2), (100, 20, 1, 1), (50, 50, 3, 0)])
def test_costs_are_those_of_the_simulated_search(n, m, k, r):
    coarse, exact = 5, 8
    costs = []
    for t in range(1, k + 1):
        attempts = [(s * (exact + 2 * r * coarse) + r * coarse, s) for s in range(20)]
        p = [_success_by_simulation(n, m - k + t, t, r, s) for _, s in attempts]
        best = min(range(20), key=lambda s: (attempts[s][0] + exact) / p[s])
        costs.append(attempts[best][0] / p[best])
    assert toffoli_per_key(n, m, k, coarse, exact, r) == pytest.approx(np.mean(costs), rel=1e-9)


def test_without_coarse_iterates_it_is_the_search_with_a_known_number():
    n, k = 1 << 12, 40
    left = np.arange(1, k + 1)
    j = best_known_number_iterates(n, left)
    expected = 7 * (j / success_probability(n, left, j)).mean()
    assert toffoli_per_key(n, n, k, 0, 7, 0) == pytest.approx(expected)
    assert toffoli_per_key(n, n // 9, k, 3, 7, 0) == pytest.approx(expected)


@pytest.mark.parametrize(("coarse", "exact"), [(1, 10), (5, 10), (8, 10)])
def test_the_asymptotic_law(coarse, exact):
    n, m = 1 << 40, 1 << 28
    one_stage = toffoli_per_key(n, n, 1, 0, exact, 0)
    full = toffoli_per_key(n, m, 1, coarse, exact, round(math.pi / 4 * math.sqrt(n / m)))
    assert full / one_stage == pytest.approx((math.pi / 2 * coarse + math.sqrt(m / n) * exact) / exact, rel=0.02)
    few = toffoli_per_key(n, m, 1, coarse, exact, 3)
    assert few / one_stage == pytest.approx((6 * coarse + exact) / 7 / exact, rel=0.02)
    assert best_nested(n, m, 1, coarse, exact)[1] <= min(full, few)


def test_more_than_half_of_the_keys_are_no_filter():
    assert best_nested(1024, 768, 4, 1, 10) == (0, toffoli_per_key(1024, 1024, 4, 0, 10, 0))


def test_iterates_are_counted_as_in_an_estimate():
    shape = Shape(1 << 17, 128, 512, 8, 8)
    assert (
        iterate_toffoli(1 << 17, 512, 8)
        == count(iterate_of(RowRequest(shape=shape, design=Design.one_key(data_access="qroam")))).toffoli
    )
    for bits in (2, 3, 4):
        same_sizes = count(
            iterate_of(RowRequest(shape=Shape(1 << 17, 128, 512, bits, 8), design=Design.one_key(data_access="qroam")))
        ).toffoli
        assert iterate_toffoli(1 << 17, 512, bits) == pytest.approx(same_sizes, rel=2e-3)


def test_an_iterate_backwards_costs_as_much():
    iterate = iterate_of(RowRequest(shape=Shape(1 << 10, 16, 8, 4, 4), design=Design.one_key(data_access="qroam")))
    assert count(iterate.adjoint()).toffoli == count(iterate).toffoli


@given(st.integers(1, 5), st.integers(0, 1000), st.floats(1, 60))
def test_no_estimate_is_further_off_than_is_proved(bits, seed, spread):
    rng = np.random.default_rng(seed)
    keys = np.clip(np.rint(spread * rng.standard_t(3, (40, 6))), -127, 127).astype(np.int64)
    query = rng.integers(-127, 128, 6)
    sketch = Sketch.of(keys, bits)
    assert -(1 << (bits - 1)) <= sketch.codes.min() <= sketch.codes.max() < 1 << (bits - 1)
    decoded = (sketch.codes + 0.5) * sketch.step + sketch.centre
    assert np.abs(keys @ query - decoded @ query).max() <= sketch.proved_margin(query) + 1e-9
    least = float((decoded @ query)[3])
    assert (sketch.codes @ query >= sketch.threshold(query, least)).tolist() == (
        decoded @ query >= least - 1e-9
    ).tolist()


def test_keys_that_are_all_the_same():
    sketch = Sketch.of(np.full((5, 3), 9), bits=2)
    assert sketch.proved_margin(np.array([1, -1, 1])) <= 1.5


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_the_coarse_circuit_marks_the_candidates(bits):
    rows = SearchRows.of(gaussian_head(32, 6, seed=3), n_marked=3, n_rows=1)
    sketch, query = Sketch.of(rows.keys, bits), rows.queries[0]
    for margin in (0.0, sketch.proved_margin(query) / 4):
        threshold = sketch.threshold(query, rows.thresholds[0] - margin)
        lookup = key_lookup("qroam", KeyTable.from_keys(sketch.codes, bits))
        oracle = PhaseOracle(lookup, Score(tuple(query.tolist()), threshold, bits))
        run = run_oracle(oracle, np.random.default_rng(0))
        assert run.marked.tolist() == (sketch.codes @ query >= threshold).tolist()
        assert not run.is_wrong.any()
        assert count(GroverIterate(oracle)).toffoli > 0


@pytest.mark.parametrize("bits", [1, 2, 3, 4])
@pytest.mark.parametrize("rows", [SearchRows.of(bundled_head(), 4), SearchRows.of(gaussian_head(256, 32, seed=1), 4)])
def test_recall(rows, bits):
    sketch = Sketch.of(rows.keys, bits)
    proof, measured, none = (coarse_filter(rows, sketch, rule) for rule in nested_search.RULES)
    assert proof.recall == measured.recall == 1.0 >= none.recall
    assert proof.margin >= measured.margin >= none.margin == 0
    assert proof.candidates >= measured.candidates >= none.candidates


def test_a_smaller_measured_margin_misses_a_key():
    rows = SearchRows.of(bundled_head(), 4)
    sketch = Sketch.of(rows.keys, 3)
    margin = 0.999 * coarse_filter(rows, sketch, "measured").margin
    estimates = rows.queries @ ((sketch.codes + 0.5) * sketch.step + sketch.centre).T
    least = rows.thresholds - margin * np.linalg.norm(rows.queries, axis=1)
    assert (rows.marked & (estimates < least[:, None])).any()


def test_the_records_say_who_wins():
    records = list(nested_records([SearchRows.of(bundled_head(), 1)], coarse_bits=[3]))
    assert [(record.rule, record.n_keys) for record in records[::2]] == [
        (rule, 1 << 17) for rule in nested_search.RULES
    ]
    for record in records:
        assert record.ratio == record.toffoli_per_key / record.one_stage_toffoli_per_key
    # Recall 1 is proved, and two stages win; without a margin a quarter is found, and they lose.
    assert records[0].ratio < 1 < records[4].ratio


def test_the_committed_sheet_is_what_is_computed():
    """The rows of the packaged head; those of the Gaussian one take longer."""
    computed = nested_search.SHEET.written(nested_records([SearchRows.of(bundled_head(), 1)])).splitlines()
    committed = (Path(__file__).parents[2] / nested_search.SHEET.path).read_text("utf-8").splitlines()
    assert len(computed) == 1 + 4 * 3 * 2
    assert committed[: len(computed)] == computed, "run `make estimates`"
    rows = read_rows("\n".join(computed))
    assert {row["recall"] for row in rows if row["rule"] != "none"} == {"1"}
    assert all(math.isfinite(float(row["ratio"])) for row in rows)
