"""Engines that keep the index register alone: its exact amplitudes, or the distribution of what is measured."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.reference.search.counting import counting_distribution
from groverattn.reference.search.faults import p_spoiled
from groverattn.reference.search.trials import GroverRun
from groverattn.simulation.engines import Places
from groverattn.verification.oracle_check import run_oracle
from groverattn.verification.row import SearchedRow

if TYPE_CHECKING:
    from groverattn.bloqs.score.finding import FindingScore

_AMPLITUDE_TOLERANCE = 1e-6  # far above the rounding of thousands of gates, far below what a wrong phase does


def grover_amplitudes(marked: NDArray[np.bool_], run: GroverRun | int) -> NDArray[np.inexact]:
    """Return the amplitudes of all indices after a run on the uniform superposition, shape (n,).

    The oracle changes phases and the diffusion reflects about the mean. With phases -1 the amplitudes stay real. The
    sign of the diffusion is that of `Diffusion`, 2 |u><u| - 1.

    Args:
        marked: which indices receive the oracle's phase.
        run: the iterates, or their number if all phases are -1.

    >>> marked = np.arange(4) == 2
    >>> grover_amplitudes(marked, 1).round(6).tolist()
    [0.0, 0.0, 1.0, 0.0]
    """
    run = GroverRun(run) if isinstance(run, int) else run
    amplitudes = np.full(marked.size, 1 / np.sqrt(marked.size), dtype=complex if run.is_phased else float)
    if not run.is_phased:
        signs = np.where(marked, -1.0, 1.0)
        for _ in range(run.n_iterates):
            amplitudes *= signs
            np.subtract(2 * amplitudes.mean(), amplitudes, out=amplitudes)
        return amplitudes
    at = np.flatnonzero(marked)
    for oracle_angle, diffusion_angle in zip(*run.angles, strict=True):
        amplitudes[at] *= np.exp(1j * oracle_angle)
        np.subtract((1 - np.exp(1j * diffusion_angle)) * amplitudes.mean(), amplitudes, out=amplitudes)
    return amplitudes


def wrong_amplitudes(amplitudes: NDArray[np.inexact], marked: NDArray[np.bool_], run: GroverRun) -> int:
    """Return how many amplitudes of a circuit's index register differ from those of a run, up to a global phase.

    Args:
        amplitudes: of all values of the register, shape (2^m,).
        marked: which of the n keys are marked, by plain arithmetic.
        run: the iterates.
    """
    expected = np.zeros(amplitudes.size, dtype=np.complex128)
    expected[: marked.size] = grover_amplitudes(marked, run)
    overlap = np.vdot(expected, amplitudes)
    phase = overlap / abs(overlap) if overlap else 1.0
    return int((np.abs(amplitudes - phase * expected) > _AMPLITUDE_TOLERANCE).sum())


def phase_estimation(marked: NDArray[np.bool_], n_bits: int) -> NDArray[np.float64]:
    """Return the distribution of the measured phase of the iterate, from all its powers, shape (2^n_bits,).

    The control registers' state |c> stands beside the index register after c iterates; the inverse Fourier transform
    over c is taken for every index (Brassard, Hoyer, Mosca, Tapp, arXiv:quant-ph/0005055, algorithm Est_Amp).

    >>> phase_estimation(np.arange(4) == 2, 2).round(6).tolist()
    [0.1875, 0.375, 0.0625, 0.375]
    """
    size = 1 << n_bits
    powers = np.empty((size, marked.size))
    signs = np.where(marked, -1.0, 1.0)
    powers[0] = 1 / np.sqrt(marked.size)
    for c in range(1, size):
        flipped = powers[c - 1] * signs
        powers[c] = 2 * flipped.mean() - flipped
    return (np.abs(np.fft.fft(powers, axis=0)) ** 2).sum(axis=1) / size**2


def measured_index(probabilities: NDArray[np.float64], rng: np.random.Generator) -> int:
    """Draw an index with the given probabilities, which need not be normalised.

    One uniform number is drawn and looked up in the cumulated probabilities. As all engines do this, and draw what
    happens inside a circuit from a stream of its own, they find the same keys for the same seed.

    >>> measured_index(np.array([0.0, 0.5, 0.0, 0.5]), np.random.default_rng(0))
    3
    """
    cumulated = np.cumsum(probabilities)
    return int(min(np.searchsorted(cumulated, rng.random() * cumulated[-1], side="right"), probabilities.size - 1))


def index_by_law(marked: NDArray[np.int64], n: int, p_hit: float, rng: np.random.Generator) -> int:
    """Draw an index as `measured_index` does, where marked ones share one probability equally, and all others the rest.

    Args:
        marked: the marked indices, ascending.
        n: number of indices.
        p_hit: probability of measuring a marked one.
        rng: draws one uniform number.

    >>> index_by_law(np.array([1, 3]), 4, 1.0, np.random.default_rng(0))
    3
    """
    of_marked, of_other = p_hit / max(marked.size, 1), (1 - p_hit) / max(n - marked.size, 1)
    drawn = rng.random() * (marked.size * of_marked + (n - marked.size) * of_other)
    order = np.arange(marked.size)
    starts = order * of_marked + (marked - order) * of_other  # all probabilities before a marked index
    passed = int(np.searchsorted(starts, drawn, side="right"))
    if passed and (drawn < starts[passed - 1] + of_marked or not of_other):
        return int(marked[passed - 1])
    following = marked[passed] if passed < marked.size else n
    return min(passed + int((drawn - passed * of_marked) / of_other), int(following) - 1)


class _Other(NamedTuple):
    """What `SearchedRow.oracle` and `SearchedRow.marked` are asked for."""

    threshold: int
    excluded: tuple[int, ...]
    places: Places
    score: FindingScore | None


@attrs.define(eq=False)
class IndexEngine:
    """Every amplitude of the index register; the phases are those of a gate-by-gate run of the oracle on all keys.

    The circuit is run once for each threshold, with every key live. A key's phase depends on its own word only, so
    excluding keys clears phases; that the circuit does so is checked by `circuit_mismatches` with the live flags of the
    last round.

    Of blocks, which are dealt anew in every run, the circuit is run for the first arrangement of each score and for the
    last; the phases of the others are the parities of the keys' marks, by plain arithmetic.

    Attributes:
        row: the row.
        outcomes: draws the outcomes of the measurements inside the oracle; None: no circuit is run, and the phases are
            those of plain arithmetic.
    """

    row: SearchedRow
    outcomes: np.random.Generator | None
    _phases: dict[int, NDArray[np.bool_]] = attrs.field(factory=dict, init=False)
    _wrong: int = attrs.field(default=0, init=False)
    _last: _Other | None = attrs.field(default=None, init=False)

    def measure(
        self,
        run: GroverRun,
        threshold: int,
        excluded: Collection[int],
        rng: np.random.Generator,
        places: Places = None,
        score: FindingScore | None = None,
    ) -> int:
        """Draw the measured index from its amplitudes after the run."""
        if places is None and score is None:
            marked = self._marked(threshold).copy()
            marked[list(excluded)] = False
        else:
            marked = self._otherwise_marked(_Other(threshold, tuple(excluded), places, score))
        return measured_index(np.abs(grover_amplitudes(marked, run)) ** 2, rng)

    def _otherwise_marked(self, other: _Other) -> NDArray[np.bool_]:
        is_first = self._last is None or self._last.score != other.score
        self._last = other
        return self._phases_of_circuit(*other) if is_first else self.row.marked(*other)

    def count(self, n_bits: int, threshold: int, rng: np.random.Generator) -> int:
        """Draw the measured phase of the iterate."""
        return measured_index(phase_estimation(self._marked(threshold), n_bits), rng)

    def _marked(self, threshold: int) -> NDArray[np.bool_]:
        if threshold not in self._phases:
            self._phases[threshold] = self._phases_of_circuit(threshold, ())
        return self._phases[threshold]

    def _phases_of_circuit(
        self,
        threshold: int,
        excluded: Collection[int],
        places: Places = None,
        score: FindingScore | None = None,
    ) -> NDArray[np.bool_]:
        """Return the indices with phase -1; those on which that differs from plain arithmetic are counted."""
        marked = self.row.marked(threshold, excluded, places, score)
        if self.outcomes is None:
            return marked
        run = run_oracle(self.row.oracle(threshold, excluded, places, score), self.outcomes)
        self._wrong += int(((run.marked != marked) | run.is_wrong).sum())
        return run.marked

    def circuit_mismatches(self, threshold: int, excluded: Collection[int]) -> int | None:
        """Run the oracle's circuit with keys excluded; return the indices on which this or an earlier run was wrong."""
        last = self._last or _Other(threshold, tuple(excluded), None, None)
        self._phases_of_circuit(*last)
        return None if self.outcomes is None else self._wrong


