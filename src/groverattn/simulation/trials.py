"""Records of what the search of one row did."""

from __future__ import annotations

from typing import Any

import attrs

from groverattn.reference.search.trials import GroverRun
from groverattn.show.result import Shown


@attrs.frozen
class TrialRecord:
    """One trial as it was made.

    Attributes:
        run: number and phases of its iterates.
        n_excluded: keys that were not live, because they had been found or are kept.
        key: the measured key, or block.
        hit: whether a marked key was read that is new; with growing trials, the next one then begins a new round.
        n_read: keys that were read and had not been read before.
        n_found: how many of them are marked.
    """

    run: GroverRun
    n_excluded: int
    key: int
    hit: bool
    n_read: int = 1
    n_found: int = attrs.field(default=attrs.Factory(lambda self: int(self.hit), takes_self=True))


@attrs.frozen
class RowSearch(Shown):
    """What one row's search did.

    Attributes:
        found: keys that were measured and passed the classical check, in the order of finding.
        trials: every trial in order.
        last_threshold: the threshold of the last round.
        stopped_early: the row has more marked keys than it was promised to have.
        first_iterates: iterates before the first trial, those of quantum counting.
        first_checks: keys read before the first trial.
    """

    found: tuple[int, ...]
    trials: tuple[TrialRecord, ...]
    last_threshold: int
    stopped_early: bool = False
    first_iterates: int = 0
    first_checks: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return what was found, and every trial."""
        return {"found": list(self.found), "trials": [attrs.asdict(trial) for trial in self.trials]}

    @property
    def iterates(self) -> int:
        """Grover iterates run, each one oracle call."""
        return self.first_iterates + sum(trial.run.n_iterates for trial in self.trials)

    @property
    def phased_iterates(self) -> int:
        """Those among them with the phases of a fixed-point search."""
        return sum(trial.run.n_iterates for trial in self.trials if trial.run.is_phased)

    @property
    def checks(self) -> int:
        """Keys that were read classically."""
        return self.first_checks + sum(trial.n_read for trial in self.trials)
