"""The base of every bloq here: a circuit that knows its width and its depth."""

import abc

from qualtran import GateWithRegisters
from qualtran.resource_counting import CostKey, QubitCount


class CostedGate(GateWithRegisters, metaclass=abc.ABCMeta):
    """A bloq, and a Cirq gate, that states its peak number of qubits and its depths in closed form.

    They belong to one schedule: parts follow each other, and within a part the gates run as their wires allow. The
    tests compare them, and the gate counts of the call graph, with the gates of the flat circuit. Qualtran's own
    QubitCount takes minutes at the sizes of interest and asks here instead.
    """

    @property
    def peak_qubits(self) -> int:
        """Largest number of qubits alive at once: the registers, unless the bloq says more."""
        return self.signature.n_qubits()

    @property
    def toffoli_depth(self) -> int:
        """Toffoli gates on the longest path: none, unless the bloq says more."""
        return 0

    @property
    def measurement_depth(self) -> int:
        """Measurements that later gates wait for on the longest path: those of Toffolis, of undone And, of unloads.

        Times the reaction time it bounds the runtime from below. None, unless the bloq says more.
        """
        return 0

    def my_static_costs(self, cost_key: CostKey):
        """Answer Qualtran's QubitCount."""
        return self.peak_qubits if isinstance(cost_key, QubitCount) else NotImplemented
