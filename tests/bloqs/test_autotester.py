"""Qualtran's own checks of bloq examples, over every example in both directions, and what they cannot pass."""

from pathlib import Path

import pytest
from qualtran import Bloq, BloqExample
from qualtran.testing import (
    BloqCheckException,
    assert_bloq_example_decompose,
    assert_bloq_example_make,
    assert_bloq_example_qtyping,
    assert_bloq_example_serializes,
    assert_equivalent_bloq_example_counts,
)

from groverattn.bloqs.costed import BOOKKEEPING
from groverattn.bloqs.lookup.load_word import BESIDE_ROWS, LoadWord
from tests.bloqs.examples import BOTH_DIRECTIONS, EXAMPLES, OF_CLASSES

GENERALIZERS = {example.bloq_cls: example.generalizer for example in OF_CLASSES}
CHECKS = {
    "make": assert_bloq_example_make,
    "decompose": assert_bloq_example_decompose,
    "counts": assert_equivalent_bloq_example_counts,
    "qtyping": assert_bloq_example_qtyping,
}

# Gates that the simulators run as they are, and an external call: `test_only_these_bloqs_have_no_decomposition`.
GATES = {
    "fixup_row": "is a gate",
    "fixup_table": "is a classical computation",
    "qram_lookup": "is an external call",
    "qram_lookup-adjoint": "is an external call",
}

# Qualtran 0.7.0 checks that a connection has qubits (its pull request 1105, of before it had classical wires) and takes
# a classical bit for a register of none, also in its own MeasureX. `check_decomposition` does the rest of this check.
CLASSICAL_WIRES = [
    "bucket_brigade_lookup-adjoint",
    "bucket_brigade_lookup_parallel-adjoint",
    "dirty_qroam_lookup-adjoint",
    "dirty_qroam_lookup_single-adjoint",
    "measure_word",
    "measured_unload",
    "phase_fixup",
    "phase_fixup_two_keys",
    "qroam_lookup",
    "qroam_lookup-adjoint",
    "qroam_lookup_copied_controls",
    "qroam_lookup_copied_controls-adjoint",
    "qroam_lookup_one_at_a_time",
    "qroam_lookup_one_at_a_time-adjoint",
    "qroam_lookup_pairs",
    "qroam_lookup_pairs-adjoint",
    "qrom_lookup-adjoint",
    "qrom_lookup_two_keys-adjoint",
    "word_load-adjoint",
    "word_unload",
]

EXCEPTIONS = {
    "make": {},
    "decompose": dict.fromkeys(CLASSICAL_WIRES, r"an invalid number of qubits: CBit\(\)") | GATES,
    "counts": dict.fromkeys(GATES, "No block counts"),
    "qtyping": dict.fromkeys(GATES, "only applicable for bloqs with decompositions"),
}
"""Which example does not pass which check of Qualtran, and what the check says."""

# Qualtran 0.7.0 reads back bloqs of its own package alone (its issue 730), and from numbers, arrays, types and bloqs
# alone; its writer knows no classical bits, and protobuf 7 takes no bool for an int.
NOT_SERIALIZED = "Unable to find a Bloq corresponding|of unknown type|'CBit' object has no|Expected an int, got a bool"


def example_of(name: str) -> BloqExample:
    bloq = BOTH_DIRECTIONS[name]
    return BloqExample(lambda: bloq, name=name, bloq_cls=type(bloq), generalizer=GENERALIZERS[type(bloq)])


def test_examples_are_those_of_the_classes():
    for example in OF_CLASSES:
        assert EXAMPLES[example.name] == example.make()
        assert example.generalizer in (BOOKKEEPING, BESIDE_ROWS)


@pytest.mark.parametrize("name", BOTH_DIRECTIONS)
@pytest.mark.parametrize("check", CHECKS)
def test_passes_or_is_an_exception_for_the_stated_reason(check, name):
    """An exception that passes is as much of a failure as a check that does not."""
    reason = EXCEPTIONS[check].get(name)
    if reason is None:
        CHECKS[check](example_of(name))
        return
    with pytest.raises(BloqCheckException, match=reason):
        CHECKS[check](example_of(name))


@pytest.mark.parametrize("check", CHECKS)
def test_exceptions_are_examples(check):
    assert EXCEPTIONS[check].keys() <= BOTH_DIRECTIONS.keys()


def gates_at_the_bottom(bloq: Bloq) -> dict:
    _, counts = bloq.call_graph(generalizer=BOOKKEEPING)
    return {gate: number for gate, number in counts.items() if gate != LoadWord(getattr(gate, "word_bits", 1), 0)}


@pytest.mark.parametrize("name", [name for name in BOTH_DIRECTIONS if name not in GATES])
def test_call_graphs_have_the_same_gates_at_the_bottom(name):
    """Rows included, which the examples of lookups leave out one level down; a row without ones has no gates."""
    bloq = BOTH_DIRECTIONS[name]
    assert gates_at_the_bottom(bloq) == gates_at_the_bottom(bloq.decompose_bloq())


@pytest.mark.parametrize("example", OF_CLASSES, ids=lambda example: example.name)
def test_qualtran_cannot_serialize_bloqs_of_other_packages(example):
    with pytest.raises(BloqCheckException, match=NOT_SERIALIZED):
        assert_bloq_example_serializes(example)


def test_safety_md_has_these_figures():
    text = " ".join((Path(__file__).parents[2] / "docs/safety.md").read_text("utf-8").split())
    total = len(BOTH_DIRECTIONS)
    passed = {check: total - len(EXCEPTIONS[check]) for check in CHECKS}
    assert (
        f"of {total} bloqs (every example and its inverse) {passed['make']} are made, {passed['decompose']} decompose, "
        f"{passed['counts']} have equal counts and {passed['qtyping']} equal types"
    ) in text
