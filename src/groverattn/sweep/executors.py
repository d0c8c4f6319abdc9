"""Executors for the points of a study: this process, processes of this machine, or a Dask cluster."""

from __future__ import annotations

import gc
import importlib
import logging
import multiprocessing
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from multiprocessing import forkserver
from typing import Any

import psutil

from groverattn.errors import InputError
from groverattn.inputs import check_between

_SECONDS_TO_CONNECT = 10
_SECONDS_BETWEEN_QUESTIONS = 0.5
_WORKERS_MAX = 4096
LOOKS_STOPPED_MAX = 40
"""Looks, two a second, after which a process that is stopped is ended."""

_TASKS_PER_WORKER = 2  # one that it computes, and one that waits for it


class Workers(Executor):
    """Executor that knows its workers, and ends with the run.

    Attributes:
        slots: tasks that it may have at this moment.
        words: its workers at this moment, in words.
    """

    slots: int = 1
    words: str = "this process"

    def end_stopped(self) -> str:
        """End workers that have been stopped for some time; return what was done, in words, or nothing.

        It is asked at every look at the workers, twice a second.
        """
        return ""


class InProcess(Workers):
    """This process alone, one task after the other."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future:
        """Do the work before returning; Ctrl-C ends it."""
        future: Future = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # as any executor does; KeyboardInterrupt passes
            future.set_exception(error)
        return future


class Processes(ProcessPoolExecutor, Workers):
    """Processes on this machine. They import the program once, in a server that they are forked from.

    None of them holds a file of this process open, so that a lock of it ends with it; and they end with it too.

    Raises:
        InputError: fewer than 1 process, or more than 4,096.
    """

    def __init__(self, n_workers: int) -> None:
        check_between("workers", n_workers, 0, _WORKERS_MAX, "processes share the points; 0: this process alone")
        load_in_advance()
        self._others = set(multiprocessing.active_children())
        self._looks_stopped: Counter[int] = Counter()
        self.slots = _TASKS_PER_WORKER * n_workers
        self.words = f"{n_workers} process{'es' if n_workers > 1 else ''}"
        context = multiprocessing.get_context("forkserver")
        super().__init__(n_workers, mp_context=context, initializer=_begin_worker)

    def end_stopped(self) -> str:
        """End processes that were stopped (SIGSTOP) at some looks in a row: what they had is lost, as if they died.

        Looks are counted and not seconds: this process may have been stopped with them.
        """
        stopped = [pid for pid in self._processes or () if _is_stopped(pid)]
        self._looks_stopped = Counter({pid: self._looks_stopped[pid] + 1 for pid in stopped})
        ended = [pid for pid, looks in self._looks_stopped.items() if looks >= LOOKS_STOPPED_MAX]
        for pid in ended:
            os.kill(pid, signal.SIGKILL)
        return (
            f"ended process {', '.join(map(str, ended))}, which was stopped; its points are tried again"
            if ended
            else ""
        )

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the processes go; with `cancel_futures` at once, whatever they compute."""
        if cancel_futures:
            for process in set(multiprocessing.active_children()) - self._others:
                process.kill()
        super().shutdown(wait, cancel_futures=cancel_futures)


def _is_stopped(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_STOPPED
    except psutil.Error:  # it has ended
        return False


def load_in_advance() -> None:
    """Begin the server that processes are forked from, unless it runs: it imports the program meanwhile."""
    modules = ["groverattn.sweep.runner", "groverattn.sweep.estimate_points", "groverattn.sweep.simulate_points"]
    multiprocessing.get_context("forkserver").set_forkserver_preload(modules)
    forkserver.ensure_running()


def _begin_worker() -> None:
    """Leave Ctrl-C to the parent, and end with it."""
    gc.freeze()  # the libraries stay to the end: the collector need not look through them again
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def end_with_the_parent() -> None:
        parent = multiprocessing.parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=end_with_the_parent, daemon=True).start()


class DaskCluster(Workers):
    """Workers of a Dask cluster that runs already, each with this package installed.

    Raises:
        InputError: Dask is not installed, or there is no scheduler at the address.
    """

    def __init__(self, address: str) -> None:
        try:
            distributed: Any = importlib.import_module("distributed")  # by name: type checkers need not find it
        except ImportError as missing:
            raise InputError(
                given=f"--scheduler without {missing.name or 'distributed'}",
                allowed="with Dask, which the extra `cluster` installs",
                why="the cluster is Dask's",
                do="pip install -c constraints.txt -e '.[cluster]' in the repository",
            ) from missing
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # what is lost is reported here
        self._address = address
        self._asked_at, self._known = float("-inf"), {}  # threads of each worker
        try:
            self._client = distributed.Client(address, timeout=_SECONDS_TO_CONNECT, set_as_default=False)
        except (OSError, ValueError, TypeError) as failure:
            raise InputError(
                given=f"--scheduler {address}",
                allowed="the address of a Dask scheduler, such as tcp://host:8786",
                why=f"no connection: {failure or type(failure).__name__}",
                do="start one with `dask scheduler`, and workers with `dask worker ADDRESS`",
            ) from failure
        # Dask itself gives what a dead worker had to others, up to three times
        self._executor = self._client.get_executor(pure=False)
        self.submit = self._executor.submit

    @property
    def words(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Workers that the scheduler knew when `slots` was last asked for."""
        return f"{len(self._known)} Dask worker{'s' if len(self._known) != 1 else ''}"

    @property
    def slots(self) -> int:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Tasks for all their threads; 1 while there are none, so that the first to come has something to do.

        The scheduler is asked at most twice a second.
        """
        now = time.monotonic()
        if now - self._asked_at >= _SECONDS_BETWEEN_QUESTIONS:
            self._asked_at = now
            try:
                self._known = self._client.nthreads()
            except OSError as failure:
                raise InputError(
                    given=f"--scheduler {self._address}",
                    allowed="a scheduler that goes on until the study is complete",
                    why=f"the connection was lost: {failure}",
                    do="start it again, and run the same command to go on",
                ) from failure
        return max(1, _TASKS_PER_WORKER * sum(self._known.values()))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster, which goes on."""
        self._executor.shutdown(wait=False)
        self._client.close()


def chosen_workers(n_workers: int | None, scheduler: str | None) -> Workers:
    """Return the executor that the command line asks for.

    Args:
        n_workers: processes here; 0: this process alone; None: as many as there are processors for this process.
        scheduler: address of a Dask scheduler; None: no cluster.

    Raises:
        InputError: both are given, a number out of range, no Dask, or no scheduler at that address.
    """
    if scheduler is None:
        n_workers = len(os.sched_getaffinity(0)) if n_workers is None else n_workers
        return InProcess() if n_workers == 0 else Processes(n_workers)
    if n_workers is not None:
        raise InputError(
            given=f"--workers {n_workers} with --scheduler",
            allowed="one of them",
            why="a cluster has the workers that it has",
            do="leave --workers out",
        )
    return DaskCluster(scheduler)
