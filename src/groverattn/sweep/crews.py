"""Who computes the points: this process, processes here, a Dask cluster, or any other executor."""

from __future__ import annotations

import gc
import importlib
import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from multiprocessing import forkserver
from typing import Any, Protocol

import attrs

from groverattn.errors import InputError

_SECONDS_TO_CONNECT = 10
_SECONDS_BETWEEN_QUESTIONS = 0.5
_WORKERS_MAX = 4096
_TASKS_PER_WORKER = 2


class Crew(Protocol):
    """An executor, and what has to be known of it.

    Attributes:
        losses: what a future raises when the process that computed it has died.
        loses_all: whether all other tasks are lost with it.
    """

    losses: tuple[type[BaseException], ...]
    loses_all: bool

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Future:
        """Hand one task over."""
        ...

    @property
    def workers(self) -> str:
        """Who they are at this moment, in words."""
        ...

    @property
    def slots(self) -> int:
        """Tasks that they may have at this moment: one that each computes and one that waits for it."""
        ...

    def restart(self) -> None:
        """Be ready for tasks after a loss."""
        ...

    def close(self, *, at_once: bool) -> None:
        """Let the workers go; `at_once` without waiting for what they compute."""
        ...


@attrs.define
class InProcess:
    """This process alone, one task after the other."""

    losses: tuple[type[BaseException], ...] = ()
    loses_all: bool = False
    workers: str = "this process"
    slots: int = 1

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Future:
        """Do the work before returning; Ctrl-C ends it."""
        future: Future = Future()
        try:
            future.set_result(work(*arguments))
        except Exception as error:  # as any executor does; KeyboardInterrupt is none
            future.set_exception(error)
        return future

    def restart(self) -> None:
        """Nothing is lost in this process alone."""

    def close(self, *, at_once: bool) -> None:
        """Nobody to let go."""


class Processes:
    """Processes on this machine. They import the program once, in a server that they are forked from.

    None of them holds a file of this process open, so that a lock of it ends with it; and they end with it too.
    """

    losses: tuple[type[BaseException], ...] = (BrokenExecutor,)
    loses_all: bool = True

    def __init__(self, n_workers: int) -> None:
        if not 1 <= n_workers <= _WORKERS_MAX:
            raise InputError(
                given=f"{n_workers} workers",
                allowed=f"0 to {_WORKERS_MAX:,}",
                why="the points are shared by so many processes; with 0 this process computes them itself",
                do="leave the option out for one per processor",
            )
        self.workers = f"{n_workers} process{'es' if n_workers > 1 else ''}"
        self.slots = _TASKS_PER_WORKER * n_workers
        self._n_workers = n_workers
        self._pool = self._new_pool()

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Future:
        """Hand one task over."""
        return self._pool.submit(work, *arguments)

    def restart(self) -> None:
        """Begin anew with other processes."""
        self._pool.shutdown()
        self._pool = self._new_pool()

    def close(self, *, at_once: bool) -> None:
        """Let the processes go."""
        if at_once:
            for process in set(multiprocessing.active_children()) - self._others:
                process.kill()
        self._pool.shutdown()

    def _new_pool(self) -> ProcessPoolExecutor:
        load_in_advance()
        self._others = set(multiprocessing.active_children())
        context = multiprocessing.get_context("forkserver")
        return ProcessPoolExecutor(self._n_workers, mp_context=context, initializer=_begin_worker)


def load_in_advance() -> None:
    """Begin the server that processes are forked from, if there is none yet: it imports the program meanwhile."""
    multiprocessing.get_context("forkserver").set_forkserver_preload(["groverattn.sweep.compute"])
    forkserver.ensure_running()


def _begin_worker() -> None:
    """Leave Ctrl-C to the parent, and end with it."""
    gc.freeze()  # the libraries stay to the end: the collector need not look through them again
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()


def _end_with_the_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


