"""A control of the law of k: the same rows with fewer keys, so that what is asked stays the same while n grows.

Rows at different n are different rows: they stand at other places of the text and ask other things. Here the rows of
the largest n see only the first 4 keys and the last n - 4, which is not what the model computed.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.diagnosis.diagnosis import MASSES
from groverattn.problem.heads import AttentionHead
from groverattn.reference.attention.exact import score_blocks
from groverattn.reference.attention.mass_profile import keys_for_mass
from studies.real_models.captures import N_KEYS, Captures, rows_of
from studies.real_models.keys_needed import N_FIRST, PERCENTILES, all_rows, of_heads
from studies.sheet import Sheet


@attrs.frozen
class SameRows:
    """Keys that hold 90, 95 and 99 % of the weight in the last rows of the texts, of n keys that are kept.

    Attributes:
        n_keys: keys kept: the first 4 of the text and the last that the row sees.
        percentile: of the heads, every column for itself; k of a head is its median row's.
        k90, k95, k99: these keys.
    """

    n_keys: int
    percentile: int
    k90: float
    k95: float
    k99: float


def kept(scores: NDArray[np.float64], n_keys: int) -> AttentionHead:
    """Head whose last row has the first 4 of these scores and the last n - 4, and its keys are the scores themselves.

    >>> kept(np.arange(12.0), n_keys=6).keys.ravel().tolist()
    [0.0, 1.0, 2.0, 3.0, 10.0, 11.0]
    """
    keys = np.concatenate([scores[:N_FIRST], scores[scores.size - n_keys + N_FIRST :]])[:, None]
    one = np.ones_like(keys)
    return AttentionHead(one, keys, one, 1.0, causal=True, name="kept keys")


def of_head(texts: dict[str, AttentionHead], n_keys: tuple[int, ...] = N_KEYS) -> NDArray[np.int64]:
    """Return keys needed, shape (texts, lengths, rows, 3); a row that sees fewer than n keys keeps all of them."""
    return np.array([[_of_rows(head, n) for n in n_keys] for head in texts.values()])


def _of_rows(head: AttentionHead, n: int) -> NDArray[np.int64]:
    rows = rows_of(head.n_keys)
    scores = np.concatenate([block for _, block in score_blocks(head, rows)])
    seen = (line[: row + 1] for row, line in zip(rows, scores, strict=True))
    return np.concatenate(
        [keys_for_mass(kept(line, min(n, line.size)), MASSES, [min(n, line.size) - 1]) for line in seen]
    )


@functools.cache
def same_rows(captures: Captures) -> NDArray[np.int64]:
    """Look at every head, shape (heads, texts, lengths, rows, 3): some minutes."""
    return np.stack(list(captures.each(of_head)))


def records(captures: Captures) -> Iterator[SameRows]:
    """Summarise over the heads."""
    k = of_heads(all_rows(same_rows(captures)))  # (percentiles, lengths, weights)
    for i, n in enumerate(N_KEYS):
        for line, percentile in enumerate(PERCENTILES):
            k90, k95, k99 = k[line, i].tolist()
            yield SameRows(n, percentile, k90, k95, k99)


SHEET = Sheet("model_same_rows.csv", SameRows, records)
