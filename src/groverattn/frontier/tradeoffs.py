"""One row under one set of choices, and what changing a single one of them does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import attrs

from groverattn.errors import InputError, unknown_name
from groverattn.frontier.frontier import FrontierPoint
from groverattn.inputs import flat, make, nested, value_of
from groverattn.physical.machines.hardware import HARDWARE
from groverattn.row.best import best_row
from groverattn.row.request import RowRequest
from groverattn.show.result import Drawn, Shown

VALUES: dict[str, Sequence[Any]] = {
    "n_keys": tuple(2 * 4**i for i in range(4, 13)),
    "bits": (4, 6, 8, 10, 12, 14, 16),
    "n_marked": tuple(2 * 4**i for i in range(7)),
    "error_budget": tuple(10.0**-i for i in range(1, 9)),
    "data_access": ("qrom", "qroam-few-qubits", "qroam", "qroam-dirty", "qroam-shallow", "bucket-brigade", "one-hot"),
    "keys_per_query": tuple(2**i for i in range(9)),
    "block": tuple(2**i for i in range(1, 11)),
    "n_parts": tuple(4**i for i in range(8)),
    "n_machines": tuple(4**i for i in range(7)),
    "hardware": tuple(HARDWARE),
}
"""What each choice is tried with."""


@attrs.frozen(kw_only=True)
class RowChoices:
    """What can be chosen for one row.

    Attributes:
        request: sizes, design, law, machine and budget.
    """

    request: RowRequest = nested(RowRequest)

    SOURCES: ClassVar = RowRequest.SOURCES
    VALUES: ClassVar[dict[str, Sequence[Any]]] = VALUES
    completed = staticmethod(RowRequest.completed)

    @classmethod
    def of(cls, **inputs: Any) -> RowChoices:
        """Return the choices with these inputs, those of `RowRequest.of` among them.

        Raises:
            InputError: an unknown name or input, or a value out of range.
        """
        return make(cls, inputs)

    def but(self, **choices: Any) -> RowChoices:
        """Return the same row with other choices; `bits` are those of queries and keys alike, and k then has no law."""
        if "block" in choices:
            choices |= {"data_access": "qroam"}
        if "n_marked" in choices:
            choices |= {"k_law": None, "k_weight": None}
        if "bits" in choices:
            bits = choices.pop("bits")
            choices |= {"key_bits": bits, "query_bits": bits}
        return make(RowChoices, flat(self) | choices)

    def beside(self, other: RowChoices) -> Change:
        """Return what the other choices change, quantity by quantity."""
        return Change(self, other)

    def value(self, choice: str) -> Any:
        """Return what was chosen, by its name in `VALUES`."""
        if choice == "keys_per_query":
            return self.request.design.u
        return value_of(self, "key_bits" if choice == "bits" else choice)

    def price(self) -> FrontierPoint:
        """Return the row on its machines, by the best of the designs that its choices leave open.

        Raises:
            InputError: sizes that do not fit, or a row that the machine cannot run within the budget.

        >>> row = RowChoices.of(preset="llama3.1-8b", n_parts=1, keys_per_query=1)
        >>> one, several = row.but(n_machines=1).price(), row.but(n_machines=16).price()
        >>> one.duration_s / several.duration_s > 16  # each has fewer iterates, and fewer keys to load from
        True
        """
        return FrontierPoint.of(best_row(self.request))


@attrs.frozen
class Curve:
    """The row while one choice changes and the others stay.

    Attributes:
        choice: which one, an attribute of `RowChoices`.
        at: index of the value that the row starts from; None: it is not among the values.
        values: the values that it can have, without those that cannot be run.
        points: the row with each of them.
        gpu_s: the fastest and the slowest GPU line with each of them, seconds.
    """

    choice: str
    at: int | None
    values: tuple[Any, ...]
    points: tuple[FrontierPoint, ...]
    gpu_s: tuple[tuple[float, float], ...]


@attrs.frozen
class TradeOffs(Drawn):
    """One row, and what changing a single one of its choices does.

    Attributes:
        start: the row.
        curves: one for each choice.
    """

    start: RowChoices
    curves: tuple[Curve, ...]

    def as_json(self) -> dict[str, Any]:
        """Return qubits and seconds by choice and value."""
        return {
            curve.choice: [
                {"value": value, "qubits": point.qubits, "duration_s": point.duration_s}
                for value, point in zip(curve.values, curve.points, strict=True)
            ]
            for curve in self.curves
        }


def vary(start: RowChoices, *choices: str) -> TradeOffs:
    """Change each of some choices alone, over `VALUES`; values that the row cannot have are left out.

    Raises:
        InputError: no choice or an unknown one, or a row that cannot be run with any value.

    >>> (curve,) = vary(RowChoices.of(preset="gpt2", data_access="qroam"), "bits").curves
    >>> curve.values[curve.at], len(curve.points)
    (8, 7)
    """
    if not choices:
        raise unknown_name("choice", "", VALUES, "at least one choice is changed")
    return TradeOffs(start, tuple(_curve(start, choice) for choice in choices))


@attrs.frozen
class Change(Shown):
    """One row before and after other choices."""

    before: RowChoices
    after: RowChoices

    def as_json(self) -> dict[str, Any]:
        """Return the design on its machines before and after."""
        return {"before": self.before.price().as_json(), "after": self.after.price().as_json()}


def _curve(start: RowChoices, choice: str) -> Curve:
    if choice not in VALUES:
        raise unknown_name("choice", choice, VALUES, "a row has no other")
    priced = [found for value in VALUES[choice] if (found := _priced_or_none(start, choice, value)) is not None]
    if not priced:
        start.price()  # says why
    values = tuple(row.value(choice) for row, _ in priced)
    here = start.value(choice)
    gpus = [[line.time_s_per_row for line in row.request.classical()] for row, _ in priced]
    return Curve(
        choice=choice,
        at=values.index(here) if here in values else None,
        values=values,
        points=tuple(point for _, point in priced),
        gpu_s=tuple((min(times), max(times)) for times in gpus),
    )


def _priced_or_none(start: RowChoices, choice: str, value: Any) -> tuple[RowChoices, FrontierPoint] | None:
    try:
        row = start.but(**{choice: value})
        return row, row.price()
    except InputError:
        return None
