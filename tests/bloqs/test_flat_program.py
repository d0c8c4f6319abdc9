"""Decompositions are noted down without Qualtran's builder: the same gates, and the same mistakes are refused."""

import attrs
import numpy as np
import pytest
from qualtran import Bloq, QAny, QBit, Register, Side, Signature
from qualtran.bloqs.basic_gates import CNOT, XGate
from qualtran.bloqs.mcmt import And

from groverattn.bloqs.costed import CostedGate, Uncomputable
from groverattn.bloqs.flat.circuit import FlatCircuit
from groverattn.bloqs.flat.flattening import Flattening, flatten, write_gates
from groverattn.bloqs.flat.program import Notes, Program, program
from groverattn.bloqs.lookup.data_access import DATA_ACCESSES, key_lookup
from groverattn.bloqs.score.score import Score
from groverattn.bloqs.search.grover import GroverIterate
from groverattn.bloqs.search.phase_oracle import PhaseOracle
from groverattn.problem.key_table import KeyTable
from tests.bloqs.examples import EXAMPLES


def examples():
    for name, bloq in EXAMPLES.items():
        if type(bloq).build_composite_bloq is not Bloq.build_composite_bloq and not is_backwards(bloq):
            yield pytest.param(bloq, id=name)


def is_backwards(bloq):
    return isinstance(bloq, Uncomputable) and bloq.uncompute


def decomposed(bloq, decomposition):
    """The gates of a bloq's decomposition, also where the simulators run the bloq in one step."""
    flattening = Flattening()
    inputs = {(reg.name, idx): flattening.enter(reg) for reg in bloq.signature.lefts() for idx in reg.all_idxs()}
    outputs = flattening.run_decomposed(decomposition, inputs)
    return FlatCircuit(flattening.gates, flattening.n_wires, flattening.n_records, inputs, outputs)


@pytest.mark.parametrize("bloq", list(examples()))
def test_gates_are_those_of_qualtran_s_graph(bloq):
    noted, read = (decomposed(bloq, each) for each in (bloq, bloq.decompose_bloq()))
    assert noted.gates == read.gates
    assert noted == read


@pytest.mark.parametrize("access", sorted(DATA_ACCESSES))
@pytest.mark.parametrize("n_keys", [13, 64])
def test_gates_of_an_iterate_are_those_of_qualtran_s_graphs(access, n_keys, monkeypatch):
    """All parts of it at once, at a size at which the lookups have several rows."""
    keys = np.random.default_rng(n_keys).integers(-8, 8, (n_keys, 6))
    oracle = PhaseOracle(key_lookup(access, KeyTable.from_keys(keys, 4)), Score((3, -1, 2, -5, 7, 1), 2, 4))
    noted = flatten(GroverIterate(oracle))
    program.cache_clear()
    monkeypatch.setattr(Program, "noted", lambda bloq: Program.read(bloq.decompose_bloq()))
    assert flatten(GroverIterate(oracle)) == noted
    program.cache_clear()


@attrs.frozen
class Mistaken(CostedGate):
    """Flips x and copies it, with a mistake."""

    mistake: str

    @property
    def signature(self):
        return Signature([Register("x", QBit()), Register("copy", QBit(), side=Side.RIGHT)])

    def build_composite_bloq(self, bb, x):
        fresh = bb.allocate(dtype=QBit())
        if self.mistake == "drops a wire":
            bb.allocate(3)
        if self.mistake == "takes a wire twice":
            bb.add(XGate(), q=x)
        if self.mistake == "knows no such register":
            x, fresh = bb.add_t(CNOT(), ctrl=x, other=fresh)
        elif self.mistake == "leaves a register out":
            (x,) = bb.add_t(CNOT(), ctrl=x)
        elif self.mistake == "takes a wire for an array":
            x, fresh = bb.add_t(And(), ctrl=x)
        else:
            x, fresh = bb.add_t(CNOT(), ctrl=x, target=fresh)
        return {"x": x, "copy": fresh}


MISTAKES = ("drops a wire", "takes a wire twice", "knows no such register", "leaves a register out")


@pytest.mark.parametrize("mistake", [*MISTAKES, "takes a wire for an array"])
def test_mistakes_are_refused_as_by_qualtran(mistake):
    bloq = Mistaken(mistake)
    with pytest.raises(Exception, match=r".+"):
        bloq.decompose_bloq()
    with pytest.raises((ValueError, KeyError)):
        Program.noted(bloq)
    assert len(Program.noted(Mistaken("none")).calls) == 2


def test_what_a_builder_may_do():
    notes = Notes()
    word = notes.allocate(5)
    bits = notes.split(word)
    assert bits.shape == (5,)
    word = notes.join(bits[::-1])
    notes.free(word)
    assert [type(call.bloq).__name__ for call in notes.calls] == ["Allocate", "Split", "Join", "Free"]
    assert notes.calls[2].inputs.slots == tuple(bits[::-1])
    assert notes.calls[3].bloq.dtype == QAny(5)
    assert not notes.unread
    assert set(write_gates.registry) >= {type(call.bloq) for call in notes.calls}
