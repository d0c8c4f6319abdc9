"""Pool of processes for rows; finished rows are kept when the run is interrupted."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from groverattn.errors import InputError


def in_parallel(work: Callable[[int], Any], rows: range, n_workers: int) -> Iterator[Any]:
    """Results of the work for each row, in order, from up to `n_workers` processes.

    Closing the iterator, or an exception thrown into it (Ctrl-C), ends the processes at once.

    Raises:
        InputError: a process was killed.
    """
    n_workers = min(n_workers, len(rows), os.cpu_count() or 1)
    if n_workers <= 1:
        yield from map(work, rows)
        return
    children_before = set(multiprocessing.active_children())
    with ProcessPoolExecutor(n_workers, initializer=_begin_worker, initargs=(work,)) as pool:
        # Not pool.map: it cancels what is left when it is interrupted, and Python 3.11 then trips over ended workers.
        futures = [pool.submit(_work_in_worker, row) for row in rows]
        try:
            for future in futures:
                yield future.result()
        except BrokenProcessPool as death:
            raise InputError(
                given=f"{len(rows)} rows shared by {n_workers} processes",
                allowed="as many processes as the memory holds",
                why="one of them was killed, as happens when memory runs out",
                do="use --workers 1, or a smaller head",
            ) from death
        except BaseException:  # Ctrl-C among them: do not wait minutes for a row
            for child in set(multiprocessing.active_children()) - children_before:
                child.kill()
            raise


_work: Callable[[int], Any]


def _begin_worker(work: Callable[[int], Any]) -> None:
    """Keep what every row needs, so that a task is one number; the parent handles Ctrl-C."""
    global _work
    _work = work
    gc.freeze()  # what the parent had stays to the end: the collector need not look through it again
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _work_in_worker(row: int) -> Any:
    return _work(row)
