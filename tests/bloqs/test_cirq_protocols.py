"""Cirq's own check of a gate's protocols, over every bloq that Cirq holds in a matrix, and what it cannot hold."""

import inspect
from pathlib import Path

import cirq
import cirq.testing
import pytest
from qualtran import CDType

from groverattn.bloqs.flat.flattening import flatten
from tests.bloqs.examples import BOTH_DIRECTIONS, MODULES

LARGEST = 7
"""Qubits, ancillas included: Cirq checks matrices of the gate and of its controlled form."""


def is_quantum(bloq):
    return not any(isinstance(reg.dtype, CDType) for reg in bloq.signature)


def n_qubits(bloq):
    """Qubits that Cirq allocates for the gate; its manager uses none twice."""
    manager = cirq.DecompositionContext(cirq.SimpleQubitManager())
    operation = bloq.on(*cirq.LineQubit.range(cirq.num_qubits(bloq)))
    return len(cirq.Circuit(cirq.decompose(operation, context=manager, on_stuck_raise=None)).all_qubits())


HELD = {
    name: bloq
    for name, bloq in BOTH_DIRECTIONS.items()
    # the flat circuit uses wires again: it never has more of them, and is made in a tenth of the time
    if is_quantum(bloq) and flatten(bloq).n_wires <= LARGEST and n_qubits(bloq) <= LARGEST
}

CLASSES = {name: cls for module in MODULES for name, cls in vars(module).items() if inspect.isclass(cls)}
# Qualtran undoes And by a measurement and a CZ that its outcome controls, and frees what it measured by a reset: Cirq's
# default target gate set knows neither. Cirq's own switch leaves that part out, and the rest of the check has to pass.
# A gate whose inverse undoes And is among them.
MEASURED = [
    "all_zero_pair",
    "all_zero_pair-adjoint",
    "diffusion_power_of_two",
    "dirty_qroam_lookup_single-adjoint",
    "full_adder",
    "full_adder-adjoint",
    "full_adder_negated",
    "full_adder_negated-adjoint",
    "phase_on_ones",
    "phase_on_ones-adjoint",
    "phase_on_ones_pair",
    "phase_on_ones_pair-adjoint",
    "predicate_controlled",
    "predicate_phased",
    "predicate_phased-adjoint",
    "predicate_phased_controlled",
    "predicate_phased_controlled-adjoint",
    "qrom_lookup_two_keys-adjoint",
    "reflect_zero",
    "reflect_zero_controlled",
    "reflect_zero_phased",
    "reflect_zero_phased-adjoint",
    "reflect_zero_phased_controlled",
    "reflect_zero_phased_controlled-adjoint",
    "sign_on_ones",
]

# Ours, not Cirq's: a table of keys is shown by sizes and a digest, since a message cannot hold its keys.
SHOWN_BY_DIGEST = ["dirty_qroam_lookup_single-adjoint", "qrom_lookup_two_keys", "qrom_lookup_two_keys-adjoint"]


def check(bloq, *, whole=True):
    cirq.testing.assert_implements_consistent_protocols(
        bloq,
        exponents=(1, -1),
        setup_code="from qualtran import *",
        global_vals=CLASSES,
        ignore_decompose_to_default_gateset=not whole,
    )


# Cirq compares QASM with the matrix where qiskit is installed, which the extra `readers` brings.
@pytest.mark.filterwarnings("ignore:Skipped assert_qasm_is_consistent_with_unitary:UserWarning")
@pytest.mark.parametrize("name", HELD)
def test_passes_or_is_an_exception_for_the_stated_reason(name):
    bloq = HELD[name]
    if name in MEASURED:
        with pytest.raises(AssertionError, match="not part of default cirq target gateset"):
            check(bloq)
    if name in SHOWN_BY_DIGEST:
        with pytest.raises(AssertionError, match=r"eval\(repr\(value\)\) raised an exception(.|\n)*=KeyTable\(n="):
            check(bloq, whole=False)
    else:
        check(bloq, whole=name not in MEASURED)


def test_exceptions_are_gates_that_cirq_holds():
    assert HELD.keys() >= {*MEASURED, *SHOWN_BY_DIGEST}


@pytest.mark.parametrize("name", [name for name, bloq in BOTH_DIRECTIONS.items() if is_quantum(bloq)])
def test_says_that_it_has_a_matrix_where_its_gates_have(name):
    """At any size: `_has_unitary_` looks at the call graph, and here Cirq at every gate."""
    bloq = BOTH_DIRECTIONS[name]
    operation = bloq.on(*cirq.LineQubit.range(cirq.num_qubits(bloq)))
    gates = cirq.decompose_once(operation, None, context=cirq.DecompositionContext(cirq.SimpleQubitManager()))
    assert cirq.has_unitary(bloq) == (gates is not None and all(map(cirq.has_unitary, gates)))


def test_safety_md_has_these_figures():
    text = " ".join((Path(__file__).parents[2] / "docs/safety.md").read_text("utf-8").split())
    assert (
        f"of the {len(HELD)} gates of up to {LARGEST} qubits {len(HELD.keys() - {*MEASURED, *SHOWN_BY_DIGEST})}" in text
    )
    assert f"{len({*MEASURED} - {*SHOWN_BY_DIGEST})} pass but for" in text
    assert f"{len(SHOWN_BY_DIGEST)} hold a table" in text
