import math

import attrs
import pytest

from groverattn.costs.crossover import Crossover, find_crossover
from groverattn.errors import InputError


def test_never_says_how_the_ratio_runs():
    found = find_crossover(lambda n: 3.1e5 * n**1.4, lambda n: n, n_min=2**10, n_max=2**40)
    assert found.n_keys is None
    assert found.reason == (
        "not in this range: the quantum/classical time ratio grows from 4.96e6 at n = 2^10 to 2.03e10 at n = 2^40"
    )


def test_from_the_start():
    found = find_crossover(lambda n: 1, lambda n: n, n_min=2, n_max=1000)
    assert found.n_keys == 2
    assert found.reason.startswith("from n = 2^1 on: the quantum/classical time ratio falls from 0.500 at n = 2^1")
    assert found.reason.endswith("to 0.00100 at n = 1,000")


def test_small_numbers_are_exact():
    assert find_crossover(lambda n: 100, lambda n: n, n_min=2, n_max=1000).n_keys == 101


def test_faster_for_a_while_is_no_crossover():
    found = find_crossover(lambda n: 1 if 32 <= n <= 64 else 100, lambda n: 10, n_min=2, n_max=256)
    assert found.n_keys is None
    assert "stays at 10.0 from n = 2^1 to n = 2^8, with its least, 0.100, at n = 2^5" in found.reason


def test_faster_for_a_while_and_later_for_good():
    found = find_crossover(lambda n: 1 if n in (32, 64) or n > 200 else 100, lambda n: 10, n_min=2, n_max=2**12)
    assert found.n_keys == 201
    assert found.reason.endswith("faster, but not for good, at n = 2^5, 2^6")


def test_faster_at_powers_of_two_only_is_no_crossover():
    """A circuit for one index bit more: the time steps up right after every power of two."""

    def quantum_time_s(n_keys):
        return 0.8 * float(1 << (n_keys - 1).bit_length())

    found = find_crossover(quantum_time_s, lambda n: float(n), n_min=2**4, n_max=2**24)
    assert found.n_keys is None or any(quantum_time_s(n) < n for n in (found.n_keys, found.n_keys + 1))
    assert found.n_keys is None or found.n_keys > 2**23


def test_a_machine_that_cannot_run_the_search():
    def quantum_time_s(n_keys):
        if n_keys > 2**20:
            raise InputError(given="n", allowed="less", why="no factory", do="less")
        return 1.0

    found = find_crossover(quantum_time_s, lambda n: n, n_min=2**4, n_max=2**24)
    assert found.n_keys is None
    assert found.ratio_at_n_max == math.inf
    assert found.reason.endswith("the quantum machine cannot run the search at n = 1,048,577 to 2^24")


def test_bad_input():
    with pytest.raises(InputError, match="n_min"):
        find_crossover(lambda n: 1, lambda n: 1, n_min=8, n_max=8)
    with pytest.raises(InputError, match="classical time"):
        find_crossover(lambda n: 1, lambda n: 0, n_min=8, n_max=16)


def timed(calls, n_keys):
    calls.append(n_keys)
    return 1000.0


@pytest.mark.parametrize(("octaves", "compared", "halvings", "within"), [(1, 59, 10, 1 / 1024), (4, 9, 4, 0.2)])
def test_a_step_is_bisected_as_finely_as_is_said(octaves, compared, halvings, within):
    """A time takes seconds to compute: ten halvings of an octave are one part in 1024, four of 2^4 a factor of 1.2.

    Compared are 2, every power of two between and the number after it, and 2^30, or every fourth power alone; two more
    give the exponent.
    """
    calls = []
    found = find_crossover(lambda n: timed(calls, n), lambda n: n / 1000, n_min=2, n_max=2**30, octaves=octaves)
    assert 10**6 < found.n_keys <= 10**6 * (1 + within)
    assert len(calls) == compared + halvings + 2
    assert {2, 2**30} | {2**k for k in range(octaves, 30, octaves)} <= set(calls)


def test_neighbours_are_told_apart_coarsely_too():
    """Bisection within a factor of 1.2 ends at the next number where numbers are small."""
    for octaves in (1, 3):
        assert find_crossover(lambda n: 3.5, lambda n: n, n_min=1, n_max=64, octaves=octaves).n_keys == 4


def test_the_first_and_the_last_number_are_compared():
    at_ends = find_crossover(lambda n: 1.0 if n == 7 else 9.0, lambda n: 2.0, n_min=7, n_max=100)
    assert (at_ends.n_keys, at_ends.ratio_at_n_min, at_ends.ratio_at_n_max) == (None, 0.5, 4.5)
    assert (at_ends.n_min, at_ends.n_max) == (7, 100)
    assert find_crossover(lambda n: 2.0, lambda n: 2.0, n_min=1, n_max=2).n_keys is None  # as fast is not faster
    assert find_crossover(lambda n: 1.0, lambda n: 2.0, n_min=1, n_max=2).n_keys == 1


