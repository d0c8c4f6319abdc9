"""Magic state factories by family, each family a function from a machine to its designs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from groverattn.errors import unknown_name
from groverattn.physical.factories.ccz2t import ccz2t
from groverattn.physical.factories.cultivated_ccz import cultivated_ccz
from groverattn.physical.factories.factory import Factory, without_dominated
from groverattn.physical.factories.fifteen_to_one import fifteen_to_one
from groverattn.physical.factories.litinski import litinski
from groverattn.physical.machines.hardware import Hardware

__all__ = ["FAMILIES", "Factory", "candidate_factories"]

FAMILIES: dict[str, Callable[[Hardware], tuple[Factory, ...]]] = {
    "ccz2t": ccz2t,
    "litinski-2019": litinski,
    "beverland-15-to-1": fifteen_to_one,
    "cultivated-ccz": cultivated_ccz,
}


@cache
def candidate_factories(family: str, hardware: Hardware) -> tuple[Factory, ...]:
    """Return the factories of one family on one machine, without those that another one beats in every respect.

    Raises:
        InputError: an unknown family, or one with no factory for the machine's physical error rate.

    >>> from groverattn.physical.machines.hardware import hardware
    >>> candidate_factories("litinski-2019", hardware("beverland-gate-ns-e4"))[0].qubits
    810
    """
    if family not in FAMILIES:
        raise unknown_name("factory family", family, FAMILIES, "there is no family of this name")
    return without_dominated(FAMILIES[family](hardware))
