"""From how many keys on the search pays for one model, by data access, and what it would take to pay at a given n."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from groverattn.bloqs.lookup.data_access import DATA_ACCESSES
from groverattn.classical.lines import ClassicalLine, fastest_of, slowest_of
from groverattn.crossover.break_even import BreakEven, MachineSupply
from groverattn.errors import InputError
from groverattn.physical.machines.hardware import check_modelled_here
from groverattn.row.circuit import score_of
from groverattn.row.reading import Readings
from groverattn.row.request import RowRequest
from groverattn.row.time import RowLimits, RowTime, one_key
from groverattn.row.verdict import Verdict, readings_json, row_verdict
from groverattn.show.result import Drawn

SCHEMA = "groverattn.crossover/1"
ALL = "all"


@attrs.frozen
class BreakEvenPoint:
    """The inverse question at one number of keys.

    Attributes:
        row: the quantum row at its limits.
        supply: what the machine has for it today.
        slowest, fastest: the classical lines that it is compared with.
        n_read: keys that are read first, and not searched by the row.
    """

    row: RowTime
    supply: MachineSupply
    slowest: ClassicalLine
    fastest: ClassicalLine
    n_read: int = 0

    @property
    def n_keys(self) -> int:
        """Keys of the row."""
        return self.row.n_keys + self.n_read

    @classmethod
    def of(cls, request: RowRequest) -> BreakEvenPoint:
        """Return the point of the request's own number of keys.

        Raises:
            InputError: a search that takes no iterate.
        """
        request, n_keys = one_key(request), request.shape.n_keys
        row = RowLimits.of(request, score_of(request)).at(n_keys - request.read.n_keys)
        if not row.iterates:
            raise InputError(
                given=f"{request.shape.n_marked} of {n_keys} keys marked",
                allowed="a search with at least one iterate",
                why="the law measures at once, so no iterate has a time that could be asked for",
                do="choose more keys",
            )
        lines = request.classical(n_keys)
        supply = MachineSupply.of(request.left, row)
        return cls(row, supply, slowest=slowest_of(lines), fastest=fastest_of(lines), n_read=request.read.n_keys)

    def as_json(self) -> dict[str, Any]:
        """Return the printed object."""
        return {
            "n_keys": self.n_keys,
            "row_s": self.row.duration_s,
            "iterates": self.row.iterates,
            "iterate_parts_s": self.row.iterate_parts_s,
            "against": {
                name: {"line": line.name} | BreakEven(self.row, line.time_s_per_row, self.supply).as_json()
                for name, line in (("slowest", self.slowest), ("fastest", self.fastest))
            },
        }


@attrs.frozen
class CrossoverResult(Drawn):
    """The verdict and the inverse question of every data access that was asked for.

    Attributes:
        request: sizes, law and machine; its own data access is not looked at, and what it leaves open of the circuit is
            that of one key per query.
        verdicts: by data access.
        points: by data access, one for each number of keys asked for.
    """

    request: RowRequest
    verdicts: dict[str, Verdict]
    points: dict[str, list[BreakEvenPoint]]

    @property
    def readings(self) -> Readings:
        """The readings of the best circuit, which are the same for all accesses."""
        return next(iter(self.verdicts.values())).readings

    def as_json(self) -> dict[str, Any]:
        """Return the object that `crossover --format json` prints."""
        inputs = {name: value for name, value in self.request.as_json().items() if name != "data_access"}
        return {
            "schema": SCHEMA,
            "inputs": inputs,
            "readings": readings_json(self.readings),
            "accesses": {
                name: {
                    "crossover": verdict.of_access(),
                    "break_even": [point.as_json() for point in self.points[name]],
                }
                for name, verdict in self.verdicts.items()
            },
        }


def crossover(request: RowRequest, data_access: str = ALL, at: Sequence[int] = ()) -> CrossoverResult:
    """Find the crossover of each data access, and what would be needed at the request's n and at others.

    Args:
        request: sizes, law and machine.
        data_access: one access, or `all`.
        at: more numbers of keys.

    Raises:
        InputError: an unknown name, or a number of keys that the marked ones do not fit into.

    >>> from groverattn.row.request import RowRequest
    >>> result = crossover(RowRequest.of(preset="gpt2"), "qroam", at=[1 << 20])
    >>> result.verdicts["qroam"].n_keys, [point.row.n_keys for point in result.points["qroam"]]
    (None, [1024, 1048576])
    """
    check_modelled_here(request.hardware)
    if data_access != ALL:
        DATA_ACCESSES.check(data_access)
    verdicts, points = {}, {}
    for name in DATA_ACCESSES if data_access == ALL else (data_access,):
        chosen = one_key(request, data_access=name)
        verdicts[name] = row_verdict(chosen, score_of(chosen))
        points[name] = [BreakEvenPoint.of(chosen.but(n_keys=n)) for n in dict.fromkeys((request.shape.n_keys, *at))]
    return CrossoverResult(request, verdicts, points)
