"""Published break-even points, each as an instance of the one formula."""

import math

import attrs
import pytest

from groverattn.classical.lines import classical_lines
from groverattn.costs.crossover import find_crossover
from groverattn.errors import InputError

from .break_even import PolynomialSpeedup, break_even_n, scan_break_even

_MINUTE, _HOUR, _DAY, _YEAR = 60, 3600, 86_400, 365.25 * 86_400


def _key_time_s(name):
    """Classical time per key of 128 numbers."""
    n_keys = 1_000_000
    return next(line.time_s_per_row for line in classical_lines(n_keys, 128) if line.name == name) / n_keys


@pytest.mark.parametrize(("name", "printed"), [("H100 decode fp16", "1.1e+10"), ("B200 prefill bf16", "6e+14")])
def test_break_even_of_an_oracle_of_one_reaction(name, printed):
    # An oracle of one 10 us reaction and a free memory, one marked key.
    n_star = break_even_n(iterate_time_s=10e-6, key_time_s=_key_time_s(name))
    assert f"{n_star:.{len(printed.split('e')[0]) // 2}e}" == printed


def test_break_even_is_where_both_lines_meet():
    n_marked, key_time_s, iterate_time_s = 5, 1e-9, 1e-5
    n_star = break_even_n(iterate_time_s, key_time_s, n_marked)
    search_s = sum(math.pi / 4 * math.sqrt(n_star / t) * iterate_time_s for t in range(1, n_marked + 1))
    assert search_s == pytest.approx(n_star * key_time_s)
    assert scan_break_even(iterate_time_s, key_time_s, n_marked).break_even_s == pytest.approx(search_s)


def test_crossover_agrees_with_the_closed_form():
    iterate_time_s, key_time_s = 1e-6, 1e-10
    n_star = break_even_n(iterate_time_s, key_time_s)
    found = find_crossover(
        lambda n: math.pi / 4 * math.sqrt(n) * iterate_time_s, lambda n: n * key_time_s, n_min=2, n_max=2**40
    )
    assert n_star <= found.n_keys <= n_star * (1 + 2**-9)
    assert found.ratio_at_n_min > 1 > found.ratio_at_n_max


@pytest.mark.parametrize("order", [1.5, 2, 3, 4])
def test_both_computers_take_the_same_time_at_the_break_even_point(order):
    speedup = PolynomialSpeedup(2e-3, 5e-9, order=order, classical_speedup=7)
    calls = speedup.break_even_calls
    assert calls * 2e-3 == pytest.approx(calls**order * 5e-9 / 7)
    assert speedup.break_even_s == pytest.approx(calls * 2e-3)


# arXiv:2011.04149, Table I: the resource lower bound (t_Q = 17 ms, t_C = 33 ns) and simulated annealing (440 ms, 7 ns).
# order, S, calls and time of the lower bound, calls and time of simulated annealing
_BABBUSH = [
    (2, 1, 5.2e5, 2.4 * _HOUR, 6.3e7, 320 * _DAY),
    (2, 1e3, 5.2e8, 100 * _DAY, 6.3e10, 880 * _YEAR),
    (2, 1e6, 5.2e11, 280 * _YEAR, 6.3e13, 880e3 * _YEAR),
    (3, 1, 7.2e2, 12, 7.9e3, 58 * _MINUTE),
    (3, 1e3, 2.3e4, 6.4 * _MINUTE, 2.5e5, 1.3 * _DAY),
    (3, 1e6, 7.2e5, 3.4 * _HOUR, 7.9e6, 40 * _DAY),
    (4, 1, 8.0e1, 1.4, 4.0e2, 2.9 * _MINUTE),
    (4, 1e3, 8.0e2, 14, 4.0e3, 29 * _MINUTE),
    (4, 1e6, 8.0e3, 2.3 * _MINUTE, 4.0e4, 4.9 * _HOUR),  # 4.0e5 is printed: see the next test
]


@pytest.mark.parametrize(("order", "classical_speedup", "calls", "time_s", "annealing_calls", "annealing_s"), _BABBUSH)
def test_babbush_et_al_table_1(order, classical_speedup, calls, time_s, annealing_calls, annealing_s):
    options = {"order": order, "classical_speedup": classical_speedup}
    for speedup, printed_calls, printed_s in (
        (PolynomialSpeedup(17e-3, 33e-9, **options), calls, time_s),
        (PolynomialSpeedup(440e-3, 7e-9, **options), annealing_calls, annealing_s),
    ):
        assert speedup.break_even_calls == pytest.approx(printed_calls, rel=0.05 / 2.4)  # two digits
        assert speedup.break_even_s == pytest.approx(printed_s, rel=0.05 / 1.3)


def test_one_cell_of_babbush_et_al_is_printed_ten_times_too_large():
    """4.0e5 calls of 440 ms are 2.0 days, and not the 4.9 hours that stand beside them."""
    printed_calls, printed_s = 4.0e5, 4.9 * _HOUR
    speedup = PolynomialSpeedup(440e-3, 7e-9, order=4, classical_speedup=1e6)
    assert printed_calls * 440e-3 == pytest.approx(10 * printed_s, rel=0.01)
    assert speedup.break_even_calls == pytest.approx(printed_calls / 10, rel=0.01)


