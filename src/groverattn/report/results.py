"""All that the chapter of one model reads, each computed once."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import TypeVar

import attrs

from groverattn.classical.lines import ClassicalLine
from groverattn.classical.published import OtherClassicalLine, other_classical_lines
from groverattn.crossover.crossover import CrossoverResult, crossover
from groverattn.errors import InputError
from groverattn.estimation.compare import Comparison, compare
from groverattn.estimation.estimate import Estimate, estimate
from groverattn.frontier.frontier import Frontier, FrontierPoint, frontier
from groverattn.physical.machines.hardware import HARDWARE, Hardware, hardware
from groverattn.physical.second_opinion import SecondOpinion, has_counterpart, second_opinion
from groverattn.problem.presets import PRESETS, Preset
from groverattn.row.request import RowRequest
from groverattn.whole_model.model import WholeModel, whole_model

ASSUMED = "qram"
FEWEST_TOFFOLIS, WIDEST = "qroam", "bucket-brigade-wide"
DESIGNS = (FEWEST_TOFFOLIS, WIDEST)
"""The two circuits that are taken apart: fewest Toffolis, and least depth in the strictest sense."""

# The machine of the same physical error rate as most others that qdk.qre has a counterpart of.
_SECOND_OPINION_ON = "beverland-gate-ns-e3"

_T = TypeVar("_T")


@attrs.frozen
class Opinion:
    """Two estimators on the same counts.

    Attributes:
        machine: what both price them on.
        ours: our estimate of the row with `FEWEST_TOFFOLIS`.
        theirs: that of qdk.qre, or why it has none.
    """

    machine: str
    ours: Estimate
    theirs: SecondOpinion | InputError


@attrs.frozen(slots=False)
class ModelResults:
    """Results of one request; what cannot be run is the error that says why.

    Attributes:
        request: sizes and choices; its own data access is not looked at.
    """

    request: RowRequest

    @property
    def name(self) -> str:
        """What the sizes are called."""
        return self.request.name

    @property
    def preset(self) -> Preset | None:
        """The preset that the sizes are from, if they are."""
        return PRESETS.get(self.name)

    @functools.cached_property
    def machine(self) -> Hardware:
        """The machine that the report is for."""
        return hardware(self.request.hardware)

    @functools.cached_property
    def comparison(self) -> Comparison:
        """Every data access on that machine."""
        return compare(self.request)

    @property
    def accesses(self) -> dict[str, Estimate | InputError]:
        """The same by data access."""
        return self.comparison.estimates

    @property
    def circuits(self) -> dict[str, Estimate]:
        """Data accesses that are circuits and that the machine can run."""
        return self.comparison.circuits

    @property
    def quickest(self) -> str | None:
        """The circuit that takes the least time on one machine; None if it can run none."""
        circuits = self.circuits
        return min(circuits, key=lambda name: (circuits[name].physical.duration_s, name not in DESIGNS), default=None)

    @property
    def designs(self) -> dict[str, Estimate]:
        """The two circuits that are taken apart, as far as the machine can run them."""
        return {name: result for name, result in self.circuits.items() if name in DESIGNS}

    @functools.cached_property
    def lines(self) -> tuple[ClassicalLine, ...]:
        """The GPUs on the row."""
        return self.request.classical()

    @property
    def slowest(self) -> ClassicalLine:
        """The GPU line that is the easiest to beat."""
        return max(self.lines, key=lambda line: line.time_s_per_row)

    @property
    def fastest(self) -> ClassicalLine:
        """The GPU line that is the hardest to beat."""
        return min(self.lines, key=lambda line: line.time_s_per_row)

    @functools.cached_property
    def frontier(self) -> Frontier | InputError:
        """Qubits against time."""
        return _or_error(lambda: frontier(self.request))

    @property
    def quickest_point(self) -> FrontierPoint | None:
        """The fastest design of the frontier, on any number of machines; None if none can be run."""
        if isinstance(self.frontier, InputError):
            return None
        return min(self.frontier.points, key=lambda point: point.duration_s)

    def slowdown(self, seconds: float) -> float:
        """Return how many times as long as the slowest GPU line this is."""
        return seconds / self.slowest.time_s_per_row

    def refused(self, *names: str) -> Iterator[tuple[str, InputError]]:
        """Yield those of these accesses that the machine cannot run, and why."""
        for name in names:
            result = self.accesses[name]
            if isinstance(result, InputError):
                yield name, result

    @functools.cached_property
    def machines(self) -> dict[str, dict[str, Estimate | InputError]]:
        """The two circuits on every machine, by name of the machine and of the access; the report's own comes first."""
        own = {name: self.accesses[name] for name in DESIGNS}
        others = [name for name in HARDWARE if name != self.machine.name]
        return {self.machine.name: own} | {name: self._on(name) for name in others}

    def _on(self, machine: str) -> dict[str, Estimate | InputError]:
        request = attrs.evolve(self.request, hardware=machine)
        return {name: _or_error(functools.partial(estimate, request.but(data_access=name))) for name in DESIGNS}

    @functools.cached_property
    def whole_models(self) -> dict[str, WholeModel]:
        """The whole model with either circuit, as far as the machine can run it."""
        return {
            name: whole_model(self.request.but(data_access=name), result.row) for name, result in self.designs.items()
        }

    @functools.cached_property
    def crossover(self) -> CrossoverResult:
        """From how many keys on the search pays, and what it would take at the request's own."""
        return crossover(self.request)

    @functools.cached_property
    def other_lines(self) -> list[OtherClassicalLine]:
        """Classical lines that no verdict rests on."""
        return other_classical_lines(self.request.shape.n_keys, self.request.shape.d_head)

    @functools.cached_property
    def opinion(self) -> Opinion | None:
        """What qdk.qre says, on the report's own machine if it models that; None if our model cannot run the row."""
        name = self.machine.name if has_counterpart(self.machine) else _SECOND_OPINION_ON
        ours = self.machines[name][FEWEST_TOFFOLIS]
        if isinstance(ours, InputError):
            return None
        machine = self.machine if name == self.machine.name else HARDWARE[name]
        budget = ours.physical.error_budget
        return Opinion(name, ours, _or_error(lambda: second_opinion(ours.totals.row, machine, budget)))


def _or_error(compute: Callable[[], _T]) -> _T | InputError:
    try:
        return compute()
    except InputError as error:
        return error
