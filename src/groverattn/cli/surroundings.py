"""What a process finds around it: search paths, settings that libraries read, and the memory that it may have."""

from __future__ import annotations

import os
import resource
import signal
import sys
from pathlib import Path

from groverattn.errors import InputError

# Address space that the libraries take, with one thread of BLAS: 438 MB at `frontier`, the most of all verbs, and a
# margin. Below it NumPy's BLAS asks for memory without end, and shared objects fail to load.
_ADDRESSES_MIN = 512 << 20

_COLUMNS_MIN = 20  # characters of the narrowest terminal
_DIGITS_MAX = 9  # no terminal has more columns than that
_PACKAGE = Path(__file__).parents[1]


def leave_working_folder() -> None:
    """Take the working folder off the path of modules, where `python -m` and empty entries put it.

    A file of the user's, named like a library, would run in the place of that library.
    """
    try:
        here = os.getcwd()
    except FileNotFoundError:  # it was deleted
        here = ""
    if _PACKAGE.parent != Path(here):
        sys.path[:] = [entry for entry in sys.path if entry and os.path.abspath(entry) != here]


def end_at_ctrl_c(status: int) -> None:
    """End at once with a status where Ctrl-C is pressed: before anything is done, or after all of it is."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:  # in the background of a shell it is ignored
        signal.signal(signal.SIGINT, lambda *_: os._exit(status))


def interrupt_at_ctrl_c() -> None:
    """Let Ctrl-C interrupt what is done, which then says so."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def set_for_libraries() -> None:
    """Set what libraries read from the environment, before they are imported."""
    # read by qdk, which Qualtran may load, on its first import
    os.environ.setdefault("QDK_PYTHON_TELEMETRY", "none")
    # read by NumPy on its import: the processes of --workers are the parallelism, and more threads only disturb them
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # rich and Cyclopts do not end in a terminal that no text fits in: such a width is as none
    columns = os.environ.get("COLUMNS", "")
    if not columns.isdecimal() or len(columns) > _DIGITS_MAX or int(columns) < _COLUMNS_MIN:
        os.environ.pop("COLUMNS", None)


def check_address_space() -> None:
    """Refuse to start where the libraries do not fit.

    Raises:
        InputError: the limit of `ulimit -v` is too low.
    """
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit not in (resource.RLIM_INFINITY, -1) and limit < _ADDRESSES_MIN:
        raise InputError(
            given=f"a limit of {limit >> 20:,} MiB of address space",
            allowed=f"{_ADDRESSES_MIN >> 20:,} MiB or more",
            why="the libraries alone take that much",
            do=f"raise it: ulimit -v {_ADDRESSES_MIN >> 10}",
        )


def while_loading(failure: BaseException) -> InputError | None:
    """Say of what a library raised while it was imported that it is the surroundings; None of any other failure."""
    if isinstance(failure, ImportError):  # Cyclopts wraps what it met as it loaded the verb
        failure = failure.__cause__ or failure
    if not _in_import(failure):
        return None
    message = str(failure)
    names = [name for name, value in os.environ.items() if _is_in(name, message) or _is_in(repr(value), message)]
    return InputError(
        given=f"{type(failure).__name__}: {failure}",
        allowed="libraries that load",
        why="one of them failed while it was imported",
        do=f"unset {' and '.join(names)}" if names else "unset what it reads from the environment, or install again",
    )


def _is_in(word: str, message: str) -> bool:
    return len(word) > 3 and word in message


def _in_import(failure: BaseException) -> bool:
    """Whether a library was being imported: a module's own code ran, and what failed is not of this package.

    Of a library that another module hides it is an import in this package that fails.
    """
    trace, importing, file = failure.__traceback__, False, ""
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        importing |= trace.tb_frame.f_code.co_name == "<module>"
        trace = trace.tb_next
    missing = isinstance(failure, ImportError) and not (failure.name or "").startswith("groverattn")
    return importing and (missing or _PACKAGE not in Path(file).parents)