@pytest.mark.parametrize(
    ("faster", "time_s", "annealing_s"),
    [(10, 1.0 * _DAY, 8.8 * _YEAR), (1e2, 15 * _MINUTE, 32 * _DAY), (1e3, 8.8, 7.7 * _HOUR)],
)
def test_babbush_et_al_table_2(faster, time_s, annealing_s):
    """A quadratic speed-up, S = 1000, Toffolis that are faster by the first number."""
    lower_bound = PolynomialSpeedup(17e-3 / faster, 33e-9, classical_speedup=1e3)
    annealing = PolynomialSpeedup(440e-3 / faster, 7e-9, classical_speedup=1e3)
    assert lower_bound.break_even_s == pytest.approx(time_s, rel=0.04)
    assert annealing.break_even_s == pytest.approx(annealing_s, rel=0.02)


@attrs.frozen
class _Operation:
    """arXiv:2307.00523, Methods: one kind of operation on their ASIC and on their quantum computer."""

    gate_equivalents: int  # of a unit on the ASIC
    cycles: int  # of 10 us, of a unit on the quantum computer
    qubits: int  # logical, of such a unit without its factories

    @property
    def classical_per_s(self):
        """54.2e9 transistors, ten to a gate, half of them control, cycles of 0.7 ns."""
        return 54.2e9 / (self.gate_equivalents * 10 * 2) / 0.7e-9

    @property
    def quantum_per_s(self):
        """10,000 logical qubits; 5.5 factories a unit, each 147,904 physical qubits or 77 logical ones of d = 31."""
        factories = 5.5 * round(147_904 / (2 * 31**2))
        units = int(10_000 / (self.qubits + factories))
        return units * 1e5 / self.cycles

    def operations_per_call(self, order):
        speedup = PolynomialSpeedup(1 / self.quantum_per_s, 1 / self.classical_per_s, order=order)
        return speedup.operations_per_call(window_s=1e6)


# Multipliers of N bits take 2 N^2 cycles and 5 N qubits; a binary operation is one Toffoli on three qubits.
_FP16 = _Operation(gate_equivalents=7_000, cycles=2 * 10**2, qubits=5 * 10)
_INT32 = _Operation(gate_equivalents=18_000, cycles=2 * 32**2, qubits=5 * 32)
_BINARY = _Operation(gate_equivalents=50, cycles=1, qubits=3)


@pytest.mark.parametrize(
    ("operation", "quadratic", "cubic", "quartic"),
    [(_FP16, "0.2", 45_800, 2_800_000), (_INT32, "0.003", 1_630, 130_000), (_BINARY, "68", 12_500_000, 712_000_000)],
)
def test_hoefler_et_al_table_2(operation, quadratic, cubic, quartic):
    """Operations per oracle call for a crossover within 10^6 s, to the printed digits."""
    digits = len(quadratic.replace("0.", "").lstrip("0"))
    assert f"{operation.operations_per_call(2):.{digits}g}" == quadratic
    for order, printed in ((3, cubic), (4, quartic)):
        digits = len(str(printed).rstrip("0"))
        assert float(f"{operation.operations_per_call(order):.{digits}g}") == printed


def test_hoefler_et_al_table_1():
    assert _FP16.quantum_per_s == 10_500  # 10.5 kop/s
    assert f"{_INT32.quantum_per_s:.2g}" == "8.3e+02"  # 0.83 kop/s
    assert [f"{one.classical_per_s:.2g}" for one in (_FP16, _INT32)] == ["5.5e+14", "2.2e+14"]
    assert f"{_BINARY.classical_per_s:.2g}" == "7.7e+16"


def test_the_binary_rate_of_hoefler_et_al_is_printed_ten_times_too_small():
    """Table 1 prints 235 kop/s; the method of the same paper gives 2.3 Mop/s, and Table 2 is computed with that."""
    printed_per_s = 235e3
    assert _BINARY.quantum_per_s == 2.3e6
    assert _BINARY.quantum_per_s / printed_per_s == pytest.approx(10, rel=0.03)
    with_printed = PolynomialSpeedup(1 / printed_per_s, 1 / _BINARY.classical_per_s)
    assert with_printed.operations_per_call(1e6) == pytest.approx(0.71, abs=0.01)  # where Table 2 prints 68


def test_bad_input():
    with pytest.raises(InputError, match="n_marked = 0"):
        break_even_n(1, 1, n_marked=0)
    for bad in ({"t_quantum_s": 0}, {"t_classical_s": -1}, {"order": 1}, {"classical_speedup": 0}):
        with pytest.raises(InputError, match="break-even point"):
            PolynomialSpeedup(**{"t_quantum_s": 1, "t_classical_s": 1} | bad)
