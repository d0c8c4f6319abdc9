"""Machines that are priced together, by arrays: their factories, copies and stores, and what they take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.physical.pace import Floats


@attrs.frozen(eq=False)
class Choices:
    """Machines at one site; every array has shape (machines,).

    Attributes:
        factory: index of the factory.
        copies: copies of it.
        store: CCZ states in store.
    """

    factory: NDArray[np.intp]
    copies: Floats
    store: Floats

    def at(self, which: NDArray[Any]) -> Choices:
        """Return some of the machines."""
        return Choices(self.factory[which], self.copies[which], self.store[which])

    def around(self, at: int, step: float) -> Choices:
        """Return machine number `at` with other copies, a factor of some steps around its own."""
        copies = np.unique(np.maximum(np.round(self.copies[at] * step ** np.arange(-24.0, 25.0)), 1.0))
        return Choices(np.full(copies.size, self.factory[at]), copies, np.full(copies.size, self.store[at]))

    def with_stores(self, stores: Sequence[float]) -> Choices:
        """Return each machine with each of the stores."""
        n = len(stores)
        return Choices(
            np.repeat(self.factory, n), np.repeat(self.copies, n), np.tile(np.array(stores, float), self.factory.size)
        )


@attrs.frozen(eq=False)
class Priced:
    """What machines take; every array has shape (machines,).

    Attributes:
        choices: the machines.
        cycles: code cycles of the run.
        operating: tiles that take part in Clifford gates.
        qubits: physical qubits.
        p_failure: probability that the run fails.
    """

    choices: Choices
    cycles: Floats
    operating: Floats
    qubits: Floats
    p_failure: Floats
