"""The command `groverattn`."""

from __future__ import annotations

import io
import os
import re
import shlex
import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError, Group

from groverattn import __version__
from groverattn.cli.verbs import GROUPS
from groverattn.errors import InputError
from groverattn.show.printable import printable

# Quantum libraries are imported inside the verbs, so that --help answers at once.
app = App(
    name="groverattn",
    version=__version__,
    suppress_keyboard_interrupt=False,  # reported by `call`
    help="Grover search for the large entries of attention (arXiv:2307.08045), as circuits that are run and costed. "
    "Exit status: 0 done, 1 a check failed, 2 input that cannot be used, 130 interrupted.",
)
app.register_install_completion_command()
for title, verbs in GROUPS.items():
    group = Group.create_ordered(title)
    for verb in verbs:
        app.command(
            f"groverattn.cli.{verb.name}:{verb.name}",
            name=verb.name,
            help=verb.summary,
            help_epilogue=f"Example: {verb.example}",
            group=group,
        )


def call(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit status.

    >>> call(["presets", "--format", "xml"])
    2
    """
    # read by qdk, which Qualtran may load, on its first import
    os.environ.setdefault("QDK_PYTHON_TELEMETRY", "none")
    # read by NumPy on its import: the processes of --workers are the parallelism, and more threads only disturb them
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        status = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
        if sys.stdout is not None:  # it was closed: `groverattn ... >&-`
            sys.stdout.flush()  # a reader that has gone is noticed here and not by the interpreter as it ends
    except CycloptsError as error:
        return _refuse(_explained(error))
    except InputError as error:
        return _refuse(error)
    except KeyboardInterrupt:
        print("groverattn: interrupted; nothing was written", file=sys.stderr)
        return 130  # 128 + SIGINT, as shells report it
    except BrokenPipeError:  # `| head`: the reader has what it wanted
        _drop_output()
        return 0
    except OSError as failure:  # a full disk, that of standard output among them
        _drop_output()
        return _refuse(_no_room(failure))
    return status or 0


def _explained(error: CycloptsError) -> InputError:
    """Say of an option that cannot be read what is said of every other input."""
    verb = " ".join(["groverattn", *(error.command_chain or ())])
    return InputError(
        given=shlex.join(["groverattn", *(error.root_input_tokens or ())]),
        allowed=f"the options that `{verb} --help` lists",
        why=_in_plain_words(str(error).rstrip(".")),
        do="correct the option that is named",
    )


def _in_plain_words(message: str) -> str:
    """Return Cyclopts' message without a list of commands that is cut off, and without its name for a stray word."""
    message = re.sub(r" Available commands: .*", "", message)
    return re.sub(r"^Unused Tokens: \[(.*)\]$", r"\1 belongs to no option", message)


def _no_room(failure: OSError) -> InputError:
    return InputError(
        given=str(failure.filename or "standard output"),
        allowed="a place that can be written to",
        why=failure.strerror or str(failure),
        do="make room, or write to another place",
    )


def _drop_output() -> None:
    """Send what is left to be printed nowhere: the interpreter tries again when it ends."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _refuse(error: InputError) -> int:
    """Print one line, whatever file names and library messages have in them, and return the exit status."""
    print("groverattn:", printable(" ".join(str(error).split())), file=sys.stderr)
    return 2


def main() -> None:
    """Entry point."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # it was closed, and `print` would take the other one
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names of files need not be UTF-8
    sys.exit(call())
