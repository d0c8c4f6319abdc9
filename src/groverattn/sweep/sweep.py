"""A study from its file to its table: what is missing is computed, the rest is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import attrs

from groverattn.show.document import Block, Paragraph
from groverattn.show.result import Shown
from groverattn.sweep.compute import Row
from groverattn.sweep.crews import Crew
from groverattn.sweep.manifest import SCHEMA, manifest_text
from groverattn.sweep.model_version import model_version
from groverattn.sweep.points import Points
from groverattn.sweep.runner import Runner
from groverattn.sweep.store import TABLE, Store, open_store
from groverattn.sweep.study_file import read_study

OnPoint = Callable[[int, int, str], None]
"""Called after each point with the number of points done, of all that were missing, and who computes, in words."""


@attrs.frozen
class SweepResult(Shown):
    """What a run over a study did.

    Attributes:
        kind: of the study.
        folder: where its files are.
        points: points of the study, those that say the same counted once.
        found: of them, how many were there before.
        computed: how many were computed now.
        failed: how many of all have an error instead of numbers.
        refuted: how many simulations of all have a check that failed.
        complete: whether all are there; False if Ctrl-C ended the run.
    """

    kind: str
    folder: str
    points: int
    found: int
    computed: int
    failed: int
    refuted: int
    complete: bool

    def as_json(self) -> dict[str, Any]:
        """Return the object that `sweep --format json` prints."""
        table = str(Path(self.folder) / TABLE) if self.complete else None
        return {"schema": SCHEMA, **attrs.asdict(self), "table": table}

    def blocks(self) -> tuple[Block, ...]:
        """Return how many points there are, how many of them failed, and where the table is."""
        lines = [
            f"{self.found + self.computed:,} of {self.points:,} points ({self.kind}): {self.found:,} were there, "
            f"{self.computed:,} computed now",
            f"{self.failed:,} failed, see the column error" if self.failed else "none failed",
        ]
        if self.refuted:
            lines.append(f"{self.refuted:,} have a check that failed, see the column passed")
        written = (
            f"table: {Path(self.folder) / TABLE}" if self.complete else "INTERRUPTED: the table is not written yet"
        )
        return (Paragraph("\n".join((*lines, written))),)


def sweep(
    study_file: Path,
    folder: Path,
    make_crew: Callable[[], Crew],
    *,
    command: Sequence[str] = (),
    retry_failed: bool = False,
    on_point: OnPoint = lambda done, total, who: None,
    on_note: Callable[[str], None] = lambda note: None,
) -> SweepResult:
    """Compute the points of a study that are not in the folder yet, and write its table when all are there.

    A run may be ended at any moment, by kill -9 as well: the next one keeps every row that was written.

    Args:
        study_file: the TOML file.
        folder: where journal, table and manifest are; made if there is none.
        make_crew: makes what computes the points, if there are any to compute.
        command: the command line, for the manifest.
        retry_failed: compute the points again whose row has an error.
        on_point: told of progress.
        on_note: told what is found at the beginning, in words.

    Raises:
        InputError: a bad study file, a folder that cannot be used or is in use, or workers that cannot be used.
    """
    study, version = read_study(study_file), model_version()
    with open_store(folder, study.kind) as store:
        points = Points.of(study, version)
        distinct = points.distinct()
        kept = {name for name, place in store.places.items() if not (retry_failed and place.failed)} & distinct.keys()
        missing = len(distinct) - len(kept)
        for note in _notes(store, distinct, len(kept)):
            on_note(note)
        store.write_manifest(manifest_text(points, version, command, None, len(distinct)))
        complete = True
        if missing:
            progress = _Progress(store, make_crew(), missing, on_point)
            workers = progress.crew, progress.write
            runner = Runner(study.kind, version.digest, str(study.folder), *workers, points.files)
            try:
                complete = runner.run(points.to_compute(kept))
            except KeyboardInterrupt:  # pressed again while it was ending
                complete = False
        there = [store.places[name] for name in distinct if name in store.places]
        failed, refuted = sum(place.failed for place in there), sum(place.refuted for place in there)
        if complete:
            written = store.write_table(distinct)
            table = {"rows": written, "failed": failed, "checks_failed": refuted}
            store.write_manifest(manifest_text(points, version, command, table, len(distinct)))
        computed = store.appended  # also where Ctrl-C came before they were shown
    return SweepResult(study.kind.name, str(folder), len(distinct), len(kept), computed, failed, refuted, complete)


@attrs.define(eq=False)
class _Progress:
    """Rows on their way to the store, counted."""

    store: Store
    crew: Crew
    total: int
    on_point: OnPoint
    done: int = 0

    def write(self, rows: list[Row]) -> None:
        self.store.append(rows)
        for _ in rows:
            self.done += 1
            self.on_point(self.done, self.total, self.crew.workers)


def _notes(store: Store, distinct: dict[str, None], n_kept: int) -> list[str]:
    notes = []
    if store.dropped:
        notes.append(f"the last line of {store.journal_path} had no end and was dropped")
    if store.places:
        notes.append(f"{n_kept:,} of {len(distinct):,} points are there")
    others = len(store.places.keys() - distinct.keys())
    if others:
        notes.append(
            f"{others:,} rows in {store.journal_path} are of points that this study does not have, or of another "
            "version of the code or of a file; they stay there, and are not in the table"
        )
    return notes
