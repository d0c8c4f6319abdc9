"""Gidney and Fowler's CCZ factory with a catalysed output of two T states."""

from __future__ import annotations

from qualtran.resource_counting import GateCounts
from qualtran.surface_code import CCZ2TFactory, LogicalErrorModel, QECScheme

from groverattn.physical.factories.factory import Factory
from groverattn.physical.machines.hardware import Hardware

# Wider than Qualtran's iter_ccz2t_factories (5 to 23, up to 39): a run of 1e11 Toffolis needs (21, 41) at p = 1e-3.
_L1_DISTANCES = range(5, 36, 2)
_L2_EXTRA_DISTANCES = range(2, 33, 2)


def ccz2t(hardware: Hardware) -> tuple[Factory, ...]:
    """Return the factories of arXiv:1812.01238 at all sensible code distances, by Qualtran's model of them.

    >>> from groverattn.physical.machines.hardware import hardware
    >>> next(f for f in ccz2t(hardware("gidney-fowler-2018")) if f.name == "CCZ2T (15, 31)").qubits
    147904
    """
    scheme = QECScheme(hardware.error_rate_scaler, hardware.error_rate_threshold)
    noise = LogicalErrorModel(hardware.physical_error_rate, scheme)
    grid = [CCZ2TFactory(l1, l1 + more) for l1 in _L1_DISTANCES for more in _L2_EXTRA_DISTANCES]
    return tuple(_from_qualtran(model, noise) for model in grid)


def _from_qualtran(model: CCZ2TFactory, noise: LogicalErrorModel) -> Factory:
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
