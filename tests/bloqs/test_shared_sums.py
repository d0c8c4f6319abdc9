"""Sums of two components that a query needs at several weights: what they stand for, and that the best are taken."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from groverattn.bloqs.score.heap import signed_digits
from groverattn.bloqs.score.shared_sums import MAX_SHIFT, share_sums

queries = st.lists(st.integers(-130, 130), min_size=1, max_size=12)


def digits_of(query):
    return [list(signed_digits(factor)) for factor in query]


def saving(left, right, n_bits):
    """The most And that one sum of two components saves: (c - 1)(w - 1) - 1 of c common digits and w common columns."""
    found = []
    for shift, sign in itertools.product(range(MAX_SHIFT + 1), (1, -1)):
        common = sum((position + shift, sign * digit) in right for position, digit in left)
        found.append((common - 1) * (n_bits - shift - 1) - 1 if common else -1)
    return max(found)


@given(queries, st.integers(2, 9), st.integers(0, 2**32 - 1))
def test_the_digits_and_the_sums_are_the_query(query, n_bits, seed):
    """On random keys: sums are formed in order, and every number enters at its digits."""
    sharing = share_sums(digits_of(query), n_bits)
    numbers = np.random.default_rng(seed).integers(0, 1 << n_bits, len(query)).tolist()
    expected = sum(q * x for q, x in zip(query, numbers, strict=True))
    for term in sharing.sums:
        numbers.append(numbers[term.left] + (term.sign << term.shift) * numbers[term.right])
    entering = zip(numbers, sharing.digits, strict=True)
    assert sum(x * digit << position for x, digits in entering for position, digit in digits) == expected


@given(queries, st.integers(2, 9))
def test_no_pair_of_components_saves_more_than_the_first_sum(query, n_bits):
    """Every pair is looked at, also of equal numbers, and never a number with itself."""
    digits = digits_of(query)
    best = max((saving(a, b, n_bits) for a, b in itertools.permutations(digits, 2)), default=0)
    sums = share_sums(digits, n_bits).sums
    assert bool(sums) == (best > 0)
    if sums:
        assert saving(digits[sums[0].left], digits[sums[0].right], n_bits) == best
    assert all(term.left != term.right for term in sums)


def test_of_equal_savings_the_first_numbers_are_taken():
    """Five equal numbers: two pairs in the first round, in their order."""
    sums = share_sums(digits_of([85] * 5), 8).sums
    assert [(term.left, term.right) for term in sums][:2] == [(0, 1), (2, 3)]
