"""A study from its file to its table and manifest: what is missing is computed, the rest is kept."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from groverattn.errors import InputError
from groverattn.inputs import check_between
from groverattn.show.document import Block, Paragraph
from groverattn.show.result import Shown
from groverattn.sweep.kinds import Row
from groverattn.sweep.points import Points, git_state, model_version
from groverattn.sweep.runner import Runner, Work
from groverattn.sweep.store import FAILED, JOURNAL, REFUTED, TABLE, open_store
from groverattn.sweep.study_file import read_study

if TYPE_CHECKING:
    from pandas import DataFrame

SCHEMA = "groverattn.sweep/1"
_SLOTS_MAX = 1 << 16

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

    def to_frame(self) -> DataFrame:
        """Return the table of the study as a pandas DataFrame: a row for each point, inputs and results.

        Raises:
            InputError: the run was interrupted, so that there is no table yet.
        """
        from pandas import read_csv

        if not self.complete:
            raise InputError(
                do="run the sweep again, which computes the rest",
                given=f"{self.found + self.computed:,} of {self.points:,} points in {self.folder}",
                allowed="a study that is complete",
                why="the table is written once all points are there",
            )
        return read_csv(Path(self.folder) / TABLE)

    def blocks(self) -> tuple[Block, ...]:
        """Return how many points there are, how many of them failed, and where the table is."""
        there = f"{self.found + self.computed:,} of {self.points:,} points ({self.kind})"
        table = f"table: {Path(self.folder) / TABLE}"
        lines = [
            f"{there}: {self.found:,} were there, {self.computed:,} computed now",
            f"{self.failed:,} failed, see the column error" if self.failed else "none failed",
            f"{self.refuted:,} have a check that failed, see the column passed" if self.refuted else "",
            table if self.complete else "INTERRUPTED: the table is not written yet",
        ]
        return (Paragraph("\n".join(filter(None, lines))),)


def sweep(
    study_file: Path,
    folder: Path,
    make_executor: Callable[[], Executor],
    *,
    slots: int = 2,
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
        make_executor: makes what computes the points, if there are any to compute, and makes it again after one of its
            processes died. A `Workers` is shut down at the end, any other executor is left to its maker.
        slots: tasks that an executor which is not a `Workers` may have at a time; twice its workers keeps them busy.
        command: the command line, for the manifest.
        retry_failed: compute the points again whose row has an error.
        on_point: told of progress.
        on_note: told what is found at the beginning, and of workers that were ended, in words.

    Raises:
        InputError: a bad study file, a folder that cannot be used or is in use, or workers that cannot be used.
    """
    check_between("slots", slots, 1, _SLOTS_MAX, "without a task nothing is computed")
    study = read_study(study_file)
    with open_store(folder, study.kind) as store:
        points = Points.of(study, model_version())
        distinct = dict.fromkeys(points.ids)  # each once, in the order of the study
        kept = {name for name, outcome in store.outcomes.items() if not (retry_failed and outcome == FAILED)}
        kept &= distinct.keys()
        index_of = dict(zip(points.ids, range(study.size), strict=True))
        store.check_inputs((name, study.at(index_of[name])) for name in kept)
        if store.outcomes:
            on_note(f"{len(kept):,} of {len(distinct):,} points are there")
        others = len(store.outcomes.keys() - distinct.keys())
        if others:
            on_note(
                f"{others:,} rows in {store.folder / JOURNAL} are of points that this study does not have, or of "
                "another version of the code or of a file; they stay there, and are not in the table"
            )
        store.write_manifest(_manifest(points, command, None))

        def write(rows: list[Row], who: str) -> None:
            store.append(rows)
            for done in range(store.appended - len(rows), store.appended):
                on_point(done + 1, len(distinct) - len(kept), who)

        complete = True
        if len(kept) < len(distinct):
            work = Work(study.kind.name, points.version.digest, str(study.folder), points.files)
            try:
                complete = Runner(work, make_executor, write, slots, on_note).run(points.to_compute(kept))
            except KeyboardInterrupt:  # pressed again while it was ending
                complete = False
        outcomes = [store.outcomes.get(name) for name in distinct]
        failed, refuted = outcomes.count(FAILED), outcomes.count(REFUTED)
        if complete:
            table = {"file": TABLE, "rows": store.write_table(distinct), "failed": failed, "checks_failed": refuted}
            store.write_manifest(_manifest(points, command, table))
        computed = store.appended  # also where Ctrl-C came before they were shown
    return SweepResult(study.kind.name, str(folder), len(distinct), len(kept), computed, failed, refuted, complete)


def _manifest(points: Points, command: Sequence[str], table: dict[str, Any] | None) -> str:
    """How the table was computed and what its columns mean, as JSON; `table` is None until it is complete."""
    study, version = points.study, points.version
    said = {
        "schema": SCHEMA,
        "kind": study.kind.name,
        "command": list(command),
        "study": {"file": study.path.name, "sha256": study.sha256},
        "points": len(set(points.ids)),
        "files_of_the_study": points.files,
        "model_version": version.digest,
        "versions": attrs.asdict(version) | {"python": platform.python_version()},
        "git": git_state(),
        "result_schema": study.kind.result_schema,
        "table_schema": study.kind.schema,
        "id": "SHA-256 of inputs, contents of the files they name, result_schema and model_version",
        "journal": JOURNAL,
        "table": table,
        "columns": study.kind.columns,
    }
    return json.dumps(said, indent=2) + "\n"
