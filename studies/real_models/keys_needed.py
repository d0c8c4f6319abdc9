"""Keys that hold 90, 95 and 99 % of a row's weight, in every head: measured once, read by the law and the tables."""

from __future__ import annotations

import functools

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.diagnosis.diagnosis import MASSES
from groverattn.problem.heads import AttentionHead
from groverattn.reference.attention.exact import score_blocks, softmax_rows
from groverattn.reference.attention.mass_profile import keys_for_mass
from studies.real_models.captures import N_KEYS, Captures, cut, rows_of

PERCENTILES = (10, 50, 90)
"""Of the heads: a concentrated one, the median and a spread one."""

N_FIRST, N_LAST = 4, 64
"""Keys at the start of the text and up to the row itself, whose weight is summed."""


@attrs.frozen(eq=False)
class Concentration:
    """How the softmax weight of some heads is spread, row by row.

    Attributes:
        n_keys: numbers of keys n at which rows were looked at.
        needed: keys that hold 90, 95 and 99 % of the weight, shape (heads, texts, lengths, rows, 3).
        first: weight of the first 4 keys, shape (heads, texts, lengths, rows).
        last: weight of the last 64 keys that a row sees.
    """

    n_keys: tuple[int, ...]
    needed: NDArray[np.int64]
    first: NDArray[np.float64]
    last: NDArray[np.float64]


@functools.cache
def concentration(captures: Captures, n_keys: tuple[int, ...] = N_KEYS) -> Concentration:
    """Look at the rows of every head: about a minute."""
    measured = list(captures.each(functools.partial(of_head, n_keys=n_keys)))
    return Concentration(n_keys, *(np.stack(each) for each in zip(*measured, strict=True)))


def of_head(
    texts: dict[str, AttentionHead], n_keys: tuple[int, ...]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return keys needed, weight of the first and of the last keys, on every text: (texts, lengths, rows) each."""
    measured = [[of_rows(cut(head, n), rows_of(n)) for n in n_keys] for head in texts.values()]
    needed = np.array([[at_n[0] for at_n in text] for text in measured])
    first = np.array([[at_n[1] for at_n in text] for text in measured])
    return needed, first, np.array([[at_n[2] for at_n in text] for text in measured])


def of_rows(
    head: AttentionHead, rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the same of some rows of one head: shapes (m, 3), (m,) and (m,)."""
    first, last = [], []
    for block, scores in score_blocks(head, rows):
        weights, key = softmax_rows(scores), np.arange(head.n_keys)
        recent = (key > rows[block, None] - N_LAST) & (key <= rows[block, None])
        first.append(weights[:, :N_FIRST].sum(axis=1))
        last.append(weights.sum(axis=1, where=recent))
    return keys_for_mass(head, MASSES, rows), np.concatenate(first), np.concatenate(last)


def of_heads(needed: NDArray[np.int64]) -> NDArray[np.float64]:
    """Percentiles over the heads of the median row's k, shape (percentiles, lengths, weights).

    Args:
        needed: keys needed, shape (heads, lengths, rows, weights).
    """
    return np.percentile(np.median(needed, axis=2), PERCENTILES, axis=0)


def all_rows(needed: NDArray[np.int64]) -> NDArray[np.int64]:
    """Put the rows of all texts side by side: (heads, texts, lengths, rows, w) to (heads, lengths, texts x rows, w)."""
    heads, texts, lengths, rows, weights = needed.shape
    return needed.swapaxes(1, 2).reshape(heads, lengths, texts * rows, weights)
