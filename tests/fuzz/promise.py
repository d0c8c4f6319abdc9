"""What may come of an input: a result or an InputError, soon, and in little memory."""

from __future__ import annotations

import faulthandler
import resource
import signal
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from groverattn.errors import InputError

RESULT, REFUSED = "result", "refused"

MEMORY_BYTES = 4 << 30
"""Beyond what the libraries take when they are loaded: twice the largest file of heads, which is read and converted."""

MESSAGE_MAX = 20_000
"""Characters of an error message; a command line may have long words, and they are repeated."""


@attrs.frozen
class Target:
    """One reader of input.

    Attributes:
        inputs: where odd input comes from.
        run: takes one input and a folder to work in, and returns RESULT or REFUSED; raises if the promise is broken.
        share: its part of all inputs, in thousandths.
    """

    inputs: SearchStrategy[Any]
    run: Callable[[Any, Path], str]
    share: float

    def check(self, first: int, n_inputs: int) -> Counter[str]:
        """Run inputs that depend on a first seed alone, and count what came of them.

        Raises:
            Exception: what the shortest input found raised that is neither a result nor a refusal; a note names it.
        """
        found: Counter[str] = Counter()
        with tempfile.TemporaryDirectory() as folder:

            @settings(max_examples=n_inputs, database=None, deadline=None, derandomize=False, print_blob=False,
                      phases=[Phase.generate, Phase.shrink], suppress_health_check=list(HealthCheck))  # fmt: skip
            @seed(first)
            @given(self.inputs)
            def one(value: Any) -> None:
                found[self.run(value, Path(folder))] += 1

            one()
        return found


def limit_memory() -> None:
    """Limit this process to the memory that it has and MEMORY_BYTES more; beyond that Python raises MemoryError."""
    with open("/proc/self/status", encoding="ascii") as status:
        taken_kb = next(int(line.split()[1]) for line in status if line.startswith("VmData:"))
    resource.setrlimit(resource.RLIMIT_DATA, (taken_kb * 1024 + MEMORY_BYTES, resource.RLIM_INFINITY))


class _OverTime(BaseException):
    """Not an Exception: no handler of the program may catch it."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Fail after this processor time; what then does not end is ended with the process, after 60 times as much."""

    def over(*_: object) -> None:
        raise _OverTime

    before = signal.signal(signal.SIGPROF, over)
    faulthandler.dump_traceback_later(60 * seconds, exit=True)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    except _OverTime as late:
        raise AssertionError(f"more than {seconds:g} s") from late
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        faulthandler.cancel_dump_traceback_later()
        signal.signal(signal.SIGPROF, before)


def outcome(run: Callable[[], object], seconds: float = 5.0) -> str:
    """Run something on an input and say what came of it; whatever else is raised breaks the promise, warnings too."""
    with time_limit(seconds), warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            run()
        except InputError as error:
            refusal = error
        else:
            return RESULT
    assert set(refusal.parts) == {"given", "allowed", "why", "do"}
    assert all(refusal.parts.values()), refusal
    assert len(str(refusal)) <= MESSAGE_MAX, f"{len(str(refusal))} characters: {str(refusal)[:500]}"
    return REFUSED
