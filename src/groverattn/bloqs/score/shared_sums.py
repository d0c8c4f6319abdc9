"""Sums of two key components that are worth forming once, because the query needs them at several weights."""

from functools import cached_property

import attrs
import numpy as np
from numpy.typing import NDArray

# beyond it the overlap of two 8-bit numbers is too short to save anything that matters
MAX_SHIFT = 4
# sums that save up to this much less than the best are formed in the same round: fewer rounds, about the same total
SLACK = 2
# a column above all that a component has
UNREAD = 64
# stands for the number that is not there: above all of them
NONE = 1 << 62

_CHOICES = [(shift, sign) for shift in range(MAX_SHIFT + 1) for sign in (1, -1)]


@attrs.frozen
class SharedSum:
    """left + sign * 2^shift * right, of two numbers that are key components or earlier sums, by their position.

    Attributes:
        left, right: positions in the list of numbers: components first, then sums in order.
        shift: at least 0.
        sign: +1 or -1.
    """

    left: int
    right: int
    shift: int
    sign: int


@attrs.frozen
class Sharing:
    """The sums to form, and what is left to add up.

    Attributes:
        sums: in the order in which they are formed.
        digits: for every number, components first, the (position, digit) pairs with which it enters the total.
        lowest_column: columns of the total below it are left out, so that a number which enters at `position` is
            needed from its column lowest_column - position on.
    """

    sums: tuple[SharedSum, ...]
    digits: tuple[tuple[tuple[int, int], ...], ...]
    lowest_column: int = 0

    @property
    def n_components(self) -> int:
        """Numbers that are key components."""
        return len(self.digits) - len(self.sums)

    @property
    def largest_error(self) -> int:
        """Bound on how far the total can be from that of all columns.

        At each digit of a component that a use of a sum stands for, the component and the sum are rounded down, each by
        less than 2^lowest_column of the total.
        """
        uses = [len(digits) for digits in self.digits]
        for at in reversed(range(self.n_components, len(uses))):
            term = self.sums[at - self.n_components]
            uses[term.left] += uses[at]
            uses[term.right] += uses[at]
        return sum(uses) * ((1 << self.lowest_column) - 1)

    @cached_property
    def first_columns(self) -> tuple[int, ...]:
        """Lowest column of each number that is needed; UNREAD of a component that never enters."""
        needed = [[self.lowest_column - position for position, _ in digits] for digits in self.digits]
        # a sum stands behind its parts, so all uses of a number are known before it is looked at
        for at in reversed(range(self.n_components, len(needed))):
            term = self.sums[at - self.n_components]
            needed[term.left].append(min(needed[at]))
            needed[term.right].append(min(needed[at]) - term.shift)
        return tuple(max(min(columns, default=UNREAD), 0) for columns in needed)


def share_sums(digits: list[list[tuple[int, int]]], n_bits: int, lowest_column: int = 0) -> Sharing:
    """Choose sums greedily, the one that saves most first, until none saves an adder.

    If c digits of one number meet c digits of another at the same distance and relative sign, their sum can be formed
    once and added c times. Where the two overlap in w columns, forming it takes one half adder and w - 1 full adders,
    and each use then adds w - 1 bits less to the heap: a saving of (c - 1)(w - 1) - 1 And. This is common
    subexpression elimination for constant matrices (Potkonjak, Srivastava, Chandrakasan, IEEE TCAD 15, 151 (1996)) with
    the cost of a carry-save heap (derived here).

    Where columns of the total are left out, sums are formed from the first column that some use needs. The choice
    ignores them: with 2 or 3 significant bits at d = 128, to weigh each use by the columns it has left costs 4 % more
    And and a tenth more error (measured). Every use needs a column below n_bits, where a sum has one bit in each
    column, so that leaving columns out rounds it down.

    Args:
        digits: signed digits (position, +1 or -1) of each component of the query.
        n_bits: bits of a key component.
        lowest_column: columns of the total below it are left out.

    >>> sharing = share_sums([[(0, 1), (4, -1)], [(0, 1), (4, -1)]], n_bits=8)
    >>> sharing.sums[0].shift, sharing.digits[2]
    (0, ((0, 1), (4, -1)))
    """
    reach, lost = ([[x for x in one if (x[0] > lowest_column - n_bits) == kept] for one in digits] for kept in (1, 0))
    search = _Search(reach, n_bits)
    while search.take_best():
        pass
    left = [_pairs(p, n) for p, n in zip(search.plus, search.minus, strict=True)]
    left[: len(lost)] = [(*low, *high) for low, high in zip(map(tuple, lost), left, strict=False)]
    return Sharing(tuple(search.sums), tuple(left), lowest_column)


