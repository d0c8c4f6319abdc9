"""The folder of a study: a journal that rows are appended to, the final table, and the lock."""

from __future__ import annotations

import csv
import fcntl
import io
import os
import signal
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import attrs

from groverattn.errors import InputError
from groverattn.files.csv_records import cell_text
from groverattn.files.whole import check_replaceable, whole_file
from groverattn.sweep.kinds import Kind


@contextmanager
def interrupts_wait() -> Iterator[None]:
    """Let Ctrl-C take effect after the block only.

    In another thread than the main one, which no Ctrl-C reaches, the block is run as it is.

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


JOURNAL, TABLE, MANIFEST, LOCK = "journal.csv", "table.csv", "manifest.json", "lock"


@attrs.frozen
class Place:
    """Where the row of a point stands in the journal, in bytes, and what it says of the point.

    Attributes:
        begin: its first byte.
        length: with the end of the line.
        failed: it has an error instead of numbers.
        refuted: it has numbers, and a check of them failed (`passed` of a simulation).
    """

    begin: int
    length: int
    failed: bool
    refuted: bool


@attrs.define(eq=False)
class Store:
    """The open folder; see `open_store`.

    Attributes:
        folder: the folder.
        kind: of the study.
        journal: the file, open for reading and writing, without a buffer.
        places: the row of every point that is there; of two rows of one point the later.
        dropped: bytes of a last line that was never finished, and was dropped.
        appended: rows that were appended since it was opened.
    """

    folder: Path
    kind: Kind
    journal: io.FileIO
    places: dict[str, Place] = attrs.field(factory=dict)
    dropped: int = 0
    appended: int = 0
    _end: int = 0

    def read(self) -> None:
        """Read which points are there; a last line without its end is cut off.

        Raises:
            InputError: a journal of another kind of study or another version of its table, or a line that is no row.
        """
        with self._on_disk():
            self.journal.seek(0)
            lines = io.BufferedReader(self.journal, 1 << 20)
            try:
                self._read_lines(lines)
            finally:
                lines.detach()

    def _read_lines(self, lines: Iterable[bytes]) -> None:
        header = _line(self._columns)
        for number, line in enumerate(lines, start=1):
            if not line.endswith(b"\n"):
                self.dropped = len(line)
            elif number > 1:
                self._remember(self._cells(line, number), len(line))
            elif line == header:
                self._end = len(line)
            else:
                raise self._of_another_table(line)
        if not self._end:
            if self.dropped and not header.startswith(self._first_bytes()):
                raise self._of_another_table(self._first_bytes())
            self._write(header)
            self._end = len(header)

    def append(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Append rows and wait until the disk has them; Ctrl-C takes effect afterwards.

        Raises:
            InputError: the disk is full, or cannot be written to for another reason.
        """
        of_rows = [[cell_text(row[name]) for name in self._columns] for row in rows]
        lines = [_line(cells) for cells in of_rows]
        with interrupts_wait(), self._on_disk():
            self._write(b"".join(lines))
            for cells, line in zip(of_rows, lines, strict=True):
                self._remember(cells, len(line))
                self.appended += 1

    def write_table(self, ids: Iterable[str]) -> int:
        """Write the rows of some points to the final table, in their order, and return how many there are.

        Raises:
            InputError: the disk is full, or cannot be written to for another reason.
        """
        written = 0
        with interrupts_wait(), self._on_disk(), whole_file(self.folder / TABLE) as table:
            table.write(_line(self._columns))
            for name in ids:
                place = self.places.get(name)
                if place is not None:
                    table.write(os.pread(self.journal.fileno(), place.length, place.begin))
                    written += 1
        return written

    def write_manifest(self, text: str) -> None:
        """Write the manifest, whole or not at all.

        Raises:
            InputError: the disk is full, or cannot be written to for another reason.
        """
        with interrupts_wait(), self._on_disk(), whole_file(self.folder / MANIFEST) as manifest:
            manifest.write(text.encode())

    @property
    def journal_path(self) -> Path:
        """Where the journal is."""
        return self.folder / JOURNAL

    def _first_bytes(self) -> bytes:
        return os.pread(self.journal.fileno(), len(_line(self._columns)), 0)

    @cached_property
    def _columns(self) -> list[str]:
        return [column.name for column in self.kind.columns]

    @cached_property
    def _at(self) -> dict[str, int]:
        return {name: at for at, name in enumerate(self._columns)}

    def _write(self, data: bytes) -> None:
        """Append at the end that is known: what an earlier attempt left behind it is no row."""
        self.journal.truncate(self._end)
        self.journal.seek(self._end)
        rest = memoryview(data)
        while rest:
            rest = rest[self.journal.write(rest) :]
        os.fsync(self.journal.fileno())

    def _remember(self, cells: list[str], length: int) -> None:
        failed = bool(cells[self._at["error"]])
        refuted = "passed" in self._at and cells[self._at["passed"]] == "False"
        self.places[cells[0]] = Place(self._end, length, failed, refuted)
        self._end += length

    def _cells(self, line: bytes, number: int) -> list[str]:
        try:
            cells = next(csv.reader([line.decode("utf-8", "replace")]), [])
        except csv.Error:
            cells = []
        if len(cells) != len(self.kind.columns) or cells[1] != self.kind.schema or line.endswith(b"\r\n"):
            raise InputError(
                given=f"{self.folder / JOURNAL}, line {number}: {line[:60]!r}...",
                allowed=f"{len(self.kind.columns)} cells, as the header has, the second of them {self.kind.schema}",
                why="it was changed by something else than this command",
                do="take that line out, or choose another folder",
            )
        return cells

    def _of_another_table(self, header: bytes) -> InputError:
        return InputError(
            given=f"{self.folder / JOURNAL} with columns {header.decode('utf-8', 'replace')[:60].strip()}...",
            allowed=f"those of {self.kind.schema}",
            why="it is from another kind of study, or from another version of groverattn",
            do="choose another folder",
        )

    @contextmanager
    def _on_disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as failure:
            raise _unusable(self.folder, failure, "make room, and run the same command to go on") from failure


