"""Where results and messages go: results to standard output, progress and errors to standard error."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


def show(result: dict[str, Any], form: str, table: Callable[[dict[str, Any]], Any]) -> None:
    """Print a result as one JSON object or as a table."""
    if form == "json":
        print(json.dumps(result, indent=2, allow_nan=False))
        return
    from rich.console import Console

    Console(highlight=False, soft_wrap=False).print(table(result))


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Yield a function that shows progress on standard error: a bar on a terminal, ten lines anywhere else."""
    if not sys.stderr.isatty():
        yield functools.partial(_tenths, what)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _tenths(what: str, done: int, total: int) -> None:
    if 10 * done // total > 10 * (done - 1) // total:
        print(f"{what}: {done} of {total}", file=sys.stderr, flush=True)
