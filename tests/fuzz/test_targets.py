"""A small part of the fuzzing, the same inputs each time; `make fuzz` runs at least 100,000."""

import pytest

from . import limits
from .runs import Chunk, all_targets, run_chunk

# Verbs that compute for seconds are left to `make fuzz`; their options go through the same code as these.
SLOW = {"verb-report", "verb-compare", "verb-crossover", "verb-frontier", "verb-verify"}


@pytest.mark.parametrize("target", sorted(set(all_targets()) - SLOW))
def test_any_input_gives_a_result_or_a_refusal(target):
    outcome = run_chunk(Chunk(target, seed=1, inputs=12))
    assert outcome.failures == {}
    assert outcome.counts.total() == outcome.counts[limits.RESULT] + outcome.counts[limits.REFUSED] >= 5
