"""The command `groverattn`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError

from groverattn import __version__
from groverattn.problem.errors import InputError

# Quantum libraries are imported inside the verbs, so that --help answers at once.
app = App(
    name="groverattn",
    version=__version__,
    help="Grover search for the large entries of attention (arXiv:2307.08045), as circuits that are run and costed. "
    "Exit status: 0 done, 1 a check failed, 2 input that cannot be used.",
)
_VERBS = {
    "run": "The whole path on the real head in the package: circuit, search, B, estimates.",
    "verify": "Run an oracle's circuit on every key and compare it with arithmetic and with the estimate.",
    "simulate": "Run the search on a head from a file and compare B with exact attention.",
    "estimate": "Cost the search per iterate, row, head and model, beside the classical line.",
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
    try:
        status = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
    except (CycloptsError, InputError) as error:
        print(f"groverattn: {error}", file=sys.stderr)
        return 2
    return status or 0


def main() -> None:
    """Entry point."""
    sys.exit(call())
