"""The ledger of an estimate: how each number was got, and from where."""

from __future__ import annotations

from typing import Literal

import attrs

from groverattn.physical.machines.hardware import Hardware
from groverattn.reference.search.cost import SearchCost


@attrs.frozen
class Provenance:
    """One line of the ledger.

    Attributes:
        quantity: what the number is.
        how: counted from a circuit whose gates the tests run, computed by a formula, or assumed.
        source: the check, the paper or the reason.
    """

    quantity: str
    how: Literal["counted", "formula", "assumption"]
    source: str


_EXTERNAL_CALL = Provenance(
    "load and unload",
    "assumption",
    "our assumption: two calls of a memory outside the circuit, without gates and qubits of it in any count, at the "
    "latency and error of `inputs.qram`; no such device exists (arXiv:2305.10310), and nothing of it is verified",
)


def provenance(data_access: str, cost: SearchCost, hardware: Hardware) -> list[Provenance]:
    """Return the ledger of one estimate."""
    counted = f"call graph of GroverIterate with {data_access}; `groverattn verify --data-access {data_access}` runs it"
    return [
        *([_EXTERNAL_CALL] if data_access == "qram" else []),
        Provenance("toffoli, measurements, logical_qubits of the iterate", "counted", counted),
        Provenance("clifford", "counted", f"{counted}; with sizes only, half of the key bits are taken to be one"),
        Provenance(
            "toffoli_depth, measurement_depth",
            "counted",
            "parts follow each other; within a part gates that share only controls run at once; holds together with "
            "logical_qubits in one schedule; compared with the flat circuit by the tests",
        ),
        Provenance(
            "score of a representative query",
            "assumption",
            "our assumption: query and keys are rounded Gaussians with sigma = range / 3; over queries the Toffolis of "
            "the score vary by 2 % (one standard deviation, at d = 128 and 8 bits; estimates/iterates.csv)",
        ),
        Provenance("t_count", "formula", "4 T per Toffoli; rotations by arXiv:2211.07629, Eq. D4"),
        Provenance("iterates", "formula", cost.source),
        Provenance(
            "p_failure of the search", "formula", f"exact failure of the law at its share of the budget; {cost.source}"
        ),
        Provenance(
            "error_budget",
            "formula",
            "of one row, for any reason; the share of the search minimises qubits x time by scalar minimisation, and "
            "the rest is split by the search over factory, code distance and T gates per rotation",
        ),
        Provenance("row, head, model", "formula", "iterates x iterate; every row searches all n keys (our assumption)"),
        Provenance("physical", "formula", f"{hardware.name}: {hardware.sources['factories']}"),
        Provenance(
            "control_bits, control_s",
            "counted",
            f"bits of the key table behind every measured unload of the {data_access} circuit; time at "
            f"{hardware.control_bits_per_s:.3g} bit/s, {hardware.sources['control_bits_per_s']}",
        ),
        Provenance(
            "limits_s.clifford",
            "formula",
            "our assumption: a Clifford gate takes a tile for one time step of d cycles, and every tile that can "
            "operate always does: a lower bound if all of them are carried out; commutation could save some",
        ),
        Provenance("physical_error_rate", "assumption", hardware.sources["physical_error_rate"]),
        Provenance("cycle_time", "assumption", hardware.sources["cycle_time_us"]),
        Provenance("reaction_time", "assumption", hardware.sources["reaction_time_us"]),
        Provenance("classical", "formula", "FLOP or bytes of one row over the rate named with each line"),
        Provenance(
            "crossover",
            "formula",
            "quantum row at its reaction limit (measurement depth), with any number of factories, against the lines of "
            "the GPUs; n_marked stays as n grows",
        ),
    ]
