"""Where the marked keys of a row lie: at the start, just before the row, or where the row before had them."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.problem.heads import AttentionHead
from groverattn.reference.attention.exact import score_blocks, softmax_rows
from groverattn.reference.attention.goodness import largest_keys
from studies.real_models.captures import COUNTS, N_KEYS_OF_COUNTS, Captures, cut, rows_of
from studies.sheet import Sheet

N_FIRST, N_LAST = 4, (16, 64, 256)


@attrs.frozen
class MarkedWindows:
    """Share of the k marked keys of a row that lie in a set of keys known beforehand; the mean over rows is one head's.

    The k largest scores are marked. A key may lie in several sets. A share of 0.4 of k = 64 leaves about 38 to search.

    Attributes:
        n_keys: keys of the last row, n.
        n_marked: k.
        text: prose, code or data; `all` for all of them.
        heads: which number of the heads: mean, or the percentile 10, 50 or 90, every column for itself.
        first_4: share in the first 4 keys of the text.
        last_16, last_64, last_256: share in the last w keys that the row sees, its own among them.
        first_4_last_16, first_4_last_64, first_4_last_256: share in either.
        previous_row: share that the row before marked too, at its own k largest.
        previous_first_4_last_64: share in any of the three.
        weight_first_4_last_64: softmax weight of the first 4 and the last 64 keys, marked or not.
        weight_left: softmax weight of the keys that are neither marked nor among these.
    """

    n_keys: int
    n_marked: int
    text: str
    heads: str
    first_4: float
    last_16: float
    last_64: float
    last_256: float
    first_4_last_16: float
    first_4_last_64: float
    first_4_last_256: float
    previous_row: float
    previous_first_4_last_64: float
    weight_first_4_last_64: float
    weight_left: float


_SHARES = tuple(field.name for field in attrs.fields(MarkedWindows)[4:])


def shares(head: AttentionHead, n_marked: int, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the shares of some rows of one head, shape (m, columns), in the order of `MarkedWindows`."""
    key = np.arange(head.n_keys)
    marked, before = (_mask(head, n_marked, each) for each in (rows, rows - 1))
    weights = np.concatenate([softmax_rows(scores) for _, scores in score_blocks(head, rows)])
    first = np.broadcast_to(key < N_FIRST, marked.shape)
    last = {w: (key > rows[:, None] - w) & (key <= rows[:, None]) for w in N_LAST}
    either = {w: first | last[w] for w in N_LAST}
    sets = [first, *last.values(), *either.values(), before, before | either[64]]
    of_marked = [(marked & each).sum(axis=1) / marked.sum(axis=1) for each in sets]
    of_weight = [weights.sum(axis=1, where=each) for each in (either[64], ~(marked | either[64]))]
    return np.stack([*of_marked, *of_weight], axis=1)


def _mask(head: AttentionHead, n_marked: int, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    mask = np.zeros((rows.size, head.n_keys), dtype=bool)
    for line, keys in zip(mask, largest_keys(head, n_marked, rows).found, strict=True):
        line[keys] = True
    return mask


def of_head(texts: dict[str, AttentionHead], n_keys: tuple[int, ...] = N_KEYS_OF_COUNTS) -> NDArray[np.float64]:
    """Return the mean shares of one head, shape (lengths, counts, texts, columns)."""
    means = [
        [[shares(cut(head, n), k, rows_of(n)).mean(axis=0) for head in texts.values()] for k in COUNTS] for n in n_keys
    ]
    return np.array(means)


@functools.cache
def windows_of_heads(captures: Captures) -> NDArray[np.float64]:
    """Look at every head, shape (heads, lengths, counts, texts, columns): some minutes."""
    return np.stack(list(captures.each(of_head)))


def records(captures: Captures) -> Iterator[MarkedWindows]:
    """Summarise over the heads, text by text and together."""
    measured = windows_of_heads(captures)
    for (i, n), (j, k) in itertools.product(enumerate(N_KEYS_OF_COUNTS), enumerate(COUNTS)):
        each = measured[:, i, j]  # (heads, texts, columns)
        of_text = {"all": each.mean(axis=1)} | {text: each[:, at] for at, text in enumerate(captures.texts)}
        for text, heads in of_text.items():
            numbers = {"mean": heads.mean(axis=0)}
            numbers |= {str(at): np.percentile(heads, at, axis=0) for at in (10, 50, 90)}
            for name, line in numbers.items():
                yield MarkedWindows(n, k, text, name, **dict(zip(_SHARES, line.tolist(), strict=True)))


SHEET = Sheet("model_windows.csv", MarkedWindows, records)
