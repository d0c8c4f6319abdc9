"""Attention from marked keys in float32 against the package's B in float64, row by row."""

import attrs
import numpy as np
import pytest

from groverattn.capture.attention_calls import AttentionCall
from groverattn.errors import InputError
from groverattn.reference.attention.exact import exact_attention
from groverattn.reference.attention.goodness import largest_keys
from groverattn.reference.attention.sparse_rank_one import SparseRankOne
from studies.model_run import found_attention as study
from studies.model_run.found_attention import CheckedRows, Marking, checked_rows, found_keys, head_of_call

N, HEADS, KEY_HEADS, D = 300, 4, 2, 16  # more rows than one block has
ROWS = np.arange(N)
MARKINGS = [Marking(8), Marking(1), Marking(8, per_head=True), Marking(8, read_first=4, read_last=16)]


def layer_of(seed=0, spread=2.0):
    rng = np.random.default_rng(seed)
    queries = spread * rng.standard_normal((HEADS, N, D))
    keys = rng.standard_normal((KEY_HEADS, N, D)) + 0.5  # scores whose mean is not 0
    values = rng.standard_normal((KEY_HEADS, N, 6))
    return AttentionCall(*(each.astype(np.float32) for each in (queries, keys, values)), D**-0.5, True, False)


CALL = layer_of()


EVERY = [(m, tail) for m in MARKINGS for tail in study.TAILS if not (m.per_head and tail == "zero")]  # is refused


@pytest.mark.parametrize(("marking", "tail"), EVERY, ids=str)
def test_every_row_of_every_head_is_that_of_the_package(marking, tail) -> None:
    layer = study.found_attention(CALL, marking, tail)
    for head in range(HEADS):
        exact = head_of_call(CALL, head)
        B = SparseRankOne.from_found(exact, found_keys(CALL, head, ROWS, marking), tail)
        assert np.abs(B.output() - layer.output[head]).max() < 1e-5
        rows = checked_rows(CALL, layer, head, ROWS, marking, tail)
        assert rows.n_beyond == 0
        assert rows.weight_error.max() > 0.01  # an approximation, so that equal outputs say something


def test_the_marked_keys_are_the_k_largest() -> None:
    for head in range(HEADS):
        largest = largest_keys(head_of_call(CALL, head), 8)
        found = found_keys(CALL, head, ROWS, Marking(8))
        assert all((a == b).all() for a, b in zip(found, largest.found, strict=True))


def test_keys_that_are_read_are_not_marked_as_well() -> None:
    marking = Marking(8, read_first=4, read_last=16)
    found = found_keys(CALL, 0, ROWS, marking)
    assert [keys.size for keys in found[:3]] == [1, 2, 3]
    assert {keys.size for keys in found[28:]} == {28}
    for row in (40, 299):
        assert {0, 1, 2, 3, *range(row - 15, row + 1)} <= set(found[row].tolist())
    assert (study.found_attention(CALL, marking, "zero").n_marked[0, 28:] == 8).all()


def test_reading_alone_marks_nothing() -> None:
    marking = Marking(0, read_first=4, read_last=16)
    layer = study.found_attention(CALL, marking, "zero")
    assert not layer.n_marked.any()
    B = SparseRankOne.from_found(head_of_call(CALL, 1), found_keys(CALL, 1, ROWS, marking), "zero")
    assert np.abs(B.output() - layer.output[1]).max() < 1e-5


def test_one_threshold_marks_k_on_average_and_not_in_every_row() -> None:
    layer = study.found_attention(CALL, Marking(8, per_head=True), "mean_score")
    assert layer.n_marked.sum(axis=1).tolist() == [8 * N] * HEADS
    assert layer.n_marked.min() == 0
    assert layer.n_marked.max() > 16
    taus = []
    for head in range(HEADS):
        exact = head_of_call(CALL, head)
        scores = np.where(np.tri(N) > 0, exact.queries @ exact.keys.T * exact.score_scale, -np.inf)
        taus.append(np.sort(scores.ravel())[-8 * N])
        assert ((scores >= taus[-1] - 1e-5).sum(axis=1) >= layer.n_marked[head]).all()
    assert len(set(taus)) == HEADS


@pytest.mark.parametrize("tail", study.TAILS)
def test_with_all_keys_marked_it_is_exact_attention(tail) -> None:
    layer = study.found_attention(CALL, Marking(N), tail)
    for head in range(HEADS):
        assert np.abs(exact_attention(head_of_call(CALL, head)) - layer.output[head]).max() < 1e-5


def test_large_scores_do_not_overflow() -> None:
    call = layer_of(spread=200.0)
    for tail in study.TAILS:
        layer = study.found_attention(call, Marking(8), tail)
        assert checked_rows(call, layer, 0, ROWS, Marking(8), tail).n_beyond == 0


def test_a_wrong_output_and_a_missed_key_are_seen(monkeypatch) -> None:
    layer = study.found_attention(CALL, Marking(8), "mean_score")
    wrong = attrs.evolve(layer, output=layer.output + np.float32(1e-2))
    with pytest.raises(ArithmeticError, match="outputs differ"):
        checked_rows(CALL, wrong, 0, ROWS, Marking(8), "mean_score")
    lists = [np.arange(1, row + 1) if row else np.array([0]) for row in ROWS]  # key 0 left out
    monkeypatch.setattr(study, "found_keys", lambda *_: lists)
    output = SparseRankOne.from_found(head_of_call(CALL, 0), lists).output()
    missed = attrs.evolve(layer, output=np.tile(output, (HEADS, 1, 1)).astype(np.float32))
    with pytest.raises(ArithmeticError, match="was not found"):
        checked_rows(CALL, missed, 0, ROWS, Marking(8), "mean_score")


def test_rows_beyond_their_certificate_are_counted() -> None:
    assert CheckedRows(np.array([0.5, 0.1, 0.2]), np.array([0.4, 0.1, 0.3])).n_beyond == 1


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Marking(0),
        lambda: Marking(-1),
        lambda: Marking(8, per_head=True, read_last=4),
        lambda: study.found_attention(CALL, Marking(8), "midpoint"),
        lambda: study.found_attention(CALL, Marking(8, per_head=True), "zero"),
        lambda: study.found_attention(attrs.evolve(CALL, causal=False), Marking(8), "zero"),
    ],
)
def test_what_has_no_meaning_is_refused(wrong) -> None:
    with pytest.raises(InputError):
        wrong()
