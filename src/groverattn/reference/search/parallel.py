"""Search of one row shared by S machines, each with its own part of the keys."""

from __future__ import annotations

import functools
import math
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.errors import InputError, check_between
from groverattn.reference.search.amplification import rotation_angle
from groverattn.reference.search.cost import SearchCost, round_costs, with_misses
from groverattn.reference.search.trials import Trial
from groverattn.reference.search.unknown import UnknownNumberSearch

_GRID = 32  # steps of the iterates of the longest growing trial: our choice, rounds up by less than 0.5 %
_CHERNOFF_FROM = 256  # marked keys a machine: our choice, beyond it Chernoff's bound is near enough (see test)
_NEGLIGIBLE = 1e-12  # of a Fourier sum, and of all machines together
_OF_ALL_PARTS = ("iterates_expected", "iterates_max", "checks_expected", "phased_expected")


@attrs.frozen
class ParallelSearch:
    """Search on S machines: n keys are dealt to them at random, n / S each, and each finds the marked keys of its part.

    Every machine has about t / S of the marked keys among n / S keys, and finds them in about sqrt(n t) / S iterates.
    Where many are marked its time falls nearly as 1 / S (see test: on 16 machines 14-fold with 4,096 of 65,536 keys
    marked, 7-fold with 16). Where few are marked the last check decides, and it takes sqrt(n / S) iterates on every
    machine: the time falls about as 1 / sqrt(S), the sum over the machines grows as sqrt(S) (Zalka,
    arXiv:quant-ph/9711070: no better for one key).

    Attributes:
        n_machines: number of machines S.
        p_failure: probability allowed that any machine's last check misses a key; each gets an equal share.

    Raises:
        InputError: n_machines < 1, or p_failure not strictly between 0 and 1.
    """

    n_machines: int
    p_failure: float

    def __attrs_post_init__(self) -> None:
        check_between("n_machines", self.n_machines, 1, math.inf, "they share the keys of a row")
        UnknownNumberSearch(self.p_failure)

    @property
    def of_one_machine(self) -> UnknownNumberSearch:
        """What every machine runs on its part."""
        return UnknownNumberSearch(self.p_failure / self.n_machines)

    def cost(self, n: int, t: int) -> SearchCost:
        """Expected cost of one machine: exact, averaged over how many of the t marked keys it was dealt.

        All machines together take n_machines times as much. The slowest takes longer than this mean: see `slowest`.
        The failure probability takes the machines as independent; with faults it is a union bound, the probability of
        a fault that of an iterate on any of them.

        Raises:
            InputError: n is not a multiple of n_machines, a part of fewer than 2 keys, or t not in 0, ..., n.

        >>> one, four = (ParallelSearch(s, p_failure=1e-6).cost(4096, 1).iterates_expected for s in (1, 4))
        >>> round(one / four, 1)
        2.3
        """
        mean = with_misses(functools.partial(_mean, self, self._part(n, t), t))
        p_failure = float(1 - (1 - mean.p_failure) ** self.n_machines)
        misses = tuple(p_failure + self.n_machines * (p_miss - mean.p_failure) for p_miss in mean.misses)
        return attrs.evolve(mean, p_failure=p_failure, misses=misses)

    def mean(self, n: int, t: int) -> SearchCost:
        """The cost of one machine without what faults do to it, in a third of the time; `p_failure` is of one machine.

        Raises:
            InputError: as `cost`.

        >>> search = ParallelSearch(4, p_failure=1e-6)
        >>> search.mean(4096, 1).iterates_expected == search.cost(4096, 1).iterates_expected
        True
        """
        return _mean(self, self._part(n, t), t, 0.0)

    def slowest(self, n: int, t: int, parts_each: int = 1) -> float:
        """Expected iterates of the slowest machine, which the row waits for: a safe upper bound.

        By Boole's inequality the slowest of S machines takes more than x iterates with probability at most S times that
        of one, however they depend on each other: E[max] <= sum over x of min(1, S P(X > x)). The law of X, iterates of
        one machine, is the Fourier sum of the exact transform of its rounds; x is rounded up to a grid. Beyond 256
        marked keys a part it is Chernoff's bound, min over h > 0 of log(S E[exp(h X)]) / h. Derived, see test: above
        simulated rows by 1 to 5 % at 2^17 and 2^20 keys, by up to 10 % at small sizes and by Chernoff's bound.

        A machine that misses a key stops early; here it goes on, so more marked keys, a smaller p_failure or twice as
        many keys never take fewer iterates. A few keys more may: where sqrt(n / S) passes a power of the growth, rounds
        have a trial more before their last check. Several parts of a machine are taken as independent. They are
        negatively associated (Joag-Dev, Proschan, doi:10.1214/aos/1176346079), which makes both bounds smaller, as they
        are means of convex functions of the sum (Shao, J. Theor. Probab. 13, 343, Theorem 1).

        Args:
            n: number of keys.
            t: how many of them are marked.
            parts_each: parts that a machine searches in turn; `n_machines` counts those of all, so S is
                n_machines / parts_each. One machine takes the mean.

        Raises:
            InputError: as `cost`, or `parts_each` does not divide n_machines.

        >>> search = ParallelSearch(256, p_failure=0.005)
        >>> round(search.slowest(1 << 17, 512) / search.cost(1 << 17, 512).iterates_expected, 1)
        2.0
        """
        part = self._part(n, t, parts_each)
        if self.n_machines == parts_each:
            return parts_each * self.cost(n, t).iterates_expected
        return _slowest(self.of_one_machine, self.n_machines, part, t, parts_each)

    def reads(self, n: int, t: int) -> float:
        """Expected number of keys that all machines together read after measurements: one for each check.

        Raises:
            InputError: as `cost`.

        >>> round(ParallelSearch(256, p_failure=0.005).reads(1 << 17, 512))
        7528
        """
        return self.n_machines * self.cost(n, t).checks_expected

    def _part(self, n: int, t: int, parts_each: int = 1) -> int:
        """Number of keys of a part; refuses what cannot be dealt."""
        part, rest = divmod(n, self.n_machines)
        if rest or part < 2 or not 0 <= t <= n or parts_each < 1 or self.n_machines % parts_each:
            raise InputError(
                given=f"n = {n}, t = {t} on {self.n_machines} machines, {parts_each} in turn",
                allowed="n a multiple of their number, and that of those in turn; 2 or more keys each, 0 <= t <= n",
                why="the keys are dealt in equal parts",
                do="choose powers of two",
            )
        return part

    def whole(self, n: int, t: int) -> SearchCost:
        """Expected cost of all parts together, searched side by side or in turn.

        Raises:
            InputError: as `cost`.

        >>> search = ParallelSearch(4, p_failure=1e-6)
        >>> round(search.whole(4096, 1).iterates_expected / search.cost(4096, 1).iterates_expected, 9)
        4.0
        """
        return with_misses(functools.partial(self._all_parts, self._part(n, t), t))

    def _all_parts(self, part: int, t: int, fault_rate: float) -> SearchCost:
        mean = _mean(self, part, t, fault_rate)
        numbers = {name: self.n_machines * getattr(mean, name) for name in _OF_ALL_PARTS}
        # a round for each key that is found, and one that fails in each part
        a_round = sum(trial.iterates_max for trial in self.of_one_machine.trials(part, 0))
        numbers["iterates_max"] = (t + self.n_machines) * a_round
        return attrs.evolve(mean, p_failure=float(-np.expm1(self.n_machines * np.log1p(-mean.p_failure))), **numbers)