def _mask(digits: list[tuple[int, int]], sign: int) -> int:
    return sum(1 << position for position, digit in digits if digit == sign)


def _pairs(plus: int, minus: int) -> tuple[tuple[int, int], ...]:
    """Digits of two masks, least significant first."""
    both = range((plus | minus).bit_length())
    return tuple((p, 1 if plus >> p & 1 else -1) for p in both if (plus | minus) >> p & 1)


class _Search:
    """Numbers with the digits they still have. Sums are chosen in rounds, in which each number takes part once."""

    def __init__(self, digits: list[list[tuple[int, int]]], n_bits: int):
        self.plus = [_mask(d, 1) for d in digits]
        self.minus = [_mask(d, -1) for d in digits]
        self.widths = [n_bits] * len(digits)
        self.sums: list[SharedSum] = []

    def take_best(self) -> bool:
        """Form the sums that save most, on disjoint numbers; False if none saves anything.

        Of pairs that save the same, those of the first shift and sign go first, and of these the first left number with
        the first right one.
        """
        kinds = self._kinds()
        savings = self._savings(kinds)
        best = int(savings.max(initial=0))
        if best <= 0:
            return False
        waiting = [*kinds.values()]
        for saving in range(best, max(1, best - SLACK) - 1, -1):
            for choice, pairs in zip(_CHOICES, savings == saving, strict=True):
                self._form_all(choice, pairs, waiting)
        return True

    def _form_all(self, choice: tuple[int, int], pairs: NDArray[np.bool_], waiting: list[list[int]]) -> None:
        """Form the sums of one shift and sign; `pairs` says of which kinds, and `waiting` holds the numbers of each."""
        lefts = sorted((number, kind) for kind in np.flatnonzero(pairs.any(axis=1)) for number in waiting[kind])
        partners = {kind: np.flatnonzero(pairs[kind]).tolist() for _, kind in lefts}
        for left, kind in lefts:
            if left in waiting[kind]:
                firsts = [(next((x for x in waiting[at] if x != left), NONE), at) for at in partners[kind]]
                right, other = min(firsts)
                if right < NONE:
                    waiting[kind].remove(left)
                    waiting[other].remove(right)
                    self._form(SharedSum(left, right, *choice))

    def _kinds(self) -> dict[tuple[int, int, int], list[int]]:
        """Return the numbers that have digits left, by digits and width: of thousands of 8-bit ones some 200 differ."""
        kinds: dict[tuple[int, int, int], list[int]] = {}
        for number, kind in enumerate(zip(self.plus, self.minus, self.widths, strict=True)):
            if kind[0] | kind[1]:
                kinds.setdefault(kind, []).append(number)
        return kinds

    def _savings(self, kinds: dict[tuple[int, int, int], list[int]]) -> NDArray[np.int64]:
        """Savings of two numbers, by their kinds, shape (choices of shift and sign, left, right)."""
        plus, minus, widths = np.array([*kinds], dtype=np.int64).reshape(-1, 3).T
        savings = np.empty((len(_CHOICES), plus.size, plus.size), dtype=np.int64)
        for at, (shift, sign) in enumerate(_CHOICES):
            p, m = ((x >> shift)[None, :] for x in ((plus, minus) if sign > 0 else (minus, plus)))
            common = np.bitwise_count((plus[:, None] & p) | (minus[:, None] & m)).astype(np.int64)
            overlap = np.minimum(widths[:, None], widths[None, :] + shift) - shift
            savings[at] = np.maximum(common - 1, 0) * np.maximum(overlap - 1, 0) - 1
        alone = [at for at, numbers in enumerate(kinds.values()) if len(numbers) == 1]
        savings[:, alone, alone] = 0  # no number is added to itself
        return savings

    def _form(self, term: SharedSum) -> None:
        i, j = term.left, term.right
        p, m = (self.plus[j], self.minus[j]) if term.sign > 0 else (self.minus[j], self.plus[j])
        plus, minus = self.plus[i] & (p >> term.shift), self.minus[i] & (m >> term.shift)
        taken = plus | minus
        self.plus[i] &= ~taken
        self.minus[i] &= ~taken
        self.plus[j] &= ~(taken << term.shift)
        self.minus[j] &= ~(taken << term.shift)
        self.sums.append(term)
        self.plus.append(plus)
        self.minus.append(minus)
        self.widths.append(max(self.widths[i], self.widths[j] + term.shift) + 1)
