import itertools
import math
from fractions import Fraction

import numpy as np
import pytest

from groverattn.errors import InputError
from groverattn.reference.blocks.odd_blocks import Blocks, odd_law


def exact_law(n_blocks: int, u: int, t_max: int) -> np.ndarray:
    """C(N, m) [x^t] O^m E^(N-m) over C(N u, t) in whole numbers, where E and O are the parts of (1 + x)^u."""
    even, odd = ([math.comb(u, c) if c % 2 == parity else 0 for c in range(u + 1)] for parity in (0, 1))

    def powers(series: list[int]) -> list[list[int]]:
        found = [[1] + [0] * t_max]
        for _ in range(n_blocks):
            found.append(product(found[-1], series))
        return found

    def product(a: list[int], b: list[int]) -> list[int]:
        return [sum(a[t - c] * b[c] for c in range(min(t, len(b) - 1) + 1)) for t in range(t_max + 1)]

    evens, odds = powers(even), powers(odd)
    law = np.zeros((t_max + 1, t_max + 1))
    for m in range(min(t_max, n_blocks) + 1):
        for t, ways in enumerate(product(odds[m], evens[n_blocks - m])):
            law[t, m] = Fraction(math.comb(n_blocks, m) * ways, math.comb(n_blocks * u, t))
    return law


@pytest.mark.parametrize(("n_blocks", "u"), [(1, 3), (2, 5), (3, 2), (3, 3), (4, 1), (4, 3), (7, 2)])
def test_all_placements_are_counted(n_blocks, u) -> None:
    places = n_blocks * u
    law = odd_law(Blocks(n_blocks, u), n_blocks).toarray()
    for t in range(n_blocks + 1):
        counted = np.zeros(n_blocks + 1)
        for marked in itertools.combinations(range(places), t):
            counts = np.bincount([place // u for place in marked], minlength=n_blocks)
            counted[(counts % 2).sum()] += 1
        assert law[t] == pytest.approx(counted / math.comb(places, t), abs=1e-13)


@pytest.mark.parametrize(
    ("n_blocks", "u", "t_max"), [(64, 2, 64), (64, 8, 64), (64, 64, 64), (100, 5, 60), (32, 2, 32)]
)
def test_every_entry_is_that_of_exact_arithmetic(n_blocks, u, t_max) -> None:
    law, exact = odd_law(Blocks(n_blocks, u), t_max).toarray(), exact_law(n_blocks, u, t_max)
    assert law == pytest.approx(exact, abs=1e-13)
    seen = exact > 1e-12
    assert law[seen] == pytest.approx(exact[seen], rel=1e-12)


@pytest.mark.parametrize(
    ("n_blocks", "u"), [(8192, 16), (22_796, 46), (2**20 // 190, 190), (1000, 4), (1000, 2), (8192, 2)]
)
def test_moments_are_those_of_single_blocks_and_pairs_of_blocks(n_blocks, u) -> None:
    """(-1)^(marked keys in s places) has the mean K(s) = sum_c (-1)^c C(s, c) C(N u - s, t - c) / C(N u, t)."""
    blocks = Blocks(n_blocks, u)
    law, m = odd_law(blocks, blocks.t_max), np.arange(blocks.t_max + 1)
    assert law.sum(axis=1) == pytest.approx(1, abs=1e-14)

    def parity(s: int, t: int) -> Fraction:
        ways = sum((-1) ** c * math.comb(s, c) * math.comb(blocks.n_places - s, t - c) for c in range(min(s, t) + 1))
        return Fraction(ways, math.comb(blocks.n_places, t))

    for t in (1, 2, 3, 40, blocks.t_max // 3, blocks.t_max):
        one, two = parity(u, t), parity(2 * u, t)
        mean = n_blocks * (1 - one) / 2
        square = mean + n_blocks * (n_blocks - 1) * (1 - 2 * one + two) / 4
        assert (law @ m)[t] == pytest.approx(float(mean), rel=1e-8)
        assert (law @ m**2)[t] == pytest.approx(float(square), rel=1e-8)


def test_more_marked_keys_than_blocks_are_refused() -> None:
    with pytest.raises(InputError, match="t_max = 3; allowed: 0 to 2"):
        odd_law(Blocks(2, 3), 3)


@pytest.mark.parametrize(("n_blocks", "u"), [(4, 1), (4, 3), (8192, 16), (22_796, 46)])
def test_contents_of_a_block_are_hypergeometric(n_blocks, u) -> None:
    blocks = Blocks(n_blocks, u)
    for c, t in itertools.product((0, 1, 2, 3), (0, 1, 2, 3, 4, 300, 2000)):
        if t > blocks.n_places:
            continue
        ways = math.comb(u, c) * math.comb(blocks.n_places - u, t - c) if c <= t else 0
        exact = float(Fraction(ways, math.comb(blocks.n_places, t)))
        assert float(blocks.p_holds(c, np.array([t]))[0]) == pytest.approx(exact, rel=1e-7, abs=1e-15)
