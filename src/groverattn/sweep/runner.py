"""Points handed to an executor in batches, and their rows written as they come."""

from __future__ import annotations

import contextlib
import itertools
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ALL_COMPLETED, FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from pathlib import Path

import attrs

from groverattn.errors import InputError
from groverattn.sweep.executors import Workers
from groverattn.sweep.kinds import KINDS, Kind, Row, Values
from groverattn.sweep.points import Point, file_digest, model_version

# A batch takes about a second: long beside what handing it over takes, short beside what people wait for.
_BATCH_SECONDS = 1.0
_BATCH_MAX = 64

_LOOK_SECONDS = 0.5
_ERROR_MAX = 2000
_DIED = "the process that computed it was ended from outside, as happens when memory runs out"

# Counts made before are looked up in tables that threads of one process would clear while others read them.
_one_at_a_time = threading.Lock()


@attrs.frozen
class Work:
    """What all points of a study have in common, as it is sent to workers.

    Attributes:
        kind: name of the kind of study.
        version: digest of the code and libraries that the ids were made with.
        folder: folder that paths are relative to.
        files: SHA-256 of the files that the ids were made with.
    """

    kind: str
    version: str
    folder: str
    files: Mapping[str, str] = attrs.field(factory=dict)

    def check_files(self) -> None:
        """Raise InputError if a file has changed: the rows would not be those that their ids say."""
        for name, digest in self.files.items():
            if file_digest(Path(self.folder, name)) != digest:
                raise InputError(
                    given=f"{name}, which is not what it was when the study was begun",
                    allowed="files that stay as they are while points are computed, and are the same everywhere",
                    why="the ids of the points say what is in them",
                    do="put it back and run the same command to go on, or run it as it is now: its points are new ones",
                )


def compute(work: Work, points: tuple[Point, ...]) -> tuple[list[Row], float]:
    """Return one row per point, in order, and how long they took, seconds.

    Raises:
        InputError: this process runs another version of the code than the one that the study was begun with, or finds
            other files.
    """
    here = model_version().digest
    if here != work.version:
        raise InputError(
            given=f"a worker with model version {here}",
            allowed=f"{work.version}, that of the process that began the study",
            why="its rows would not be those that their ids say",
            do="install the same groverattn and the same libraries everywhere, and run the same command",
        )
    with _one_at_a_time:
        begin = time.perf_counter()
        work.check_files()
        rows = [row_of(KINDS[work.kind], point, Path(work.folder)) for point in points]
        work.check_files()
        return rows, time.perf_counter() - begin


def row_of(kind: Kind, point: Point, folder: Path) -> Row:
    """Return the cells of a point by column; one that fails has its inputs and its error.

    >>> row_of(KINDS["estimate"], Point("0", KINDS["estimate"].defaults), Path())["error"]
    'given: no preset, and no --n-keys, --d-head, --n-marked; ...'
    """
    paths = {name: str(folder / path) for name, path in kind.named_files(point.values).items()}
    found: Values
    try:
        found = kind.result(point.values | paths)
    except Exception as failure:  # a fault of the program or of the machine too: the other points are not lost for it
        error = str(failure) if isinstance(failure, InputError) else f"{type(failure).__name__}: {failure}"
        # A message may list thousands of heads, and a cell longer than a reader of CSV takes would lose the table.
        found = {"error": error if len(error) <= _ERROR_MAX else f"{error[:_ERROR_MAX]}..."}
    return kind.row(point.id, point.values, found)


@attrs.define
class BatchSize:
    """Points in a batch, from how long those before took."""

    points: float = 0.0
    seconds: float = 0.0

    def learn(self, n_points: int, seconds: float) -> None:
        """Take a finished batch into account; older ones count less and less."""
        self.points = self.points / 2 + n_points
        self.seconds = self.seconds / 2 + seconds

    @property
    def size(self) -> int:
        """Points that take about a second; 1 until something is known.

        >>> size = BatchSize()
        >>> size.learn(n_points=4, seconds=0.5)
        >>> size.size
        8
        """
        return max(1, min(_BATCH_MAX, int(_BATCH_SECONDS * self.points / max(self.seconds, 1e-6))))


def batches(points: Iterable[Point], shared: tuple[str, ...], size: BatchSize) -> Iterator[tuple[Point, ...]]:
    """Yield points in batches of about the size of the moment; a change of what they share ends one that is half full.

    >>> points = [Point(str(i), {"n_keys": i // 3}) for i in range(6)]
    >>> [len(batch) for batch in batches(points, ("n_keys",), BatchSize(4, 1.0))]
    [3, 3]
    """
    batch: list[Point] = []
    for _, alike in itertools.groupby(points, key=lambda point: [point.values[name] for name in shared]):
        for point in alike:
            batch.append(point)
            if len(batch) >= size.size:
                yield tuple(batch)
                batch = []
        if 2 * len(batch) >= size.size:
            yield tuple(batch)
            batch = []
    if batch:
        yield tuple(batch)


