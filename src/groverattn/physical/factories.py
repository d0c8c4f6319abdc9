"""Magic state factories: how many physical qubits one takes, how fast it is, and how often its states are wrong."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import attrs
from qualtran.resource_counting import GateCounts
from qualtran.surface_code import CCZ2TFactory, LogicalErrorModel, QECScheme

from groverattn.physical.hardware import Hardware
from groverattn.problem.errors import InputError


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
        """Return the code cycles that one copy needs for so many gates."""
        return toffoli * self.cycles_per_toffoli + t * self.cycles_per_t

    def p_error(self, toffoli: int, t: int) -> float:
        """Return the first-order error probability of so many gates; beyond 1 it only says that the run fails."""
        return toffoli * self.p_error_per_toffoli + t * self.p_error_per_t


# Wider than Qualtran's iter_ccz2t_factories (5 to 23, up to 39): a run of 1e11 Toffolis needs (21, 41) at p = 1e-3.
_L1_DISTANCES = range(5, 36, 2)
_L2_EXTRA_DISTANCES = range(2, 33, 2)


def _ccz2t(hardware: Hardware) -> tuple[Factory, ...]:
    """Gidney and Fowler's CCZ factories with a catalysed output of two T states, by Qualtran's model of them."""
    scheme = QECScheme(hardware.error_rate_scaler, hardware.error_rate_threshold)
    noise = LogicalErrorModel(hardware.physical_error_rate, scheme)
    grid = [CCZ2TFactory(l1, l1 + more) for l1 in _L1_DISTANCES for more in _L2_EXTRA_DISTANCES]
    return tuple(_from_ccz2t(model, noise) for model in grid)


def _from_ccz2t(model: CCZ2TFactory, noise: LogicalErrorModel) -> Factory:
    # Four gates of a kind, so that no half state and no half cycle is rounded up.
    toffoli, t = GateCounts(toffoli=4), GateCounts(t=4)
    return Factory(
        name=f"CCZ2T ({model.distillation_l1_d}, {model.distillation_l2_d})",
        qubits=model.n_physical_qubits(),
        cycles_per_toffoli=model.n_cycles(toffoli, noise) / 4,
        cycles_per_t=model.n_cycles(t, noise) / 4,
        p_error_per_toffoli=model.factory_error(toffoli, noise) / 4,
        p_error_per_t=model.factory_error(t, noise) / 4,
        source="arXiv:1812.01238, as qualtran.surface_code.CCZ2TFactory",
    )


# fmt: off
# Litinski, arXiv:1905.06903, Table 1: protocol, physical qubits, code cycles, states per run, output error per state.
# The physical error rate of the T states put in is that of every other operation.
_LITINSKI_T = {
    1e-3: (
        ("15-to-1 (17,7,7)", 4_620, 42.6, 1, 4.5e-8),
        ("15-to-1 (13,5,5)^6 x 20-to-4 (23,11,13)", 43_300, 130, 4, 1.4e-10),
        ("15-to-1 (13,5,5)^4 x 20-to-4 (27,13,15)", 46_800, 157, 4, 2.6e-11),
        ("15-to-1 (11,5,5)^6 x 15-to-1 (25,11,11)", 30_700, 82.5, 1, 2.7e-12),
        ("15-to-1 (13,5,5)^6 x 15-to-1 (29,11,13)", 39_100, 97.5, 1, 3.3e-14),
        ("15-to-1 (17,7,7)^6 x 15-to-1 (41,17,17)", 73_400, 128, 1, 4.5e-20),
    ),
    1e-4: (
        ("15-to-1 (7,3,3)", 810, 18.1, 1, 4.4e-8),
        ("15-to-1 (9,3,3)", 1_150, 18.1, 1, 9.3e-10),
        ("15-to-1 (11,5,5)", 2_070, 30.0, 1, 1.9e-11),
        ("15-to-1 (9,3,3)^4 x 20-to-4 (15,7,9)", 16_400, 90.3, 4, 2.4e-15),
        ("15-to-1 (9,3,3)^4 x 15-to-1 (25,9,9)", 18_600, 67.8, 1, 6.3e-25),
    ),
}
_LITINSKI_CCZ = {
    1e-3: (("15-to-1 (13,7,7)^6 x 8-to-CCZ (25,15,15)", 47_000, 60, 1, 5.2e-11),),
    1e-4: (("15-to-1 (7,3,3)^4 x 8-to-CCZ (15,7,9)", 12_400, 36.1, 1, 7.2e-14),),
}
# fmt: on
_LITINSKI_SOURCE = "arXiv:1905.06903, Table 1"


def _litinski(hardware: Hardware) -> tuple[Factory, ...]:
    """Litinski's factories, from the table of the next larger physical error rate."""
    rates = [rate for rate in sorted(_LITINSKI_T) if hardware.physical_error_rate <= rate]
    if not rates:
        raise InputError(
            given=f"physical_error_rate = {hardware.physical_error_rate}",
            allowed="at most 1e-3 with litinski-2019 factories",
            why=f"{_LITINSKI_SOURCE}, lists factories for 1e-3 and 1e-4 only",
            do="choose another factory family for this machine",
        )
    # A Toffoli is 4 T (arXiv:1212.5069); on a CCZ factory a bare T takes a whole CCZ: our assumption, an upper bound.
    from_t = [_from_litinski(*row, states_per_toffoli=4) for row in _LITINSKI_T[rates[0]]]
    from_ccz = [_from_litinski(*row, states_per_toffoli=1) for row in _LITINSKI_CCZ[rates[0]]]
    return (*from_t, *from_ccz)


