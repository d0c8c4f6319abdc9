"""Magic state factories: their record, and those of a family on a machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import TypeVar

import attrs

from groverattn.physical.machines.hardware import FAMILIES, Hardware

T = TypeVar("T")


@attrs.frozen
class Factory:
    """One design of a magic state factory on one machine.

    Attributes:
        name: the construction with its code distances.
        qubits: physical qubits of one copy.
        cycles_per_toffoli: code cycles that one copy spends per Toffoli gate served.
        cycles_per_t: code cycles that one copy spends per T gate served.
        p_error_per_toffoli: error probability of a Toffoli gate due to its magic states.
        p_error_per_t: error probability of a T gate due to its magic state.
        source: where the numbers are from.
    """

    name: str
    qubits: int
    cycles_per_toffoli: float
    cycles_per_t: float
    p_error_per_toffoli: float
    p_error_per_t: float
    source: str

    def cycles(self, toffoli: int, t: int) -> float:
        """Return the code cycles that one copy needs for this many gates."""
        return toffoli * self.cycles_per_toffoli + t * self.cycles_per_t

    def p_error(self, toffoli: int, t: int) -> float:
        """Return the first-order error probability of this many gates; above 1 the run fails."""
        return toffoli * self.p_error_per_toffoli + t * self.p_error_per_t


def pareto(members: Iterable[T], merits: Callable[[T], tuple[float, ...]]) -> list[T]:
    """Return the Pareto set, in the order of its merits; of equals the first is kept.

    Args:
        members: what is compared.
        merits: numbers of which less is better.

    >>> pareto([(1, 5), (2, 2), (3, 3), (5, 1)], merits=lambda pair: pair)
    [(1, 5), (2, 2), (5, 1)]
    """
    kept: list[tuple[tuple[float, ...], T]] = []
    for member in sorted(members, key=merits):
        own = merits(member)
        # Sorted by the first merit, so whatever beats this member has been seen.
        if not any(all(a <= b for a, b in zip(other, own, strict=True)) for other, _ in kept):
            kept.append((own, member))
    return [member for _, member in kept]


@cache
def candidate_factories(family: str, hardware: Hardware) -> tuple[Factory, ...]:
    """Return the factories of one family on one machine, without those that another one beats in every respect.

    Raises:
        InputError: an unknown family, or one with no factory for the machine's physical error rate.

    >>> from groverattn.physical.machines.hardware import hardware
    >>> candidate_factories("litinski-2019", hardware("beverland-gate-ns-e4"))[0].qubits
    810
    """

    def merits(factory: Factory) -> tuple[float, ...]:
        speed = (factory.cycles_per_toffoli, factory.cycles_per_t)
        return (factory.qubits, *speed, factory.p_error_per_toffoli, factory.p_error_per_t)

    return tuple(pareto(FAMILIES[family](hardware), merits))
