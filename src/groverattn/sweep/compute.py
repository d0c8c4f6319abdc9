"""What a worker does: the rows of some points, each a row whatever happens to it."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from groverattn.errors import InputError
from groverattn.sweep.kinds import KINDS, Kind
from groverattn.sweep.model_version import model_version
from groverattn.sweep.points import Point, file_digest

Row = dict[str, Any]

_ERROR_MAX = 2000

# Counts that were made before are looked up in tables that threads of one process would clear under each other's eyes.
_one_at_a_time = threading.Lock()


@attrs.frozen
class Batch:
    """Points that a worker computes one after the other.

    Attributes:
        kind: name of the kind of study.
        version: digest of the code and libraries that the ids were made with.
        folder: folder that paths are relative to.
        points: the points.
        files: SHA-256 of the files that their ids were made with.
    """

    kind: str
    version: str
    folder: str
    points: tuple[Point, ...]
    files: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen
class Done:
    """What a worker returns: one row per point, in order, and how long all of them took, seconds."""

    rows: list[Row]
    seconds: float


def compute(batch: Batch) -> Done:
    """Compute the rows of a batch.

    Raises:
        InputError: this process runs another version of the code than the one that the study was begun with, or finds
            other files.
    """
    here = model_version().digest
    if here != batch.version:
        raise InputError(
            given=f"a worker with model version {here}",
            allowed=f"{batch.version}, that of the process that began the study",
            why="its rows would not be those that their ids say",
            do="install the same groverattn and the same libraries everywhere, and run the same command",
        )
    with _one_at_a_time:
        begin = time.perf_counter()
        _check_files(batch)
        rows = [row_of(KINDS[batch.kind], point, Path(batch.folder)) for point in batch.points]
        _check_files(batch)
        return Done(rows, time.perf_counter() - begin)


def _check_files(batch: Batch) -> None:
    """Raise InputError if a file is no longer what it was: the rows would not be those that their ids say."""
    for name, digest in batch.files.items():
        if file_digest(Path(batch.folder, name)) != digest:
            raise InputError(
                given=f"{name}, which is not what it was when the study was begun",
                allowed="files that stay as they are while points are computed, and are the same everywhere",
                why="the ids of the points say what is in them",
                do="put it back and run the same command to go on, or run it as it is now: its points are new ones",
            )


def row_of(kind: Kind, point: Point, folder: Path) -> Row:
    """Return the cells of a point by column; one that fails has its inputs and its error.

    >>> row_of(KINDS["estimate"], Point("0", KINDS["estimate"].defaults), Path())["error"]
    'given: no preset, and no --n-keys, --d-head, --n-marked; ...'
    """
    try:
        found = kind.result(point.values, folder)
    except InputError as error:
        found = {"error": _cut(str(error))}
    except Exception as error:  # a fault of the program or of the machine: the other points are not lost for it
        found = {"error": _cut(f"{type(error).__name__}: {error}")}
    return row_with(kind, point, found)


def row_with(kind: Kind, point: Point, found: Mapping[str, Any]) -> Row:
    """Return the row of a point with what was found; what was not is as the study said it, or empty."""
    said = kind.said(point.values)
    names = [column.name for column in kind.columns]
    row = {name: found.get(name) if found.get(name) not in (None, "") else said.get(name) for name in names}
    as_written = {declared.name: point.values[declared.name] for declared in kind.file_inputs}
    return row | as_written | {"id": point.id, "schema": kind.schema}


def _cut(error: str) -> str:
    """A message may list thousands of heads; a cell that is longer than a reader of CSV takes would lose the table."""
    return error if len(error) <= _ERROR_MAX else f"{error[:_ERROR_MAX]}..."


def failed_row(kind: Kind, point: Point, error: str) -> Row:
    """Return the row of a point that no worker could compute."""
    return row_with(kind, point, {"error": error})
