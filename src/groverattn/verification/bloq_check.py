"""Checks that every bloq of the package passes, for bloqs of other packages too: circuit, counts and action agree."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import qualtran.testing
from numpy.typing import NDArray
from qualtran import Adjoint, Bloq, CDType, DecomposeTypeError, QDType, Side

from groverattn.bloqs.costed import Uncomputable
from groverattn.bloqs.flat.circuit import FlatCircuit, Op
from groverattn.bloqs.flat.flattening import flatten, write_gates
from groverattn.bloqs.search.any_oracle import n_values
from groverattn.costs.counting import count
from groverattn.verification.bit_sliced import run_on_basis
from groverattn.verification.oracle_check import flat_counts
from groverattn.verification.state_vector import final_amplitudes


def check_bloq(bloq: Any, seed: int = 0) -> None:
    """Check a bloq of a small size: its decomposition, its counts, its action and its adjoint.

    A bloq states its action by `on_classical_vals` and `basis_state_phase` (Qualtran's), by `phase_after` if it
    measures, or by `reference_columns`, the columns of its matrix up to a global phase.

    Args:
        bloq: a `CostedGate`.
        seed: of the inputs and of the outcomes of measurements.

    Raises:
        AssertionError: two of them disagree; the message says what.

    >>> from groverattn.bloqs.score.full_adder import FullAdder
    >>> check_bloq(FullAdder())
    """
    check_decomposition(bloq)
    check_counts(bloq)
    check_basis_states(bloq, seed)
    check_amplitudes(bloq)
    check_adjoint(bloq)


def is_gate(bloq: Bloq) -> bool:
    """Whether the simulators run the bloq as it is, and no decomposition stands behind it."""
    return type(bloq) in write_gates.registry and type(bloq).build_composite_bloq is Bloq.build_composite_bloq


def runs_on_basis(bloq: Bloq) -> bool:
    """Whether basis states go to basis states up to sign, so that the bit-sliced simulator runs the bloq."""
    return not hasattr(bloq, "reference_columns") and not flatten(bloq).gate_counts[Op.ROTATION]


def check_decomposition(bloq: Bloq) -> None:
    """Raise AssertionError unless the decomposition is valid, or the bloq a gate without one."""
    if is_gate(bloq):
        try:
            bloq.decompose_bloq()
        except DecomposeTypeError:
            return
        raise AssertionError(f"{bloq} is a gate that decomposes")
    cbloq = qualtran.testing.assert_registers_match_parent(bloq)
    qualtran.testing.assert_registers_match_dangling(cbloq)
    qualtran.testing.assert_soquets_belong_to_registers(cbloq)
    qualtran.testing.assert_soquets_used_exactly_once(cbloq)
    wires = [reg.dtype for inner in cbloq.bloq_instances for reg in inner.bloq.signature]
    if not any(isinstance(dtype, CDType) for dtype in wires):
        # this one takes every classical wire for one of a wrong size
        qualtran.testing.assert_connections_compatible(cbloq)


def check_counts(bloq: Bloq) -> None:
    """Raise AssertionError unless the call graph counts the gates of the flat circuit, which fit the stated depths."""
    counted, run = count(bloq), flat_counts(flatten(bloq))
    for name in ("toffoli", "t", "rotation", "clifford", "measurement", "logical_qubits"):
        _require(bloq, name, getattr(run, name), getattr(counted, name))
    for name in ("toffoli_depth", "measurement_depth"):
        gates, stated = getattr(run, name), getattr(counted, name)
        if gates > stated:
            raise AssertionError(f"{bloq}: {name} of the gates is {gates}, more than the stated {stated}")


def check_basis_states(bloq: Any, seed: int = 0) -> None:
    """Raise AssertionError unless action and phase of every gate are as stated and ancillas end clean.

    Random basis states and outcomes of measurements; a bloq that does not permute basis states is left out.
    """
    if not runs_on_basis(bloq):
        return
    rng = np.random.default_rng(seed)
    inputs = _inputs(bloq, rng)
    _check_run(bloq, flatten(bloq), inputs, rng)
    if type(bloq) in write_gates.registry and not is_gate(bloq):
        # written in one step: its decomposition has to do the same
        _check_run(bloq, flatten(bloq.decompose_bloq()), inputs, rng)


def check_amplitudes(bloq: Any) -> None:
    """Raise AssertionError unless Cirq's amplitudes are the stated columns or phases; basis states are left out."""
    if runs_on_basis(bloq) or (issubclass(type(bloq), Uncomputable) and bloq.uncompute):
        # classical bloqs have the check above; what is read backwards has been run forwards
        return
    if not hasattr(bloq, "reference_columns"):
        _check_phases(bloq)
        return
    columns = bloq.reference_columns()
    inputs = bloq.reference_inputs() if hasattr(bloq, "reference_inputs") else range(columns.shape[1])
    found = np.stack([final_amplitudes(bloq, initial=int(j), seed=int(j)) for j in inputs], axis=1)
    phase = np.exp(1j * np.angle(np.vdot(columns, found)))  # 1 where the two are orthogonal
    np.testing.assert_allclose(found, columns * phase, atol=1e-6)


def check_adjoint(bloq: Bloq) -> None:
    """Raise AssertionError unless the adjoint has the registers of the inverse, and its own adjoint is the bloq."""
    _require(bloq, "signature of the adjoint", bloq.adjoint().signature, bloq.signature.adjoint())
    _require(bloq, "adjoint of the adjoint", bloq.adjoint().adjoint(), bloq)


def _require(bloq: Bloq, what: str, found: object, stated: object) -> None:
    if found != stated:
        raise AssertionError(f"{bloq}: {what} is {found}, stated {stated}")


def _inputs(bloq: Bloq, rng: np.random.Generator, at_most: int = 64) -> list[dict[str, Any]]:
    """Random inputs; of a bloq that takes back what another computes, outputs of that one.

    Classical registers get one value for all: they hold outcomes that all branches share.
    """
    registers = list(bloq.signature.lefts())
    shared = {reg.name: _draw(reg, rng) for reg in registers if isinstance(reg.dtype, CDType)}
    takes_back = any(reg.side == Side.LEFT and reg.name not in shared for reg in registers)
    computes: Any = bloq.adjoint() if takes_back and not isinstance(bloq.adjoint(), Adjoint) else bloq
    drawn = [reg for reg in computes.signature.lefts() if isinstance(reg.dtype, QDType)]
    inputs = []
    for _ in range(at_most if any(isinstance(reg.dtype, QDType) for reg in bloq.signature) else 1):
        values = {reg.name: _draw(reg, rng) for reg in drawn}
        inputs.append((values if computes is bloq else computes.on_classical_vals(**values)) | shared)
    return inputs


def _draw(reg: Any, rng: np.random.Generator) -> Any:
    drawn = rng.integers(0, n_values(reg), size=reg.shape or None)
    return drawn if reg.shape else int(drawn)


def _as_bits(registers: Any, values: dict[str, Any]) -> dict[tuple[str, tuple[int, ...]], NDArray[np.uint8]]:
    entries = [(reg, idx) for reg in registers if reg.name in values for idx in reg.all_idxs()]
    return {
        (reg.name, idx): np.array(reg.dtype.to_bits(int(np.asarray(values[reg.name])[idx])), dtype=np.uint8)
        for reg, idx in entries
    }


def _check_run(bloq: Any, circuit: FlatCircuit, inputs: list[dict[str, Any]], rng: np.random.Generator) -> None:
    columns, classical = [_as_bits(bloq.signature.lefts(), values) for values in inputs], circuit.classical
    stacked = {
        key: bits if key[0] in classical else np.stack([column[key] for column in columns])
        for key, bits in columns[0].items()
    }
    run = run_on_basis(circuit, stacked, rng)
    if run.dirty.any():
        raise AssertionError(f"{bloq} leaves an ancilla that is not zero")
    measured = np.array([bits[0] for key, bits in run.outputs.items() if key[0] in classical])
    has_action = type(bloq).on_classical_vals is not Bloq.on_classical_vals
    for i, values in enumerate(inputs):
        expected = bloq.on_classical_vals(**values) if has_action else {}
        for key, bits in _as_bits(bloq.signature.rights(), expected).items():
            np.testing.assert_array_equal(run.outputs[key] if key[0] in classical else run.outputs[key][i], bits)
        after = hasattr(bloq, "phase_after")
        phase = bloq.phase_after(measured, **values) if after else bloq.basis_state_phase(**values)
        _require(bloq, f"sign of {values}", bool(run.negative[i]), phase is not None and phase < 0)


def _check_phases(bloq: Any) -> None:
    """Check that every basis state gets exactly the phase that the bloq states."""
    entries = [(reg, idx) for reg in bloq.signature for idx in reg.all_idxs()]
    for values in itertools.product(*(range(n_values(reg)) for reg, _ in entries)):
        state, given = 0, {reg.name: np.zeros(reg.shape, dtype=int) for reg in bloq.signature}
        for (reg, idx), value in zip(entries, values, strict=True):
            state, given[reg.name][idx] = state << reg.bitsize | value, value
        found = final_amplitudes(bloq, initial=state, seed=state)
        expected = np.zeros_like(found)
        expected[state] = bloq.basis_state_phase(**{name: x if x.shape else int(x) for name, x in given.items()})
        np.testing.assert_allclose(found, expected, atol=1e-9)
