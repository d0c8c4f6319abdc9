"""Keys that rounding makes equal: counted, and no verdict where nothing is left to tell apart."""

import attrs
import numpy as np
import pytest

from groverattn.problem.heads import AttentionHead, bundled_head
from groverattn.problem.instance import Instance
from groverattn.show.terminal import text_of
from groverattn.simulation.engines import EngineChoice
from groverattn.simulation.head import simulate
from groverattn.simulation.request import SimulationRequest

REQUEST = SimulationRequest(n_marked=4, rows="0:4", engine=EngineChoice("law"))


def a_head(keys):
    rng = np.random.default_rng(3)
    queries, values = (rng.normal(size=keys.shape) for _ in "QV")
    return AttentionHead(queries, keys, values, score_scale=0.5, causal=False, name="odd")


def keys_with(outlier):
    keys = np.random.default_rng(3).normal(size=(32, 4))
    keys[5, 2] = outlier
    return keys


def test_one_outlier_rounds_all_others_to_zero():
    result = simulate(REQUEST, head=a_head(keys_with(1e30)))
    assert result.instance.keys_made_equal == result.as_json()["keys_made_equal"] == 30
    assert not result.passed
    text = " ".join(text_of(result.blocks()).split())
    assert "94% of all" in text
    assert "more than half of the keys are rounded to 0" in text
    assert "nothing missed" not in text


@pytest.mark.parametrize("outlier", [1.0, 10.0])
def test_without_an_outlier_nothing_is_said(outlier):
    result = simulate(REQUEST, head=a_head(keys_with(outlier)))
    assert (result.instance.keys_made_equal, result.passed) == (0, True)
    assert "keys made equal" not in text_of(result.blocks())


def test_keys_that_are_equal_in_the_head_are_not_made_equal():
    keys = np.repeat(keys_with(1.0)[:8], 4, axis=0)
    assert Instance.from_target(a_head(keys), 4, 8, 8).keys_made_equal == 0
    assert Instance.from_target(a_head(keys * np.array([1, -1, 1, 1])), 4, 8, 8).keys_made_equal == 0


def test_few_bits_make_keys_equal_and_the_verdict_stands():
    keys = np.repeat([[1.0, 0.5], [-1.0, 0.25], [0.7, -0.9], [0.4, 0.6]], 8, axis=0) + np.arange(32)[:, None] * 1e-4
    instance = Instance.from_target(a_head(keys), 8, 4, 4)
    by_hand = len(np.unique(keys, axis=0)) - len(np.unique(instance.keys.values, axis=0))
    assert instance.keys_made_equal == by_hand > 20
    assert not instance.is_mostly_zero


def test_padding_is_zero_before_and_after():
    head = bundled_head()
    keys = head.keys.copy()
    keys[40:] = 0
    assert not Instance.from_target(attrs.evolve(head, keys=keys), 8, 8, 8).is_mostly_zero


@pytest.mark.parametrize("causal", [False, True])
def test_found_keys_that_are_not_the_largest_without_rounding_are_counted(causal):
    head = attrs.evolve(bundled_head(), causal=causal)
    request = SimulationRequest(n_marked=9, key_bits=4, query_bits=4, rows="20:40", engine=EngineChoice("law"))
    result = simulate(request, head=head)
    swapped = 0
    for row in result.rows:
        seen = row.row + 1 if causal else head.n_keys
        scores = [float(head.queries[row.row] @ key) for key in head.keys[:seen]]
        largest = sorted(range(seen), key=lambda key: -scores[key])[: row.n_found]
        swapped += len(set(row.found) - set(largest))
    assert 0 < swapped == result.as_json()["found_swapped_by_rounding"] < result.total("n_found")
    words = " ".join(text_of(result.blocks()).split())
    assert f"swapped by rounding {swapped} of {result.total('n_found')} found keys in 20 rows" in words
    assert ("causal" in words) == causal
    fine = simulate(attrs.evolve(request, key_bits=16, query_bits=16), head=head)
    assert fine.as_json()["found_swapped_by_rounding"] <= 1


def test_equal_scores_are_not_swapped():
    keys = np.repeat(keys_with(1.0)[:8], 4, axis=0)
    assert simulate(REQUEST, head=a_head(keys)).output.swapped.sum() == 0


def test_a_frame_has_the_keys_of_each_row():
    result = simulate(REQUEST, head=a_head(keys_with(1.0)))
    frame = result.to_frame()
    assert frame["found"].tolist() == [row.found for row in result.rows]
    assert [len(keys) for keys in frame["found"]] == frame["n_found"].tolist()