def _from_litinski(
    name: str, qubits: int, cycles_per_run: float, states_per_run: int, p_error: float, *, states_per_toffoli: int
) -> Factory:
    cycles = cycles_per_run / states_per_run
    return Factory(
        name=name,
        qubits=qubits,
        cycles_per_toffoli=states_per_toffoli * cycles,
        cycles_per_t=cycles,
        p_error_per_toffoli=states_per_toffoli * p_error,
        p_error_per_t=p_error,
        source=_LITINSKI_SOURCE,
    )


FAMILIES: dict[str, Callable[[Hardware], tuple[Factory, ...]]] = {"ccz2t": _ccz2t, "litinski-2019": _litinski}


@cache
def candidate_factories(family: str, hardware: Hardware) -> tuple[Factory, ...]:
    """Return the factories of one family on one machine, without those that another one beats in every respect.

    Raises:
        InputError: an unknown family, or one with no factory for the machine's physical error rate.

    >>> from groverattn.physical.hardware import hardware
    >>> candidate_factories("litinski-2019", hardware("beverland-gate-ns-e4"))[0].qubits
    810
    """
    if family not in FAMILIES:
        raise InputError(
            given=f"factory family {family!r}",
            allowed=", ".join(FAMILIES),
            why="there is no family of this name",
            do="choose one of the names above",
        )
    return _without_dominated(FAMILIES[family](hardware))


def _without_dominated(factories: tuple[Factory, ...]) -> tuple[Factory, ...]:
    """Leave out every factory that another one equals or beats in size, speed and error."""
    kept: list[tuple[float, ...]] = []
    result = []
    for factory in sorted(factories, key=_merits):
        merits = _merits(factory)
        # Sorted by size first, so whatever beats this factory has been seen.
        if not any(all(a <= b for a, b in zip(other, merits, strict=True)) for other in kept):
            kept.append(merits)
            result.append(factory)
    return tuple(result)


def _merits(factory: Factory) -> tuple[float, ...]:
    speed = (factory.cycles_per_toffoli, factory.cycles_per_t)
    return (factory.qubits, *speed, factory.p_error_per_toffoli, factory.p_error_per_t)
