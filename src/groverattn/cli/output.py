"""Where results and messages go: results to standard output, progress and errors to standard error."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from groverattn.show.numbers import reproducible, time_text
from groverattn.show.result import Shown


def show(result: Shown, form: str, **parts: Shown) -> None:
    """Print a result as one JSON object or as tables.

    Args:
        result: what was found.
        form: json or table.
        parts: more results of the same verb, each printed after it, and in its JSON under its name.
    """
    if form == "json":
        printed = result.as_json() | {name: part.as_json() for name, part in parts.items()}
        print(json.dumps(reproducible(printed), indent=2, allow_nan=False))
        return
    from groverattn.show.terminal import print_blocks

    print_blocks([block for each in (result, *parts.values()) for block in each.blocks()])


@contextmanager
def said(what: str, *paths: Path | None) -> Iterator[None]:
    """Say afterwards of each file that was to be written whether it is new or took the place of another."""
    existed = [path for path in paths if path is not None and path.exists()]
    yield
    for path in paths:
        if path is not None:
            print(f"{what}: {'replaced' if path in existed else 'wrote'} {path}", file=sys.stderr)


# Longer, and people ask themselves whether anything happens.
_QUIET_SECONDS = 60


@contextmanager
def progress(what: str, *, alike: bool = True) -> Iterator[Callable[..., None]]:
    """Yield a function that shows progress on standard error: a bar on a terminal, some lines anywhere else.

    It is given what is done, what there is in all, and in words who does it, if that is worth saying.

    Args:
        what: the steps.
        alike: whether they take about as long as each other, so that what is left can be told from what is done.
    """
    if not sys.stderr.isatty():
        yield _Tenths(what, alike)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    left = [TimeRemainingColumn()] if alike else []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), *left)
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=None)

        def update(done: int, total: int, who: str = "") -> None:
            bar.update(task, completed=done, total=total, description=_with(what, who))

        yield update


class _Tenths:
    """Prints a line at each tenth and each minute; of steps alike, with the time that the rest takes as they took.

    The start is when it is told that nothing is done, and before that when it was made.
    """

    def __init__(self, what: str, alike: bool) -> None:
        self.what, self.alike, self.start_s = what, alike, time.monotonic()
        self.printed_s = self.start_s

    def __call__(self, done: int, total: int, who: str = "") -> None:
        now_s = time.monotonic()
        if not done:
            self.start_s = self.printed_s = now_s
        elif 10 * done // total > 10 * (done - 1) // total or now_s - self.printed_s > _QUIET_SECONDS:
            self.printed_s = now_s
            left_s = (now_s - self.start_s) * (total - done) / done
            left = f", about {time_text(left_s)} left" if left_s >= 1 and self.alike else ""
            print(f"{_with(self.what, who)}: {done} of {total}{left}", file=sys.stderr, flush=True)


def _with(what: str, who: str) -> str:
    return f"{what}, {who}" if who else what
