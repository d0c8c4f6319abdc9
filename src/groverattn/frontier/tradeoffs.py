"""One row under one set of choices, and what changing a single one of them does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import attrs

from groverattn.bloqs.lookup.data_access import key_lookup
from groverattn.bloqs.lookup.key_lookup import KeyLookup
from groverattn.bloqs.lookup.qroam import QROAMLookup
from groverattn.errors import InputError, unknown_name
from groverattn.frontier.designs import SearchDesign, search_design
from groverattn.frontier.frontier import SEARCH_SHARE, FrontierPoint
from groverattn.inputs import between, flat, make, nested, option
from groverattn.physical.machines.hardware import HARDWARE, hardware
from groverattn.problem.key_table import KeyTable
from groverattn.reference.search.laws import search_cost
from groverattn.reference.search.parallel import ParallelSearch
from groverattn.row.circuit import score_of
from groverattn.row.request import Design, RowRequest
from groverattn.row.search import RowSearch
from groverattn.show.result import Drawn, Shown

_ASSUMED = "qram"

VALUES: dict[str, Sequence[Any]] = {
    "n_keys": tuple(2 * 4**i for i in range(4, 13)),
    "bits": (4, 6, 8, 10, 12, 14, 16),
    "n_marked": tuple(2 * 4**i for i in range(7)),
    "error_budget": tuple(10.0**-i for i in range(1, 9)),
    "data_access": ("qrom", "qroam-few-qubits", "qroam", "qroam-dirty", "qroam-shallow", "bucket-brigade", "one-hot"),
    "keys_per_query": tuple(2**i for i in range(9)),
    "block": tuple(2**i for i in range(11)),
    "n_machines": tuple(4**i for i in range(7)),
    "hardware": tuple(HARDWARE),
}
"""What each choice is tried with."""


@attrs.frozen(kw_only=True)
class RowChoices:
    """What can be chosen for one row.

    Attributes:
        request: sizes, law, machine and budget, half of which is for the search as in `frontier`.
        block: keys that are loaded at once, a power of two, by a QROAM in place of the data access; 0: as the data
            access has it.
        n_machines: machines that share the keys; several follow the law `expected` only.
    """

    request: RowRequest = nested(RowRequest)
    block: int = option(0, help="Keys that a QROAM loads at once; 0: as the data access has it.")
    n_machines: int = option(1, help="Machines that share the keys.", check=between(1, 1 << 40, "machines are counted"))

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
        """Return the same row with other choices; `bits` are those of queries and keys alike."""
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
        return flat(self)["key_bits" if choice == "bits" else choice]

    def price(self) -> FrontierPoint:
        """Return the row on its machines.

        Raises:
            InputError: sizes that do not fit, or a row that the machine cannot run within the budget.

        >>> row = RowChoices.of(preset="llama3.1-8b", data_access="qroam")
        >>> one, several = row.price(), row.but(n_machines=16).price()
        >>> one.duration_s / several.duration_s > 16  # each has fewer iterates, and fewer keys to load from
        True
        """
        request, shape, machines = self.request, self.request.shape, self.n_machines
        p_miss = SEARCH_SHARE * request.error_budget
        if (
            machines == 1
            and not self.block
            and request.design
            != Design(data_access=request.design.data_access, score_method=request.design.score_method)
        ):
            search = RowSearch.of(request)
            cost = search.cost(p_miss)
            name = f"{request.design.data_access}, u = {search.plan.keys_per_query}"
            row = search.totals(cost).row
            design = SearchDesign(name, request.design.score_method, 1, row, cost.p_failure)
            return FrontierPoint.of(design, hardware(request.hardware), request.error_budget)
        if machines == 1:
            cost = search_cost(request.search_law, shape.n_keys, shape.n_marked, p_miss)
        else:
            cost = ParallelSearch(machines, p_miss).cost(shape.n_keys, shape.n_marked)
        lookup = self._lookup(KeyTable(shape.n_keys // machines, shape.d_head, shape.key_bits))
        name = f"qroam, block {self.block:,}" if self.block else request.design.data_access
        design = search_design(lookup, name, request.design.score_method, score_of(request), machines, cost)
        return FrontierPoint.of(design, hardware(request.hardware), request.error_budget)

    def _lookup(self, table: KeyTable) -> KeyLookup:
        if self.block:
            return QROAMLookup(table, block=self.block)
        if self.request.design.data_access == _ASSUMED:
            raise InputError(
                given="data access qram",
                allowed="a data access that is a circuit",
                why="its calls are assumed, and have no gates to be counted",
                do="price it with `groverattn estimate --data-access qram`",
            )
        return key_lookup(self.request.design.data_access, table)


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
