"""Where k of a row is from: given, or by a measured law that says how it grows with the number of keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from groverattn.errors import InputError
from groverattn.inputs import between, checked, option
from groverattn.models.k_law import KLaw, MarkedKeys
from groverattn.models.k_laws import K_LAWS, check_k_law, k_law
from groverattn.show.numbers import count_text, power_text

KEPT = "the number of marked keys stays as n grows"
"""How k goes with n where it is given."""

WEIGHT = 0.9
"""Share of a row's weight by which a law is read if none is given: our choice, and the least, for the fewest keys."""


def _read(choice: KLawChoice) -> KLaw | None:
    return None if choice.k_law is None else k_law(choice.k_law)


@attrs.frozen(kw_only=True)
class KLawChoice:
    """A measured law of k, and the share of a row's weight by which it is read.

    Attributes:
        k_law: name of the law or path of its file; None: k is given.
        k_weight: the share, as a part of 1; None: `WEIGHT`.
        law: the law that was read.

    Raises:
        InputError: no such law, a file that holds none, a share that was not measured, or a share without a law.

    >>> KLawChoice(k_law="smollm2-135m", k_weight=0.99).weight, KLawChoice().law
    (0.99, None)
    """

    k_law: str | None = option(
        None,
        help=f"Take k from a measured law, in place of --n-marked: {', '.join(K_LAWS)}; or a TOML file.",
        check=checked(check_k_law),
        stands_for=("n_marked",),
    )
    k_weight: float | None = option(
        None,
        help=f"With --k-law: share of a row's softmax weight that its k keys hold; by default {WEIGHT}.",
        check=between(0.01, 0.9999, "it is a share of a row's weight"),
    )
    law: KLaw | None = attrs.field(init=False, repr=False, default=attrs.Factory(_read, takes_self=True))

    def __attrs_post_init__(self) -> None:
        if self.law is not None:
            self.law.of(self.weight)
        elif self.k_weight is not None:
            raise InputError(
                given=f"k_weight = {self.k_weight:g} without k_law",
                allowed="both, or neither",
                why="it says by which share of a row's weight a law is read",
                do=f"add --k-law {' or --k-law '.join(K_LAWS)}, or leave --k-weight out",
            )

    @property
    def weight(self) -> float:
        """Share of a row's weight, as a part of 1."""
        return WEIGHT if self.k_weight is None else self.k_weight

    def at(self, n_keys: int) -> MarkedKeys | None:
        """Return k at a number of keys with what is known of it; None where k is given."""
        return None if self.law is None else self.law.at(n_keys, self.weight)

    @property
    def exponent(self) -> float | None:
        """Power of n by which k grows along the law; None where k is given."""
        return None if self.law is None else self.law.of(self.weight).exponent

    @property
    def source(self) -> str:
        """Where k is from, in words; empty where it is given."""
        if self.law is None:
            return ""
        share, law = f"{100 * self.weight:g} %", self.law
        return (
            f"law {law.name} of the keys that hold {share} of a row's softmax weight in the median head, measured on "
            f"{law.measured_on} for n = {law.n_min:,} to {law.n_max:,}, extrapolated beyond; {law.source}"
        )

    def growth(self, n_max: int) -> str:
        """Say how k goes with n, up to the largest number of keys that is looked at.

        >>> KLawChoice().growth(1 << 56)
        'the number of marked keys stays as n grows'
        """
        found = self.at(n_max)
        if self.law is None or found is None:
            return KEPT
        beyond = f", extrapolated beyond n = {self.law.n_max:,}" if n_max > self.law.n_max else ""
        return (
            f"k grows like n^{self.exponent:.2g} by the law {self.law.name}{beyond}, to {count_text(found.k)} at n = "
            f"{power_text(n_max)}"
        )

    def sentence(self, n_keys: int) -> str:
        """Say what k of a row is by the law, and what is known of it; nothing where k is given."""
        found = self.at(n_keys)
        if self.law is None or found is None:
            return ""
        law, head = self.law, self.law.of(self.weight)
        (low, high), (few, many) = found.by_exponent, found.of_heads
        where = f"; n = {n_keys:,} lies outside, so k is extrapolated" if found.extrapolated else ""
        late = ""
        if head.late is not None and found.late is not None:
            late = f" A fit to n from {head.late[0]:,} on has the exponent {head.late[1]:.2g}: {found.late:,}."
        measured = f"measured on {law.measured_on} for n = {law.n_min:,} to {law.n_max:,}{where}"
        return (
            f"k = {found.k:,} by the law {law.name}: in the median head, this many keys hold {100 * self.weight:g} % "
            f"of a row's softmax weight, k = {head.coefficient:.3g} n^{head.exponent:.2g}, {measured}. The interval of "
            f"the exponent, {head.exponent_low:.2g} to {head.exponent_high:.2g}, makes it {low:,} to {high:,}; the "
            f"heads at 10 % and 90 % need {few:,} and {many:,}.{late}"
        )

    def as_json(self, n_keys: int) -> dict[str, Any]:
        """Return the law as the inputs of a result print it, at the row's number of keys; nothing where k is given."""
        return {} if self.law is None else {"k_law": self.law.as_json(n_keys, self.weight)}


def k_by_law(choice: KLawChoice, sizes: Mapping[str, Any]) -> dict[str, int]:
    """Return the input n_marked of a row by a law; nothing where k is given, or the number of keys is missing.

    Args:
        choice: the law.
        sizes: the other inputs of the row, those of its model included.

    Raises:
        InputError: a row whose k is trained: an indexer's, or one that searches pooled keys.
    """
    if choice.law is None or "n_keys" not in sizes:
        return {}
    if sizes.get("index_heads") is not None or sizes.get("pool", 1) > 1:
        raise InputError(
            given=f"k_law = {choice.k_law} for {sizes.get('name', 'an indexer')}",
            allowed="models whose heads search",
            why="k of an indexer is trained there, and the law was measured on the softmax weights of heads",
            do="leave --k-law out",
        )
    found = choice.at(sizes["n_keys"])
    assert found is not None
    return {"n_marked": found.k}
