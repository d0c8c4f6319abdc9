"""Points handed to workers a few at a time, and their rows written as they come."""

from __future__ import annotations

import contextlib
import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait

import attrs

from groverattn.errors import InputError
from groverattn.sweep.compute import Batch, Done, Row, compute, failed_row
from groverattn.sweep.crews import Crew
from groverattn.sweep.kinds import Kind
from groverattn.sweep.points import Point

# A batch takes about a second: long beside what handing it over takes, short beside what people wait for.
_BATCH_SECONDS = 1.0
_BATCH_MAX = 64

_LOOK_SECONDS = 0.5


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
        """Points that take about a second; one, until something is known.

        >>> size = BatchSize()
        >>> size.learn(n_points=4, seconds=0.5)
        >>> size.size
        8
        """
        if not self.points:
            return 1
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


@attrs.frozen
class _Task:
    """A batch in the hands of a worker; `alone` if nothing else is, so that a loss has one cause."""

    batch: tuple[Point, ...]
    alone: bool = False


@attrs.define(eq=False)
class Runner:
    """One run over the points that are missing.

    Attributes:
        kind: of the study.
        version: digest of the code that the ids were made with.
        folder: folder that paths of the study are relative to.
        crew: who computes.
        on_rows: writes rows; called as batches are finished, in any order.
        files: SHA-256 of the files that the ids were made with.
    """

    kind: Kind
    version: str
    folder: str
    crew: Crew
    on_rows: Callable[[list[Row]], None]
    files: Mapping[str, str] = attrs.field(factory=dict)
    _size: BatchSize = attrs.field(factory=BatchSize, init=False)
    _pending: dict[Future, _Task] = attrs.field(factory=dict, init=False)
    _suspects: deque[Point] = attrs.field(factory=deque, init=False)

    def run(self, points: Iterable[Point]) -> bool:
        """Compute the points; return False if Ctrl-C ended it before that. What was computed is written either way.

        Raises:
            InputError: the workers cannot be used, or the rows not be written.
        """
        complete = False
        try:
            self._run(batches(points, self.kind.shared, self._size))
            complete = True
        except KeyboardInterrupt:
            self._write_finished()
        except InputError:
            with contextlib.suppress(InputError):  # the disk may be what is full
                self._write_finished()
            raise
        finally:
            self.crew.close(at_once=not complete)
        return complete

    def _run(self, waiting: Iterator[tuple[Point, ...]]) -> None:
        while True:
            self._hand_over(waiting)
            if not self._pending:
                return
            # looked at again even if nothing is finished: a cluster may have got more workers
            done, _ = wait(self._pending, timeout=_LOOK_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                if future in self._pending:  # else lost with another one
                    self._take(future, self._pending.pop(future))

    def _hand_over(self, waiting: Iterator[tuple[Point, ...]]) -> None:
        """Keep every worker busy; after a loss one suspect at a time, so that the next loss has one cause."""
        if any(task.alone for task in self._pending.values()):
            return
        if self._suspects:
            if not self._pending:
                self._submit(_Task((self._suspects.popleft(),), alone=True))
            return
        free = self.crew.slots - len(self._pending)
        for batch in itertools.islice(waiting, max(free, 0)):
            self._submit(_Task(batch))

    def _submit(self, task: _Task) -> None:
        batch = Batch(self.kind.name, self.version, self.folder, task.batch, self._files_of(task.batch))
        try:
            self._pending[self.crew.submit(compute, batch)] = task
        except self.crew.losses:  # somebody died before it was handed over, for another reason than this batch
            self._suspects.extend(task.batch)
            self._begin_anew()
        except InputError:
            raise
        except Exception as failure:  # of an executor that is broken for good
            raise _no_workers(failure) from failure

    def _files_of(self, points: Iterable[Point]) -> dict[str, str]:
        named = {point.values[declared.name] for point in points for declared in self.kind.file_inputs}
        return {name: digest for name, digest in self.files.items() if name in named}

    def _take(self, future: Future, task: _Task) -> None:
        try:
            done = _result(future, self.crew.losses)
        except self.crew.losses:
            self._lose(task)
        else:
            self._size.learn(len(task.batch), done.seconds)
            self.on_rows(done.rows)

    def _lose(self, task: _Task) -> None:
        """A worker died: what was in its hands is suspected, and a point that was alone with it has failed."""
        if task.alone:
            self.on_rows([failed_row(self.kind, point, _DIED) for point in task.batch])
        else:
            self._suspects.extend(task.batch)
        self._begin_anew()

    def _begin_anew(self) -> None:
        if self.crew.loses_all:
            wait(self._pending)
            for future, task in list(self._pending.items()):
                del self._pending[future]
                try:
                    self.on_rows(_result(future, self.crew.losses).rows)
                except self.crew.losses:
                    self._suspects.extend(task.batch)
        self.crew.restart()
        try:
            self.crew.submit(int).result()
        except self.crew.losses as loss:
            raise _no_workers(loss) from loss

    def _write_finished(self) -> None:
        for future in list(self._pending):
            if future.done() and not future.cancelled() and future.exception() is None:
                self.on_rows(future.result().rows)
        self._pending.clear()


def _result(future: Future, losses: tuple[type[BaseException], ...]) -> Done:
    try:
        return future.result()
    except (InputError, *losses):
        raise
    except (Exception, CancelledError) as failure:
        raise _no_workers(failure) from failure


def _no_workers(failure: BaseException) -> InputError:
    return InputError(
        given="workers that fail before they have looked at a point",
        allowed="workers that have this package and the memory to load it, and a scheduler that goes on",
        why="a task was cancelled, as happens when a scheduler ends"
        if isinstance(failure, CancelledError)
        else " ".join(f"{type(failure).__name__}: {failure}".split())[:300],
        do="correct it, and run the same command to go on",
    )


_DIED = "the process that computed it was ended from outside, as happens when memory runs out"
