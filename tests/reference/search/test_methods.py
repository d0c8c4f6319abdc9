"""Procedures by the names that a user chooses: which search each is, what it is told, and what it refuses."""

import attrs
import pytest

from groverattn.errors import InputError
from groverattn.reference.blocks.plan import SearchPlan
from groverattn.reference.search.collector import CouponCollector
from groverattn.reference.search.counted import CountedNumberSearch
from groverattn.reference.search.expected import ExpectedNumberSearch
from groverattn.reference.search.known import KnownNumberSearch
from groverattn.reference.search.laws import RUNS, check_law, check_rounds, check_runs
from groverattn.reference.search.methods import SEARCH_METHODS, SearchMethod
from groverattn.reference.search.top_k import TopKSearch
from groverattn.reference.search.unknown import GROWTH_MAX, UnknownNumberSearch, check_promise, growing_bounds

P = 1e-3


def method(name, **options):
    return SearchMethod(name=name, n_expected=5, p_failure=P, **options)


def test_each_name_is_its_procedure_with_all_that_it_is_told():
    assert method("known").for_threshold(7) == KnownNumberSearch(7, P)
    assert method("collector").for_threshold(7) == CouponCollector(7, P)
    assert method("unknown").for_threshold(7) == UnknownNumberSearch(P)
    assert method("unknown", growth=1.2, n_marked_max=9).for_threshold(7) == UnknownNumberSearch(
        P, growth=1.2, n_marked_max=9
    )
    assert method("expected").for_threshold(7) == ExpectedNumberSearch(5, P)
    assert method("expected", growth=1.3, n_marked_max=9).for_threshold(7) == ExpectedNumberSearch(
        5, P, growth=1.3, cold_growth=1.3, n_marked_max=9
    )
    assert method("counted", n_marked_max=9).counted() == CountedNumberSearch(P, n_marked_max=9)
    assert method("top-k").top_k() == TopKSearch(5, P)
    assert method("top-k", growth=1.2).top_k() == TopKSearch(5, P, growth=1.2)
    assert method("posterior").plan == SearchPlan("posterior", 1)
    assert method("unknown", keys_per_query=3).plan == SearchPlan("unknown", 3)
    assert method("known").plan == SearchPlan("unknown", 1)


def test_each_costs_what_its_procedure_costs():
    n, t = 64, 4
    costs = {name: method(name).cost(n, t) for name in SEARCH_METHODS}
    assert costs["known"] == KnownNumberSearch(t, P).cost(n, t)
    assert costs["collector"] == CouponCollector(t, P).cost(n, t)
    assert costs["unknown"] == UnknownNumberSearch(P).cost(n, t)
    assert costs["expected"] == ExpectedNumberSearch(5, P).cost(n, t)
    assert costs["counted"] == CountedNumberSearch(P).cost(n, t)
    assert costs["top-k"] == TopKSearch(5, P).cost(n)
    assert costs["posterior"] == SearchPlan("posterior").cost("expected", n, t, P)
    blocks = method("unknown", keys_per_query=2).cost(n, t)
    assert blocks == SearchPlan("unknown", 2).cost("expected", n, t, P)
    assert blocks != costs["unknown"]


def test_what_a_procedure_is_like():
    assert {name for name in SEARCH_METHODS if method(name).keeps_largest} == {"top-k"}
    assert {name for name in SEARCH_METHODS if method(name).counts_first} == {"counted"}
    assert {name: method(name).n_keys_min for name in SEARCH_METHODS} == dict.fromkeys(SEARCH_METHODS, 2) | {
        "posterior": 3
    }
    assert method("top-k").n_kept == 5


USES_GROWTH, USES_LIMIT = {"unknown", "expected", "top-k"}, {"unknown", "expected", "counted"}


@pytest.mark.parametrize("name", SEARCH_METHODS)
def test_what_a_procedure_does_not_use_is_refused(name):
    for option, value, users in [
        ("growth", 1.2, USES_GROWTH),
        ("n_marked_max", 9, USES_LIMIT),
        ("keys_per_query", 2, {"unknown", "posterior"}),
        ("first_score", "approximate", {"posterior"}),
    ]:
        if name in users:
            assert getattr(method(name, **{option: value}), option) == value
        else:
            with pytest.raises(InputError, match={"n_marked_max": "marked_limit"}.get(option, option)):
                method(name, **{option: value})


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("unkown", {}, "did you mean unknown"),
        ("unknown", {"keys_per_query": 2, "growth": 1.2}, "growth or marked_limit with keys_per_query = 2"),
        ("unknown", {"keys_per_query": 2, "n_marked_max": 5}, "growth or marked_limit with keys_per_query = 2"),
        ("posterior", {"first_score": "rough"}, "first_score = rough"),
        ("unknown", {"p_failure": 0.0}, "p_failure"),
        ("unknown", {"growth": 1.0}, "growth"),
        ("unknown", {"n_marked_max": -1}, "n_marked_max"),
        ("counted", {"n_marked_max": -1}, "n_marked_max"),
        ("top-k", {"n_expected": 0}, "n_kept"),
        ("expected", {"n_expected": -1.0}, "n_expected"),
    ],
)
def test_what_is_refused_when_it_is_chosen(name, options, words):
    with pytest.raises(InputError, match=words):
        SearchMethod(**{"name": name, "n_expected": 5, "p_failure": P} | options)


def test_what_is_left_after_keys_are_read():
    limited = method("expected", n_marked_max=8)
    assert limited.after_reading(3) == attrs.evolve(limited, n_expected=2, n_marked_max=5)
    assert limited.after_reading(9) == attrs.evolve(limited, n_expected=0, n_marked_max=0)
    assert method("known").after_reading(3).n_marked_max is None
    assert method("top-k").after_reading(3) == method("top-k")  # the keys that it keeps are those that are read


def test_names_of_laws_and_of_rules_of_runs():
    for name in RUNS:
        check_runs(name)
    check_law("ideal")
    check_law("other", "other")
    check_rounds(1 << 18)
    for check, name in [(check_runs, "known"), (check_law, "known"), (check_rounds, (1 << 18) + 1)]:
        with pytest.raises(InputError):
            check(name)


def test_longer_steps_than_those_that_keep_the_promise_are_refused():
    for growth in (None, 1.01, 1.34, GROWTH_MAX):
        check_promise(growth)
    with pytest.raises(InputError, match=r"1\.01 to 1\.5"):
        check_promise(1.500001)


@pytest.mark.parametrize(
    ("n", "growth", "start", "bounds"),
    [
        (2, 1.34, 1.0, [1, 2, 2]),
        (16, 2.0, 1.0, [1, 2, 4]),
        (17, 2.0, 1.0, [1, 2, 4, 5]),
        (100, 1.5, 4.0, [4, 6, 9, 10]),
        (100, 1.5, 50.0, [10]),
        (2**60, 1000.0, 1.0, [1, 1000, 10**6, 10**9, 2**30]),
        (2**60 + 1, 1000.0, 10.0**9, [10**9, 2**30 + 1]),
    ],
)
def test_bounds_grow_from_the_start_and_end_at_the_root_of_n_rounded_up(n, growth, start, bounds):
    """arXiv:quant-ph/9605034, Section 4: m = 1, growth, growth^2, ..., up to sqrt(n)."""
    assert growing_bounds(n, growth, start) == bounds
    with pytest.raises(InputError, match="n = 1"):
        growing_bounds(1, growth, start)
