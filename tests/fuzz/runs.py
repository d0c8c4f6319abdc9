"""Inputs run through targets, a chunk at a time."""

from __future__ import annotations

import functools
import resource
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
from hypothesis import HealthCheck, Phase, given, seed, settings

from . import limits
from .targets import Target, targets

CHUNK = 400
"""Inputs of one task; what Hypothesis remembers of them is forgotten afterwards."""


@attrs.frozen
class Chunk:
    """What is run by one process at a time: `inputs` inputs of a target."""

    target: str
    seed: int
    inputs: int


@attrs.define
class Outcome:
    """What came of the inputs of one or several chunks of a target.

    Attributes:
        counts: inputs by result or refusal; `failed` for neither.
        failures: by what was raised and where, the shortest input with the traceback.
        seconds: time of all of them.
        slowest_s: time of the slowest input.
        memory_mib: most memory that a process took.
    """

    counts: Counter[str] = attrs.field(factory=Counter)
    failures: dict[str, tuple[str, str]] = attrs.field(factory=dict)
    seconds: float = 0.0
    slowest_s: float = 0.0
    memory_mib: int = 0

    def add(self, other: Outcome) -> None:
        """Take in what came of another chunk."""
        self.counts += other.counts
        for key, failure in other.failures.items():
            self.failures[key] = min(self.failures.get(key, failure), failure, key=lambda found: len(found[0]))
        self.seconds += other.seconds
        self.slowest_s = max(self.slowest_s, other.slowest_s)
        self.memory_mib = max(self.memory_mib, other.memory_mib)


def begin_process() -> None:
    """Load what the targets need, and only then limit memory."""
    all_targets()
    limits.limit_memory()


@functools.cache
def all_targets() -> Mapping[str, Target]:
    """Return the targets by name."""
    return targets()


def run_chunk(chunk: Chunk) -> Outcome:
    """Run the inputs of a chunk; what fails is noted, and the rest is run."""
    target, found = all_targets()[chunk.target], Outcome()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "written").mkdir()

        @settings(max_examples=chunk.inputs, database=None, deadline=None, phases=[Phase.generate],
                  suppress_health_check=list(HealthCheck))  # fmt: skip
        @seed(chunk.seed)
        @given(target.inputs)
        def one(value: Any) -> None:
            _note(found, value, lambda: target.run(value, Path(folder)))

        one()
    found.memory_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    return found


def _note(found: Outcome, value: Any, run: Callable[[], str]) -> None:
    start = time.monotonic()
    try:
        kind = run()
    except (Exception, limits.OverTime) as failure:
        kind = "failed"
        frames = traceback.extract_tb(failure.__traceback__)
        ours = [frame for frame in frames if "groverattn" in frame.filename] or frames
        key = f"{type(failure).__name__} at {Path(ours[-1].filename).name}:{ours[-1].lineno}"
        text = "".join(traceback.format_exception(failure)[-8:])
        shortest, written = found.failures.get(key), _written(value)
        if shortest is None or len(written) < len(shortest[0]):
            found.failures[key] = written, text
    seconds = time.monotonic() - start
    found.counts[kind] += 1
    found.seconds += seconds
    found.slowest_s = max(found.slowest_s, seconds)


def _written(value: Any) -> str:
    try:
        return repr(value)
    except ValueError:  # a whole number of more than 4,300 digits
        return "an input with a number that Python does not write"


def chunks(names: Sequence[str], inputs: int, first_seed: int) -> list[Chunk]:
    """Share the inputs out; every chunk has a seed of its own, which depends on the target and the first seed."""
    shares = {name: all_targets()[name].share for name in names}
    total, found = sum(shares.values()), []
    for name in names:
        left, number = max(round(inputs * shares[name] / total + 0.5), 1), 0
        while left > 0:
            own = int.from_bytes(f"{name} {first_seed} {number}".encode(), "big")
            found.append(Chunk(name, own, min(left, CHUNK)))
            left, number = left - CHUNK, number + 1
    return found
