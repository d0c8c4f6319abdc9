"""A measured law of k: how many keys hold a share of a row's softmax weight, as a power of the number of keys."""

from __future__ import annotations

import itertools
import math
from typing import Any

import attrs

from groverattn.errors import InputError, check_between, real_number, whole_number
from groverattn.inputs import Check, between
from groverattn.problem.shapes import N_KEYS_MAX

FEW, MEDIAN, MANY = 10, 50, 90
"""Percentiles of the heads for which a law is measured: those that need few keys, the median one, and many."""

_DO = "correct the file"
_POWERS = (-1, 2, "at 1 a row needs the same share of its keys at any n, and a fit strays little beyond")


def _number(check: Check) -> Any:
    read = attrs.Converter(lambda value, field: real_number(field.name, value), takes_field=True)  # pyright: ignore
    return attrs.field(converter=read, validator=check)


def _power() -> Any:
    return _number(
        between(-1, 2, "at 1 a row needs the same share of its keys at any n, and a fit strays little beyond")
    )


@attrs.frozen(kw_only=True)
class HeadLaw:
    """k = coefficient * n^exponent, for one share of the weight and one percentile of the heads.

    Attributes:
        weight: the share, as a part of 1.
        percentile: of the heads, `FEW`, `MEDIAN` or `MANY`.
        coefficient, exponent: the law.
        exponent_low, exponent_high: interval of the exponent.
        late: smallest n of a second fit, to large n alone, and its exponent; None: there is none.

    Raises:
        InputError: a number out of range, or an interval without its exponent.
    """

    weight: float = _number(between(0.01, 0.9999, "it is a share of a row's weight"))
    percentile: int
    coefficient: float = _number(between(1e-12, 1e12, "there are more than no keys"))
    exponent: float = _power()
    exponent_low: float = _power()
    exponent_high: float = _power()
    late: tuple[int, float] | None = None

    def __attrs_post_init__(self) -> None:
        if self.percentile not in (FEW, MEDIAN, MANY):
            allowed = f"{FEW}, {MEDIAN} or {MANY}"
            raise _refused(f"percentile = {self.percentile}", allowed, "results print these heads")
        if self.late is not None:
            check_between(f"exponent from n = {self.late[0]} on", self.late[1], *_POWERS, _DO)
        if not self.exponent_low <= self.exponent <= self.exponent_high:
            given = f"exponent = {self.exponent:g}, interval {self.exponent_low:g} to {self.exponent_high:g}"
            raise _refused(given, "an interval that holds the exponent", "it says how well the exponent is known")

    def at(self, n_keys: float) -> float:
        """Return k at a number of keys, not rounded.

        >>> bounds = {"exponent_low": 0.4, "exponent_high": 0.6}
        >>> HeadLaw(weight=0.9, percentile=50, coefficient=2.0, exponent=0.5, **bounds).at(1 << 10)
        64.0
        """
        return self.coefficient * n_keys**self.exponent

    def turned(self, n_keys: float, exponent: float, around: float) -> float:
        """Return k by another exponent, with the same k at `around` keys."""
        return self.at(around) * (n_keys / around) ** exponent


@attrs.frozen
class MarkedKeys:
    """k of a row by a law, with what is known of it.

    Attributes:
        k: whole, at least 1 and at most n / 2; of the median head.
        by_exponent: least and largest k by the interval of the exponent, around the middle of what was measured.
        of_heads: k of the heads that need few, and of those that need many.
        extrapolated: whether n lies outside of what was measured.
        late: k beyond what was measured by the exponent of the second fit; None: not beyond, or there is none.
    """

    k: int
    by_exponent: tuple[int, int]
    of_heads: tuple[int, int]
    extrapolated: bool
    late: int | None


