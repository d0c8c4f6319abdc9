"""Folder of a study: a journal of rows in SQLite, and table and manifest written from it."""

from __future__ import annotations

import csv
import io
import signal
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import attrs

from groverattn.errors import InputError, shown
from groverattn.files.csv_records import cell_text
from groverattn.files.whole import check_replaceable, whole_file, write_text
from groverattn.sweep.kinds import Kind, Row, Values

JOURNAL, TABLE, MANIFEST = "journal.sqlite", "table.csv", "manifest.json"
_OLD_JOURNAL = "journal.csv"
FAILED, REFUTED = "failed", "refuted"


@contextmanager
def interrupts_wait() -> Iterator[None]:
    """Let Ctrl-C take effect after the block only.

    In another thread than the main one, which Ctrl-C does not reach, the block is run as it is.

    >>> with interrupts_wait():
    ...     pass
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before is None:
        yield
        return
    came: list[int] = []
    signal.signal(signal.SIGINT, lambda number, frame: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if came:
        raise KeyboardInterrupt


@attrs.define(eq=False)
class Store:
    """The open folder; see `open_store`.

    Attributes:
        folder: the folder.
        kind: of the study.
        journal: the database; all cells are text, as they are in the table.
        place: device and number of its file.
        outcomes: of every point that is there: "failed" with an error instead of numbers, "refuted" if a check of the
            numbers failed (`passed` of a simulation), or "".
        appended: rows that were added since it was opened.

    Raises:
        InputError: by everything that writes: the disk is full, or cannot be written to for another reason.
    """

    folder: Path
    kind: Kind
    journal: sqlite3.Connection
    place: tuple[int, int] | None
    outcomes: dict[str, str] = attrs.field(factory=dict)
    appended: int = 0

    def read(self) -> None:
        """Read which points are there; begin the journal if it is new.

        Raises:
            InputError: another process is at work, or a journal of another kind of study, another version of its
                table, or something else.
        """
        with _on_disk(self.folder), self.journal as journal:
            journal.execute("PRAGMA locking_mode = EXCLUSIVE")  # the lock ends with the process, however that ends
            journal.execute("PRAGMA synchronous = FULL")
            journal.execute("BEGIN EXCLUSIVE")
            tables = {name for (name,) in journal.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if not tables:
                cells = ", ".join(f'"{name}" TEXT NOT NULL' for name in list(self.kind.columns)[1:])
                journal.execute(f"CREATE TABLE rows (id TEXT PRIMARY KEY NOT NULL, {cells})")
                journal.execute("CREATE TABLE about (schema TEXT NOT NULL)")
                journal.execute("INSERT INTO about VALUES (?)", (self.kind.schema,))
            elif tables != {"rows", "about"}:
                raise _of_another_study(self.folder, f"with tables {', '.join(sorted(tables))}")
            schemas = journal.execute("SELECT * FROM about").fetchall()
            columns = tuple(name for (name,) in journal.execute("SELECT name FROM pragma_table_info('rows')"))
            if schemas != [(self.kind.schema,)] or columns != tuple(self.kind.columns):
                raise _of_another_study(self.folder, f"with rows of {', '.join(str(each[0]) for each in schemas)}")
            passed = "passed" if "passed" in columns else "''"
            for name, *cells in journal.execute(f"SELECT id, error, {passed} FROM rows"):
                self.outcomes[name] = _outcome(*cells)

    def check_inputs(self, points: Iterable[tuple[str, Values]]) -> None:
        """Raise InputError if the row of a point has other numbers as inputs than the point, whose id it has."""
        columns = [name for name in self.kind.columns if name in self.kind.inputs]
        select = f"SELECT {', '.join(columns)} FROM rows WHERE id = ?"
        for point, values in points:
            for name, cell in zip(columns, self.journal.execute(select, (point,)).fetchone(), strict=True):
                said = values[name]
                if isinstance(said, int | float) and not isinstance(said, bool) and cell != str(cell_text(said)):
                    raise _refused(
                        f"the row {point} of {self.folder / JOURNAL}, with {name} = {shown(cell)}",
                        f"{name} = {said}, as the point with this id has",
                        "somebody has changed the row: its numbers would be those of another point",
                    )

    def append(self, rows: Iterable[Row]) -> None:
        """Add rows, all or none of them, and wait until the disk has them; Ctrl-C takes effect afterwards."""
        cells = [{name: cell_text(row[name]) for name in self.kind.columns} for row in rows]
        insert = f"INSERT OR REPLACE INTO rows VALUES ({', '.join('?' * len(self.kind.columns))})"
        with interrupts_wait(), _on_disk(self.folder):
            self._check_place()
            with self.journal as journal:
                journal.execute("BEGIN")
                journal.executemany(insert, [tuple(row.values()) for row in cells])
            self.outcomes |= {row["id"]: _outcome(row["error"], row.get("passed", "")) for row in cells}
            self.appended += len(cells)

    def write_table(self, ids: Iterable[str]) -> int:
        """Write the rows of some points to the table, in their order, and return how many there are."""
        written = 0
        self._check_place()
        with interrupts_wait(), _on_disk(self.folder), whole_file(self.folder / TABLE) as file:
            text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
            table = csv.writer(text, lineterminator="\n")
            table.writerow(self.kind.columns)
            for name in ids:
                for cells in self.journal.execute("SELECT * FROM rows WHERE id = ?", (name,)):
                    table.writerow(cells)
                    written += 1
            text.detach()
        return written

    def _check_place(self) -> None:
        """Raise InputError if the folder is not the one that was opened: what is there now may be another study's."""
        if self.place != _place_of(self.folder / JOURNAL):
            raise _refused(
                f"{self.folder}, which was renamed, deleted or replaced while the study ran",
                "a folder that stays where it is",
                f"the journal that was opened is no longer {self.folder / JOURNAL}",
                "put it back if it was renamed, and run the same command to go on: rows written before are in it",
            )

    def write_manifest(self, text: str) -> None:
        """Write the manifest, whole or not at all."""
        self._check_place()
        with interrupts_wait():
            write_text(self.folder / MANIFEST, text)


