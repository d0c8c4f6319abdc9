"""A small part of the fuzzing, the same inputs each time; `make fuzz` runs at least 100,000."""

import itertools

import pytest
from hypothesis import strategies as st

from .promise import Target, outcome
from .targets import TARGETS

# Verbs that compute for seconds are left to `make fuzz`; their options go through the same code as these.
SLOW = {"verb-report", "verb-compare", "verb-crossover", "verb-frontier", "verb-verify"}


@pytest.mark.parametrize("target", sorted(set(TARGETS) - SLOW))
def test_any_input_gives_a_result_or_a_refusal(target):
    assert TARGETS[target].check(1, 12).total() >= 5


def test_what_is_neither_a_result_nor_a_refusal_fails():
    target = Target(st.integers(0, 9), lambda value, _: outcome(lambda: 1 // value), 1)
    with pytest.raises(ZeroDivisionError):
        target.check(1, 50)
    endless = Target(
        st.integers(0, 9), lambda _, __: outcome(lambda: all(number >= 0 for number in itertools.count()), 0.01), 1
    )
    with pytest.raises(AssertionError, match=r"more than 0\.01 s"):
        endless.check(1, 1)
