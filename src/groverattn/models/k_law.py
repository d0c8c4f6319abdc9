"""A measured law of k: how many keys hold a share of a row's softmax weight, as a power of the number of keys."""

from __future__ import annotations

import math
from typing import Any

import attrs

from groverattn.errors import InputError, check_between
from groverattn.inputs import between
from groverattn.problem.shapes import N_KEYS_MAX

_positive = between(1e-12, 1e12, "there are more than no keys")
_share = between(0.01, 0.9999, "it is a share of a row's weight, and no key holds none of it")
_power = between(-1, 2, "at 1 every key is needed, and a fit strays little beyond")


@attrs.frozen
class PowerLaw:
    """k = coefficient * n^exponent.

    Raises:
        InputError: a number out of range.

    >>> PowerLaw(2.0, 0.5).at(1 << 10)
    64.0
    """

    coefficient: float = attrs.field(validator=_positive)
    exponent: float = attrs.field(validator=_power)

    def at(self, n_keys: float) -> float:
        """Return k at a number of keys, not rounded."""
        return self.coefficient * n_keys**self.exponent

    def turned(self, n_keys: float, exponent: float, around: float) -> float:
        """Return k by another exponent, with the same k at `around` keys.

        >>> PowerLaw(2.0, 0.5).turned(512, exponent=1.0, around=256)
        64.0
        """
        return self.at(around) * (n_keys / around) ** exponent


@attrs.frozen
class WeightLaw:
    """The keys that hold one share of a row's weight.

    Attributes:
        weight: the share, as a part of 1.
        median: the law of the median head.
        exponent_low, exponent_high: interval of its exponent.
        low_heads, high_heads: laws of the heads that need few and many keys, the quantiles at 10 % and 90 % of them.

    Raises:
        InputError: a share out of range, or an interval without its exponent.
    """

    weight: float = attrs.field(validator=_share)
    median: PowerLaw
    exponent_low: float = attrs.field(validator=_power)
    exponent_high: float = attrs.field(validator=_power)
    low_heads: PowerLaw
    high_heads: PowerLaw

    def __attrs_post_init__(self) -> None:
        if not self.exponent_low <= self.median.exponent <= self.exponent_high:
            raise InputError(
                given=f"exponent = {self.median.exponent:g}, exponent_interval = [{self.exponent_low:g}, "
                f"{self.exponent_high:g}]",
                allowed="an interval that holds the exponent",
                why="it says how well the exponent is known",
                do="correct the file",
            )


@attrs.frozen
class MarkedKeys:
    """k of a row by a law, with what is known of it.

    Attributes:
        n_keys: keys of the row n.
        k: whole, at least 1 and at most n / 2.
        by_exponent: least and largest k by the interval of the exponent, around the middle of what was measured.
        of_heads: k of the heads that need few, and of those that need many.
        extrapolated: whether n lies outside of what was measured.
    """

    n_keys: int
    k: int
    by_exponent: tuple[int, int]
    of_heads: tuple[int, int]
    extrapolated: bool


@attrs.frozen
class KLaw:
    """A law of k, measured on one model.

    Attributes:
        name: what it is called; that of its file.
        model: the model, in words.
        texts: what it read, in words.
        n_min, n_max: smallest and largest number of keys at which it was measured.
        source: how it was measured, and where.
        laws: one for each share of the weight.

    Raises:
        InputError: an empty or reversed range of keys, or no law.
    """

    name: str
    model: str
    texts: tuple[str, ...]
    n_min: int
    n_max: int
    source: str
    laws: tuple[WeightLaw, ...]

    def __attrs_post_init__(self) -> None:
        check_between("n_min", self.n_min, 2, N_KEYS_MAX, "a row has at least two keys", "correct the file")
        check_between("n_max", self.n_max, self.n_min + 1, N_KEYS_MAX, "an exponent needs two sizes", "correct the file")

    @property
    def middle(self) -> float:
        """Number of keys in the middle of those that were measured, on a logarithmic scale: there k is known best."""
        return math.sqrt(self.n_min * self.n_max)

    def of(self, weight: float) -> WeightLaw:
        """Return the law of one share of the weight.

        Raises:
            InputError: a share that was not measured.
        """
        found = next((law for law in self.laws if law.weight == weight), None)
        if found is None:
            measured = " or ".join(f"{law.weight:g}" for law in self.laws)
            raise InputError(
                given=f"k_weight = {weight:g}",
                allowed=f"{measured}, with the law {self.name}",
                why="no other share of the weight was measured",
                do="choose one of them",
            )
        return found

    def at(self, n_keys: int, weight: float) -> MarkedKeys:
        """Return k of a row of `n_keys` keys.

        Raises:
            InputError: a share of the weight that was not measured.
        """
        law = self.of(weight)
        ends = (law.exponent_low, law.exponent_high)
        low, high = sorted(rounded_k(law.median.turned(n_keys, end, self.middle), n_keys) for end in ends)
        few, many = (rounded_k(each.at(n_keys), n_keys) for each in (law.low_heads, law.high_heads))
        outside = not self.n_min <= n_keys <= self.n_max
        return MarkedKeys(n_keys, rounded_k(law.median.at(n_keys), n_keys), (low, high), (few, many), outside)

    def as_json(self, n_keys: int, weight: float) -> dict[str, Any]:
        """Return what results print of the law at one number of keys."""
        law, found = self.of(weight), self.at(n_keys, weight)
        return {
            "name": self.name,
            "weight": weight,
            "model": self.model,
            "texts": list(self.texts),
            "source": self.source,
            "n_min": self.n_min,
            "n_max": self.n_max,
            "coefficient": law.median.coefficient,
            "exponent": law.median.exponent,
            "exponent_interval": [law.exponent_low, law.exponent_high],
            "n_keys": n_keys,
            "n_marked": found.k,
            "n_marked_by_exponent": list(found.by_exponent),
            "n_marked_of_heads": list(found.of_heads),
            "extrapolated": found.extrapolated,
        }


def rounded_k(k: float, n_keys: int) -> int:
    """Return k as a whole number, at least 1 and at most half of the keys.

    >>> rounded_k(0.2, 64), rounded_k(90.0, 64), rounded_k(20.6, 64)
    (1, 32, 21)
    """
    return max(1, min(round(k), n_keys // 2))