def _place_of(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _outcome(error: str, passed: str) -> str:
    return FAILED if error else REFUTED if passed == "False" else ""


@contextmanager
def open_store(folder: Path, kind: Kind) -> Iterator[Store]:
    """Open the folder of a study, made if there is none, and keep other processes out of it.

    Raises:
        InputError: another process is at work there, the folder holds something else, or it cannot be written to.
    """
    with _on_disk(folder):
        folder.mkdir(parents=True, exist_ok=True)
        _check_contents(folder)
        journal = sqlite3.connect(folder / JOURNAL, timeout=0, isolation_level=None)
    with closing(journal):
        store = Store(folder, kind, journal, _place_of(folder / JOURNAL))
        store.read()
        with _on_disk(folder):
            for name in (TABLE, MANIFEST):
                for left in folder.glob(f".{name}.*.part"):  # of a process that was killed: no other has the lock
                    left.unlink()
        yield store


def _check_contents(folder: Path) -> None:
    for name in (JOURNAL, TABLE, MANIFEST):
        check_replaceable(folder / name)  # now, and not when all points are computed
    if (folder / JOURNAL).exists():
        return
    if (folder / _OLD_JOURNAL).exists():
        given = f"{folder}, which holds {_OLD_JOURNAL}, the journal of an earlier version of groverattn"
        why = "the ids of the points have changed with the version, so all of them are computed again"
        do = "choose a new folder; the table in this one stays as it is"
        raise _refused(given, f"a folder whose journal is {JOURNAL}", why, do)
    # a table or a manifest without a journal is somebody else's
    others = sorted(entry.name for entry in folder.iterdir() if entry.suffix != ".part")
    if others:
        holding = f"which holds {others[0]}{' and more' if others[1:] else ''}"
        why = "the files of a study are kept apart from others"
        raise _refused(f"{folder}, {holding}", "a new or empty folder, or that of a study", why)


@contextmanager
def _on_disk(folder: Path) -> Iterator[None]:
    """Turn what the operating system and SQLite report into InputErrors."""
    go_on = "free some space or choose another folder, and run the same command to go on"
    try:
        yield
    except OSError as failure:
        given, why = str(failure.filename or folder), failure.strerror or str(failure)
        raise _refused(given, "a folder that can be written to", why, go_on) from failure
    except sqlite3.Error as failure:
        code = getattr(failure, "sqlite_errorcode", 0) & 0xFF  # the rest says which call it was
        if code == sqlite3.SQLITE_BUSY:
            why = "another process is at work on the study there"
            raise _refused(str(folder), "one process at a time", why, "wait for it, or end it") from None
        if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            raise _of_another_study(folder, f"with bytes that are not a journal ({failure})") from failure
        given = str(folder / JOURNAL)
        raise _refused(given, "a folder that can be written to", str(failure), go_on) from failure


def _of_another_study(folder: Path, holding: str) -> InputError:
    why = "it is from another kind of study, from another version of groverattn, or damaged"
    return _refused(f"{folder / JOURNAL} {holding}", "the rows of this kind of study", why)


def _refused(given: str, allowed: str, why: str, do: str = "choose another folder") -> InputError:
    return InputError(given=given, allowed=allowed, why=why, do=do)
