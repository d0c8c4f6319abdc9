"""Simulated amplitudes beside what amplitude amplification says, as a table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rich.console import RenderableType

from groverattn.reference.amplification import success_probability
from groverattn.study.figures import p_marked
from groverattn.study.tables import simple_table

_DIGITS = 9


def amplitude_table(states: Sequence[NDArray[np.inexact]], marked: NDArray[np.bool_]) -> RenderableType:
    """One line for each number of iterates 0, 1, 2, ...: the probability of measuring a marked key.

    Args:
        states: the simulated amplitudes of all indices after so many iterates, each of shape (n,).
        marked: which indices are marked, shape (n,).
    """
    rows = [
        (
            str(j),
            f"{p_marked(state, marked):.{_DIGITS}f}",
            f"{success_probability(marked.size, int(marked.sum()), j):.{_DIGITS}f}",
        )
        for j, state in enumerate(states)
    ]
    return simple_table("Probability of measuring a marked key", ["iterates", "simulated", "by the law"], rows)
