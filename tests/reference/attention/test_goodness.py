import attrs
import numpy as np
import pytest

from groverattn.errors import InputError
from groverattn.problem.families import gaussian_head
from groverattn.problem.heads import bundled_head
from groverattn.reference.attention.goodness import largest_keys


def test_by_hand() -> None:
    head = attrs.evolve(gaussian_head(3, 1, seed=0), queries=[[1.0]] * 3, keys=np.log([[6.0], [3.0], [1.0]]))
    report = largest_keys(attrs.evolve(head, score_scale=1.0), 1)
    assert report.n_marked.tolist() == [1, 1, 1]
    assert report.tail_range == pytest.approx(np.full(3, np.log(3)))
    assert report.tail_mass == pytest.approx(np.full(3, 0.4))


@pytest.mark.parametrize("causal", [False, True])
def test_the_found_keys_are_those_that_sorting_puts_first(causal) -> None:
    head = attrs.evolve(bundled_head(), causal=causal)
    report = largest_keys(head, 16)
    for row in range(128):
        scores = head.score_scale * head.keys[: head.visible_keys(row)] @ head.queries[row]
        assert report.found[row].tolist() == sorted(np.argsort(-scores)[:16].tolist())
        assert report.has_tail[row] == (scores.size > 16)
    if causal:
        assert (report.tail_mass[:16] == 0).all()
        assert (report.tail_range[:16] == 0).all()


def test_the_paper_s_assumption_fails_on_the_bundled_head() -> None:
    """No row has a tail of range <= 1 with 16 marked keys, as in every head that we measured."""
    assert largest_keys(bundled_head(), 16).tail_range.min() > 1


@pytest.mark.parametrize("k", [0, 128])
def test_what_is_refused(k) -> None:
    with pytest.raises(InputError, match=f"n_marked = {k}; allowed: 1 to 127"):
        largest_keys(bundled_head(), k)


@pytest.mark.parametrize("causal", [False, True])
def test_some_rows_are_those_of_the_whole_head(causal) -> None:
    head, rows = attrs.evolve(bundled_head(), causal=causal), [127, 3, 64]
    whole, some = largest_keys(head, 16), largest_keys(head, 16, rows)
    assert whole.rows.tolist() == list(range(128))
    assert some.rows.tolist() == rows
    assert [keys.tolist() for keys in some.found] == [whole.found[row].tolist() for row in rows]
    for name in ("tau", "next_score", "tail_range", "tail_mass"):
        np.testing.assert_allclose(getattr(some, name), getattr(whole, name)[rows], rtol=1e-12)
    with pytest.raises(InputError, match="rows 0 to 128"):
        largest_keys(head, 16, [0, 128])
