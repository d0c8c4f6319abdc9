"""Factories that a machine can use, of all its families."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groverattn.errors import InputError
from groverattn.physical.factories.factory import Factory, candidate_factories
from groverattn.physical.machines.hardware import Hardware


def usable_families(hardware: Hardware) -> Iterator[str]:
    """Yield the families of the machine; one to fall back on that has no design for its error rates is left out."""
    for family in hardware.factories:
        try:
            candidate_factories(family, hardware)
        except InputError:
            if family == hardware.factories[0]:
                raise
            continue
        yield family


@cache
def factories_of(hardware: Hardware) -> tuple[tuple[Factory, ...], NDArray[Any]]:
    """All factories of a machine; qubits, cycles of a Toffoli and of a T, errors of both, shape (5, factories)."""
    found = tuple(each for family in usable_families(hardware) for each in candidate_factories(family, hardware))
    fields = ("qubits", "cycles_per_toffoli", "cycles_per_t", "p_error_per_toffoli", "p_error_per_t")
    return found, np.array([[getattr(each, name) for each in found] for name in fields], dtype=np.float64)