@attrs.frozen
class KLaw:
    """A law of k, measured on one model.

    Attributes:
        name: what it is called; that of its file.
        model: the model, in words.
        texts: what it read, in words.
        n_min, n_max: smallest and largest number of keys at which it was measured.
        source: how it was measured, and where.
        laws: for each share of the weight those of the three percentiles.

    Raises:
        InputError: an empty or reversed range of keys, a law that is missing or there twice, or percentiles of which a
            lower one needs more keys within that range.
    """

    name: str
    model: str
    texts: tuple[str, ...]
    n_min: int
    n_max: int
    source: str
    laws: tuple[HeadLaw, ...]

    def __attrs_post_init__(self) -> None:
        check_between("n_min", whole_number("n_min", self.n_min), 2, N_KEYS_MAX, "a row has two keys or more", _DO)
        check_between("n_max", whole_number("n_max", self.n_max), self.n_min + 1, N_KEYS_MAX, "a law has two ends", _DO)
        there = sorted((law.weight, law.percentile) for law in self.laws)
        asked = [(weight, percentile) for weight in self.weights for percentile in (FEW, MEDIAN, MANY)]
        if not there or there != asked:
            given = ", ".join(f"weight {weight:g} at {percentile} %" for weight, percentile in there) or "no law"
            allowed = f"for each weight a law at {FEW}, {MEDIAN} and {MANY} % of the heads, once"
            raise _refused(given, allowed, "results print all three")
        for n_keys, weight in itertools.product((self.n_min, self.n_max), self.weights):
            few, median, many = (self.of(weight, percentile).at(n_keys) for percentile in (FEW, MEDIAN, MANY))
            if not few <= median <= many:
                given = f"weight {weight:g} at n = {n_keys:,}: k = {few:.3g}, {median:.3g} and {many:.3g}"
                allowed = f"k that does not fall from the heads at {FEW} % to those at {MEDIAN} % and {MANY} %"
                raise _refused(given, allowed, "the heads are ordered by how many keys they need")

    @property
    def weights(self) -> tuple[float, ...]:
        """Shares of a row's weight for which there is a law, ascending."""
        return tuple(sorted({law.weight for law in self.laws}))

    @property
    def measured_on(self) -> str:
        """The model and what it read, in words."""
        return f"{self.model} ({', '.join(self.texts)})"

    def of(self, weight: float, percentile: int = MEDIAN) -> HeadLaw:
        """Return the law of one share of the weight.

        Raises:
            InputError: a share that was not measured.
        """
        for law in self.laws:
            if (law.weight, law.percentile) == (weight, percentile):
                return law
        raise InputError(
            given=f"k_weight = {weight:g}",
            allowed=f"{' or '.join(f'{each:g}' for each in self.weights)}, with the law {self.name}",
            why="no other share of a row's weight was measured",
            do="choose one of them",
        )

    def at(self, n_keys: int, weight: float) -> MarkedKeys:
        """Return k of a row of `n_keys` keys.

        Raises:
            InputError: a share of the weight that was not measured.
        """
        law, middle = self.of(weight), math.sqrt(self.n_min * self.n_max)
        ends = (law.turned(n_keys, end, middle) for end in (law.exponent_low, law.exponent_high))
        few, many = (self.of(weight, percentile).at(n_keys) for percentile in (FEW, MANY))
        late = None
        if law.late is not None and n_keys > self.n_max:
            late = rounded_k(law.turned(n_keys, law.late[1], self.n_max), n_keys)
        low, high = sorted(rounded_k(end, n_keys) for end in ends)
        return MarkedKeys(
            k=rounded_k(law.at(n_keys), n_keys),
            by_exponent=(low, high),
            of_heads=(rounded_k(few, n_keys), rounded_k(many, n_keys)),
            extrapolated=not self.n_min <= n_keys <= self.n_max,
            late=late,
        )

    def as_json(self, n_keys: int, weight: float) -> dict[str, Any]:
        """Return what results print of the law at one number of keys."""
        law, found = self.of(weight), self.at(n_keys, weight)
        late_from, exponent_late = law.late or (None, None)
        return {
            "name": self.name,
            "weight": weight,
            "model": self.model,
            "texts": list(self.texts),
            "source": self.source,
            "n_min": self.n_min,
            "n_max": self.n_max,
            "coefficient": law.coefficient,
            "exponent": law.exponent,
            "exponent_interval": [law.exponent_low, law.exponent_high],
            "late_from": late_from,
            "exponent_late": exponent_late,
            "n_marked": found.k,
            "n_marked_by_exponent": list(found.by_exponent),
            "n_marked_of_heads": list(found.of_heads),
            "n_marked_late": found.late,
            "extrapolated": found.extrapolated,
        }


def rounded_k(k: float, n_keys: int) -> int:
    """Return k as a whole number, at least 1 and at most half of the keys.

    >>> rounded_k(0.2, 64), rounded_k(90.0, 64), rounded_k(20.6, 64)
    (1, 32, 21)
    """
    return max(1, min(round(min(k, float(n_keys))), n_keys // 2))


def _refused(given: str, allowed: str, why: str) -> InputError:
    return InputError(given=given, allowed=allowed, why=why, do=_DO)