@attrs.define(eq=False)
class Runner:
    """One run over the points that are missing.

    Attributes:
        work: what workers are told besides the points.
        make_executor: makes what computes; called again when its processes have died.
        on_rows: writes rows, and is told who computes, in words; called as batches are finished, in any order.
        slots: batches that an executor which is not a `Workers` may have at a time.
        on_note: told, in words, of workers that were ended.
    """

    work: Work
    make_executor: Callable[[], Executor]
    on_rows: Callable[[list[Row], str], None]
    slots: int = 2
    on_note: Callable[[str], None] = lambda note: None
    _executor: Executor = attrs.field(init=False)
    _size: BatchSize = attrs.field(factory=BatchSize, init=False)
    _pending: dict[Future, tuple[Point, ...]] = attrs.field(factory=dict, init=False)

    def run(self, points: Iterable[Point]) -> bool:
        """Compute the points; return False if Ctrl-C ended it before that. What was computed is written either way.

        Raises:
            InputError: the executor cannot be used, or the rows not be written.
        """
        complete = False
        self._executor = self.make_executor()
        try:
            self._run(batches(points, self._kind.shared, self._size))
            complete = True
        except KeyboardInterrupt:
            self._write_finished()
        except InputError:
            with contextlib.suppress(InputError):  # the disk may be what is full
                self._write_finished()
            raise
        finally:
            self._end(at_once=not complete)
        return complete

    def _run(self, waiting: Iterator[tuple[Point, ...]]) -> None:
        while True:
            slots = self._executor.slots if isinstance(self._executor, Workers) else self.slots
            for batch in itertools.islice(waiting, max(slots - len(self._pending), 0)):
                self._submit(batch)
            if not self._pending:
                return
            # looked at again even if nothing is finished: a cluster may have got more workers
            lost = self._take(self._finished(FIRST_COMPLETED))
            if lost:  # what else is being computed may be lost with it
                self._one_at_a_time(lost + self._take(self._all_finished()))

    def _finished(self, return_when: str) -> set[Future]:
        """Return what is finished after half a second at most, and look after workers that were stopped."""
        done = wait(self._pending, timeout=_LOOK_SECONDS, return_when=return_when).done
        note = self._executor.end_stopped() if isinstance(self._executor, Workers) else ""
        if note:
            self.on_note(note)
        return done

    def _all_finished(self) -> set[Future]:
        while len(done := self._finished(ALL_COMPLETED)) < len(self._pending):
            pass
        return done

    def _submit(self, points: tuple[Point, ...]) -> None:
        """Hand points over; if the executor does not take them, they are lost."""
        named = {path for point in points for path in self._kind.named_files(point.values).values()}
        files = {name: digest for name, digest in self.work.files.items() if name in named}
        try:
            future = self._executor.submit(compute, attrs.evolve(self.work, files=files), points)
        except Exception as failure:
            future = Future()
            future.set_exception(failure)
        self._pending[future] = points

    def _take(self, futures: Iterable[Future]) -> list[Point]:
        """Write the rows of finished batches; return the points of those whose worker died."""
        lost: list[Point] = []
        for future in futures:
            points = self._pending.pop(future)
            try:
                rows, seconds = future.result()
            except Exception as failure:
                _check_loss(failure)
                lost += points
            else:
                self._size.learn(len(points), seconds)
                self.on_rows(rows, self._who)
        return lost

    def _one_at_a_time(self, points: Iterable[Point]) -> None:
        """Compute points after a worker died, each alone, so that a worker that dies again has died of this point."""
        for point in points:
            self._renew()
            self._submit((point,))
            if self._take(self._all_finished()):
                self.on_rows([self._kind.row(point.id, point.values, {"error": _DIED})], self._who)
        self._renew()

    def _renew(self) -> None:
        """Begin with another executor if this one takes no more tasks; raise InputError if that takes none either."""
        for may_be_lost in (True, False):
            try:
                self._executor.submit(int).result()
                return
            except Exception as failure:
                _check_loss(failure, may_be_lost=may_be_lost)
            self._end(at_once=True)
            self._executor = self.make_executor()

    @property
    def _kind(self) -> Kind:
        return KINDS[self.work.kind]

    @property
    def _who(self) -> str:
        return self._executor.words if isinstance(self._executor, Workers) else type(self._executor).__name__

    def _end(self, *, at_once: bool) -> None:
        """Let our own workers go; any other executor is its maker's."""
        if isinstance(self._executor, Workers):
            self._executor.shutdown(cancel_futures=at_once)

    def _write_finished(self) -> None:
        for future in self._pending:
            if future.done() and not future.cancelled() and future.exception() is None:
                self.on_rows(future.result()[0], self._who)


def _check_loss(failure: Exception, *, may_be_lost: bool = True) -> None:
    """Raise InputError unless a failure says that a worker died, and that may be."""
    if isinstance(failure, InputError):
        raise failure
    if may_be_lost and (isinstance(failure, BrokenExecutor) or type(failure).__name__ == "KilledWorker"):  # Dask's
        return
    why = " ".join(f"{type(failure).__name__}: {failure}".split())[:300]
    raise InputError(
        given="workers that fail before they have looked at a point",
        allowed="workers that have this package and the memory to load it, and a scheduler that goes on",
        why="a task was cancelled, as happens when a scheduler ends" if isinstance(failure, CancelledError) else why,
        do="correct it, and run the same command to go on",
    ) from failure
