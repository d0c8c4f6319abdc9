import math

import pytest

from groverattn.costs.crossover import find_crossover
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
