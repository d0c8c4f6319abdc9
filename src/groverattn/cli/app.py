"""The command `groverattn`."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

import attrs
from cyclopts import App, CycloptsError, Group

from groverattn import __version__
from groverattn.cli.refusal import explained, refuse
from groverattn.errors import InputError


@attrs.frozen
class Verb:
    """One verb; its function has the same name.

    Attributes:
        name: what is typed.
        module: module of the function, imported when the verb is called.
        summary: one line for `groverattn --help`.
        example: a command line that works.
    """

    name: str
    module: str
    summary: str
    example: str


# fmt: off
GROUPS = {
    "The search, as circuits that are run": (
        Verb("run", "search", "The whole path on the real head in the package: circuit, search, B, estimates.",
             "groverattn run"),
        Verb("verify", "search",
             "Run an oracle's circuit on every key and compare it with arithmetic and with the estimate.",
             "groverattn verify --n-keys 4096 --d-head 64 --data-access qroam"),
        Verb("simulate", "search",
             "Run the search on a head, from a file or random, and compare B with exact attention.",
             "groverattn simulate heads.npz --layer 0 --head 3 --n-marked 16 --rows 0:32"),
        Verb("capture", "search",
             "Record the heads of a model in a local folder, run on a text, for `simulate` and `verify`.",
             "groverattn capture --model my-model --text passage.txt -o heads.npz --max-tokens 512"),
        Verb("diagnose", "search", "Report whether a head is (tau, k)-good, and what each tail of B costs on it.",
             "groverattn diagnose heads.npz --layer 0 --head 3 --n-marked 16 --figure head.svg"),
    ),
    "The price, beside GPUs": (
        Verb("estimate", "price",
             "Say in five lines what one row costs in time and qubits, and what a GPU takes for it.",
             "groverattn estimate --preset llama3.1-8b --data-access qroam"),
        Verb("compare", "price", "Put every data access side by side for one model, with the verdict.",
             "groverattn compare --preset llama3.1-8b"),
        Verb("crossover", "price",
             "Say from how many keys on the search beats a GPU, or never and why, and what it would take.",
             "groverattn crossover --preset llama3.1-8b --at 1048576"),
        Verb("frontier", "price",
             "Show what qubits buy for one row: data access, block, factories, machines, depth limits.",
             "groverattn frontier --preset llama3.1-8b --figure frontier.svg"),
        Verb("report", "price", "Write the report of one or several models: every number with how it was got.",
             "groverattn report --preset gpt2 llama3.1-8b -o report.html"),
        Verb("presets", "price", "List the models whose sizes come with the package.",
             "groverattn presets --format json"),
    ),
    "Studies, and other tools": (
        Verb("sweep", "sweep",
             "Compute a grid or a list of estimates or simulations into one table; it can be resumed.",
             "groverattn sweep study.toml -o results"),
        Verb("physical", "physical", "Price the bare counts of any algorithm on a machine.",
             "groverattn physical --toffoli 2700000000 --logical-qubits 6200 --toffoli-depth 1700000000"),
        Verb("export", "export",
             "Write a circuit or its counts for other tools: OpenQASM 3, QREF, or JSON of logical counts.",
             "groverattn export --to qref --what iterate --preset gpt2 --n-marked 16 -o iterate.json"),
    ),
}
# fmt: on

_COLUMNS_MIN = 20  # characters of the narrowest terminal

# Quantum libraries are imported inside the verbs, so that --help answers at once.
app = App(
    name="groverattn",
    version=__version__,
    suppress_keyboard_interrupt=False,  # reported by `call`
    help="Grover search for the large entries of attention (arXiv:2307.08045), as circuits that are run and costed. "
    "Whole numbers may be written as 131072, 131,072, 128k (k is 1,024, M 1,048,576), 1e6 or 2^17. "
    "Exit status: 0 done, 1 a check failed, 2 input that cannot be used, 130 interrupted.",
)
app.register_install_completion_command()
for title, verbs in GROUPS.items():
    group = Group.create_ordered(title)
    for verb in verbs:
        app.command(
            f"groverattn.cli.{verb.module}:{verb.name}",
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
    _sane_columns()
    try:
        status = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
        if sys.stdout is not None:  # it was closed: `groverattn ... >&-`
            sys.stdout.flush()  # a reader that has gone is noticed here and not by the interpreter as it ends
    except CycloptsError as error:
        return refuse(explained(error))
    except InputError as error:
        return refuse(error)
    except KeyboardInterrupt:
        print("groverattn: interrupted; nothing was written", file=sys.stderr)
        return 130  # 128 + SIGINT, as shells report it
    except BrokenPipeError:  # `| head`: the reader has what it wanted
        _drop_output()
        return 0
    except OSError as failure:  # a full disk, that of standard output among them
        _drop_output()
        return refuse(_no_room(failure))
    return status or 0


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


def _sane_columns() -> None:
    """Take a width of the terminal that no text fits in as not given: rich and Cyclopts would not end."""
    columns = os.environ.get("COLUMNS", "")
    if not columns.isdecimal() or int(columns) < _COLUMNS_MIN:
        os.environ.pop("COLUMNS", None)


def main() -> None:
    """Entry point."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # it was closed, and `print` would take the other one
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names of files need not be UTF-8
    sys.exit(call())
