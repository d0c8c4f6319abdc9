"""Where N quantum calls and N^m classical calls take the same time: one formula, with the published limits as cases.

- Grover's search against a scan: m = 2, one iterate and one key (`scan_break_even`).
- Babbush et al., arXiv:2011.04149: T* for a quadratic, cubic or quartic speed-up and S classical processors.
- Hoefler, Haener, Troyer, arXiv:2307.00523: how many operations a call may have if T* is to be two weeks.

The tests reproduce both papers' tables from their inputs, and show two printed numbers that the papers' own formulas
do not give. Hoefler et al., Table 1: 235 kop/s for binary operations is a tenth of what their method gives (23 units
of one Toffoli and 5.5 factories in 10,000 logical qubits, one operation per 10 us each: 2.3 Mop/s) and of what their
Table 2 was computed with. Babbush et al., Table I: quartic simulated annealing with S = 10^6 needs 4.0e4 calls, not the
4.0e5 that is printed beside the right time of 4.9 h.
"""

from __future__ import annotations

import math

import attrs
import numpy as np

from groverattn.errors import InputError


@attrs.frozen
class PolynomialSpeedup:
    """A problem of N^order classical calls that a quantum computer solves with N calls.

    Attributes:
        t_quantum_s: time of one quantum call, t_Q, seconds.
        t_classical_s: time of one classical call on one processor, t_C, seconds.
        order: m above; 2 is a quadratic speed-up.
        classical_speedup: processors that share the classical calls, S.

    Raises:
        InputError: a time or a number of processors that is not positive, or an order of 1 or less.

    >>> lower_bound = PolynomialSpeedup(t_quantum_s=17e-3, t_classical_s=33e-9)
    >>> f"{lower_bound.break_even_calls:.1e} calls, {lower_bound.break_even_s / 3600:.1f} h"
    '5.2e+05 calls, 2.4 h'
    """

    t_quantum_s: float
    t_classical_s: float
    order: float = attrs.field(default=2.0, kw_only=True)
    classical_speedup: float = attrs.field(default=1.0, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not (min(self.t_quantum_s, self.t_classical_s, self.classical_speedup) > 0 and self.order > 1):
            raise InputError(
                given=f"{self}",
                allowed="times and processors above 0, an order above 1",
                why="the break-even point is a ratio of the two times, to a power of 1 / (order - 1)",
                do="check which number is which",
            )

    @property
    def break_even_calls(self) -> float:
        """N at which N t_Q = N^m t_C / S: (t_Q S / t_C)^(1/(m-1)); arXiv:2011.04149, Eq. (5)."""
        return (self.t_quantum_s * self.classical_speedup / self.t_classical_s) ** (1 / (self.order - 1))

    @property
    def break_even_s(self) -> float:
        """T* = N t_Q, seconds; t_Q^2 S / t_C for a quadratic speed-up (arXiv:2011.04149, Eq. (5))."""
        return self.break_even_calls * self.t_quantum_s

    def operations_per_call(self, window_s: float) -> float:
        """Return how many operations a call may have if the quantum computer is to be ahead after `window_s` seconds.

        The two times are those of one operation here. M operations multiply both, so that N stays and T* is M times as
        long: arXiv:2307.00523, Methods, "maximum operation counts per oracle call".

        >>> int32 = PolynomialSpeedup(1 / 830, 1 / 215e12, order=3)
        >>> round(int32.operations_per_call(1e6), -1)
        1630.0
        """
        return window_s / self.break_even_s


def scan_break_even(iterate_time_s: float, key_time_s: float, n_marked: int = 1) -> PolynomialSpeedup:
    """Return Grover's search against a scan, as the quadratic speed-up that it is at a fixed cost per iterate and key.

    The search for k marked keys, one after the other and each excluded once found, takes N = c sqrt(n) iterates with
    c = pi/4 times the sum of 1/sqrt(t) over t = k, ..., 1 (arXiv:quant-ph/9605034, Section 3, for t << n). The scan
    reads n = N^2 / c^2 keys.

    Raises:
        InputError: a time that is not positive, or no marked key.
    """
    if n_marked < 1:
        raise InputError(
            given=f"n_marked = {n_marked}",
            allowed="at least one marked key",
            why="a search for nothing has no break-even point",
            do="check which number is which",
        )
    return PolynomialSpeedup(iterate_time_s, key_time_s / _iterates_per_root(n_marked) ** 2)


def break_even_n(iterate_time_s: float, key_time_s: float, n_marked: int = 1) -> float:
    """Return n* at which the two take the same time: N^2 / c^2 keys, see `scan_break_even`.

    >>> f"{break_even_n(iterate_time_s=10e-6, key_time_s=76.4e-12):.1e}"
    '1.1e+10'
    """
    iterates = scan_break_even(iterate_time_s, key_time_s, n_marked).break_even_calls
    return (iterates / _iterates_per_root(n_marked)) ** 2


def _iterates_per_root(n_marked: int) -> float:
    return math.pi / 4 * float(np.sum(np.arange(1, n_marked + 1) ** -0.5))
