"""Engines by name: what stands for the quantum computer when a row is searched."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Protocol, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.errors import InputError
from groverattn.inputs import checked, option
from groverattn.reference.search.faults import check_fault_rate
from groverattn.reference.search.trials import GroverRun
from groverattn.registry import Registry

if TYPE_CHECKING:
    from groverattn.bloqs.score.finding import FindingScore
    from groverattn.verification.row import SearchedRow


Places: TypeAlias = NDArray[np.int64] | None
"""An arrangement of the keys in blocks, if there is one."""


class Engine(Protocol):
    """What stands for the quantum computer, for one row."""

    def measure(
        self,
        run: GroverRun,
        threshold: int,
        excluded: Collection[int],
        rng: np.random.Generator,
        places: Places = None,
        score: FindingScore | None = None,
    ) -> int:
        """Prepare the uniform superposition, apply the iterates and measure the index: a key, or a block.

        Args:
            run: number and phases of the iterates.
            threshold: integer score from which a key is marked.
            excluded: keys that are not live.
            rng: draws the outcome.
            places: which key is where in the blocks, shape (N, u), -1 where there is none; None: one key per index.
            score: an approximate score in place of the exact one, with its own threshold.

        Raises:
            InputError: a circuit that the engine cannot run.
        """
        ...

    def count(self, n_bits: int, threshold: int, rng: np.random.Generator) -> int:
        """Run quantum counting on all keys and measure the phase.

        Args:
            n_bits: control qubits m.
            threshold: integer score from which a key is marked.
            rng: draws the outcome, 0 to 2^m - 1.

        Raises:
            InputError: a circuit that the engine cannot run.
        """
        ...

    def circuit_mismatches(self, threshold: int, excluded: Collection[int]) -> int | None:
        """Return on how many keys or amplitudes circuits and plain arithmetic differed; None: no circuit was run.

        Args:
            threshold: that of the last round.
            excluded: keys that were found.
        """
        ...


_HERE = "groverattn.simulation"

# Only names are needed to read a request; the engines, and Cirq with them, are imported when a row is searched.
ENGINES: Registry[Callable[..., Engine]] = Registry(
    "engine",
    "each simulates the search at its own depth",
    {
        "circuit": f"{_HERE}.gate_engines:CircuitEngine",
        "sparse": f"{_HERE}.gate_engines:SparseEngine",
        "index": f"{_HERE}.index_engines:IndexEngine",
        "law": f"{_HERE}.index_engines:LawEngine",
    },
)


_WITH_FAULTS = ("law", "sparse")


@attrs.frozen
class EngineChoice:
    """Which engine searches the rows of a head.

    Attributes:
        name: one of ENGINES.
        circuit_every: with `index`: only the circuit of every N-th row is run; the other rows take their phases from
            plain arithmetic.
        fault_rate: with `law` and `sparse`: probability that a logical fault falls into an iterate. The law measures a
            uniformly random index then; the gates suffer a random Pauli error each time.

    Raises:
        InputError: an unknown name, circuit_every < 1, another circuit_every than 1 or a fault_rate other than 0 with
            another engine, or a fault_rate not in 0 to 1.

    >>> [EngineChoice("index", circuit_every=2).runs_circuit(row) for row in range(3)]
    [True, False, True]
    """

    name: str = option("index", name="engine", check=checked(ENGINES.check), help="circuit, sparse, index or law.")
    circuit_every: int = option(1, help="Engine index: run the circuit of every N-th row only.")
    fault_rate: float = option(
        0.0,
        check=checked(check_fault_rate),
        help="Engines law and sparse: probability of a logical fault in an iterate.",
    )

    def __attrs_post_init__(self) -> None:
        if self.circuit_every < 1 or (self.circuit_every != 1 and self.name != "index"):
            raise InputError(
                given=f"circuit_every = {self.circuit_every} with the engine {self.name}",
                allowed="1, or with the engine index 1 or more",
                why="row 0 and every N-th after it have their circuit run; other engines run that of every row or none",
                do="leave it out, or choose the engine index",
            )
        check_fault_rate(self.fault_rate)
        if self.fault_rate and self.name not in _WITH_FAULTS:
            raise InputError(
                given=f"fault_rate = {self.fault_rate} with the engine {self.name}",
                allowed=f"with the engines {' and '.join(_WITH_FAULTS)}",
                why="these know what a fault does to a run: by the law, or gate by gate",
                do="leave it out, or choose one of them",
            )

    def runs_circuit(self, row: int) -> bool:
        """Whether a row's circuit is run gate by gate."""
        return self.name != "law" and row % self.circuit_every == 0

    def for_row(self, row: int, searched: SearchedRow, outcomes: np.random.Generator) -> Engine:
        """Return the engine of one row; `outcomes` draws those of the measurements inside a circuit."""
        faults = {"fault_rate": self.fault_rate} if self.fault_rate else {}
        return ENGINES[self.name](searched, outcomes if self.runs_circuit(row) else None, **faults)
