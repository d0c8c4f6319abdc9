"""What an export is asked for: a format, what it is of, and a row with keys or sizes."""

from __future__ import annotations

from typing import Any

import attrs

from groverattn.errors import InputError, check_seed, unknown_name
from groverattn.inputs import checked, inputs_of, nested, option
from groverattn.problem.chosen_head import StoredHead, refuse_ignored
from groverattn.registry import Registry
from groverattn.row.request import AUTO, RowRequest

CIRCUITS = ("lookup", "oracle", "iterate", "search")
TOTALS = ("row", "head", "model")

FORMATS: Registry[tuple[str, ...]] = Registry(
    "format",
    "each is written in its own way",
    {
        "openqasm3": ("oracle", "lookup", "iterate", "search"),
        "qref": ("iterate", "lookup", "oracle", "search"),
        "counts": (*TOTALS, *CIRCUITS),
    },
)
"""What each format can be of; the first is what it is of by default."""

_SUFFIXES = {"openqasm3": "qasm", "qref": "qref.json", "counts": "counts.json"}

_OF_SIZES = ("preset", "config", "n_keys", "d_head")
_OF_ESTIMATE = ("search_law", "hardware", "error_budget", "qram_latency_us", "qram_qubits_per_bit", "qram_p_error")
_OF_CIRCUIT = ("n_marked", "key_bits", "query_bits", "data_access", "score_method", "keys_per_query", "words_at_once")


def _of_row(name: str) -> Any:
    """Declare an input of `RowRequest` that need not be given."""
    declared = inputs_of(RowRequest)[name]
    default = "" if declared.default in (None, attrs.NOTHING) else f" {declared.default} if not given."
    return option(None, check=declared.check, help=declared.help + default, parse=declared.parse)


@attrs.frozen(kw_only=True)
class ExportRequest:
    """What an export is asked for.

    With a file, the circuit is that of one row of its head. Without, OpenQASM is of a random row, and the other formats
    are of sizes, given as for `RowRequest`; None: not given.

    Attributes:
        to: one of `FORMATS`.
        what: what the format is to hold; None: the first that it can.
        n_iterates: iterates of a search.
        head: the head of the row.
        row: row of the head; None: the last one that is searched.
        seed: seed of the random row.

    All other attributes are inputs of `RowRequest`.

    Raises:
        InputError: an unknown name, a number out of range, or an input that would have no effect.

    >>> ExportRequest(to="counts", preset="gpt2").of
    'row'
    """

    to: str = option(
        check=checked(FORMATS.check), help="Format: openqasm3, qref or counts; docs/interchange.md describes them."
    )
    what: str | None = option(
        None, help="lookup, oracle, iterate or search; counts also of row, head or model, and of row by default."
    )
    n_iterates: int | None = option(None, help="Iterates of search; by default the best number, in qref a symbol.")
    head: StoredHead = nested(StoredHead)
    row: int | None = option(None, help="Row of the file's head; the last one by default.")
    seed: int | None = option(None, check=checked(check_seed), help="Seed of the random row of openqasm3; 0.")
    preset: str | None = _of_row("preset")
    config: str | None = _of_row("config")
    n_keys: int | None = _of_row("n_keys")
    d_head: int | None = _of_row("d_head")
    n_marked: int | None = _of_row("n_marked")
    key_bits: int | None = _of_row("key_bits")
    query_bits: int | None = _of_row("query_bits")
    data_access: str | None = _of_row("data_access")
    score_method: str | None = _of_row("score_method")
    keys_per_query: str | None = _of_row("keys_per_query")
    words_at_once: int | None = _of_row("words_at_once")
    search_law: str | None = _of_row("search_law")
    hardware: str | None = _of_row("hardware")
    error_budget: float | None = _of_row("error_budget")
    qram_latency_us: float | None = _of_row("qram_latency_us")
    qram_qubits_per_bit: float | None = _of_row("qram_qubits_per_bit")
    qram_p_error: float | None = _of_row("qram_p_error")

    def __attrs_post_init__(self) -> None:
        if self.of not in FORMATS[self.to]:
            raise unknown_name(f"what of {self.to}", self.of, FORMATS[self.to], "the format holds nothing else")
        if self.n_iterates is not None and (self.of != "search" or self.n_iterates < 0):
            raise InputError(
                given=f"n_iterates = {self.n_iterates} with what = {self.of}",
                allowed="0 or more, with what = search only",
                why="it is how many iterates a search makes",
                do="leave it out for the number that succeeds most probably",
            )
        of_file = {"causal": self.head.causal, "row": self.row}
        if self.of in TOTALS:
            ignored = {"file": self.head.file, "seed": self.seed} | of_file
            refuse_ignored(ignored, f"not with what = {self.of}", "it is of all keys of sizes")
            return
        if self.head.file is not None or self.to == "openqasm3":
            machine = self.given(*_OF_ESTIMATE)
            refuse_ignored(machine, "of sizes only", "no design is chosen for a machine here")
        if self.head.file is not None:
            refuse_ignored(self.given("seed", *_OF_SIZES), "without file only", "the file has keys of its own")
            return
        refuse_ignored(of_file, "with file only", "they choose a row of the file")
        if self.to == "openqasm3":
            why = "a circuit of such sizes has too many gates to write out"
            refuse_ignored(self.given("preset", "config"), "not with openqasm3", why)
        else:
            refuse_ignored(self.given("seed"), "with openqasm3 only", "sizes alone have no random keys")

    @property
    def of(self) -> str:
        """What the export is of."""
        return FORMATS[self.to][0] if self.what is None else self.what

    @property
    def file_name(self) -> str:
        """Name of the file that is written if none is given.

        >>> ExportRequest(to="counts", preset="gpt2").file_name
        'row.counts.json'
        """
        return f"{self.of}.{_SUFFIXES.get(self.to, self.to)}"

    def given(self, *names: str) -> dict[str, Any]:
        """Return those of some inputs that are given."""
        return {name: value for name in names if (value := getattr(self, name)) is not None}

    @property
    def of_circuit(self) -> dict[str, Any]:
        """The inputs that choose the circuit of a row with keys, as far as they are given.

        Raises:
            InputError: one of them is to be chosen, which takes the sizes of a row alone.
        """
        given = self.given(*_OF_CIRCUIT)
        for name in (name for name, value in given.items() if value == AUTO):
            raise InputError(
                given=f"{name} = {AUTO} for a row with keys",
                allowed="a choice of one's own",
                why="the best one is chosen from sizes",
                do="give one, or leave it out",
            )
        return given | ({"keys_per_query": int(self.keys_per_query)} if self.keys_per_query is not None else {})

    def sizes(self) -> RowRequest:
        """Return the request of the row that the sizes describe.

        Raises:
            InputError: sizes that are missing.
        """
        return RowRequest.of(**self.given(*_OF_SIZES, *_OF_CIRCUIT, *_OF_ESTIMATE))
