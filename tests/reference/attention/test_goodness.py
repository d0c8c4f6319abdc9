import attrs
import numpy as np
import pytest

from groverattn.errors import InputError
from groverattn.problem.families import gaussian_head
from groverattn.problem.heads import bundled_head
from groverattn.problem.instance import Instance
from groverattn.reference.attention.goodness import goodness


def test_by_hand() -> None:
    head = attrs.evolve(gaussian_head(3, 1, seed=0), queries=[[1.0]] * 3, keys=np.log([[6.0], [3.0], [1.0]]))
    report = goodness(attrs.evolve(head, score_scale=1.0), 1)
    assert report.n_marked.tolist() == [1, 1, 1]
    assert report.tail_range == pytest.approx(np.full(3, np.log(3)))
    assert report.tail_mass == pytest.approx(np.full(3, 0.4))


@pytest.mark.parametrize("causal", [False, True])
def test_masks_and_counts_agree(causal) -> None:
    head = attrs.evolve(bundled_head(), causal=causal)
    exact = [head.score_scale * head.keys[: head.visible_keys(i)] @ head.queries[i] for i in range(128)]
    masks = [scores >= np.sort(scores)[::-1][min(16, scores.size) - 1] for scores in exact]
    by_mask, by_count = goodness(head, masks), goodness(head, 16)
    for field in ("n_marked", "tail_range", "tail_mass"):
        np.testing.assert_allclose(getattr(by_mask, field), getattr(by_count, field), atol=1e-12)
    assert by_count.n_marked.tolist() == [min(16, scores.size) for scores in exact]
    if causal:
        assert (by_count.tail_mass[:16] == 0).all()
        assert (by_count.tail_range[:16] == 0).all()


def test_an_instance_s_masks_are_accepted() -> None:
    head = attrs.evolve(bundled_head(), causal=True)
    instance = Instance.from_target(head, 8, 8, 8)
    report = goodness(head, (instance.marked(row) for row in range(128)))
    assert (report.n_marked[8:] >= 8).all()


def test_the_paper_s_assumption_fails_on_the_bundled_head() -> None:
    """No row has a tail of range <= 1 with 16 marked keys, as in every head that we measured."""
    assert goodness(bundled_head(), 16).tail_range.min() > 1


def test_what_is_refused() -> None:
    head = bundled_head()
    with pytest.raises(InputError, match="k = 0"):
        goodness(head, 0)
    with pytest.raises(InputError, match="128 masks"):
        goodness(head, [np.ones(128, dtype=bool)] * 127)
    with pytest.raises(InputError, match="128 masks"):
        goodness(head, [np.ones(127, dtype=bool)] * 128)
