"""A small part of the fuzzing, the same inputs each time; `make fuzz` runs at least 100,000."""

import pytest

from .targets import TARGETS

# Verbs that compute for seconds are left to `make fuzz`; their options go through the same code as these.
SLOW = {"verb-report", "verb-compare", "verb-crossover", "verb-frontier", "verb-verify"}


@pytest.mark.parametrize("target", sorted(set(TARGETS) - SLOW))
def test_any_input_gives_a_result_or_a_refusal(target):
    assert TARGETS[target].check(1, 12).total() >= 5
