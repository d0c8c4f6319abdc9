"""What may come of an input: a result or an InputError, soon, and in little memory."""

from __future__ import annotations

import faulthandler
import resource
import signal
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from groverattn.errors import InputError

RESULT, REFUSED = "result", "refused"

MEMORY_BYTES = 4 << 30
"""Beyond what the libraries take when they are loaded: twice the largest file of heads, which is read and converted."""

MESSAGE_MAX = 20_000
"""Characters of an error message; a command line may have long words, and they are repeated."""


class OverTime(BaseException):
    """Not an Exception: no handler of the program may catch it."""


def limit_memory() -> None:
    """Let this process take so much more memory than it has; beyond that Python raises MemoryError."""
    with open("/proc/self/status", encoding="ascii") as status:
        taken_kb = next(int(line.split()[1]) for line in status if line.startswith("VmData:"))
    resource.setrlimit(resource.RLIMIT_DATA, (taken_kb * 1024 + MEMORY_BYTES, resource.RLIM_INFINITY))


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise OverTime after so many seconds of processor time; what then does not end is ended with the process.

    Processor time, as other processes may have the machine; 60 times as much of any other.
    """

    def over(*_: object) -> None:
        raise OverTime(f"more than {seconds:g} s")

    before = signal.signal(signal.SIGPROF, over)
    faulthandler.dump_traceback_later(60 * seconds, exit=True)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        faulthandler.cancel_dump_traceback_later()
        signal.signal(signal.SIGPROF, before)


def outcome(run: Callable[[], object], seconds: float = 5.0) -> str:
    """Run something on an input and say what came of it; whatever else is raised is a failure, warnings as well."""
    with time_limit(seconds), warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            run()
        except InputError as error:
            _check_message(error)
            return REFUSED
    return RESULT


def _check_message(error: InputError) -> None:
    assert set(error.parts) == {"given", "allowed", "why", "do"}
    assert all(error.parts.values()), error
    assert len(str(error)) <= MESSAGE_MAX, f"a message of {len(str(error))} characters: {str(error)[:500]}"
