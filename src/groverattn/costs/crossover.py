"""Crossover: the number of keys from which the quantum search is faster than the classical row."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import attrs

from groverattn.errors import InputError
from groverattn.show.numbers import number_text

TimeS = Callable[[int], float]

# A crossover is an order of magnitude: its inputs are less precise than one part in 1024; coarsely, within a factor.
_RELATIVE_PRECISION, _COARSE = 2**-10, 1.2

# Exponents are measured over the last factor of 2^8 in n, where the leading term has taken over.
_LOG2_SPAN = 8
# A power of n below it is a logarithm over this span, or rounding to powers of two; and 2^1000 still is a float.
NEARLY = 0.05
_LOG2_MAX = 1000


@attrs.frozen
class Crossover:
    """Where the quantum line passes below the classical one.

    Attributes:
        n_keys: number of keys from which the quantum line is faster up to n_max; None if there is no such number.
        reason: the measured times in a sentence.
        n_min: smallest number of keys compared.
        n_max: largest number of keys compared.
        ratio_at_n_min: quantum time / classical time there; infinite where the quantum machine cannot run it.
        ratio_at_n_max: the same at n_max.
        quantum_exponent, classical_exponent: powers of n by which the two times grow towards n_max, measured over its
            last factor of 2^8; NaN where the quantum machine cannot run the search.
    """

    n_keys: int | None
    reason: str
    n_min: int
    n_max: int
    ratio_at_n_min: float
    ratio_at_n_max: float
    quantum_exponent: float = math.nan
    classical_exponent: float = math.nan

    @property
    def exponent(self) -> float:
        """Power of n by which the ratio grows towards n_max; below 0 where it falls."""
        return self.quantum_exponent - self.classical_exponent

    @property
    def log2_extrapolated(self) -> float | None:
        """Log2 of the number of keys beyond n_max at which the ratio would reach 1 by its exponent there.

        None with a crossover, and where the ratio does not fall.

        >>> find_crossover(lambda n: 2**20 * n**0.5, lambda n: float(n), n_min=2, n_max=2**30).log2_extrapolated
        40.0
        """
        if self.n_keys is not None or not self.exponent <= -NEARLY or self.ratio_at_n_max < 1:
            return None
        log2_n = math.log2(self.n_max) - math.log2(self.ratio_at_n_max) / self.exponent
        return log2_n if log2_n < _LOG2_MAX else None

    @property
    def trend(self) -> str:
        """The reason without its verdict: how the ratio of the times runs over the range."""
        return self.reason.partition(": ")[2]


def find_crossover(
    quantum_time_s: TimeS, classical_time_s: TimeS, *, n_min: int, n_max: int, octaves: int = 1
) -> Crossover:
    """Return the smallest number of keys from which the quantum line is faster and stays so.

    The times are compared at n_min, at every power of two up to n_max and the number after it, where an index needs one
    more bit, and at n_max; the step that holds the crossover is then bisected to one part in 1024. "Stays so" means: at
    every later number compared. An InputError of `quantum_time_s` counts as an infinite time: the machine cannot run
    that search.

    Beyond n_max nothing is known; where the ratio falls, `Crossover.log2_extrapolated` follows its local exponent.

    Args:
        quantum_time_s: seconds of the quantum search of n keys.
        classical_time_s: seconds of the classical row of n keys, above 0.
        n_min: smallest number of keys, at least 1.
        n_max: largest number of keys, above n_min.
        octaves: compare at every so many powers of two only, and bisect within a factor of 1.2: for times that take
            long to compute and change slowly.

    Raises:
        InputError: an empty range, or a classical time that is not positive.

    >>> find_crossover(lambda n: n**0.5, lambda n: n / 1000, n_min=2, n_max=2**30).n_keys
    1000448
    >>> print(find_crossover(lambda n: n, lambda n: n / 8, n_min=2**10, n_max=2**40).reason)
    not in this range: the quantum/classical time ratio stays at 8.00 from n = 2^10 to n = 2^40
    """
    if not 1 <= n_min < n_max:
        raise InputError(
            given=f"n_min = {n_min}, n_max = {n_max}",
            allowed="1 <= n_min < n_max",
            why="the crossover is searched between the two",
            do="give a smallest and a larger number of keys",
        )

    ratio = functools.partial(_ratio, quantum_time_s, classical_time_s)
    ratios = {n: ratio(n) for n in _grid(n_min, n_max, octaves)}
    step = _step(ratios)
    if step is None:
        n_keys = n_min if ratios[n_max] < 1 else None
    else:
        n_keys = _bisect(ratio, *step) if octaves == 1 else _bisect_coarsely(ratio, *step)
    return Crossover(
        n_keys,
        _reason(n_keys, ratios),
        n_min,
        n_max,
        ratios[n_min],
        ratios[n_max],
        _exponent(quantum_time_s, n_min, n_max),
        _exponent(classical_time_s, n_min, n_max),
    )


def _step(ratios: dict[int, float]) -> tuple[int, int] | None:
    """The last number of keys at which the quantum line is slower, and the next one; None without such a step."""
    slower = [n for n, r in ratios.items() if r >= 1]
    if not slower or slower[-1] == max(ratios):
        return None
    return slower[-1], min(n for n in ratios if n > slower[-1])


def _exponent(time_s: TimeS, n_min: int, n_max: int) -> float:
    first = max(n_min, n_max >> _LOG2_SPAN)
    try:
        return math.log2(time_s(n_max) / time_s(first)) / math.log2(n_max / first)
    except InputError:
        return math.nan


def _grid(n_min: int, n_max: int, octaves: int = 1) -> list[int]:
    powers = [1 << k for k in range(0, n_max.bit_length(), octaves)]
    after = (0, 1) if octaves == 1 else (0,)
    inner = sorted({power + more for power in powers for more in after if n_min < power + more < n_max})
    return [n_min, *inner, n_max]


def _ratio(quantum_time_s: TimeS, classical_time_s: TimeS, n_keys: int) -> float:
    classical_s = classical_time_s(n_keys)
    if not classical_s > 0:
        raise InputError(
            given=f"a classical time of {classical_s} s at n = {n_keys}",
            allowed="above 0",
            why="the quantum time is compared with it",
            do="check the classical line",
        )
    try:
        return quantum_time_s(n_keys) / classical_s
    except InputError:
        return math.inf


def _bisect(ratio: Callable[[int], float], slower: int, faster: int) -> int:
    while faster - slower > max(1, int(slower * _RELATIVE_PRECISION)):
        middle = (slower + faster) // 2
        slower, faster = (slower, middle) if ratio(middle) < 1 else (middle, faster)
    return faster


def _bisect_coarsely(ratio: Callable[[int], float], slower: int, faster: int) -> int:
    while faster > slower + 1 and faster > slower * _COARSE:
        middle = round(math.sqrt(slower * faster))  # between the two, as they are two apart
        slower, faster = (slower, middle) if ratio(middle) < 1 else (middle, faster)
    return faster


def _reason(n_keys: int | None, ratios: dict[int, float]) -> str:
    trend = _trend(ratios)
    if n_keys is None:
        return f"not in this range: {trend}"
    before = [n for n, r in ratios.items() if r < 1 and n < n_keys]
    gap = f"; faster, but not for good, at n = {', '.join(map(_power, before))}" if before else ""
    return f"from n = {_power(n_keys)} on: {trend}{gap}"


def _trend(ratios: dict[int, float]) -> str:
    """Say how the ratio runs over the range, and where it ends or turns."""
    finite = {n: r for n, r in ratios.items() if math.isfinite(r)}
    if not finite:
        return "the quantum machine can run none of these searches"
    first, last = min(finite), max(finite)
    low, high = finite[first], finite[last]
    if math.isclose(low, high, rel_tol=0.01):
        sentence = f"stays at {number_text(low)} from n = {_power(first)} to n = {_power(last)}"
    else:
        verb = "grows" if high > low else "falls"
        sentence = f"{verb} from {number_text(low)} at n = {_power(first)} to {number_text(high)} at n = {_power(last)}"
    least, most = (pick(finite, key=lambda n: finite[n]) for pick in (min, max))
    turns = {"least": least} if finite[least] < 0.99 * min(low, high) else {}
    turns |= {"most": most} if finite[most] > 1.01 * max(low, high) else {}
    words = [f"its {name}, {number_text(finite[n])}, at n = {_power(n)}" for name, n in turns.items()]
    sentence += f", with {' and '.join(words)}" if words else ""
    if len(finite) < len(ratios):
        gaps = [n for n in ratios if n not in finite]
        sentence += f"; the quantum machine cannot run the search at n = {_power(gaps[0])}"
        sentence += f" to {_power(gaps[-1])}" if len(gaps) > 1 else ""
    return f"the quantum/classical time ratio {sentence}"


def _power(n_keys: int) -> str:
    is_power = n_keys & (n_keys - 1) == 0
    return f"2^{n_keys.bit_length() - 1}" if is_power and n_keys > 1 else f"{n_keys:,}"
