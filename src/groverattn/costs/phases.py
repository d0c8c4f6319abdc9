"""Phases of a Grover iterate, from its bloqs."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from qualtran import Bloq
from qualtran.resource_counting import QECGatesCost

from groverattn.bloqs.costed import reading
from groverattn.bloqs.lookup.kept_address import KeptAddress
from groverattn.bloqs.lookup.key_lookup import UnloadAgain
from groverattn.bloqs.search.grover import GroverIterate
from groverattn.costs.counting import ControlBits, cost_of
from groverattn.costs.schedule import Phase


@functools.lru_cache(maxsize=4096)
def phases_of(iterate: GroverIterate) -> tuple[Phase, ...]:
    """Return what an iterate does one after the other, and what each part of it needs.

    Of an oracle made of a lookup and a score these are load (a walk, then swaps, where the load is made of both),
    score, predicate, unscore, unload and diffusion; of another one, oracle and diffusion. Where an oracle loads, scores
    and unloads some keys at a time, each of these is one phase for all of them: magic states made ahead then last for
    less, so the time is not below that of the true order. The phases add up to the counts of the iterate (see test).

    Raises:
        InputError: a part does not state its depth.

    >>> from groverattn.bloqs.lookup.qrom import QROMLookup
    >>> from groverattn.bloqs.score.methods import score
    >>> from groverattn.bloqs.search.phase_oracle import PhaseOracle
    >>> from groverattn.problem.key_table import KeyTable
    >>> oracle = PhaseOracle(QROMLookup(KeyTable(16, 2, 4)), score("shared-sums", (3, -1), 2, 4))
    >>> [phase.name for phase in phases_of(GroverIterate(oracle))]
    ['load', 'score', 'predicate', 'unscore', 'unload', 'diffusion']
    """
    return (*_of_oracle(iterate.oracle), _phase("diffusion", [(iterate.diffusion, 1)]))


def _of_oracle(oracle: Any) -> Iterator[Phase]:
    if not hasattr(oracle, "loads"):
        yield _phase("oracle", [(oracle, 1)])
        return
    score, unscore = of_score(oracle)
    _, times = oracle.scores[0]
    yield from of_load(oracle)
    yield score
    yield _phase("predicate", [(oracle.predicate, times)], waits=oracle.flips_in_turn)
    yield unscore
    if isinstance(oracle.lookup, KeptAddress):
        *unloads, forget = oracle.unloads
        yield _phase("unload", unloads)
        yield _phase("forget", [forget])
    else:
        yield from _unload(oracle.unloads)


def of_score(oracle: Bloq) -> tuple[Phase, Phase]:
    """Return the phases in which an oracle scores its keys and undoes that."""
    score, unscore = oracle.scores  # pyright: ignore[reportAttributeAccessIssue]
    return _scored(score, unscore, reading(oracle, "turns"))


@functools.lru_cache(maxsize=4096)
def _scored(score: tuple[Bloq, int], unscore: tuple[Bloq, int], in_turn: int) -> tuple[Phase, Phase]:
    return _phase("score", [score], waits=in_turn), _phase("unscore", [unscore], waits=in_turn)


def of_load(oracle: Bloq) -> tuple[Phase, ...]:
    """Return the phases in which an oracle loads its keys."""
    lookup = reading(oracle, "lookup")
    if isinstance(lookup, KeptAddress):
        address, *passes = oracle.loads  # pyright: ignore[reportAttributeAccessIssue]
        return _phase("address", [address]), _phase("load", passes)
    return tuple(_load(lookup))


def _load(lookup: Bloq) -> Iterator[Phase]:
    """A load of rows of several words is a walk, and then a network of swaps at another pace."""
    whole = _phase("load", [(lookup, 1)])
    walk = getattr(lookup, "walk", None)
    if walk is None or walk[0] == whole.toffoli:
        yield whole
        return
    toffoli, reactions, fan_outs = walk
    yield Phase("walk", toffoli=toffoli, reactions=reactions, fan_outs=fan_outs)
    yield whole.and_then(Phase("", -toffoli, -reactions, -fan_outs)).but(name="swaps")


def _unload(parts: Sequence[tuple[Bloq, int]]) -> Iterator[Phase]:
    """A load that is read backwards has the phases of the load, the last one first."""
    ((unload, _),) = parts
    if isinstance(unload, UnloadAgain):
        yield from (phase.but(name=f"un{phase.name}") for phase in reversed(list(_load(unload.lookup))))
    else:
        yield _phase("unload", parts)


def _phase(name: str, parts: Iterable[tuple[Bloq, int]], waits: int | None = None) -> Phase:
    """Return parts as one phase; `waits` of them wait for each other, if not all."""
    phase = Phase(name)
    for part, times in parts:
        once = _numbers(part)
        reactions = once.reactions * (times if waits is None else waits)
        phase = phase.and_then(once.repeated(times).but(reactions=reactions))
    return phase


@functools.lru_cache(maxsize=4096)
def _numbers(bloq: Bloq) -> Phase:
    gates = cost_of(bloq, QECGatesCost())
    return Phase(
        "",
        toffoli=int(gates.toffoli + gates.cswap + gates.and_bloq),
        reactions=reading(bloq, "measurement_depth"),
        fan_outs=getattr(bloq, "fan_outs", 0),
        control_bits=int(cost_of(bloq, ControlBits())),
        t=int(gates.t),
        rotation=int(gates.rotation),
        measurement=int(gates.measurement),
    )
