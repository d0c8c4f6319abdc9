"""The main job: from a real head to a verified search and estimates of real models."""

from __future__ import annotations

from typing import Any

import attrs

from groverattn.estimation.estimate import Estimate, estimate
from groverattn.estimation.table import headline_table
from groverattn.problem.heads import bundled_head
from groverattn.problem.instance import Instance
from groverattn.row.request import RowRequest
from groverattn.show.document import Block, Paragraph
from groverattn.show.numbers import count_text
from groverattn.show.result import Shown
from groverattn.simulation.head import OnRow, simulate_instance
from groverattn.simulation.request import SimulationRequest
from groverattn.simulation.result import Simulation
from groverattn.verification.request import VerificationRequest
from groverattn.verification.verification import Verification, verify_instance

SCHEMA = "groverattn.run/1"


_ACCESS = "qroam"  # of the circuit that is run, in both steps
PRESETS_SHOWN = ("gpt2", "llama3-8b", "llama3.1-8b", "deepseek-v3.2", "1m-context-synthetic")


@attrs.frozen
class MainJob(Shown):
    """Results of the three steps.

    Attributes:
        verification: the oracle's circuit of one row, run on all keys.
        simulation: the search on every row.
        estimates: what the same circuit costs at the sizes of real models.
    """

    verification: Verification
    simulation: Simulation
    estimates: list[Estimate]

    @property
    def passed(self) -> bool:
        """Whether circuit and search were right."""
        return self.verification.check.passed and self.simulation.passed

    def as_json(self) -> dict[str, Any]:
        """Return the object that `run --format json` prints."""
        return {
            "schema": SCHEMA,
            "verify": self.verification.as_json(),
            "simulate": self.simulation.as_json(),
            "estimates": [result.as_json() for result in self.estimates],
            "passed": self.passed,
        }

    def blocks(self) -> tuple[Block, ...]:
        """Return the three steps, one after the other."""
        return (
            Paragraph("1. The oracle's circuit, every gate run on every key of one row", stressed=True),
            *self.verification.blocks(),
            Paragraph("2. The search on every row, and B built from what it found", stressed=True),
            *self.simulation.blocks(),
            Paragraph("3. The same circuit at the sizes of real models, beside the classical line", stressed=True),
            headline_table(self.estimates),
            Paragraph(_SETTING + _crossings(self.estimates)),
        )


def main_job(
    *, n_marked: int = 16, seed: int = 0, n_workers: int = 2, on_row: OnRow = lambda done, total: None
) -> MainJob:
    """Verify, simulate and estimate on the packaged head, at 8 bits.

    Raises:
        InputError: n_marked leaves nothing to search for.
    """
    instance = Instance.from_target(bundled_head(), n_marked, query_bits=8, key_bits=8)
    verification = verify_instance(VerificationRequest(data_access=_ACCESS, seed=seed), instance)
    simulation = simulate_instance(
        SimulationRequest(data_access=_ACCESS, seed=seed), instance, n_workers=n_workers, on_row=on_row
    )
    estimates = [estimate(RowRequest.of(preset=name)) for name in PRESETS_SHOWN]
    return MainJob(verification, simulation, estimates)


_SETTING = (
    "Search law: expected (number of marked keys unknown). Machine: gidney-fowler-2018, 1 us cycles, 10 us reaction. "
    "GPU: the slowest line of H100, H200 and B200, decode with an exact top-k for one row. Each design has the least "
    "qubits x time: the keys are dealt into parts that are searched one after the other, since a query loads every key "
    "of its part. "
)


def _crossings(results: list[Estimate]) -> str:
    crossing = [
        f"{result.request.name} by {result.request.design.data_access} from n = {count_text(n_keys)}"
        for result in results
        if (n_keys := result.crossover.n_keys) is not None
    ]
    if crossing:
        return "Faster than a GPU: " + ", ".join(crossing) + "."
    return "No crossover in any line, at any number of keys that was looked at."
