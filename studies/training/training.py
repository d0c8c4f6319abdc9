"""Whether a layer trains as well through sparse-plus-rank-one attention as through exact attention, on a toy task.

The found keys are the k largest scores of each row, found anew in every step, here classically from all scores of the
row. A quantum search that does not fail finds the same set; its failures are not simulated.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cache, partial

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.problem.heads import AttentionHead
from groverattn.reference.attention.exact import exact_attention, n_visible, score_blocks
from groverattn.reference.attention.sparse_rank_one import SparseRankOne
from studies.sheet import Sheet
from studies.training.exact_gradients import exact_gradients
from studies.training.gradients import gradients
from studies.training.recall_model import Adam, Attention, Backward, Parameters, answers, step
from studies.training.recall_task import RecallSequence, draw_sequence

N_STEPS = 200
CHECKPOINTS = (0, 25, 50, 100, N_STEPS)
SEEDS = range(5)
SEQUENCES_PER_STEP = 4
SEQUENCES_HELD_OUT = 16
LEARNING_RATE = 0.01  # of 0.003, 0.01 and 0.03 the one with which exact attention ends lowest
N_FOUND = (2, 8)  # a name is stated about four times in a sequence, of which a row sees those before it
TAILS = ("mean_score", "ones", "zero")

_DECIMALS = 3  # rounding of other machines grows in 200 steps, to far less than this


@attrs.frozen
class TrainingRecord:
    """One kind of attention after some steps, on sequences that were not trained on; the same ones for every kind.

    Losses are mean cross-entropies in nats, to three decimals; one that knows nothing has ln 8 = 2.079.

    Attributes:
        attention: `exact`, or the tail of sparse plus rank one (`zero` is plain top-k).
        n_found: found keys of a row, k; empty for exact attention.
        step: steps of training before.
        loss: mean over the seeds.
        loss_lowest: over the seeds.
        loss_highest: over the seeds.
        loss_with_exact: mean loss of the same parameters when all keys are read.
        accuracy: share of right answers, mean over the seeds.
        seeds: number of seeds; each is an initialisation and its batches.
        seeds_at_exact: of them, those whose loss is at most 0.05 above that of exact attention with the same seed.
    """

    attention: str
    n_found: int | None
    step: int
    loss: float
    loss_lowest: float
    loss_highest: float
    loss_with_exact: float
    accuracy: float
    seeds: int
    seeds_at_exact: int


@attrs.frozen
class Checkpoint:
    """What one run says on the held-out sequences: its loss, its loss if all keys are read, and its accuracy."""

    loss: float
    loss_with_exact: float
    accuracy: float


def exact(head: AttentionHead, rows: NDArray[np.int64]) -> tuple[NDArray[np.float64], Backward]:
    """Exact attention as a function that can be differentiated."""
    return exact_attention(head, rows), lambda upstream: exact_gradients(head, upstream, rows)


def from_largest(
    head: AttentionHead, rows: NDArray[np.int64], n_found: int, tail: str
) -> tuple[NDArray[np.float64], Backward]:
    """Sparse plus rank one from the largest scores of each row, as a function that can be differentiated."""
    B = SparseRankOne.from_found(head, largest_scores(head, rows, n_found), tail, rows)
    return B.output(), lambda upstream: gradients(B, upstream)


def largest_scores(head: AttentionHead, rows: NDArray[np.int64], n_found: int) -> list[NDArray[np.int64]]:
    """Return the keys with the largest scores of each row; all that it sees, if fewer. O(n d) a row.

    >>> head = AttentionHead(np.ones((3, 1)), [[3.0], [1.0], [2.0]], np.zeros((3, 1)), 1.0, causal=True, name="ramp")
    >>> [sorted(keys.tolist()) for keys in largest_scores(head, np.arange(3), 2)]
    [[0], [0, 1], [0, 2]]
    """
    found = []
    for block, scores in score_blocks(head, rows):
        largest = np.argpartition(-scores, n_found - 1, axis=1)[:, :n_found]
        seen = largest < n_visible(head, rows[block])[:, None]
        keys, ends = largest[seen], np.cumsum(seen.sum(axis=1)).tolist()
        found += [keys[start:end] for start, end in itertools.pairwise([0, *ends])]
    return found


def run(seed: int, attention: Attention) -> tuple[Checkpoint, ...]:
    """Train from one initialisation on its batches, and return what is seen at every checkpoint."""
    parameters = Parameters.draw(np.random.default_rng([seed, 0]))
    optimiser, batches = Adam(parameters, LEARNING_RATE), _batches(seed, N_STEPS)
    held_out = _draw(np.random.default_rng([seed, 2]), SEQUENCES_HELD_OUT)
    seen = []
    for n_steps in range(N_STEPS + 1):
        if n_steps in CHECKPOINTS:
            here = answers(parameters, held_out, attention)
            with_exact = here if attention is exact else answers(parameters, held_out, exact)
            seen.append(Checkpoint(here.loss, with_exact.loss, here.accuracy))
        if n_steps < N_STEPS:
            optimiser.update(step(parameters, batches[n_steps], attention).gradient)
    return tuple(seen)


@cache
def _batches(seed: int, n_steps: int) -> list[list[RecallSequence]]:
    """The same for every kind of attention."""
    rng = np.random.default_rng([seed, 1])
    return [_draw(rng, SEQUENCES_PER_STEP) for _ in range(n_steps)]


def kinds() -> Iterator[tuple[str, int | None, Attention]]:
    """The kinds of attention: name, found keys of a row, and the function."""
    yield "exact", None, exact
    for n_found in N_FOUND:
        for tail in TAILS:
            yield tail, n_found, partial(from_largest, n_found=n_found, tail=tail)


@cache
def training_records() -> tuple[TrainingRecord, ...]:
    """Train with every kind of attention from every seed."""
    reference = [run(seed, exact) for seed in SEEDS]
    records = []
    for name, n_found, attention in kinds():
        runs = reference if attention is exact else [run(seed, attention) for seed in SEEDS]
        for at, n_steps in enumerate(CHECKPOINTS):
            seen, goal = [each[at] for each in runs], [each[at].loss for each in reference]
            records.append(_record(name, n_found, n_steps, seen, goal))
    return tuple(records)


def _record(name: str, n_found: int | None, n_steps: int, seen: list[Checkpoint], goal: list[float]) -> TrainingRecord:
    losses = [each.loss for each in seen]
    return TrainingRecord(
        attention=name,
        n_found=n_found,
        step=n_steps,
        loss=_rounded(np.mean(losses)),
        loss_lowest=_rounded(min(losses)),
        loss_highest=_rounded(max(losses)),
        loss_with_exact=_rounded(np.mean([each.loss_with_exact for each in seen])),
        accuracy=_rounded(np.mean([each.accuracy for each in seen])),
        seeds=len(seen),
        seeds_at_exact=sum(loss <= exact_loss + 0.05 for loss, exact_loss in zip(losses, goal, strict=True)),
    )


def _rounded(number: float | np.floating) -> float:
    return round(float(number), _DECIMALS)


def _draw(rng: np.random.Generator, n_sequences: int) -> list[RecallSequence]:
    return [draw_sequence(rng) for _ in range(n_sequences)]


SHEET = Sheet("training.csv", TrainingRecord, training_records)
