"""Attention of a causal layer from marked keys and a tail, in float32, fast enough to run a whole model through.

The package's `SparseRankOne` is what this has to equal: it holds the found entries of a head and is built in float64,
which takes seconds a head here. `checked_rows` compares both on rows of a layer, and computes the certificates of these
rows by the package. Every score is computed: the marked keys are those that a search without a miss would find.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.capture.attention_calls import AttentionCall, attention_calls
from groverattn.errors import InputError, check_between, unknown_name
from groverattn.problem.heads import AttentionHead
from groverattn.reference.attention.error_bounds import row_errors
from groverattn.reference.attention.sparse_rank_one import SparseRankOne

TAILS = ("zero", "ones", "mean_score", "exact_sum")

_ROWS_PER_BLOCK = 256  # our choice: 2 MiB of scores at 2,048 keys, which stay in a cache
_LARGEST_DIFFERENCE = 1e-4  # of an output from the package's, over max |V|: rounding of scores up to 100 in float32

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]


@attrs.frozen
class Marking:
    """Which keys of a row are in the sparse part: some that are read because of where they stand, and the marked ones.

    Attributes:
        n_marked: k, keys that the search finds in a row, or in a row on average; keys that are read do not count.
        per_head: one threshold for all rows of a head, which marks k keys a row on average over all its rows, instead
            of the k largest scores of each row.
        read_first: keys read from the start of the text.
        read_last: keys read before the row's own, which is counted among them.

    Raises:
        InputError: a negative number; nothing marked and nothing read; a threshold per head beside keys that are read.
    """

    n_marked: int
    per_head: bool = False
    read_first: int = 0
    read_last: int = 0

    def __attrs_post_init__(self) -> None:
        for name in ("n_marked", "read_first", "read_last"):
            check_between(name, getattr(self, name), 0, 1 << 24, "it counts keys", "choose a number of keys")
        reads = self.read_first + self.read_last > 0
        if (self.n_marked == 0 and self.read_last == 0) or (self.per_head and reads):
            raise InputError(
                given=f"n_marked = {self.n_marked}, per_head = {self.per_head}, {self.read_first} and "
                f"{self.read_last} keys read",
                allowed="a key in the sparse part of every row; a threshold per head over all keys",
                why="a row with neither found keys nor a tail has no weights",
                do="mark one key or more, or read the last one",
            )

    def read(self, rows: NDArray[np.int64], n_columns: int) -> Mask:
        """Keys that each row reads because of where they stand, shape (rows, n_columns)."""
        columns = np.arange(n_columns)
        return (columns < self.read_first) | (columns > rows[:, None] - self.read_last)


@attrs.frozen(eq=False)
class LayerOutput:
    """Output of a layer's attention, and how many keys each of its rows marked.

    Attributes:
        output: float32 of shape (heads, n, d_v).
        n_marked: shape (heads, n); keys that are read because of where they stand not counted.
    """

    output: Floats
    n_marked: NDArray[np.int64]


def found_attention(call: AttentionCall, marking: Marking, tail: str) -> LayerOutput:
    """D(B)^-1 B V of every head of a causal layer, in O(heads n^2 d).

    Args:
        call: the layer's queries, keys and values.
        marking: which keys are found.
        tail: a name in TAILS, with the meaning that the package gives it.

    Raises:
        InputError: a layer that is not causal, another tail, or the tail zero with a threshold per head.

    >>> rng = np.random.default_rng(0)
    >>> q, k, v = (rng.standard_normal((1, 8, 4)).astype(np.float32) for _ in range(3))
    >>> layer = found_attention(AttentionCall(q, k, v, 0.5, True, False), Marking(3), "mean_score")
    >>> layer.output.shape, layer.n_marked.tolist()
    ((1, 8, 4), [[1, 2, 3, 3, 3, 3, 3, 3]])
    """
    _check(call, marking, tail)
    heads, n, _ = call.queries.shape
    layer = LayerOutput(np.empty((heads, n, call.values.shape[2]), np.float32), np.empty((heads, n), np.int64))
    for head in range(heads):
        at = head // (heads // call.keys.shape[0])
        tau = _threshold(call, head, marking.n_marked) if marking.per_head else None
        for start in range(0, n, _ROWS_PER_BLOCK):
            rows = np.arange(start, min(start + _ROWS_PER_BLOCK, n))
            scores, hidden = _scores(call, head, rows)
            found, layer.n_marked[head, rows] = _found(scores, hidden, rows, marking, tau)
            weights = _weights(scores, found, hidden, tail)
            layer.output[head, rows] = (weights @ call.values[at, : rows[-1] + 1]) / weights.sum(axis=1)[:, None]
    return layer


def found_keys(call: AttentionCall, head: int, rows: NDArray[np.int64], marking: Marking) -> list[NDArray[np.int64]]:
    """Keys in the sparse part of some rows, ascending rows given; as `found_attention` has them."""
    tau = _threshold(call, head, marking.n_marked) if marking.per_head else None
    scores, hidden = _scores(call, head, rows)
    found, _ = _found(scores, hidden, rows, marking, tau)
    return [np.flatnonzero(line) for line in found]


@attrs.frozen(eq=False)
class CheckedRows:
    """Rows of a layer that the package computed as well, all of shape (rows,).

    Attributes:
        weight_error: l1 distance of the weights of B from the softmax.
        certificate: the smallest bound of it that the package proves from the range and the masses of the tail.
    """

    weight_error: NDArray[np.float64]
    certificate: NDArray[np.float64]

    @property
    def n_beyond(self) -> int:
        """Number of rows whose error is above its certificate; rounding of 1e-9 is not counted."""
        return int((self.weight_error > self.certificate + 1e-9).sum())


def head_of_call(call: AttentionCall, head: int) -> AttentionHead:
    """One query head of a layer with its keys and values, in float64."""
    at = head // (call.queries.shape[0] // call.keys.shape[0])
    return AttentionHead(
        call.queries[head], call.keys[at], call.values[at], call.score_scale, call.causal, f"head {head}"
    )


def checked_rows(
    call: AttentionCall, layer: LayerOutput, head: int, rows: NDArray[np.int64], marking: Marking, tail: str
) -> CheckedRows:
    """Compare rows of a head with the package's B, by its found keys and its output.

    Args:
        call: the layer's queries, keys and values.
        layer: what `found_attention` made of it.
        head: the head.
        rows: rows of it, ascending.
        marking: which keys were found.
        tail: the tail.

    Raises:
        ArithmeticError: an output differs by more than 1e-4 of the largest value, or a key that was not found has a
            larger score than one that was.
    """
    exact = head_of_call(call, head)
    found = found_keys(call, head, rows, marking)
    B = SparseRankOne.from_found(exact, found, tail, rows)
    difference = float(np.abs(B.output() - layer.output[head, rows]).max() / np.abs(exact.values).max())
    if not difference < _LARGEST_DIFFERENCE:
        raise ArithmeticError(f"tail {tail}, {marking}: outputs differ by {difference:.2g} of the largest value")
    scores = exact.queries[rows] @ exact.keys.T * exact.score_scale
    for line, row, keys in zip(scores, rows, found, strict=True):
        seen = line[: row + 1]
        read = marking.read(np.array([row]), row + 1)[0]
        in_found = np.isin(np.arange(row + 1), keys)
        lowest = seen[in_found & ~read].min(initial=np.inf)
        highest = seen[~in_found].max(initial=-np.inf)
        if highest > lowest + _LARGEST_DIFFERENCE:
            raise ArithmeticError(
                f"{marking}: in row {row} a key of score {highest} was not found, one of {lowest} was"
            )
    errors = row_errors(B)
    return CheckedRows(errors.weight_error, np.minimum(errors.a_priori, errors.a_posteriori_tight))


@contextmanager
def replaced_attention(compute: Callable[[AttentionCall], NDArray[np.float32]]) -> Iterator[None]:
    """Let a function compute every attention of a model; it gets what `capture` records.

    Args:
        compute: from a layer's queries, keys and values to its output, shape (heads, n, d_v).

    Raises:
        InputError: inside, at a call that `capture` would refuse.
    """
    torch: Any = importlib.import_module("torch")
    functional, pending = torch.nn.functional, []
    original = functional.scaled_dot_product_attention

    def computed(query: Any, *_: Any, **__: Any) -> Any:
        return torch.from_numpy(compute(pending.pop())).to(query.dtype)[None]

    functional.scaled_dot_product_attention = computed
    try:
        with attention_calls(pending.append):
            yield
    finally:
        functional.scaled_dot_product_attention = original


def _check(call: AttentionCall, marking: Marking, tail: str) -> None:
    if tail not in TAILS:
        raise unknown_name("tail", tail, TAILS, "these are the tails that a model is run with")
    if tail == "zero" and marking.per_head:
        raise InputError(
            given="the tail zero and one threshold per head",
            allowed="another tail, or the k largest scores of each row",
            why="a row in which nothing is marked has no weights then",
            do="choose the tail mean_score",
        )
    if not call.causal or call.sparse:
        raise InputError(
            given="a layer that is not causal, or attends to what an indexer selected",
            allowed="a causal layer, whose row i sees keys 0 to i",
            why="the keys of other rows are marked in another way",
            do="choose a decoder without indexers",
        )


def _scores(call: AttentionCall, head: int, rows: NDArray[np.int64]) -> tuple[Floats, Mask]:
    """Scaled scores of ascending rows over the keys that the last of them sees, and which of these a row does not."""
    at, n_columns = head // (call.queries.shape[0] // call.keys.shape[0]), rows[-1] + 1
    scores = call.queries[head, rows] @ call.keys[at, :n_columns].T
    scores *= np.float32(call.score_scale)
    return scores, np.arange(n_columns) > rows[:, None]


def _threshold(call: AttentionCall, head: int, n_marked: int) -> float:
    """Score that n times k of the scores of a head reach: the one threshold that marks k keys a row on average."""
    n = call.queries.shape[1]
    seen = []
    for start in range(0, n, _ROWS_PER_BLOCK):
        scores, hidden = _scores(call, head, np.arange(start, min(start + _ROWS_PER_BLOCK, n)))
        seen.append(scores[~hidden])
    scores = np.concatenate(seen)
    last = max(scores.size - n * n_marked, 0)
    return float(np.partition(scores, last)[last])  # exact: every float32 is a float64


def _found(
    scores: Floats, hidden: Mask, rows: NDArray[np.int64], marking: Marking, tau: float | None
) -> tuple[Mask, NDArray[np.int64]]:
    """Keys in the sparse part, shape (rows, columns), and how many of them each row marked."""
    if tau is not None:
        found = (scores >= tau) & ~hidden
        return found, found.sum(axis=1)
    read = marking.read(rows, scores.shape[1]) & ~hidden
    searched = np.where(hidden | read, np.float32(-np.inf), scores)
    at = max(searched.shape[1] - marking.n_marked, 0)
    if marking.n_marked == 0:
        return read, np.zeros(rows.size, np.int64)
    lowest = np.partition(searched, at, axis=1)[:, at, None]
    marked = (searched >= lowest) & np.isfinite(searched)
    return marked | read, marked.sum(axis=1)


def _weights(scores: Floats, found: Mask, hidden: Mask, tail: str) -> Floats:
    """Weights of B over a factor of each row, shape (rows, columns)."""
    in_tail = ~(found | hidden)
    n_tail = np.maximum(in_tail.sum(axis=1), 1)
    log_c = np.full(n_tail.size, -np.inf if tail in ("zero", "exact_sum") else 0.0, np.float32)
    if tail == "mean_score":
        log_c = np.einsum("ij,ij->i", scores, in_tail.astype(np.float32)) / n_tail
    log_c = np.where(in_tail.any(axis=1), log_c, -np.inf).astype(np.float32)
    scores[hidden] = -np.inf
    shift = np.maximum(scores.max(axis=1), log_c)
    scores -= shift[:, None]
    weights = np.exp(scores, out=scores)
    c = np.exp(log_c - shift)
    if tail == "exact_sum":
        c = np.einsum("ij,ij->i", weights, in_tail.astype(np.float32)) / n_tail
    return np.where(in_tail, c[:, None].astype(np.float32), weights)
