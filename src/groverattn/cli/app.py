"""The command `groverattn`."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError

from groverattn import __version__
from groverattn.problem.errors import InputError

# Quantum libraries are imported inside the verbs, so that --help answers at once.
app = App(
    name="groverattn",
    version=__version__,
    suppress_keyboard_interrupt=False,  # reported by `call`
    help="Grover search for the large entries of attention (arXiv:2307.08045), as circuits that are run and costed. "
    "Exit status: 0 done, 1 a check failed, 2 input that cannot be used.",
)
_VERBS = {
    "run": "The whole path on the real head in the package: circuit, search, B, estimates.",
    "verify": "Run an oracle's circuit on every key and compare it with arithmetic and with the estimate.",
    "simulate": "Run the search on a head, from a file or random, and compare B with exact attention.",
    "capture": "Record the heads of a model in a local folder, run on a text, for `simulate` and `verify`.",
    "diagnose": "Report whether a head is (tau, k)-good, and what each tail of B costs on it.",
    "compare": "Put every data access side by side for one model, with the verdict.",
    "crossover": "Say from how many keys on the search beats a GPU, or never and why, and what it would take.",
    "estimate": "Cost the search per iterate, row, head and model, beside the classical line.",
    "frontier": "Show what qubits buy for one row: data access, block, factories, parallel machines, depth limits.",
    "physical": "Price the bare counts of any algorithm on a machine.",
    "report": "Write the report of one or several models, as HTML and Markdown: every number with how it was got.",
    "presets": "List the models whose sizes come with the package.",
}
for verb, summary in _VERBS.items():
    app.command(f"groverattn.cli.{verb}:{verb}", name=verb, help=summary)


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
        sys.stdout.flush()  # a reader that has gone is noticed here and not by the interpreter as it ends
    except CycloptsError as error:
        return _refuse(_explained(error))
    except InputError as error:
        return _refuse(error)
    except KeyboardInterrupt:
        print("groverattn: interrupted; nothing was written", file=sys.stderr)
        return 130  # 128 + SIGINT, as shells report it
    except BrokenPipeError:  # `| head`: the reader has what it wanted
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status or 0


def _explained(error: CycloptsError) -> InputError:
    """Say of an option that cannot be read what is said of every other input."""
    verb = " ".join(["groverattn", *(error.command_chain or ())])
    return InputError(
        given=shlex.join(["groverattn", *(error.root_input_tokens or ())]),
        allowed=f"the options that `{verb} --help` lists",
        why=str(error).rstrip("."),
        do="correct the option that is named",
    )


def _refuse(error: InputError) -> int:
    """Print one line, whatever file names and library messages have in them, and return the exit status."""
    print("groverattn:", " ".join(str(error).split()), file=sys.stderr)
    return 2


def main() -> None:
    """Entry point."""
    sys.exit(call())
