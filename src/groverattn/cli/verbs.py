"""The verbs: what each does in a line, and an example; the modules that do it are imported when they are called."""

from __future__ import annotations

import attrs


@attrs.frozen
class Verb:
    """One verb; its function is that of the same name in the module of the same name.

    Attributes:
        name: what is typed.
        summary: one line for `groverattn --help`.
        example: a command line that works.
    """

    name: str
    summary: str
    example: str


# fmt: off
GROUPS = {
    "The search, as circuits that are run": (
        Verb("run", "The whole path on the real head in the package: circuit, search, B, estimates.",
             "groverattn run"),
        Verb("verify", "Run an oracle's circuit on every key and compare it with arithmetic and with the estimate.",
             "groverattn verify --n-keys 4096 --d-head 64 --data-access qroam"),
        Verb("simulate", "Run the search on a head, from a file or random, and compare B with exact attention.",
             "groverattn simulate heads.npz --layer 0 --head 3 --n-marked 16 --rows 0:32"),
        Verb("capture", "Record the heads of a model in a local folder, run on a text, for `simulate` and `verify`.",
             "groverattn capture --model my-model --text passage.txt -o heads.npz --max-tokens 512"),
        Verb("diagnose", "Report whether a head is (tau, k)-good, and what each tail of B costs on it.",
             "groverattn diagnose heads.npz --layer 0 --head 3 --n-marked 16 --figure head.svg"),
    ),
    "The price, beside GPUs": (
        Verb("estimate", "Cost the search per iterate, row, head and model, beside the classical line.",
             "groverattn estimate --preset llama3.1-8b --data-access qroam"),
        Verb("compare", "Put every data access side by side for one model, with the verdict.",
             "groverattn compare --preset llama3.1-8b"),
        Verb("crossover", "Say from how many keys on the search beats a GPU, or never and why, and what it would take.",
             "groverattn crossover --preset llama3.1-8b --at 1048576"),
        Verb("frontier", "Show what qubits buy for one row: data access, block, factories, machines, depth limits.",
             "groverattn frontier --preset llama3.1-8b --figure frontier.svg"),
        Verb("report", "Write the report of one or several models: every number with how it was got.",
             "groverattn report --preset gpt2 llama3.1-8b -o report.html"),
        Verb("presets", "List the models whose sizes come with the package.",
             "groverattn presets --format json"),
    ),
    "Studies, and other tools": (
        Verb("sweep", "Compute a grid or a list of estimates or simulations into one table; it can be resumed.",
             "groverattn sweep study.toml -o results"),
        Verb("physical", "Price the bare counts of any algorithm on a machine.",
             "groverattn physical --toffoli 2700000000 --logical-qubits 6200 --toffoli-depth 1700000000"),
        Verb("export", "Write a circuit or its counts for other tools: OpenQASM 3, QREF, or JSON of logical counts.",
             "groverattn export --to qref --what iterate --preset gpt2 --n-marked 16 -o iterate.json"),
    ),
}
# fmt: on
