"""Who wins a row, by how much, and whether more keys or another machine would change it: facts, then sentences."""

from __future__ import annotations

import math

import attrs

from groverattn.errors import InputError
from groverattn.physical.machines.hardware import hardware
from groverattn.report.results import ASSUMED, BEST, ModelResults
from groverattn.row.designs import design_text
from groverattn.row.price import RowPrice
from groverattn.row.sentences import passing_of
from groverattn.row.verdict import Verdict
from groverattn.show.numbers import count_text, power_text, probability_text, rounded, time_text


@attrs.frozen
class Contender:
    """One quantum row.

    Attributes:
        name: which circuit, or how many machines.
        machine: what it runs on.
        qubits: physical qubits.
        duration_s: time of the row, seconds.
    """

    name: str
    machine: str
    qubits: int
    duration_s: float


@attrs.frozen
class Contest:
    """The facts of one row.

    Attributes:
        machine: name of the machine.
        error_budget: probability allowed that the row is wrong.
        n_keys: keys of the row.
        slowest, slowest_s: the slowest GPU line, and its time, seconds.
        fastest, fastest_s: the fastest one.
        best: the best design on it; None: it can run none.
        crowd: the fastest design of the frontier, if it takes several machines; None: it does not.
        refusal: why the machine cannot run a row.
        n_max: largest number of keys that a crossover was looked for at.
        verdicts: by data access.
        n_machines: machines that were looked at.
        n_unable: of them those that cannot run the best design.
        elsewhere: the fastest row on any of them; None: no machine can run one.
    """

    machine: str
    error_budget: float
    n_keys: int
    slowest: str
    slowest_s: float
    fastest: str
    fastest_s: float
    best: Contender | None
    crowd: Contender | None
    refusal: str
    n_max: int
    verdicts: dict[str, Verdict]
    n_machines: int
    n_unable: int
    elsewhere: Contender | None

    @classmethod
    def of(cls, results: ModelResults) -> Contest:
        """Read the facts off the results."""
        designs, verdicts = results.designs, results.crossover.verdicts
        refused = [error for _, error in results.refused]
        elsewhere = [_contender(result) for result in results.machines.values() if isinstance(result, RowPrice)]
        return cls(
            machine=results.machine.name,
            error_budget=results.request.error_budget,
            n_keys=results.request.shape.n_keys,
            slowest=results.slowest.name,
            slowest_s=results.slowest.time_s_per_row,
            fastest=results.fastest.name,
            fastest_s=results.fastest.time_s_per_row,
            best=_contender(designs[BEST].row) if BEST in designs else None,
            crowd=_crowd(results),
            refusal=refused[0].parts["why"] if refused else "",
            n_max=next(iter(verdicts.values())).slowest.n_max,
            verdicts=verdicts,
            n_machines=len(results.machines),
            n_unable=sum(isinstance(result, InputError) for result in results.machines.values()),
            elsewhere=min(elsewhere, key=lambda each: each.duration_s, default=None),
        )

    @property
    def sentences(self) -> tuple[str, str, str]:
        """The verdict: who wins and by what factor; whether more keys change it; whether other machines do."""
        return self.who_wins, f"{self._more_keys}.", f"{self._other_machines}."

    @property
    def quantum_wins(self) -> bool:
        """Whether a circuit on one machine is faster than the slowest GPU line."""
        return self.best is not None and self.best.duration_s < self.slowest_s

    @property
    def who_wins(self) -> str:
        """The first sentence."""
        gpu = f"{time_text(self.slowest_s)} on {self.slowest}, the slowest GPU line"
        if self.best is None:
            return (
                f"The GPU wins unopposed, with {gpu}: {self.machine} cannot run one row within an error budget of "
                f"{probability_text(self.error_budget)} ({self.refusal})."
            )
        best = self.best
        if not self.quantum_wins:
            factor = _times(best.duration_s / self.slowest_s)
            return f"A GPU is {factor} faster: {gpu}, against {_time_and_qubits(best)}."
        if best.duration_s >= self.fastest_s:
            behind = f"but the fastest line, {self.fastest}, is {_times(best.duration_s / self.fastest_s)} faster still"
        else:
            behind = f"and even the fastest line, {self.fastest}, takes {time_text(self.fastest_s)}"
        factor = _times(self.slowest_s / best.duration_s)
        return f"The quantum computer is {factor} faster: {_time_and_qubits(best)}, against {gpu}; {behind}."

    @property
    def _more_keys(self) -> str:
        passing = {name: verdict for name, verdict in self.verdicts.items() if verdict.slowest.n_keys is not None}
        circuits = {name: verdict for name, verdict in passing.items() if name != ASSUMED}
        largest = f"n = {power_text(self.n_max)}"
        if circuits:
            first = min(circuits, key=lambda name: circuits[name].slowest.n_keys or math.inf)
            reached = (circuits[first].slowest.n_keys or math.inf) <= self.n_keys
            change = "More factories change it" if reached else "More keys change it"
            change = "With more keys it stays so" if self.quantum_wins else change
            return f"{change}: {passing_of(first, circuits[first].slowest, circuits[first].fastest, self.n_keys)}"
        if self.quantum_wins:
            return f"With more keys the lead is lost: up to {largest} no circuit stays ahead of that line"
        if passing:
            memory = passing[ASSUMED]
            return (
                f"More keys do not change it for any circuit up to {largest}; with the assumed memory, which does "
                f"not exist, they do: {passing_of(ASSUMED, memory.slowest, memory.fastest, self.n_keys)}"
            )
        none = f"up to {largest} no data access on one machine passes that line"
        return f"More keys do not change it: {none}{self._free_control}"

    @property
    def _free_control(self) -> str:
        """A crossover that is there only if the control computer reads the keys in no time."""
        free = {
            name: verdict.optimistic.slowest.n_keys
            for name, verdict in self.verdicts.items()
            if name != ASSUMED and verdict.optimistic.slowest.n_keys is not None
        }
        if not free:
            return ", not even the memory that the paper assumes"
        first = min(free, key=lambda name: free[name])
        return (
            f", unless the control computer reads all keys in no time: then `{first}` does from n = "
            f"{count_text(free[first])}"
        )

    @property
    def _other_machines(self) -> str:
        best, unable = self.elsewhere, f"; {self.n_unable} of them cannot run it" if self.n_unable else ""
        if best is None:
            return (
                f"None of the {self.n_machines} kinds of machine in this report can run the row within the error budget"
            )
        ratio = best.duration_s / self.slowest_s
        if best.machine == self.machine:
            others = f"the other {self.n_machines - 1} kinds of machine in this report"
            return f"None of {others} is faster than {self.machine}{unable}{self._many_machines}"
        fastest = f"The fastest of the {self.n_machines} kinds of machine in this report, {best.machine},"
        takes = f"{fastest} takes {time_text(best.duration_s)}"
        if ratio < 1:
            return f"{takes}{'' if self.quantum_wins else ', less than that line'}{unable}"
        return f"{takes}, {_times(ratio)} as long as that line{unable}{self._many_machines}"

    @property
    def _many_machines(self) -> str:
        """What many machines side by side do, where they are faster than one."""
        if self.crowd is None or self.best is None or self.crowd.duration_s >= self.best.duration_s:
            return ""
        ratio, what = self.crowd.duration_s / self.slowest_s, f"{self.crowd.name} take {_time_and_qubits(self.crowd)}"
        return f"; {what}, still {_times(ratio)} as long" if ratio >= 1 else f"; but {what} and beat that line"


def _contender(result: RowPrice) -> Contender:
    name = design_text(result.request)
    return Contender(name, hardware(result.request.hardware).name, result.qubits, result.physical.duration_s)


def _crowd(results: ModelResults) -> Contender | None:
    """The fastest design of the frontier, if it takes more than one machine."""
    point = results.quickest_point
    if point is None or point.design.n_machines == 1:
        return None
    name = f"{point.design.n_machines:,} machines that share the keys"
    return Contender(name, results.machine.name, point.qubits, point.duration_s)


def _time_and_qubits(contender: Contender) -> str:
    return f"{time_text(contender.duration_s)} on {count_text(contender.qubits)} physical qubits"


def _times(ratio: float) -> str:
    return f"{rounded(ratio).text} times"
