"""A search takes any phase oracle, says at once what does not fit, and names a reading that is missing when asked."""

import math
import re

import attrs
import numpy as np
import pytest
from qualtran import Bloq, BQUInt, CBit, QAny, QBit, QUInt, Register, Side, Signature
from qualtran.bloqs.basic_gates import CZ, ZGate
from qualtran.resource_counting import QECGatesCost, get_cost_value

from groverattn.bloqs.search.fixed_point import FixedPointSearch
from groverattn.bloqs.search.grover import GroverIterate, GroverSearch
from groverattn.bloqs.search.phase_oracle import _phase_oracle
from groverattn.bloqs.search.quantum_counting import QuantumCounting
from groverattn.costs.counting import count
from groverattn.errors import InputError
from groverattn.verification.sparse_state import run_sparse, search_circuits


@attrs.frozen
class PlainOracle(Bloq):
    """A bloq of Qualtran that knows nothing of this package: phase -1 on the index 3 of 4."""

    dtype: object = QAny(2)

    @property
    def signature(self):
        return Signature([Register("selection", self.dtype)])

    def build_composite_bloq(self, bb, selection):
        bits = bb.split(selection)
        bits[0], bits[1] = bb.add(CZ(), q1=bits[0], q2=bits[1])
        return {"selection": bb.join(bits, dtype=self.dtype)}


class StatedOracle(PlainOracle):
    def on_classical_vals(self, selection):
        return {"selection": selection}

    def basis_state_phase(self, selection):
        return -1.0 if selection == 3 else None


@attrs.frozen
class Registers(Bloq):
    registers: tuple

    @property
    def signature(self):
        return Signature(self.registers)


@pytest.mark.parametrize("dtype", [QAny(2), QUInt(2), BQUInt(2, 4)])
def test_a_plain_bloq_is_searched(dtype):
    search = GroverSearch(GroverIterate(StatedOracle(dtype)), 1)
    search.decompose_bloq().flatten()
    state = run_sparse(search_circuits(search), np.random.default_rng(0))
    assert abs(state.amplitudes("selection")[3]) == pytest.approx(1)
    np.testing.assert_allclose(abs(search.reference_columns()[:, 0]), [0, 0, 0, 1], atol=1e-12)
    assert get_cost_value(search, QECGatesCost()).clifford > 0


@pytest.mark.parametrize("name", ["toffoli_depth", "measurement_depth", "peak_qubits"])
def test_a_reading_that_is_missing_is_named_when_asked_for(name):
    iterate = GroverIterate(PlainOracle())
    with pytest.raises(InputError, match=f"PlainOracle.* without {name}"):
        getattr(iterate, name)
    with pytest.raises(InputError, match="without"):
        count(GroverSearch(iterate, 1))


def test_an_oracle_that_states_no_phase_has_no_reference():
    search = GroverSearch(GroverIterate(PlainOracle()), 1)
    for bloq in (search, search.iterate, QuantumCounting(search.iterate, 1)):
        with pytest.raises(InputError, match="without basis_state_phase"):
            bloq.reference_columns()


def test_fixed_point_search_needs_an_angle():
    with pytest.raises(InputError, match="without angle"):
        FixedPointSearch(StatedOracle(), (1.0,), (2.0,))


SELECTION = Register("selection", QAny(2))


@pytest.mark.parametrize(
    ("oracle", "said"),
    [
        (ZGate(), "no register selection"),
        (Registers((SELECTION, Register("work", QBit()))), "further registers"),
        (Registers((Register("selection", QAny(2), side=Side.RIGHT),)), "both go in and come out"),
        (Registers((Register("selection", QBit(), (2,)),)), "has a shape"),
        (Registers((Register("selection", CBit(), side=Side.LEFT),)), "classical"),
        (Registers((SELECTION, Register("ctrl", QAny(2)))), "a register that is"),
        (Registers((Register("selection", BQUInt(3, 4)),)), "3 qubits for 4 indices"),
        (Registers((Register("selection", BQUInt(1, 1)),)), "1 qubits for 1 indices"),
        ("oracle", "str is not a bloq"),
    ],
)
def test_what_does_not_fit_is_said_at_construction(oracle, said):
    with pytest.raises(InputError, match=said) as raised:
        GroverIterate(oracle)
    assert "register selection" in raised.value.parts["allowed"]
    assert re.search("name the index register", raised.value.parts["do"])


def test_the_controlled_iterate_of_the_oracle_is_what_it_was():
    iterate = GroverIterate(_phase_oracle.make())
    assert (iterate.n_keys, iterate.has_ctrl) == (5, False)
    controlled = iterate.controlled()
    assert controlled == GroverIterate(attrs.evolve(iterate.oracle, controlled_flip=True))
    assert controlled.has_ctrl
    assert iterate.diffusion_angle == math.pi
