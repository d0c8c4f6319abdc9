"""One row under one set of choices, and what changing a single one of them does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from groverattn.bloqs.lookup.data_access import key_lookup
from groverattn.bloqs.lookup.key_lookup import KeyLookup
from groverattn.bloqs.lookup.qroam import QROAMLookup
from groverattn.bloqs.score.methods import score as make_score
from groverattn.classical.lines import ClassicalLine
from groverattn.errors import InputError, unknown_name
from groverattn.frontier.designs import search_design
from groverattn.frontier.frontier import SEARCH_SHARE, FrontierPoint
from groverattn.physical.machines.hardware import HARDWARE, hardware
from groverattn.physical.surface_code import physical_estimate
from groverattn.problem.key_table import KeyTable
from groverattn.problem.presets import preset as find_preset
from groverattn.problem.shapes import Shape, representative_query, representative_threshold
from groverattn.reference.search.laws import search_cost
from groverattn.reference.search.parallel import ParallelSearch
from groverattn.row.request import classical_of, estimate_request

LAW = "expected"  # the only one that is there for several machines
SCORE_METHOD = "shared-sums"


@attrs.frozen(kw_only=True)
class RowChoices:
    """What can be chosen for one row.

    Attributes:
        preset: whose numbers per key and grouped heads the row has.
        n_keys: keys n.
        n_marked: marked keys k.
        bits: bits of each number of queries and keys.
        data_access: how the keys are reached, by name; `qram`, which is no circuit, is not among them.
        block: keys that are loaded at once, a power of two, by a QROAM in place of the data access; 0: as the data
            access has it.
        n_machines: machines that share the keys.
        error_budget: probability allowed that the row is wrong, half of it for the search as in `frontier`.
        hardware: the machine, by name.
    """

    preset: str = "llama3.1-8b"
    n_keys: int = 1 << 17
    n_marked: int = 512
    bits: int = 8
    data_access: str = "qroam"
    block: int = 0
    n_machines: int = 1
    error_budget: float = 0.01
    hardware: str = "gidney-fowler-2018"

    @property
    def shape(self) -> Shape:
        """Sizes of the search.

        Raises:
            InputError: sizes that make no sense together.
        """
        return Shape(self.n_keys, find_preset(self.preset).d_head, self.n_marked, self.bits, self.bits)

    def price(self) -> FrontierPoint:
        """Return the row on its machines.

        Raises:
            InputError: an unknown name, sizes that do not fit, or a row that the machine cannot run in the budget.

        >>> one, several = RowChoices().price(), RowChoices(n_machines=16).price()
        >>> one.duration_s / several.duration_s > 16  # each has fewer iterates, and fewer keys to load from
        True
        """
        shape, machines = self.shape, self.n_machines
        query = representative_query(shape)
        score = make_score(SCORE_METHOD, query, representative_threshold(shape, query), shape.key_bits)
        p_miss = SEARCH_SHARE * self.error_budget
        if machines == 1:
            cost = search_cost(LAW, self.n_keys, self.n_marked, p_miss)
        else:
            cost = ParallelSearch(machines, p_miss).cost(self.n_keys, self.n_marked)
        table = KeyTable(self.n_keys // machines, shape.d_head, shape.key_bits)
        design = search_design(self._lookup(table), self._access_name, SCORE_METHOD, score, machines, cost)
        budget = (self.error_budget - cost.p_failure) / machines
        return FrontierPoint(design, physical_estimate(design.row, hardware(self.hardware), budget))

    def classical(self) -> tuple[ClassicalLine, ...]:
        """Return the GPUs on the same row."""
        return classical_of(estimate_request(preset=self.preset, n_keys=self.n_keys, n_marked=self.n_marked))

    @property
    def _access_name(self) -> str:
        return f"qroam, block {self.block:,}" if self.block else self.data_access

    def _lookup(self, table: KeyTable) -> KeyLookup:
        if self.block:
            return QROAMLookup(table, block=self.block)
        if self.data_access == "qram":
            raise InputError(
                given="data access qram",
                allowed="a data access that is a circuit",
                why="its calls are assumed, and have no gates to be counted",
                do="price it with `groverattn estimate --data-access qram`",
            )
        return key_lookup(self.data_access, table)


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


VALUES: dict[str, Sequence[Any]] = {
    "n_keys": tuple(2 * 4**i for i in range(4, 13)),
    "bits": (4, 6, 8, 10, 12, 14, 16),
    "n_marked": tuple(2 * 4**i for i in range(7)),
    "error_budget": tuple(10.0**-i for i in range(1, 9)),
    "data_access": ("qrom", "qroam-few-qubits", "qroam", "qroam-dirty", "qroam-shallow", "bucket-brigade"),
    "block": tuple(2**i for i in range(11)),
    "n_machines": tuple(4**i for i in range(7)),
    "hardware": tuple(HARDWARE),
}
"""What each choice is tried with."""


def curves(start: RowChoices, choices: Sequence[str]) -> list[Curve]:
    """Change each of some choices alone, over `VALUES`; values that the row cannot have are left out.

    Raises:
        InputError: an unknown name, or a row that cannot be run with any value.

    >>> (curve,) = curves(RowChoices(n_keys=1024, n_marked=16), ["bits"])
    >>> curve.values[curve.at], len(curve.points)
    (8, 7)
    """
    return [_curve(start, choice) for choice in choices]


def _curve(start: RowChoices, choice: str) -> Curve:
    if choice not in VALUES:
        raise unknown_name("choice", choice, VALUES, "a row has no other")
    tried = [attrs.evolve(start, **{choice: value}) for value in VALUES[choice]]
    priced = [(row, point) for row in tried if (point := _price_or_none(row)) is not None]
    if not priced:
        start.price()  # says why
    values = tuple(getattr(row, choice) for row, _ in priced)
    here = getattr(start, choice)
    return Curve(
        choice=choice,
        at=values.index(here) if here in values else None,
        values=values,
        points=tuple(point for _, point in priced),
        gpu_s=tuple(_gpu_s(row) for row, _ in priced),
    )


def _price_or_none(row: RowChoices) -> FrontierPoint | None:
    try:
        return row.price()
    except InputError:
        return None


def _gpu_s(row: RowChoices) -> tuple[float, float]:
    times = [line.time_s_per_row for line in row.classical()]
    return min(times), max(times)