class DaskCluster:
    """The workers of a Dask cluster that runs already, each with this package installed."""

    loses_all: bool = False

    def __init__(self, address: str) -> None:
        distributed = _distributed()
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # what is lost is reported here
        self._address = address
        self._asked_at, self._known = float("-inf"), {}
        try:
            self._client = distributed.Client(address, timeout=_SECONDS_TO_CONNECT, set_as_default=False)
        except (OSError, ValueError, TypeError) as failure:
            raise InputError(
                given=f"--scheduler {address}",
                allowed="the address of a Dask scheduler, such as tcp://host:8786",
                why=f"no connection: {failure or type(failure).__name__}",
                do="start one with `dask scheduler`, and workers with `dask worker ADDRESS`",
            ) from failure
        self.losses: tuple[type[BaseException], ...] = (distributed.KilledWorker,)
        self._executor = self._client.get_executor(pure=False)

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Future:
        """Hand one task over. Dask itself gives what a dead worker had to others, up to three times."""
        return self._executor.submit(work, *arguments)

    @property
    def workers(self) -> str:
        """Workers that the scheduler knows at this moment."""
        n_workers = len(self._threads())
        return f"{n_workers} Dask worker{'s' if n_workers != 1 else ''}"

    @property
    def slots(self) -> int:
        """Tasks for all their threads; one while there are none, so that the first to come has something to do."""
        return max(1, _TASKS_PER_WORKER * sum(self._threads().values()))

    def _threads(self) -> dict[str, int]:
        """Threads of each worker, asked for at most twice a second."""
        now = time.monotonic()
        if now - self._asked_at < _SECONDS_BETWEEN_QUESTIONS:
            return self._known
        self._asked_at = now
        try:
            self._known = self._client.nthreads()
            return self._known
        except OSError as failure:
            raise InputError(
                given=f"--scheduler {self._address}",
                allowed="a scheduler that goes on until the study is complete",
                why=f"the connection was lost: {failure}",
                do="start it again, and run the same command to go on",
            ) from failure

    def restart(self) -> None:
        """Dask has other workers, or waits for some."""

    def close(self, *, at_once: bool) -> None:
        """Leave the cluster, which goes on."""
        self._executor.shutdown(wait=False)
        self._client.close()


@attrs.define
class OtherExecutor:
    """Any `concurrent.futures.Executor`, which whoever made it shuts down.

    Attributes:
        executor: takes picklable functions and arguments.
        slots: tasks that it may have at the same time.
    """

    executor: Executor
    slots: int = _TASKS_PER_WORKER
    losses: tuple[type[BaseException], ...] = ()
    loses_all: bool = False

    def __attrs_post_init__(self) -> None:
        if self.slots < 1:
            raise InputError(
                given=f"slots = {self.slots}",
                allowed="1 or more",
                why="without a task at a time nothing is computed",
                do="give the number of workers, or twice as many",
            )

    @property
    def workers(self) -> str:
        """The executor's type."""
        return type(self.executor).__name__

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Future:
        """Hand one task over."""
        return self.executor.submit(work, *arguments)

    def restart(self) -> None:
        """It cannot be made anew here, and its losses end the study."""

    def close(self, *, at_once: bool) -> None:
        """Not ours to close."""


def crew(n_workers: int | None, scheduler: str | None) -> Crew:
    """Return the crew that the command line asks for.

    Args:
        n_workers: processes here; 0: none but this one; None: as many as there are processors for this process.
        scheduler: address of a Dask scheduler; None: no cluster.

    Raises:
        InputError: both are given, a number out of range, no Dask, or no scheduler at that address.
    """
    if scheduler is None:
        if n_workers is None:
            n_workers = len(os.sched_getaffinity(0))
        return InProcess() if n_workers == 0 else Processes(n_workers)
    if n_workers is not None:
        raise InputError(
            given=f"--workers {n_workers} with --scheduler",
            allowed="one of them",
            why="a cluster has the workers that it has",
            do="leave --workers out",
        )
    return DaskCluster(scheduler)


def _distributed() -> Any:
    """Import Dask's distributed, by name, as type checkers need not find it."""
    try:
        return importlib.import_module("distributed")
    except ImportError as missing:
        raise InputError(
            given=f"--scheduler without {missing.name or 'distributed'}",
            allowed="with Dask, which the extra `cluster` installs",
            why="the cluster is Dask's",
            do="pip install -c constraints.txt -e '.[cluster]' in the repository",
        ) from missing
