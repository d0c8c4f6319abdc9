"""Report of how (tau, k)-good a head is: how its softmax weight is spread, and the error with each tail."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.diagnosis.tails import TailErrors, compare_tails
from groverattn.errors import InputError
from groverattn.inputs import nested, option
from groverattn.problem.chosen_head import StoredHead
from groverattn.problem.heads import AttentionHead
from groverattn.problem.limits import check_diagnosis
from groverattn.reference.attention.exact import score_blocks, softmax_rows
from groverattn.reference.attention.goodness import LargestKeys, largest_keys
from groverattn.reference.attention.mass_profile import keys_for_mass, mass_of_largest
from groverattn.show.result import Drawn

SCHEMA = "groverattn.diagnose/1"
MASSES = (0.90, 0.95, 0.99)

_POINTS_OF_A_CURVE = 40


@attrs.frozen(kw_only=True)
class DiagnosisRequest:
    """What the report on a head is asked for.

    Attributes:
        head: the head of a file.
        n_marked: keys found in each row, the k largest scores and ties.
    """

    head: StoredHead = nested(StoredHead)
    n_marked: int = option(16, help="Keys found in each row, the k largest scores and ties.")


@attrs.frozen
class Summary:
    """Summary of one number per row: extremes, median, and the 10th and 90th percentile."""

    min: float
    low: float
    median: float
    high: float
    max: float

    @classmethod
    def of(cls, numbers: NDArray[Any]) -> Summary:
        """Summarise one number per row.

        >>> Summary.of(np.arange(11)).high
        9.0
        """
        return cls(*(float(each) for each in np.percentile(numbers, (0, 10, 50, 90, 100))))


@attrs.frozen(eq=False)
class Diagnosis(Drawn):
    """Measurements of a head.

    Attributes:
        head: the head.
        largest: the largest keys of every row, thresholds, tail ranges and masses.
        needed: keys that hold 90, 95 and 99 % of a row's weight, shape (n, 3).
        counts: numbers of keys k of the curve below.
        held: softmax weight of the k largest scores, shape (n, counts).
        shared_tau: the largest (k+1)-th score of any row; one threshold for all rows (D2 of arXiv:2307.08045) has to
            be above it.
        shared_marked: keys above it, shape (n,).
        shared_mass: their softmax weight, shape (n,).
        tails: the errors with each tail.
    """

    head: AttentionHead
    largest: LargestKeys
    needed: NDArray[np.int64]
    counts: tuple[int, ...]
    held: NDArray[np.float64]
    shared_tau: float
    shared_marked: NDArray[np.int64]
    shared_mass: NDArray[np.float64]
    tails: tuple[TailErrors, ...]

    def as_json(self) -> dict[str, Any]:
        """Report as plain objects; thresholds and tails are summarised over the rows that have a tail."""
        largest, at = self.largest, self.largest.has_tail
        return {
            "schema": SCHEMA,
            "inputs": {
                "head": self.head.name,
                "n_keys": self.head.n_keys,
                "d_head": self.head.d_head,
                "causal": self.head.causal,
                "score_scale": float(self.head.score_scale),
                "n_marked": largest.k,
            },
            "rows": self.head.n_keys,
            "rows_with_a_tail": int(at.sum()),
            "rows_with_ties": int((largest.n_marked[at] > largest.k).sum()),
            **{
                name: attrs.asdict(Summary.of(getattr(largest, name)[at]))
                for name in ("n_marked", "tau", "tail_range", "tail_mass")
            },
            "keys_for_mass": {
                f"{mass:.2f}": attrs.asdict(Summary.of(column))
                for mass, column in zip(MASSES, self.needed.T, strict=True)
            },
            "shared_threshold": {
                "above": self.shared_tau,
                "n_marked": attrs.asdict(Summary.of(self.shared_marked)),
                "tail_mass": attrs.asdict(Summary.of(np.maximum(1 - self.shared_mass, 0.0))),
            },
            "tails": [
                attrs.asdict(errors, filter=lambda field, _: field.name not in _OF_THE_HEAD) for errors in self.tails
            ],
            "by_row": {
                "n_marked": largest.n_marked.tolist(),
                "tau": [float(tau) if tail else None for tau, tail in zip(largest.tau, at, strict=True)],
                "tail_range": largest.tail_range.tolist(),
                "tail_mass": largest.tail_mass.tolist(),
                "keys_for_mass": {
                    f"{mass:.2f}": column.tolist() for mass, column in zip(MASSES, self.needed.T, strict=True)
                },
            },
        }


_OF_THE_HEAD = ("head", "n_keys", "causal", "n_marked")  # said once, under inputs


def diagnose(head: AttentionHead, n_marked: int) -> Diagnosis:
    """Measure a head with k marked keys a row, from all its scores: O(n^2 d), a block of rows at a time.

    Raises:
        InputError: k is not in 1 to n - 1; a head that would take hours, has no tails, or has only zero values.

    >>> from groverattn.problem.heads import bundled_head
    >>> report = diagnose(bundled_head(), 16).as_json()
    >>> round(report["tail_mass"]["median"], 2), report["keys_for_mass"]["0.90"]["median"]
    (0.28, 41.5)
    """
    check_diagnosis(head)
    largest = largest_keys(head, n_marked)
    if not largest.has_tail.any():
        raise InputError(
            given=f"head {head.name!r}, in which no row has a score below its largest {n_marked}",
            allowed="a head in which some row has a tail",
            why="a report of tails needs one",
            do="choose a smaller k, or check how the head was exported",
        )
    counts = tuple(np.unique(np.geomspace(1, head.n_keys, _POINTS_OF_A_CURVE).round().astype(int)).tolist())
    shared_tau = float(np.nanmax(largest.next_score))
    marked, mass = _above(head, shared_tau)
    return Diagnosis(
        head=head,
        largest=largest,
        needed=keys_for_mass(head, MASSES),
        counts=counts,
        held=mass_of_largest(head, counts),
        shared_tau=shared_tau,
        shared_marked=marked,
        shared_mass=mass,
        tails=compare_tails(head, largest),
    )


def _above(head: AttentionHead, tau: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Number of scores of each row above tau, and their softmax weight."""
    counts, masses = [], []
    for _, scores in score_blocks(head):
        above = scores > tau
        counts.append(above.sum(axis=1))
        masses.append(softmax_rows(scores).sum(axis=1, where=above))
    return np.concatenate(counts), np.concatenate(masses)
