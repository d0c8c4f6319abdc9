"""All that the chapter of one model reads, each computed once."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Collection, Iterator
from typing import TypeVar

import attrs

from groverattn.classical.lines import ClassicalLine, fastest_of, slowest_of
from groverattn.crossover.crossover import CrossoverResult, crossover
from groverattn.errors import InputError
from groverattn.estimation.compare import Comparison, compare
from groverattn.estimation.estimate import Estimate, estimate
from groverattn.frontier.frontier import Frontier, FrontierPoint, frontier
from groverattn.models.presets import PRESETS, Preset
from groverattn.physical.machines.hardware import HARDWARE, Hardware, hardware
from groverattn.physical.second_opinion import SecondOpinion, has_counterpart, second_opinion
from groverattn.row.best import best_row
from groverattn.row.price import RowPrice
from groverattn.row.request import RowRequest
from groverattn.whole_model.model import WholeModel, whole_model

ASSUMED = "qram"
CANNOT = "The machine can run neither design: see the verdict."
BEST, FEWEST_TOFFOLIS = "best", "fewest-toffolis"
DESIGNS = (BEST, FEWEST_TOFFOLIS)
"""The two designs that are taken apart: the best one by the objective of the request, and that of fewest Toffolis."""

# The machine of the same physical error rate as most others that qdk.qre has a counterpart of.
_SECOND_OPINION_ON = "beverland-gate-ns-e3"

_T = TypeVar("_T")


def clean_anchor(name: str, taken: Collection[str] = ()) -> str:
    """Return an identifier made of a name, other than those that are taken.

    >>> clean_anchor("my/model 7B"), clean_anchor("words", {"words"}), clean_anchor("[]")
    ('my-model-7B', 'words-2', 'model')
    """
    plain = re.sub(r"[^A-Za-z0-9._]+", "-", name).strip("-.") or "model"
    numbered = (f"{plain}-{number}" for number in itertools.count(2))
    return next(each for each in itertools.chain([plain], numbered) if each not in taken)


@attrs.frozen
class Opinion:
    """Two estimators on the same counts.

    Attributes:
        machine: what both price them on.
        ours: our price of the best row.
        theirs: that of qdk.qre, or why it has none.
    """

    machine: str
    ours: RowPrice
    theirs: SecondOpinion | InputError


@attrs.frozen(slots=False)
class ModelResults:
    """Results of one request; what cannot be run is the error that says why.

    Attributes:
        request: sizes, and the choices that are fixed; data accesses are compared whichever it has.
        anchor: identifier that links to its chapter lead to.
    """

    request: RowRequest
    anchor: str = attrs.Factory(lambda self: clean_anchor(self.request.name), takes_self=True)

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

    @functools.cached_property
    def own(self) -> dict[str, Estimate | InputError]:
        """The two designs on the machine of the report."""
        asked = {BEST: self.request, FEWEST_TOFFOLIS: attrs.evolve(self.request, optimise="toffoli")}
        return {name: _or_error(functools.partial(estimate, each)) for name, each in asked.items()}

    @property
    def designs(self) -> dict[str, Estimate]:
        """The two designs that are taken apart, as far as the machine can run them."""
        return {name: result for name, result in self.own.items() if isinstance(result, Estimate)}

    @functools.cached_property
    def lines(self) -> tuple[ClassicalLine, ...]:
        """The GPUs on the row."""
        return self.request.classical()

    @property
    def slowest(self) -> ClassicalLine:
        """The GPU line that is the easiest to beat."""
        return slowest_of(self.lines)

    @property
    def fastest(self) -> ClassicalLine:
        """The GPU line that is the hardest to beat."""
        return fastest_of(self.lines)

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

    @property
    def refused(self) -> Iterator[tuple[str, InputError]]:
        """Those of the two designs that the machine cannot run, and why."""
        for name, result in self.own.items():
            if isinstance(result, InputError):
                yield name, result

    @functools.cached_property
    def machines(self) -> dict[str, RowPrice | InputError]:
        """The best design on every machine, by name of the machine; the report's own comes first."""
        others = [name for name in HARDWARE if name != self.machine.name]
        own = self.own[BEST]
        on = {
            name: _or_error(functools.partial(best_row, attrs.evolve(self.request, hardware=name))) for name in others
        }
        return {self.machine.name: own if isinstance(own, InputError) else own.row} | on

    @functools.cached_property
    def whole_model(self) -> WholeModel | None:
        """The whole model with the best design; None if the machine cannot run it."""
        best = self.designs.get(BEST)
        return None if best is None else whole_model(best.request, best.row)

    @functools.cached_property
    def crossover(self) -> CrossoverResult:
        """From how many keys on the search pays, and what it would take at the request's own."""
        return crossover(self.request)

    @functools.cached_property
    def opinion(self) -> Opinion | None:
        """What qdk.qre says, on the report's own machine if it models that; None if our model cannot run the row."""
        name = self.machine.name if has_counterpart(self.machine) else _SECOND_OPINION_ON
        ours = self.machines[name]
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
