"""What a machine has for a row today: magic states per second, and a design with its code distance."""

from __future__ import annotations

import attrs

from groverattn.costs.search_totals import count_search
from groverattn.errors import InputError
from groverattn.physical.estimate import PhysicalEstimate
from groverattn.physical.factories import candidate_factories
from groverattn.physical.machines.hardware import Hardware, hardware
from groverattn.row.circuit import iterate_of
from groverattn.row.price import RowPrice, price_row
from groverattn.row.request import RowRequest
from groverattn.row.time import RowTime


@attrs.frozen
class MachineSupply:
    """Magic states of one row and how fast they come.

    Attributes:
        states_per_row: magic states that the row consumes, a CCZ state for a Toffoli and a T state for a T gate.
        states_per_s: rate at which the factories make them.
        name: which factories these are.
        machine: whose error rate and code are spoken of.
        physical: the design that runs the row; None if the machine cannot run it within the error budget.
        refusal: why it cannot.
    """

    states_per_row: float
    states_per_s: float
    name: str
    machine: Hardware
    physical: PhysicalEstimate | None
    refusal: str = ""

    @classmethod
    def of(cls, request: RowRequest, row: RowTime) -> MachineSupply:
        """Return the supply of the machine that runs the request; of one factory, if none does."""
        try:
            return cls._of_price(request, price_row(request))
        except InputError as error:
            return cls._of_one_factory(request, row, str(error))

    @classmethod
    def _of_price(cls, request: RowRequest, price: RowPrice) -> MachineSupply:
        totals, physical = price.totals.row, price.physical
        states = totals.toffoli + totals.t + totals.rotation * physical.t_per_rotation
        name = f"now: {physical.n_factories:,} x {physical.factory}"
        machine = hardware(request.hardware)
        return cls(states, states / physical.factory_limit_s, name, machine, physical)

    @classmethod
    def _of_one_factory(cls, request: RowRequest, row: RowTime, refusal: str) -> MachineSupply:
        machine = hardware(request.hardware)
        counted = count_search(iterate_of(request)).iterate
        states = row.iterates * (counted.total.toffoli + counted.total.t)
        factories = candidate_factories(machine.factories[0], machine)
        fastest = min(factories, key=lambda factory: factory.cycles_per_toffoli)
        rate = 1 / (fastest.cycles_per_toffoli * machine.cycle_time_us * 1e-6)
        return cls(states, rate, f"now: one {fastest.name}; the machine cannot run the row", machine, None, refusal)
