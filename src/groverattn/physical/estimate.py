"""Records of what one run costs on one machine: by our model, and by qdk.qre."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import attrs

from groverattn.errors import unknown_name

OBJECTIVES = {
    "volume": "physical qubits times seconds",
    "time": "seconds",
    "qubits": "physical qubits",
    "toffoli": "Toffoli gates, and then physical qubits times seconds",
}
"""What a best design has least of."""

# A limit that alone takes this share of the time is named beside the one that the run waits for: our choice.
NEARLY_ALL = 0.8


def check_objective(name: str) -> None:
    """Raise InputError unless `name` is an objective.

    >>> check_objective("volume")
    """
    if name not in OBJECTIVES:
        raise unknown_name("objective", name, OBJECTIVES, "designs are compared by one of these")


def is_less(merits: tuple[float, float], others: tuple[float, float]) -> bool:
    """Whether one design has less of an objective than another, or as much but for rounding, and less of a second one.

    >>> is_less((1.0, 5.0), (1.0 - 1e-15, 30.0))
    True
    """
    if math.isclose(merits[0], others[0], rel_tol=1e-9):
        return merits[1] < others[1]
    return merits[0] < others[0]


@attrs.frozen
class PhaseTime:
    """What one phase of a run takes.

    Attributes:
        name: what it does.
        duration_s: time of all its runs, seconds.
        limited_by: what it waits for: factory, reaction, layout or consumption.
    """

    name: str
    duration_s: float
    limited_by: str


def phase_times(names: Sequence[str], times: Sequence[float], limits: Sequence[str]) -> tuple[PhaseTime, ...]:
    """Return the times of phases, those of one name as one; what the longest of them waits for is named.

    >>> phase_times(["walk", "score", "walk"], [2.0, 1.0, 3.0], ["layout", "factory", "reaction"])[0]
    PhaseTime(name='walk', duration_s=5.0, limited_by='reaction')
    """
    found: dict[str, PhaseTime] = {}
    for name, time, limit in zip(names, times, limits, strict=True):
        before = found.get(name, PhaseTime(name, 0.0, limit))
        limited_by = limit if time > before.duration_s else before.limited_by
        found[name] = PhaseTime(name, before.duration_s + time, limited_by)
    return tuple(phase for phase in found.values() if phase.duration_s)


@attrs.frozen(kw_only=True)
class PhysicalEstimate:
    """What one run costs on one machine.

    Attributes:
        data_qubits: physical qubits of the data block, routing included.
        store_qubits: physical qubits of the store of magic states.
        factory_qubits: physical qubits of all factories.
        code_distance: code distance d of the data block.
        n_factories: copies of the factory that work side by side.
        factory: name of the factory.
        store: CCZ states that are kept in store.
        phases: what each phase of the run takes, in order.
        scheduled_s: time of the phases, one after the other, seconds.
        limits_s: time of the whole run if it waited for one thing alone, seconds. factory: the magic states; reaction:
            measurements that wait for each other (and the T gates, one by one) and `control_s`; layout: fan-outs and
            the delivery of states; consumption: the data block taking up the states, 0 if not modelled; clifford: all
            Clifford gates if every tile that can operate always does, 0 where the consumption includes them.
        control_s: time in which measured unloads wait for the control computer to read the key table, seconds.
        waiting_s: time in which the machine waits for something outside, seconds; on top of the others.
        error_budget: largest failure probability that was allowed.
        p_data: probability that a stored logical qubit fails.
        p_factory: probability that a magic state is wrong.
        p_synthesis: probability that the approximation of rotations shows; 0 without rotations.
        t_per_rotation: T gates that each rotation was made of; 0 without rotations.
        leaves_out: what takes time or qubits and is not in these numbers, where a model of others has no place for it.
    """

    data_qubits: int
    store_qubits: int
    factory_qubits: int
    code_distance: int
    n_factories: int
    factory: str
    store: int
    phases: tuple[PhaseTime, ...]
    scheduled_s: float
    limits_s: dict[str, float]
    control_s: float
    waiting_s: float
    error_budget: float
    p_data: float
    p_factory: float
    p_synthesis: float
    t_per_rotation: int
    leaves_out: tuple[str, ...] = ()

    @property
    def qubits(self) -> int:
        """Physical qubits in all."""
        return self.data_qubits + self.store_qubits + self.factory_qubits

    @property
    def duration_s(self) -> float:
        """Time of one run, seconds: its phases or its Clifford gates, and the waiting."""
        return max(self.scheduled_s, self.limits_s["clifford"]) + self.waiting_s

    @property
    def limited_by(self) -> str:
        """What the run waits for most of its time: factory, reaction, layout, consumption or clifford."""
        if self.limits_s["clifford"] > self.scheduled_s:
            return "clifford"
        times: Counter[str] = Counter()
        for phase in self.phases:
            times[phase.limited_by] += phase.duration_s  # pyright: ignore[reportArgumentType]
        return max(times, key=lambda name: times[name])

    @property
    def limits(self) -> tuple[str, ...]:
        """What sets the time: `limited_by`, and every other limit that alone takes nearly as long as the run.

        A phase waits for one limit, and the next one may be as long: then to improve the first alone gains nothing.
        """
        nearly = NEARLY_ALL * self.duration_s
        others = (name for name, seconds in self.limits_s.items() if seconds >= nearly and name != self.limited_by)
        return self.limited_by, *others

    @property
    def p_failure(self) -> float:
        """Probability that a run fails, to first order the sum of the three parts; within the error budget."""
        return self.p_data + self.p_factory + self.p_synthesis

    @property
    def volume_qubit_s(self) -> float:
        """Space-time volume, physical qubits times seconds."""
        return self.qubits * self.duration_s

    @property
    def expected_duration_s(self) -> float:
        """Mean time until a run succeeds, seconds, where a failed run is noticed and repeated (our assumption)."""
        return self.duration_s / (1 - self.p_failure)


@attrs.frozen
class SecondOpinion:
    """What qdk.qre says of a run.

    Attributes:
        qubits: physical qubits in all.
        factory_qubits: physical qubits of all factories.
        duration_s: time of one run, seconds.
        p_failure: probability that a run fails.
    """

    qubits: int
    factory_qubits: int
    duration_s: float
    p_failure: float

    def ratios(self, ours: PhysicalEstimate) -> dict[str, float]:
        """Return our physical qubits, factory qubits and duration over qdk's; see `second_opinion.WHY_NOT_EQUAL`."""
        return {
            "qubits": ours.qubits / self.qubits,
            "factory_qubits": ours.factory_qubits / self.factory_qubits,
            "duration_s": ours.duration_s / self.duration_s,
        }