@attrs.define(eq=False)
class LawEngine:
    """Outcomes drawn from the exact distribution of the measured index; no circuit.

    Every marked key is as likely as every other, and so are the unmarked: two numbers and the places of the marked keys
    make the distribution.

    Attributes:
        row: the row.
        outcomes: not used.
        fault_rate: probability of a logical fault in an iterate (see `reference.search.faults`).
    """

    row: SearchedRow
    outcomes: np.random.Generator | None = None
    fault_rate: float = 0.0
    _reached: tuple[int, NDArray[np.int64]] | None = attrs.field(default=None, init=False)

    def measure(
        self,
        run: GroverRun,
        threshold: int,
        excluded: Collection[int],
        rng: np.random.Generator,
        places: Places = None,
        score: FindingScore | None = None,
    ) -> int:
        """Draw the measured index."""
        if places is None and score is None:
            n, marked = self.row.n_keys, self._live(threshold, excluded)
        else:
            by_index = self.row.marked(threshold, excluded, places, score)
            n, marked = by_index.size, np.flatnonzero(by_index)
        return index_by_law(marked, n, float(run.success(n, marked.size, self.fault_rate)), rng)

    def _live(self, threshold: int, excluded: Collection[int]) -> NDArray[np.int64]:
        """Keys that reach the threshold, ascending; a rising one is compared with the keys that are left."""
        if self._reached is None or threshold < self._reached[0]:
            reached = np.flatnonzero(self.row.marked(threshold))
        else:
            reached = self._reached[1]
            if threshold > self._reached[0]:
                reached = reached[self.row.scores[reached] >= threshold]
        self._reached = threshold, reached
        is_live = np.ones(self.row.n_keys, dtype=bool)
        is_live[[*excluded]] = False
        return reached[is_live[reached]]

    def count(self, n_bits: int, threshold: int, rng: np.random.Generator) -> int:
        """Draw the measured phase."""
        n_marked = int(self.row.marked(threshold).sum())
        p = counting_distribution(self.row.n_keys, n_marked, n_bits)
        p += p_spoiled(p.size - 1, self.fault_rate) * (1 / p.size - p)
        return measured_index(p, rng)

    def circuit_mismatches(self, threshold: int, excluded: Collection[int]) -> int | None:
        """There is no circuit."""
        return None
