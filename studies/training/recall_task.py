"""Associative recall: a toy task in which a row of attention has to find a few of the keys before it."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

N_TOKENS = 128
N_NAMES = 16
N_ANSWERS = 8
BLANK = 0  # the answer of a token that asks


@attrs.frozen(eq=False)
class RecallSequence:
    """Tokens that either state which answer belongs to a name, or ask for it; all arrays have shape (n,).

    Attributes:
        names: 0 to N_NAMES - 1.
        answers: 1 to N_ANSWERS where the token states one, BLANK where it asks.
        targets: the answer wanted, 0 to N_ANSWERS - 1; -1 where none is: the token states, or its name was not stated
            before.
    """

    names: NDArray[np.int64]
    answers: NDArray[np.int64]
    targets: NDArray[np.int64]

    @property
    def asked(self) -> NDArray[np.int64]:
        """The rows that have a target, ascending."""
        return np.flatnonzero(self.targets >= 0)


def draw_sequence(rng: np.random.Generator) -> RecallSequence:
    """Draw a sequence: a random answer for each name, then random names, half of them stated and half asked.

    Every sequence has its own answers, so they can only be looked up. A name is stated about four times.

    >>> sequence = draw_sequence(np.random.default_rng(0))
    >>> row = sequence.asked[-1]
    >>> stated = (sequence.names[:row] == sequence.names[row]) & (sequence.answers[:row] != BLANK)
    >>> set(sequence.answers[:row][stated]) == {sequence.targets[row] + 1}
    True
    """
    answer_of = rng.integers(1, N_ANSWERS + 1, N_NAMES)
    names = rng.integers(0, N_NAMES, N_TOKENS)
    states = rng.integers(0, 2, N_TOKENS) == 1
    stated_before = (np.cumsum((names[:, None] == np.arange(N_NAMES)) & states[:, None], axis=0) > 0)[
        np.arange(N_TOKENS), names
    ]
    answers = np.where(states, answer_of[names], BLANK)
    return RecallSequence(names, answers, np.where(~states & stated_before, answer_of[names] - 1, -1))
