"""Phase oracle of any kind: the registers that a search needs, and the readings that it asks for.

A search takes any Qualtran bloq that has the index register `selection` and gives each index a phase. Each further
property is read only by what needs it, and InputError names it where it is missing:

- `toffoli_depth`, `measurement_depth`, `peak_qubits`: `groverattn.costs.counting.count`; a `CostedGate` has them. Gates
  alone are counted without them, by Qualtran's QECGatesCost;
- `basis_state_phase(selection=j)`, Qualtran's own: `reference_columns`, what a simulated search is compared with;
- an attrs field `angle`, of a marked key's phase in radians: fixed-point search and its counts, which replace it;
- `get_ctrl_system`, Qualtran's own: quantum counting, which controls the oracle;
- `lookup` and `score`, as `PhaseOracle` has them: the Toffolis of an iterate by part, which are otherwise those of the
  oracle and of the diffusion.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from qualtran import Bloq, QDType, Register, Side
from qualtran.symbolics import is_symbolic

from groverattn.bloqs.costed import not_stated
from groverattn.errors import InputError


def selection_of(oracle: Bloq) -> Register:
    """Return the index register of a phase oracle.

    Raises:
        InputError: the bloq has no register `selection` of qubits that go through, more indices than fit or fewer than
            2, or another register beside the qubit `ctrl`.

    >>> from qualtran.bloqs.basic_gates import ZGate
    >>> selection_of(ZGate())
    Traceback (most recent call last):
    ...
    groverattn.errors.InputError: given: the oracle ZGate with the registers q: no register selection; allowed: ...
    """
    if not isinstance(oracle, Bloq):
        raise _unfit(f"{type(oracle).__name__} is not a bloq")
    registers = {reg.name: reg for reg in oracle.signature}
    selection, ctrl = registers.pop("selection", None), registers.pop("ctrl", None)
    fault = ""
    if selection is None:
        fault = "no register selection"
    elif registers:
        fault = "further registers"
    elif not _goes_through(selection) or (ctrl is not None and not (_goes_through(ctrl) and ctrl.bitsize == 1)):
        fault = "a register that is classical, has a shape, or does not both go in and come out"
    elif not is_symbolic(n_values(selection)) and selection.bitsize != (n_values(selection) - 1).bit_length():
        fault = f"{selection.bitsize} qubits for {n_values(selection)} indices"
    if selection is None or fault:
        raise _unfit(f"{oracle} with the registers {', '.join(reg.name for reg in oracle.signature)}: {fault}")
    return selection


def _goes_through(register: Register) -> bool:
    return register.side is Side.THRU and isinstance(register.dtype, QDType) and not register.shape_symbolic


def _unfit(given: str) -> InputError:
    return InputError(
        given=f"the oracle {given}",
        allowed="a bloq with the register selection of ceil(log2 n) qubits for n >= 2 indices, BQUInt unless n is a "
        "power of two, and if it is controlled the qubit ctrl",
        why="the iterate passes the index from the oracle to the diffusion, and has no wires for anything else",
        do="name the index register selection, and allocate and free all other qubits inside the oracle",
    )


def n_values(selection: Register) -> Any:
    """Return the number of values of an index register.

    >>> from qualtran import BQUInt, QAny
    >>> n_values(Register("selection", BQUInt(4, 11))), n_values(Register("selection", QAny(4)))
    (11, 16)
    """
    dtype = selection.dtype
    return (dtype.iteration_length_or_zero() if isinstance(dtype, QDType) else 0) or 1 << selection.bitsize


def phases(oracle: Bloq, indices: NDArray[np.integer], **ctrl: int) -> NDArray[np.complex128]:
    """Return the phase of each index that the oracle states, global phase included; shape that of `indices`.

    Raises:
        InputError: the oracle states none.
    """
    if type(oracle).basis_state_phase is Bloq.basis_state_phase:
        raise not_stated(oracle, "basis_state_phase", "the circuit is compared with what the oracle says of itself")
    stated = (oracle.basis_state_phase(selection=int(j), **ctrl) for j in indices)
    return np.array([1 if phase is None else phase for phase in stated], dtype=np.complex128)
