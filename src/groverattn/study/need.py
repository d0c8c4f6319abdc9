"""One quantity of a machine or a search: what it is, and what it would have to be."""

from __future__ import annotations

from typing import Any

import attrs


@attrs.frozen
class Need:
    """What would have to be true to break even.

    Attributes:
        quantity: what it is.
        unit: of all numbers; empty for a pure number.
        now: value today; None if unknown.
        needed: value at which the two rows take the same time, all else being as it is; None: no value does.
        at_best: the same if nothing else took any time; None where that means nothing.
        more_is_better: whether a larger value helps, as for a rate.
        note: why there is none, or what `now` is of.

    >>> Need("reaction time", "s", now=1e-5, needed=None, at_best=1e-9).factor
    10000.0
    """

    quantity: str
    unit: str
    now: float | None
    needed: float | None = attrs.field(kw_only=True)
    at_best: float | None = attrs.field(default=None, kw_only=True)
    more_is_better: bool = attrs.field(default=False, kw_only=True)
    note: str = attrs.field(default="", kw_only=True)

    @property
    def asked(self) -> float | None:
        """The value that is needed, or else the one that would do if nothing else took any time."""
        return self.at_best if self.needed is None else self.needed

    @property
    def factor(self) -> float | None:
        """How many times better it has to become to reach `asked`; at most 1 where it is good enough."""
        if self.now is None or self.asked is None:
            return None
        return self.asked / self.now if self.more_is_better else self.now / self.asked

    def as_json(self) -> dict[str, Any]:
        """Return the printed object."""
        return {
            "quantity": self.quantity,
            "unit": self.unit,
            "now": self.now,
            "needed": self.needed,
            "needed_if_nothing_else_took_time": self.at_best,
            "factor": self.factor,
            "note": self.note,
        }
