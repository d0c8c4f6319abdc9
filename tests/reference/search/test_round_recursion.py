"""What holds for every search that is made of rounds: its cost is what its trials cost."""

import importlib
import inspect
import math
import pkgutil

import attrs
import numpy as np
import pytest

import groverattn.reference.search
from groverattn.errors import InputError
from groverattn.reference.search import cost as round_recursion
from groverattn.reference.search.collector import CouponCollector
from groverattn.reference.search.cost import round_costs
from groverattn.reference.search.expected import ExpectedNumberSearch
from groverattn.reference.search.known import KnownNumberSearch
from groverattn.reference.search.trials import FixedTrial, GroverRun, UniformTrial
from groverattn.reference.search.unknown import UnknownNumberSearch

# Every class that makes rounds of trials, with the (n, t) that it is run on. Failures are made likely: they are tested.
SEARCHES = [
    (UnknownNumberSearch(0.3), 16, 2),
    (UnknownNumberSearch(0.9), 3, 2),
    (UnknownNumberSearch(0.1), 40, 0),
    (UnknownNumberSearch(0.5), 7, 7),
    (UnknownNumberSearch(0.99, growth=2.5), 64, 5),
    (UnknownNumberSearch(0.2, n_marked_max=3), 30, 6),
    (ExpectedNumberSearch(4, 0.9), 64, 4),
    (ExpectedNumberSearch(1, 0.5, start=2.0), 50, 5),
    (ExpectedNumberSearch(20, 0.5, n_marked_max=3), 50, 5),
    (KnownNumberSearch(0, 0.1), 5, 0),
    (KnownNumberSearch(5, 0.9), 64, 5),
    (KnownNumberSearch(6, 0.5), 6, 6),
    (CouponCollector(0, 0.1), 5, 0),
    (CouponCollector(5, 0.9), 64, 5),
    (CouponCollector(4, 0.5), 4, 4),
    (CouponCollector(3, 0.2), 40, 2),
    (CouponCollector(3, 0.2), 40, 5),
]
IDS = [f"{search!r} on {t} of {n}" for search, n, t in SEARCHES]


def searches_of_the_package() -> set[type]:
    names = [module.name for module in pkgutil.iter_modules(groverattn.reference.search.__path__)]
    modules = [importlib.import_module(f"groverattn.reference.search.{name}") for name in names]
    classes = {value for module in modules for value in vars(module).values() if attrs.has(value)}

    def takes(cls: type, method: str, *names: str) -> bool:
        function = getattr(cls, method, None)
        return callable(function) and list(inspect.signature(function).parameters) == ["self", *names]

    return {cls for cls in classes if takes(cls, "trials", "n", "n_found") and takes(cls, "cost", "n", "t")}


def test_every_search_is_in_the_table() -> None:
    assert searches_of_the_package() == {type(search) for search, _, _ in SEARCHES}


@pytest.mark.parametrize(("search", "n", "t"), SEARCHES, ids=IDS)
def test_cost_is_the_recursion_over_the_trials_written_out(search, n, t) -> None:
    iterates = phased = checks = p_missed = 0.0
    iterates_max, reached = 0, 1.0
    for found in range(t + 1):
        marked, left = t - found if search.excludes_found else t, t - found
        happens = reached
        for trial in search.trials(n, found):
            iterates += happens * trial.iterates_mean
            phased += happens * trial.iterates_mean if trial.is_phased else 0
            checks += happens
            iterates_max += trial.iterates_max
            happens *= 1 - float(trial.success(n, marked)) * left / max(marked, 1)
        if not search.trials(n, found):
            break
        p_missed += happens if left else 0
        reached -= happens
    cost = search.cost(n, t)
    by_hand = (iterates, phased, checks, p_missed)
    assert (cost.iterates_expected, cost.phased_expected, cost.checks_expected, cost.p_failure) == pytest.approx(
        by_hand, rel=1e-10, abs=1e-14
    )
    assert cost.iterates_max == iterates_max
    assert cost.source == search.source


def simulated_run(search, n: int, t: int, rng) -> tuple[int, int, int, bool]:
    """Iterates, phased ones, checks, and whether a key was missed, when keys 0 to t - 1 are marked."""
    found = set()
    iterates = phased = checks = 0
    while trials := search.trials(n, len(found)):
        for trial in trials:
            run = trial.draw(rng)
            iterates, checks = iterates + run.n_iterates, checks + 1
            phased += run.n_iterates if run.is_phased else 0
            marked = [key for key in range(t) if not (search.excludes_found and key in found)]
            if rng.random() < run.success(n, len(marked)):
                key = int(rng.choice(marked))
                if key not in found:
                    found.add(key)
                    break
        else:
            return iterates, phased, checks, len(found) < t
    return iterates, phased, checks, False


@pytest.mark.parametrize(("search", "n", "t"), SEARCHES, ids=IDS)
def test_cost_is_what_the_trials_cost_when_they_are_run(search, n, t) -> None:
    rng = np.random.default_rng(0)
    runs = np.array([simulated_run(search, n, t, rng) for _ in range(1000)], dtype=float)
    cost = search.cost(n, t)
    expected = [cost.iterates_expected, cost.phased_expected, cost.checks_expected, cost.p_failure]
    spread = np.maximum(runs.std(axis=0), [0, 0, 0, math.sqrt(cost.p_failure)])  # failures are rare: Poisson
    assert (np.abs(runs.mean(axis=0) - expected) <= 4 * spread / math.sqrt(len(runs)) + 1e-9).all()
    assert runs[:, 0].max() <= cost.iterates_max


def test_blocks_of_rounds_are_joined(monkeypatch) -> None:
    search = UnknownNumberSearch(0.8)
    whole = search.cost(50, 30)
    monkeypatch.setattr(round_recursion, "_ROUNDS_PER_BLOCK", 7)
    blocks = search.cost(50, 30)
    assert attrs.astuple(blocks)[:4] == pytest.approx(attrs.astuple(whole)[:4], rel=1e-12)


def test_repeated_trials_are_summed_as_if_they_were_written_out() -> None:
    """A single trial, one that is repeated, and ones that surely succeed or surely fail."""
    left, share = np.array([0, 1, 4]), 0.75
    once, often = UniformTrial(3), FixedTrial(GroverRun(1, 0.9))
    costs = round_costs([(once, *(often,) * 5)] * left.size, 4, left, share)
    p_once, p_often = once.success(4, left) * share, often.success(4, left) * share
    times = (1 - p_once) * sum((1 - p_often) ** i for i in range(5))
    assert costs.checks == pytest.approx(1 + times)
    assert costs.iterates == pytest.approx(1 + times)
    assert costs.phased == pytest.approx(times)
    assert costs.p_fails == pytest.approx((1 - p_once) * (1 - p_often) ** 5)
    assert round_costs([(FixedTrial(GroverRun(1)),) * 3], 4, np.array([1])).checks.tolist() == [1.0]


def test_sizes_that_cannot_be_are_refused() -> None:
    for t in (-1, 9):
        with pytest.raises(InputError):
            UnknownNumberSearch(0.1).cost(8, t)
