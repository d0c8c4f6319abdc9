"""The command `groverattn`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import attrs
from cyclopts import App, CycloptsError, Group

from groverattn import __version__
from groverattn.cli.refusal import explained, refuse, with_options
from groverattn.cli.streams import OUTPUT, ReaderGoneError, drop, watch_streams
from groverattn.cli.surroundings import (
    check_address_space,
    end_at_ctrl_c,
    interrupt_at_ctrl_c,
    set_for_libraries,
    while_loading,
)
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
        Verb("run", "search",
             "The whole path on the real head in the package: circuit, search, attention matrix, estimates.",
             "groverattn run"),
        Verb("verify", "search",
             "Run an oracle's circuit on every key and compare it with arithmetic and with the estimate.",
             "groverattn verify --n-keys 4096 --d-head 64 --data-access qroam"),
        Verb("simulate", "search",
             "Run the search on a head, from a file or random, build an approximate attention matrix B from what it "
             "finds, and compare with exact attention.",
             "groverattn simulate heads.npz --layer 0 --head 3 --n-marked 16 --rows 0:32"),
        Verb("capture", "search",
             "Record the heads of a model in a local folder, run on a text, for `simulate` and `verify`.",
             "groverattn capture --model my-model --text passage.txt -o heads.npz --max-tokens 512"),
        Verb("diagnose", "search",
             "Report whether a head has few large scores and the others, its tail, close together ((tau, k)-good), "
             "and what each way to fill in the tail costs.",
             "groverattn diagnose heads.npz --layer 0 --head 3 --n-marked 16 --figure head.svg"),
    ),
    "The price, beside GPUs": (
        Verb("estimate", "price",
             "Say in a few lines what one row costs in time and qubits, and what a GPU takes for it.",
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
    set_for_libraries()
    try:
        check_address_space()
    except InputError as error:
        return refuse(error)  # of no option: to look for one loads the verb
    try:
        status = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
        if sys.stdout is not None:  # it was closed: `groverattn ... >&-`
            sys.stdout.flush()  # a reader that has gone is noticed here and not by the interpreter as it ends
    except CycloptsError as error:
        return refuse(explained(error))
    except InputError as error:
        return refuse(with_options(error, _options(arguments)))
    except KeyboardInterrupt:
        print("groverattn: interrupted; nothing was written", file=sys.stderr)
        return 130  # 128 + SIGINT, as shells report it
    except (Exception, SystemExit) as failure:
        refusal = while_loading(failure)
        if refusal is None and not isinstance(failure, OSError):
            raise
        return refuse(refusal) if refusal else _not_written(failure)  # pyright: ignore[reportArgumentType]
    return status or 0


def _options(arguments: Sequence[str] | None) -> list[str]:
    """The options of the verb that was called, as they are typed."""
    _, apps, _ = app.parse_commands(arguments)
    return [name for argument in apps[-1].assemble_argument_collection() for name in argument.names]


def _not_written(failure: OSError) -> int:
    """Say of a full disk, that of standard output among them, what it is; a reader that has gone has what it wanted."""
    if failure.filename == OUTPUT:
        drop(sys.stdout)
        if isinstance(failure, ReaderGoneError):  # `| head`
            return 0
    return refuse(
        InputError(
            given=str(failure.filename or "a file, or a pipe between processes, that the system does not name"),
            allowed="a place that can be written to",
            why=failure.strerror or str(failure),
            do="make room, or write to another place",
        )
    )


def main() -> None:
    """Entry point."""
    interrupt_at_ctrl_c()
    watch_streams()
    status = call()
    end_at_ctrl_c(status)
    sys.exit(status)
