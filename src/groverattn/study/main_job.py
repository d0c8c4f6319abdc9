"""The main job: from a real head to a verified search and estimates of real models."""

from __future__ import annotations

from typing import Any

import attrs

from groverattn.problem.heads import bundled_head
from groverattn.problem.instance import Instance
from groverattn.study.estimate import Estimate, estimate
from groverattn.study.requests import estimate_request
from groverattn.study.simulate import OnRow, Simulation, simulate
from groverattn.study.verification import Verification, verify_head_row

SCHEMA = "groverattn.run/1"

PRESETS_SHOWN = ("gpt2", "llama3-8b", "llama3.1-8b", "deepseek-v3", "1m-context-synthetic")
ACCESSES_SHOWN = ("qrom", "qroam")


@attrs.frozen
class MainJob:
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


def main_job(
    *, n_marked: int = 16, seed: int = 0, n_workers: int = 2, on_row: OnRow = lambda done, total: None
) -> MainJob:
    """Verify, simulate and estimate on the packaged head, at 8 bits.

    Raises:
        InputError: n_marked leaves nothing to search for.
    """
    instance = Instance.from_target(bundled_head(), n_marked, query_bits=8, key_bits=8)
    verification = verify_head_row(instance, None, data_access="qroam", seed=seed)
    simulation = simulate(instance, data_access="qrom", seed=seed, n_workers=n_workers, on_row=on_row)
    estimates = [
        estimate(estimate_request(preset=name, data_access=access))
        for name in PRESETS_SHOWN
        for access in ACCESSES_SHOWN
    ]
    return MainJob(verification, simulation, estimates)
