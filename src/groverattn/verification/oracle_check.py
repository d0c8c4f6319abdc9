"""Check of a phase oracle: its circuit run on every index and compared with plain arithmetic and its counts."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray
from qualtran import Bloq

from groverattn.bloqs.flat.circuit import FlatCircuit
from groverattn.bloqs.flat.flattening import flatten
from groverattn.bloqs.search.any_oracle import n_values, selection_of
from groverattn.costs.counting import count
from groverattn.costs.logical import LogicalCounts
from groverattn.errors import InputError
from groverattn.verification.bit_sliced import run_on_basis


@attrs.frozen
class OracleRun:
    """A phase oracle run on all its n keys.

    Attributes:
        marked: keys that received the phase -1, bool of shape (n,).
        index_changed: keys whose index did not come back, bool of shape (n,).
        dirty: keys that left an ancilla that was not zero, bool of shape (n,).
        circuit: the gates that were run.
    """

    marked: NDArray[np.bool_]
    index_changed: NDArray[np.bool_]
    dirty: NDArray[np.bool_]
    circuit: FlatCircuit

    @property
    def is_wrong(self) -> NDArray[np.bool_]:
        """Keys whose index or ancillas did not come back as they were, bool of shape (n,)."""
        return self.index_changed | self.dirty


def run_oracle(oracle: Bloq, rng: np.random.Generator) -> OracleRun:
    """Flatten an oracle and run every gate on every index; measurement outcomes are drawn from `rng`.

    Args:
        oracle: a PhaseOracle, or any phase oracle without control (see `bloqs.search.any_oracle`).
        rng: draws the outcomes.

    Raises:
        InputError: the oracle has other registers than an index, or gates that change more than signs of basis states.
    """
    selection = selection_of(oracle)
    if oracle.signature.n_qubits() > selection.bitsize:
        raise InputError(
            given=f"the oracle {oracle} with a control",
            allowed="an oracle without control",
            why="the phase of each index is compared, and under a control it depends on the control too",
            do="check the oracle without control",
        )
    circuit = flatten(oracle)
    index = np.arange(n_values(selection))[:, None] >> np.arange(selection.bitsize)[::-1] & 1
    key = ("selection", ())
    run = run_on_basis(circuit, {key: index.astype(np.uint8)}, rng)
    changed = (run.outputs[key] != index).any(axis=1)
    return OracleRun(run.negative, changed, run.dirty, circuit)


@attrs.frozen
class OracleCheck:
    """Outcome of a comparison.

    Attributes:
        inputs_checked: number of keys.
        mismatches: keys whose phase or index is wrong.
        dirty_ancillas: keys that left an ancilla that was not zero.
        run: counts of the gates that were run; its depths may be smaller than the counted ones, because nothing stops
            a gate of one part from starting before the part before it has ended.
        counted: what the estimator says of the same bloq.
        first_mismatch: the first wrong key, or None.
    """

    inputs_checked: int
    mismatches: int
    dirty_ancillas: int
    run: LogicalCounts
    counted: LogicalCounts
    first_mismatch: int | None

    @property
    def passed(self) -> bool:
        """Whether every key was right and the gates that were run are those that are counted."""
        depths = {name: getattr(self.counted, name) for name in ("toffoli_depth", "measurement_depth")}
        same = attrs.evolve(self.run, **depths) == self.counted
        fits = all(getattr(self.run, name) <= depth for name, depth in depths.items())
        return not self.mismatches and not self.dirty_ancillas and same and fits


def check_oracle(oracle: Bloq, marked: NDArray[np.bool_], rng: np.random.Generator) -> OracleCheck:
    """Run an oracle on all indices and compare its phases and its gates with what is expected.

    Args:
        oracle: a PhaseOracle, or any phase oracle without control (see `bloqs.search.any_oracle`).
        marked: which indices shall receive the phase -1, computed outside the circuit, shape (n,).
        rng: draws measurement outcomes.

    Raises:
        InputError: as `run_oracle`, or the oracle does not state its width or a depth.
    """
    outcome = run_oracle(oracle, rng)
    wrong = (outcome.marked != marked) | outcome.index_changed
    return OracleCheck(
        inputs_checked=len(marked),
        mismatches=int(wrong.sum()),
        dirty_ancillas=int(outcome.dirty.sum()),
        run=flat_counts(outcome.circuit),
        counted=count(oracle),
        first_mismatch=int(wrong.argmax()) if wrong.any() else None,
    )


def flat_counts(circuit: FlatCircuit) -> LogicalCounts:
    """Counts of the gates of a flat circuit, in the estimator's terms."""
    names = (field.name for field in attrs.fields(LogicalCounts) if field.name != "logical_qubits")
    return LogicalCounts(logical_qubits=circuit.n_wires, **{name: getattr(circuit, name) for name in names})
