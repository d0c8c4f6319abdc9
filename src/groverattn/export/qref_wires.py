"""Registers as the ports of QREF routines, and the wires between parts that follow each other."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import attrs
import sympy
from qref.schema_v1 import PortV1, RoutineV1
from qualtran import Bloq, QAny, QBit, QDType, Register, Side, Signature

from groverattn.bloqs.search.diffusion import Diffusion
from groverattn.bloqs.search.grover import GroverIterate, GroverSearch
from groverattn.bloqs.search.phase_oracle import PhaseOracle

_NAMES: dict[type[Bloq], tuple[str, ...]] = {
    GroverSearch: ("prepare", "iterate"),
    GroverIterate: ("oracle", "diffusion"),
    Diffusion: ("unprepare", "reflect", "prepare"),
}


@attrs.frozen
class Part:
    """A step of a routine.

    Attributes:
        name: name of the step.
        bloq: what is called; None: registers are given other names, without a gate or a qubit.
        times: calls, one after the other.
        signature: registers of one call.
    """

    name: str
    bloq: Bloq | None
    times: Any = 1
    signature: Signature = attrs.field(default=attrs.Factory(lambda self: self.bloq.signature, takes_self=True))


def symbols(*values: Any) -> set[str]:
    """Return the names of the symbols in numbers and formulas.

    >>> symbols(3, sympy.Symbol("n") - 2)
    {'n'}
    """
    return {str(symbol) for value in values if isinstance(value, sympy.Expr) for symbol in value.free_symbols}


def plain(value: Any) -> int | str:
    """Return a value as QREF writes it: a whole number, or a formula as text.

    >>> plain(sympy.Integer(3)), plain(sympy.Symbol("n") - 2)
    (3, 'n - 2')
    """
    return str(value) if isinstance(value, str) or symbols(value) else int(value)


def parts_in_sequence(bloq: Bloq) -> tuple[Part, ...]:
    """Return the parts of a bloq in the order of time, if each register of a part is the one of that name before it.

    Of other bloqs the call graph says which parts they have, but not which wires these share: they have none here.
    """
    if isinstance(bloq, PhaseOracle):
        return _parts_of_oracle(bloq)
    if not isinstance(bloq, GroverSearch | GroverIterate | Diffusion):
        return ()
    steps = list(zip(_NAMES[type(bloq)], bloq.parts, strict=True))
    if getattr(bloq, "uncompute", False):
        return tuple(Part(name, part.adjoint(), times) for name, (part, times) in reversed(steps))
    return tuple(Part(name, part, times) for name, (part, times) in steps)


def _parts_of_oracle(oracle: PhaseOracle) -> tuple[Part, ...]:
    load, score, flip, unscore, unload = (part for part, _ in oracle.parts)
    word = Register("word", QAny(oracle.lookup.table.word_bits), side=Side.LEFT)
    key = Register("key", oracle.score.key_type, side=Side.RIGHT)
    split = Signature([word, key, Register("live", QBit(), side=Side.RIGHT)])
    return (
        *(Part("load", load), Part("split_word", None, signature=split), Part("score", score), Part("flip", flip)),
        *(Part("unscore", unscore), Part("join_word", None, signature=split.adjoint()), Part("unload", unload)),
    )


def ports(signature: Signature, *, through: bool) -> list[PortV1]:
    """Return the ports of the registers: `in_` and `out_` before the name, or the name alone of one that goes through.

    QREF wants every port of a routine with children connected inside, except those that go through.
    """
    found = []
    for reg in signature:
        size = plain(bits(reg))
        if reg.side == Side.THRU and through:
            found.append(PortV1(name=reg.name, direction="through", size=size))
            continue
        if reg.side & Side.LEFT:
            found.append(PortV1(name=f"in_{reg.name}", direction="input", size=size))
        if reg.side & Side.RIGHT:
            found.append(PortV1(name=f"out_{reg.name}", direction="output", size=size))
    return found


def bits(reg: Register) -> Any:
    """Return the bits of a register, a number or a formula."""
    return math.prod(reg.shape_symbolic, start=reg.bitsize)


def registers(name: str, signature: Signature) -> RoutineV1:
    """Return a leaf of registers alone: no gate, no qubit."""
    parameters = sorted(symbols(*map(bits, signature)))
    return RoutineV1(name=name, type="registers", ports=ports(signature, through=False), input_params=parameters)


def connections(signature: Signature, steps: Iterable[tuple[RoutineV1, Signature]]) -> list[str]:
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
    """Return for every step the qubits of the wires that it does not touch; classical wires have none."""
    alive, found = {reg.name: reg for reg in signature.lefts()}, []
    for inner in steps:
        for reg in inner.lefts():
            alive.pop(reg.name)
        found.append(sum(bits(reg) for reg in alive.values() if isinstance(reg.dtype, QDType)))
        alive |= {reg.name: reg for reg in inner.rights()}
    return found


def made_and_freed(signature: Signature) -> tuple[list[RoutineV1], list[str]]:
    """Return the leaves in which the registers of one side begin and end, and their connections.

    A routine whose wires inside are not known has no other place for a port that does not go through.
    """
    children, found = [], []
    made, freed = "new_registers.out_{0} -> out_{0}", "in_{0} -> freed_registers.in_{0}"
    for name, side, wire in (("new_registers", Side.RIGHT, made), ("freed_registers", Side.LEFT, freed)):
        regs = [reg for reg in signature if reg.side == side]
        if regs:
            children.append(registers(name, Signature(regs)))
            found += [wire.format(reg.name) for reg in regs]
    return children, found