def _dealt(n: int, t: int, part: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Numbers of marked keys among `part` of n keys, and their probabilities: the hypergeometric law.

    From the ratio of neighbours: SciPy's hypergeometric takes minutes beyond about 10^10 keys. Larger numbers than 14
    deviations and 80 above the mean have a probability below 1e-42 (Chernoff) and are left out.
    """
    mean = t * part / n
    counts = np.arange(max(0, part - (n - t)), min(t, part, math.ceil(mean + 14 * math.sqrt(mean)) + 80) + 1)
    before = counts[:-1].astype(float)
    log_ratio = np.log((t - before) * (part - before)) - np.log((before + 1) * (n - t - part + before + 1))
    log_weights = np.concatenate([[0.0], np.cumsum(log_ratio)])
    weights = np.exp(log_weights - log_weights.max())
    return counts, weights / weights.sum()


# An estimate asks for the same on every machine model and data access.
@functools.lru_cache(maxsize=4096)
def _mean(search: ParallelSearch, part: int, t: int, fault_rate: float) -> SearchCost:
    """Mean cost of one machine: a round with u keys left happens if u were dealt, or the round before found one."""
    counts, weights = _dealt(search.n_machines * part, t, part)
    likely = weights > 1e-15 * weights.max()
    counts, weights = counts[likely], weights[likely] / weights[likely].sum()
    trials = search.of_one_machine.trials(part, 0)
    rounds = round_costs([trials] * (int(counts[-1]) + 1), part, np.arange(counts[-1] + 1), fault_rate=fault_rate)
    with np.errstate(divide="ignore"):  # a round that surely fails
        log_finds = np.concatenate(([0.0], np.cumsum(np.log1p(-rounds.p_fails[1:]))))  # all of u keys, shape (u,)
    happens = np.zeros(counts[-1] + 1)
    happens[counts] = weights
    for left in range(counts[-1], 0, -1):
        happens[left - 1] += happens[left] * (1 - rounds.p_fails[left])
    if counts[-1] == part:  # nothing is left to be asked for
        happens[0] -= weights[-1] * math.exp(log_finds[-1])
    return SearchCost(
        iterates_expected=float(happens @ rounds.iterates),
        iterates_max=(min(t, part) + (t < part)) * sum(trial.iterates_max for trial in trials),
        checks_expected=float(happens @ rounds.checks),
        p_failure=float(-np.expm1(log_finds[counts]) @ weights),
        source=f"keys dealt into {search.n_machines} parts; {search.of_one_machine.source}",
        phased_expected=float(happens @ rounds.phased),
    )


@functools.lru_cache(maxsize=4096)
def _slowest(search: UnknownNumberSearch, n_parts: int, part: int, t: int, parts_each: int) -> float:
    """Upper bound of `ParallelSearch.slowest` for two machines or more."""
    counts, weights = _dealt(n_parts * part, t, part)
    likely = weights > 1e-18 / n_parts * weights.max()
    rounds = _Rounds(search.trials(part, 0), part, counts[likely], weights[likely], parts_each)
    n_machines = n_parts // parts_each
    chernoff = rounds.chernoff(n_machines)
    if t > _CHERNOFF_FROM * n_parts:
        return chernoff
    step, tail = rounds.tail(rounds.chernoff(n_machines / _NEGLIGIBLE))
    return min(chernoff, parts_each * rounds.n_check + step * float(np.minimum(1.0, n_machines * tail).sum()))


@attrs.frozen(eq=False)
class _Rounds:
    """Law of the iterates X of one machine that goes on after a miss: a sum of independent rounds.

    Attributes:
        trials: trials of each round, those of UnknownNumberSearch.
        n: keys of a part.
        counts: numbers of marked keys that may be in it, ascending and without gaps, shape (c,).
        weights: their probabilities, shape (c,).
        n_parts: parts that the machine searches in turn, as if they were independent.
    """

    trials: tuple[Trial, ...]
    n: int
    counts: NDArray[np.int64]
    weights: NDArray[np.float64]
    n_parts: int

    @property
    def n_check(self) -> int:
        """Iterates of the last check, which a part surely takes once."""
        return self.trials[-1].iterates_max

    def transforms(self, z: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Sums of P z^iterates over the growing trials of the rounds with u = 0, 1, ... keys left.

        A trial fails after j iterates with probability cos^2((2j+1) theta) = (1 + cos((4j+2) theta)) / 2: its sum over
        j = 0, ..., m - 1 is two geometric ones, both in closed form.

        Args:
            z: real or complex numbers, shape (f,), not 0.

        Returns:
            Rounds that find a key, and rounds that come to the last check, without it; both of shape (u, f).
        """
        left = np.arange(self.counts[-1] + 1)
        # The shift keeps the denominator off its simple roots, at u = n/4 and 3n/4; at double ones the sum is known.
        angle = rotation_angle(self.n, left)[:, None] * (1 - 1e-9)
        missed = np.ones((left.size, z.size), dtype=z.dtype)
        found = np.zeros_like(missed)
        with np.errstate(all="ignore"):  # rows and columns with 0 / 0 are set apart
            inverse = 1 / (1 - 2 * z * np.cos(4 * angle) + z * z)
            for trial in self.trials[:-1]:
                m = trial.iterates_max + 1
                power, drawn = z**m, _mean_power(z, m)
                cosines = np.hstack([np.cos(2 * angle), -np.cos((4 * m + 2) * angle), np.cos((4 * m - 2) * angle)])
                fails = (drawn + cosines @ np.stack([1 - z, power, power * z]) * inverse / m) / 2
                fails[left == 0], fails[2 * left == self.n], fails[left == self.n] = drawn, drawn / 2, 0.0
                found += missed * (drawn - fails)
                missed *= fails
        return found, missed

    def chernoff(self, n_machines: float) -> float:
        """Chernoff's bound of the slowest: min over h of log(S E[exp(h X)]) / h, on a grid of h.

        What is minimised falls, then rises, since log E[exp(h X)] is convex. The grid is the same for all sizes, so the
        bound grows with X.
        """

        @functools.cache
        def at(place: int) -> float:
            h = 2.0 ** (place / 4)
            with np.errstate(all="ignore"):  # what overflows is not the least
                found, missed = self.transforms(np.exp([h]))
                log_rounds = np.log(found + missed * np.exp(h * self.n_check))[:, 0]
                terms = np.cumsum(log_rounds)[self.counts] + np.log(self.weights)
                return float((math.log(n_machines) + self.n_parts * np.logaddexp.reduce(terms)) / h)

        place = round(-2 * math.log2(self.n))  # h of 1 / sqrt(n)
        while at(place + 1) < at(place):
            place += 1
        while at(place - 1) < at(place):
            place -= 1
        return at(place)

    def tail(self, top: float) -> tuple[int, NDArray[np.float64]]:
        """Return a step in iterates, and P(X > last checks + g step) for g = 0, 1, ..., as if X never exceeded `top`.

        X is rounded up to the grid. The law is smooth, since every part ends with a round that makes all its trials:
        few frequencies are needed. They are summed until a whole stretch of them is negligible.
        """
        longest = (self.trials[-2].iterates_max + 1) * math.isqrt(self.n_parts)
        step = 1 << (max(longest // _GRID, 1).bit_length() - 1)
        size = 2 * (math.ceil((top - self.n_parts * self.n_check) / step) // 2 + 1)
        stretch = -(-size * step // longest)
        sums: list[NDArray[Any]] = []
        for start in range(0, size // 2 + 1, stretch):
            z = np.exp(2j * np.pi * np.arange(start, min(start + stretch, size // 2 + 1)) / (size * step))
            found, missed = self.transforms(z)
            rounds = found + missed * z**self.n_check
            rounds[0] = missed[0]  # the last check apart
            law = (self.weights @ np.cumprod(rounds, axis=0)[self.counts]) ** self.n_parts
            sums.append(law * _mean_power(z, step))
            if np.abs(law).max() < _NEGLIGIBLE:
                break
        cells = np.fft.irfft(np.conj(np.concatenate(sums)), size)
        return step, np.maximum(np.cumsum(cells[::-1])[::-1][1:], 0.0)


def _mean_power(z: NDArray[Any], m: int) -> NDArray[Any]:
    """Mean of z^j over j = 0, ..., m - 1, shape of z, not 0."""
    log_z = np.log(z)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(z == 1, 1.0, np.expm1(m * log_z) / np.expm1(log_z) / m)
