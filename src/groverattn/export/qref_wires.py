"""Registers as the ports of QREF routines, and the wires between parts that follow each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import singledispatch
from typing import Any, Literal

import attrs
from qref.schema_v1 import PortV1, RoutineV1
from qualtran import Bloq, QAny, QBit, QDType, Register, Side, Signature

from groverattn.bloqs.search.diffusion import Diffusion
from groverattn.bloqs.search.grover import GroverIterate, GroverSearch
from groverattn.bloqs.search.phase_oracle import PhaseOracle
from groverattn.export.qref_costs import plain, symbols


@attrs.frozen
class Part:
    """A bloq that is called `times` times, one call after the other."""

    name: str
    bloq: Bloq
    times: Any = 1

    @property
    def signature(self) -> Signature:
        """Registers of one call."""
        return self.bloq.signature


@attrs.frozen
class Regroup:
    """Some registers given other names: no gate and no qubit."""

    name: str
    signature: Signature


@singledispatch
def parts_in_sequence(bloq: Bloq) -> tuple[Part | Regroup, ...]:
    """Return the parts of a bloq in the order of time, if each register of a part is the one of that name before it.

    Of other bloqs the call graph says which parts they have, but not which wires these share: they have none here.
    """
    return ()


@parts_in_sequence.register
def _(bloq: GroverSearch) -> tuple[Part | Regroup, ...]:
    parts = Part("prepare", bloq.prepare), Part("iterate", bloq.iterate, bloq.n_iterates)
    return _reversed(parts) if bloq.uncompute else parts


@parts_in_sequence.register
def _(bloq: GroverIterate) -> tuple[Part | Regroup, ...]:
    parts = Part("oracle", bloq.oracle), Part("diffusion", bloq.diffusion)
    return _reversed(parts) if bloq.uncompute else parts


@parts_in_sequence.register
def _(bloq: Diffusion) -> tuple[Part | Regroup, ...]:
    undo = Part("unprepare", bloq.prepare.adjoint())
    return undo, Part("reflect", bloq.reflect), Part("prepare", bloq.prepare)


@parts_in_sequence.register
def _(bloq: PhaseOracle) -> tuple[Part | Regroup, ...]:
    load, score, flip, unscore, unload = (part for part, _ in bloq.parts)
    word = QAny(bloq.lookup.table.word_bits)
    split = Signature(
        [
            Register("word", word, side=Side.LEFT),
            Register("key", bloq.score.key_type, side=Side.RIGHT),
            Register("live", QBit(), side=Side.RIGHT),
        ]
    )
    return (
        Part("load", load),
        Regroup("split_word", split),
        Part("score", score),
        Part("flip", flip),
        Part("unscore", unscore),
        Regroup("join_word", split.adjoint()),
        Part("unload", unload),
    )


def _reversed(parts: Iterable[Part]) -> tuple[Part, ...]:
    return tuple(attrs.evolve(part, bloq=part.bloq.adjoint()) for part in reversed(tuple(parts)))


def ports(signature: Signature, *, through: bool) -> list[PortV1]:
    """Return the ports of the registers: `in_` and `out_` before the name, or the name alone of one that goes through.

    QREF wants every port of a routine with children connected inside, except those that go through.
    """
    found = []
    for reg in signature:
        if reg.side == Side.THRU and through:
            found.append(_port(reg.name, "through", reg))
            continue
        if reg.side & Side.LEFT:
            found.append(_port(f"in_{reg.name}", "input", reg))
        if reg.side & Side.RIGHT:
            found.append(_port(f"out_{reg.name}", "output", reg))
    return found


def _port(name: str, direction: Literal["input", "output", "through"], reg: Register) -> PortV1:
    return PortV1(name=name, direction=direction, size=plain(_bits(reg)))


def sizes(signature: Signature) -> list[Any]:
    """Return the bits of every register, numbers or formulas."""
    return [_bits(reg) for reg in signature]


def _bits(reg: Register) -> Any:
    bits = reg.bitsize
    for length in reg.shape_symbolic:
        bits = bits * length
    return bits


def registers(name: str, signature: Signature) -> RoutineV1:
    """Return a leaf of registers alone: no gate, no qubit."""
    parameters = sorted(symbols(*sizes(signature)))
    return RoutineV1(name=name, type="registers", ports=ports(signature, through=False), input_params=list(parameters))


def connections(signature: Signature, steps: Sequence[tuple[RoutineV1, Signature]]) -> list[str]:
    """Return the connections of a routine with these registers, whose children pass registers on by name."""
    wires, found = {reg.name: f"in_{reg.name}" for reg in signature.lefts()}, []
    for routine, inner in steps:
        found += [f"{wires.pop(reg.name)} -> {_end(routine, 'in', reg)}" for reg in inner.lefts()]
        wires |= {reg.name: _end(routine, "out", reg) for reg in inner.rights()}
    return found + [f"{source} -> out_{name}" for name, source in wires.items()]


def _end(routine: RoutineV1, side: str, reg: Register) -> str:
    """The port of a child at which a register comes in or goes out."""
    goes_through = reg.name in {port.name for port in routine.ports}
    return f"{routine.name}.{reg.name if goes_through else f'{side}_{reg.name}'}"


def qubits_passing_by(signature: Signature, steps: Iterable[Signature]) -> list[Any]:
    """Return for every step the qubits of the wires that it does not touch."""
    alive, found = {reg.name: _qubits(reg) for reg in signature.lefts()}, []
    for inner in steps:
        for reg in inner.lefts():
            alive.pop(reg.name)
        found.append(sum(alive.values()))
        alive |= {reg.name: _qubits(reg) for reg in inner.rights()}
    return found


def _qubits(reg: Register) -> Any:
    return _bits(reg) if isinstance(reg.dtype, QDType) else 0


def made_and_freed(signature: Signature) -> tuple[list[RoutineV1], list[str]]:
    """Return the leaves in which the registers of one side begin and end, and their connections.

    A routine whose wires inside are not known has no other place for a port that does not go through.
    """
    children, found = [], []
    made, freed = ([reg for reg in signature if reg.side == side] for side in (Side.RIGHT, Side.LEFT))
    if made:
        children.append(registers("new_registers", Signature(made)))
        found += [f"new_registers.out_{reg.name} -> out_{reg.name}" for reg in made]
    if freed:
        children.append(registers("freed_registers", Signature(freed)))
        found += [f"in_{reg.name} -> freed_registers.in_{reg.name}" for reg in freed]
    return children, found
