"""Logical counts of a circuit, the record that is priced; no quantum library is needed to read it."""

from __future__ import annotations

import attrs


@attrs.frozen
class LogicalCounts:
    """Gates, width and depth of one circuit, before error correction.

    A Toffoli is an And, a Toffoli or a controlled swap: one CCZ state, or 4 T gates. The measured
    uncomputation of an And counts as one measurement and one Clifford, not as a Toffoli (arXiv:1805.03662, Fig. 4).

    Attributes:
        toffoli: number of Toffoli gates.
        t: number of bare T gates, those outside the Toffolis.
        rotation: number of single-qubit rotations still to be synthesised.
        clifford: number of Clifford gates; a CNOT on m targets counts m.
        measurement: number of single-qubit measurements.
        logical_qubits: peak number of qubits alive at once.
        toffoli_depth: Toffoli gates on the longest path of the schedule that needs `logical_qubits`.
        measurement_depth: measurements that later gates wait for on the longest path of the same schedule: one for each
            Toffoli, each undone And and each unload. Times the reaction time it bounds the runtime. If it is not known,
            the Toffoli depth, which is a lower bound of it.
        control_bits: bits of the key table that the control computer reads while later gates wait (`ControlBits`).
    """

    toffoli: int
    t: int
    rotation: int
    clifford: int
    measurement: int
    logical_qubits: int
    toffoli_depth: int
    measurement_depth: int = attrs.field(default=attrs.Factory(lambda self: self.toffoli_depth, takes_self=True))
    control_bits: int = 0

    def t_count(self, t_per_rotation: float = 0.0) -> int:
        """Return the T count with 4 T per Toffoli and `t_per_rotation` T per rotation.

        >>> LogicalCounts(2, 1, 3, 0, 0, 5, 2).t_count(t_per_rotation=10.0)
        39
        """
        return 4 * self.toffoli + self.t + round(self.rotation * t_per_rotation)

    def repeated(self, times: float) -> LogicalCounts:
        """Return the costs of `times` runs, maybe a fractional expectation, one after the other on the same qubits."""
        scaled = {f.name: round(getattr(self, f.name) * times) for f in attrs.fields(type(self))}
        return attrs.evolve(LogicalCounts(**scaled), logical_qubits=self.logical_qubits)

    def then(self, other: LogicalCounts) -> LogicalCounts:
        """Return the costs of this circuit and then the other one on the same qubits."""
        names = [field.name for field in attrs.fields(type(self))]
        summed = {name: getattr(self, name) + getattr(other, name) for name in names}
        return attrs.evolve(LogicalCounts(**summed), logical_qubits=max(self.logical_qubits, other.logical_qubits))
