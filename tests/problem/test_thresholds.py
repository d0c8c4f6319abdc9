import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groverattn.errors import InputError
from groverattn.problem.thresholds import threshold_from_sample, threshold_from_target, threshold_from_tau


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e3))
def test_the_integer_threshold_marks_what_tau_marks(tau, step) -> None:
    threshold = threshold_from_tau(tau, step)
    assert threshold * step >= tau
    assert (threshold - 1) * step < tau


def test_exact_multiples_of_the_step_are_marked() -> None:
    assert [threshold_from_tau(k * 0.1, 0.1) for k in range(50)] == list(range(50))


@pytest.mark.parametrize(("tau", "step"), [(math.nan, 1.0), (math.inf, 1.0), (1.0, 0.0), (1.0, -1.0), (1e300, 1e-300)])
def test_what_is_no_threshold(tau, step) -> None:
    with pytest.raises(InputError):
        threshold_from_tau(tau, step)


@given(st.lists(st.integers(-50, 50), min_size=2, max_size=30), st.data())
def test_the_target_is_met_up_to_ties(scores, data) -> None:
    k = data.draw(st.integers(1, len(scores) - 1))
    if sorted(scores)[-k] == min(scores):
        with pytest.raises(InputError, match="marks everything"):
            threshold_from_target(scores, k)
        return
    threshold = threshold_from_target(scores, k)
    assert sum(s > threshold for s in scores) < k <= sum(s >= threshold for s in scores) < len(scores)


@pytest.mark.parametrize("k", [0, -1, 4, 5])
def test_nothing_or_everything_is_refused(k) -> None:
    with pytest.raises(InputError, match="allowed: 1 to 3"):
        threshold_from_target([1, 2, 3, 4], k)
    with pytest.raises(InputError, match="allowed: 1 to 3"):
        threshold_from_sample([1, 2, 3, 4], 4, k)


def test_the_whole_as_sample_gives_the_target() -> None:
    scores = np.random.default_rng(0).permutation(1000)
    assert all(threshold_from_sample(scores, 1000, k) == threshold_from_target(scores, k) for k in (1, 5, 999))


def test_samples_too_small_or_too_large() -> None:
    for size in (7, 101):
        with pytest.raises(InputError, match="allowed: 13 to 100"):
            threshold_from_sample(np.arange(size), 100, 4)


def test_the_spread_of_a_sampled_threshold() -> None:
    """Standard deviation k / sqrt(r) of the number of marked keys, r = k s / n (order statistics)."""
    rng = np.random.default_rng(0)
    n, k, size = 4096, 256, 512
    counts = [n - threshold_from_sample(rng.choice(n, size, replace=False), n, k) for _ in range(1000)]
    r = k * size / n
    assert np.mean(counts) == pytest.approx(k, rel=0.03)
    # Without replacement the spread is smaller by sqrt(1 - s/n).
    assert np.std(counts) == pytest.approx(k / math.sqrt(r) * math.sqrt(1 - size / n), rel=0.08)