@contextmanager
def open_store(folder: Path, kind: Kind) -> Iterator[Store]:
    """Open the folder of a study, made if there is none, and keep other processes out of it.

    The lock is one of the operating system on the open file `lock`: it ends with the process, however that ends.

    Raises:
        InputError: another process is at work there, the folder holds something else, or it cannot be written to.
    """
    with ExitStack() as stack:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _check_contents(folder)
            for name in (TABLE, MANIFEST):
                check_replaceable(folder / name)  # now, and not when all points are computed
            lock = stack.enter_context(_opened(folder / LOCK))
            _lock(lock, folder)
            for name in (TABLE, MANIFEST):
                for left in folder.glob(f".{name}.*.part"):  # of a process that was killed: nobody else is here
                    left.unlink()
            journal = stack.enter_context(_opened(folder / JOURNAL))
        except OSError as failure:
            raise _unusable(folder, failure, "choose another folder") from failure
        store = Store(folder, kind, journal)
        store.read()
        yield store


def _check_contents(folder: Path) -> None:
    if (folder / JOURNAL).exists():
        return
    # a table or a manifest without a journal is somebody else's
    others = sorted(entry.name for entry in folder.iterdir() if entry.name != LOCK and entry.suffix != ".part")
    if others:
        raise InputError(
            given=f"{folder}, which holds {others[0]}{' and more' if others[1:] else ''}",
            allowed="a new or empty folder, or that of a study",
            why="the files of a study are kept apart from others",
            do="choose another folder",
        )


def _opened(path: Path) -> io.FileIO:
    """Open for reading and writing, made if there is none; never through a symbolic link."""
    return io.FileIO(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666), "r+")


def _lock(lock: io.FileIO, folder: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise InputError(
            given=str(folder),
            allowed="one process at a time",
            why="another process is at work on the study there",
            do="wait for it, or end it",
        ) from None


def _line(cells: Iterable[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode()


def _unusable(folder: Path, failure: OSError, do: str) -> InputError:
    place = failure.filename or folder
    return InputError(
        given=str(place), allowed="a folder that can be written to", why=failure.strerror or str(failure), do=do
    )
