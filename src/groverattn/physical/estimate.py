"""Records of what one run costs on one machine: by our model, and by qdk.qre."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class PhysicalEstimate:
    """What one run costs on one machine.

    Attributes:
        data_qubits: physical qubits of the data block, routing included.
        factory_qubits: physical qubits of all factories.
        code_distance: code distance d of the data block.
        n_factories: copies of the factory that work side by side.
        factory: name of the factory.
        factory_limit_s: time in which the factories make the magic states, seconds.
        reaction_limit_s: measurement depth (and the T gates, one by one) times the reaction time, and `control_s`,
            seconds.
        control_s: time in which measured unloads wait for the control computer to read the key table, seconds.
        consumption_limit_s: time in which the data block takes up the magic states, seconds; 0 if not modelled.
        clifford_limit_s: time of all Clifford gates if every tile that can operate always does, seconds; 0 where the
            consumption includes them.
        waiting_s: time in which the machine waits for something outside, seconds; on top of the largest limit.
        error_budget: largest failure probability that was allowed.
        p_data: probability that a stored logical qubit fails.
        p_factory: probability that a magic state is wrong.
        p_synthesis: probability that the approximation of rotations shows; 0 without rotations.
        t_per_rotation: T gates that each rotation was made of; 0 without rotations.
        leaves_out: what takes time or qubits and is not in these numbers, where a model of others has no place for it.
    """

    data_qubits: int
    factory_qubits: int
    code_distance: int
    n_factories: int
    factory: str
    factory_limit_s: float
    reaction_limit_s: float
    control_s: float
    consumption_limit_s: float
    clifford_limit_s: float
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
        return self.data_qubits + self.factory_qubits

    @property
    def duration_s(self) -> float:
        """Time of one run, seconds: the largest of the four limits, and the waiting."""
        return max(self.limits_s.values()) + self.waiting_s

    @property
    def limited_by(self) -> str:
        """The limit that sets the duration: factory, reaction, consumption or clifford."""
        limits_s = self.limits_s
        return max(limits_s, key=lambda name: limits_s[name])

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

    @property
    def limits_s(self) -> dict[str, float]:
        """The four limits by name, seconds."""
        return {
            "factory": self.factory_limit_s,
            "reaction": self.reaction_limit_s,
            "consumption": self.consumption_limit_s,
            "clifford": self.clifford_limit_s,
        }


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