def test_exponents_are_those_of_the_last_factor_of_2_to_the_8():
    """Both times bend at n = 2^22, the start of the last eight octaves up to 2^30."""

    def quantum_time_s(n_keys):
        return 2.0**60 * n_keys**0.5 if n_keys >= 2**22 else 2.0**71

    found = find_crossover(quantum_time_s, lambda n: n**1.25, n_min=2, n_max=2**30)
    assert found.quantum_exponent == pytest.approx(0.5)
    assert found.classical_exponent == pytest.approx(1.25)
    assert found.exponent == pytest.approx(-0.75)
    short = find_crossover(lambda n: 100 * n**0.5, lambda n: n, n_min=2, n_max=16)
    assert (short.quantum_exponent, short.classical_exponent) == (pytest.approx(0.5), pytest.approx(1.0))


def test_beyond_the_range_the_ratio_is_followed_by_its_exponent():
    """2^20 sqrt(n) = n at n = 2^40; the ratio at 2^30 is 2^5 and falls by half an octave per octave."""
    falling = find_crossover(lambda n: 2**20 * n**0.5, lambda n: float(n), n_min=2, n_max=2**30)
    assert falling.log2_extrapolated == pytest.approx(40)
    assert find_crossover(lambda n: 2**20 * n**0.5, float, n_min=2, n_max=2**50).log2_extrapolated is None
    assert find_crossover(lambda n: 2 * n**1.5, float, n_min=2, n_max=2**30).log2_extrapolated is None
    # n^-0.04 is a logarithm over the range, not a power; n^-0.06 from 2^60 reaches 1 after 2^1000
    assert find_crossover(lambda n: 2**9 * n**0.96, float, n_min=2, n_max=2**30).log2_extrapolated is None
    assert find_crossover(lambda n: 2**9 * n**0.94, float, n_min=2, n_max=2**30).log2_extrapolated == pytest.approx(150)
    assert find_crossover(lambda n: 2.0**63 * n**0.94, float, n_min=2, n_max=2**30).log2_extrapolated is None
    assert find_crossover(lambda n: 2.0**59 * n**0.94, float, n_min=2, n_max=2**30).log2_extrapolated is not None


def test_faster_at_the_end_alone_extrapolates_to_nothing():
    """Faster at the largest number already, though no crossover is kept: the ratio does not reach 1 beyond it."""
    found = Crossover(None, "", 2, 2**30, 8.0, 0.5, quantum_exponent=0.5, classical_exponent=1.0)
    assert found.log2_extrapolated is None
    assert attrs.evolve(found, ratio_at_n_max=1.0).log2_extrapolated == 30
    assert attrs.evolve(found, ratio_at_n_max=2.0).log2_extrapolated == pytest.approx(32)


def test_the_sentence_of_a_ratio():
    rising = find_crossover(lambda n: 2.0 * n**1.5, float, n_min=3, n_max=3000)
    assert rising.trend == "the quantum/classical time ratio grows from 3.46 at n = 3 to 110 at n = 3,000"
    level = find_crossover(lambda n: 2.0 * n**1.0005, float, n_min=4, n_max=2**10)
    assert level.reason == "not in this range: the quantum/classical time ratio stays at 2.00 from n = 2^2 to n = 2^10"


def test_a_machine_that_runs_nothing_or_begins_late():
    def refused(n_keys):
        if n_keys < 2**6:
            raise InputError(given="n", allowed="more", why="test", do="more")
        return 8.0 * n_keys

    late = find_crossover(refused, float, n_min=2**6 - 1, n_max=2**10)
    assert late.ratio_at_n_min == math.inf
    assert late.trend.endswith(" from n = 2^6 to n = 2^10; the quantum machine cannot run the search at n = 63")
    never = find_crossover(lambda n: refused(1), float, n_min=2, n_max=2**4)
    assert never.reason == "not in this range: the quantum machine can run none of these searches"
    assert math.isnan(never.quantum_exponent)
    assert never.classical_exponent == 1
    assert never.log2_extrapolated is None


def test_exponents_are_measured_over_numbers_of_keys_that_are_compared():
    """The last factor of 2^8 may begin below the smallest one."""

    def quantum_s(n):
        assert n >= 1000
        return float(n) ** 2

    found = find_crossover(quantum_s, lambda n: n, n_min=1000, n_max=1 << 12)
    assert (found.quantum_exponent, found.classical_exponent) == pytest.approx((2, 1))
