"""What our counts take from Qualtran: a release that counts a gate in another way is named gate by gate."""

import importlib.metadata

import attrs
import pytest
from qualtran import Bloq, QAny
from qualtran.bloqs.arithmetic.bitwise import Xor
from qualtran.bloqs.basic_gates import (
    CNOT,
    CZ,
    CSwap,
    GlobalPhase,
    Hadamard,
    MeasureX,
    Rz,
    Toffoli,
    TwoBitCSwap,
    XGate,
    ZGate,
)
from qualtran.bloqs.mcmt import And
from qualtran.resource_counting import QECGatesCost, QubitCount, get_cost_value

from groverattn.bloqs.search.grover import GroverIterate, GroverSearch
from groverattn.costs.counting import count
from groverattn.verification.row import SearchedRow

# Every bloq of Qualtran that a circuit of the package has: gates of Qualtran 0.7.0, and qubits.
GATES: list[tuple[str, Bloq, dict[str, int], int]] = [
    ("And", And(), {"and_bloq": 1}, 3),
    ("And†", And().adjoint(), {"clifford": 1, "measurement": 1}, 3),
    ("CNOT", CNOT(), {"clifford": 1}, 2),
    ("CZ", CZ(), {"clifford": 1}, 2),
    ("X", XGate(), {"clifford": 1}, 1),
    ("Z", ZGate(), {"clifford": 1}, 1),
    ("H", Hadamard(), {"clifford": 1}, 1),
    ("Rz", Rz(0.3), {"rotation": 1}, 1),
    ("Toffoli", Toffoli(), {"toffoli": 1}, 3),
    ("TwoBitCSwap", TwoBitCSwap(), {"cswap": 1}, 3),
    ("CSwap(4)", CSwap(4), {"cswap": 4}, 9),
    ("MeasureX", MeasureX(), {"measurement": 1}, 1),
    ("GlobalPhase", GlobalPhase(exponent=1.0), {}, 0),
    ("Xor(4)", Xor(QAny(4)), {"clifford": 4}, 8),
]

# A search of two iterates on 11 keys, by data access: Toffolis, rotations, Cliffords, measurements, qubits, and
# Toffoli depth.
SEARCHES: dict[str, object] = {
    "qrom": (62, 10, 316, 76, 14, 60),
    "qroam": (62, 10, 316, 76, 14, 60),
    "qroam-dirty": (80, 10, 464, 94, 21, 78),
    "bucket-brigade": (68, 10, 370, 82, 22, 48),
    "one-hot": (56, 10, 312, 70, 25, 44),
}


def moved(expected: dict[str, object], found: dict[str, object]) -> list[str]:
    """What differs, in words: each name with what it was and what it is."""
    return [f"{name}: {was} -> {found[name]}" for name, was in expected.items() if found[name] != was]


def test_gates_of_qualtran_count_what_they_did():
    found = {
        name: (get_cost_value(b, QECGatesCost()).asdict(), get_cost_value(b, QubitCount())) for name, b, *_ in GATES
    }
    expected = {name: (gates, qubits) for name, _, gates, qubits in GATES}
    assert not moved(expected, found), f"Qualtran {importlib.metadata.version('qualtran')} counts in another way"


def searched(access: str) -> tuple[int, ...]:
    row = SearchedRow.random(n_keys=11, d_head=2, n_marked=2, key_bits=3, query_bits=3, data_access=access)
    counts = count(GroverSearch(GroverIterate(row.oracle()), 2))
    names = ("toffoli", "rotation", "clifford", "measurement", "logical_qubits", "toffoli_depth")
    return tuple(attrs.asdict(counts)[name] for name in names)


def test_searches_count_what_they_did():
    found = {access: searched(access) for access in SEARCHES}
    assert not moved(SEARCHES, found), f"Qualtran {importlib.metadata.version('qualtran')} moved these counts"


def test_what_moved_is_named():
    with pytest.raises(AssertionError, match=r"And: \(1, 3\) -> \(2, 3\)"):
        assert not moved({"And": (1, 3), "X": (0, 1)}, {"And": (2, 3), "X": (0, 1)})
