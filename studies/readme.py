"""README.md: its computed blocks and its figure; estimates/README.md: what is in which file, and columns."""

from __future__ import annotations

from collections.abc import Sequence

from groverattn.estimation import columns as sheet_columns
from groverattn.estimation.answer import Answer
from groverattn.estimation.estimate import estimate
from groverattn.frontier.figure import frontier_svg
from groverattn.frontier.frontier import frontier
from groverattn.row.request import RowRequest
from groverattn.run import PRESETS_SHOWN
from groverattn.show.numbers import count_text, number_text, time_text
from groverattn.show.result import Shown
from groverattn.show.terminal import text_of

PRESET_SHOWN = "llama3.1-8b"
_COLUMNS_OF_A_TERMINAL = 80


def sheet_readme() -> str:
    """Write estimates/README.md: the command and the columns."""
    columns = "\n".join(f"| `{column.name}` | {column.meaning} |" for column in sheet_columns.COLUMNS)
    return _README.format(columns=columns, law=sheet_columns.SEARCH_LAW, hardware=sheet_columns.HARDWARE)


_README = """\
# Estimates

`presets.csv` has one row for each preset and each data access. It is computed, not edited by hand:

    make estimates          # python -m studies

The tests compute it again and compare. It holds no dates and no timings. Numbers that are not whole are rounded to six
significant digits, so that platforms agree.

What all rows share:

- The search law is `{law}`: the number of marked keys is not known. A row searches all n keys, by the best design with
  its data access (least physical qubits x time), mostly in parts one after the other: `design` says which.
- The machine is `{hardware}`, a surface code. Its error rate, cycle and reaction time are in
  `src/groverattn/physical/machines/{hardware}.toml` with their sources. The physical columns are for one row at a time.
- Counts are those of the circuit, with a representative query. Depths and logical qubits hold together in one schedule.
- The data access `qram` is no circuit but an external call at an assumed price.
- A row that is out of reach says so in `error` and leaves its numbers empty.

More files are written by the same command. About the circuit: `iterates.csv`, one Grover iterate at 2^17 and 2^20 keys
under every data access and score method, with the spread of the score over 20 queries; `precision.csv`, what 4 to 16
bits cost in Toffolis and do to the packaged head; `nested_search.csv`, two-stage search with a coarse sketch against
one stage. About the search, in iterates and keys read, whatever an iterate costs: `scaling.csv`, searches drawn at n of
2^12 to 2^22 and k of 16 to 2048 beside the laws, with the fitted exponents in `scaling_fit.csv` and the figure
`scaling.svg`; `query_crossover.csv`, from how many keys on each law asks fewer questions than a scan reads keys;
`search_methods.csv`, the methods of `groverattn simulate --method`, wrong guesses and parallel machines;
`success_frequency.csv`, misses in 20,000 seeded rows against the promise. What a column means stands with the records
of the module that writes the file, in `studies/`.

About machines, models and other estimators: `frontier.svg`, the figure of the README; `reports/`, reports of six
presets that differ in kind, as HTML and as Markdown, and the page of words, machines and sources that they share; any
other is made by `groverattn report --preset NAME -o NAME.html` ([report](../docs/report.md)); `models.csv`, whole
models, one generated token and a causal prefill, with the time to write the keys and the machines that it takes to
match a GPU; `k_laws.csv`, the presets whose k is assumed, with that k and with k by the law that was measured on a
small language model ([paper](../docs/paper.md#with-a-measured-k)), five minutes; `peers.csv`, our counts beside those
of `pennylane.estimator` and `qdk.qre` on the same lookup search, with what explains each difference.

About training through sparse plus rank one, see [training](../docs/training.md): `gradient_cost.csv`, operations and
memory of the gradients over n; `training.csv`, losses of a small layer with exact attention and with each tail, about
two minutes.

`real_heads.csv` is written by `make studies`: every row of 78 real heads, with and without a causal mask, searched on
exact amplitudes. It takes about ten minutes. So is `finders.csv`: how many keys the classical finders look at, over n
and d and on real heads, beside the iterates of the quantum search; about a minute. And `tails.csv`: what every tail of
B costs in the output of the same heads, with its bounds ([approximation](../docs/approximation.md)); about a minute.
And `read_first.csv`: keys that are read before the search on six of the heads, about two minutes; where a captured
model lies in `data/real_models/`, `read_first_captured.csv` too ([methods](../docs/methods.md#reading-first)).

`explorer.csv` has the rows of the [explorer](../docs/explorer.html), a page to open in a browser: n, k, bits, machine,
error budget and design. `python -m studies explorer` writes both, in about twelve minutes.

Of a language model's heads ([real models](../docs/real_models.md)), by the same command where its weights are:
`model_keys.csv`, keys that hold 90, 95 and 99 % of a row's weight over n, percentiles over 270 heads, and
`model_head_keys.csv`, the same of each head; `model_k_laws.csv`, the laws fitted to them, `model_same_rows.csv`, their
control, and `model_exponents.csv`, exponents of the heads; `model_goodness.csv`, tails and one threshold for all rows;
`model_tails.csv`, what each tail of B costs; `model_windows.csv`, where marked keys lie; `model_heads.csv`, each head
at the largest n; and the figure `model_heads.svg`. About ten minutes of a processor.

Of several keys per query ([oracle](../docs/oracle.md)), by the same command: `block_rows.csv`, Toffolis, Clifford
gates, qubits and reads of a whole row from n = 2^12 to 2^24 beside one key per query; `block_fit.csv`, their exponents;
`block_misses.csv`, misses in 10^4 rows against the promise; `block_heads.csv`, the same heads searched by blocks;
`block_alternatives.csv`, what was counted and not built. About ten minutes.

`openqasm_readers.csv` is written by `python -m studies readers`, with the extra `readers`: exported OpenQASM 3 in the
reference parser, qdk, Qiskit and pyqasm, with their versions ([interchange](../docs/interchange.md)).

| column | meaning |
|---|---|
{columns}
"""


_HEAD = "| one row of | quantum | GPU | GPU faster by |\n|---|--:|--:|--:|"


def headline(rows: Sequence[dict[str, str]]) -> str:
    """Return the table in Markdown: the best design of each preset that `groverattn run` shows, as that does.

    Args:
        rows: rows of the sheet, as read.
    """
    circuits = [row for row in rows if row["data_access"] != "qram" and not row["error"]]

    def best(name: str) -> dict[str, str]:
        """The row of the least physical qubits x time."""
        of_model = [row for row in circuits if row["preset"] == name]
        if not of_model:
            return next(row for row in rows if row["preset"] == name)
        return min(of_model, key=lambda row: float(row["physical_qubits"]) * float(row["duration_s"]))

    return "\n".join((_HEAD, *(_line(best(name)) for name in PRESETS_SHOWN)))


def _line(row: dict[str, str]) -> str:
    slowest_s, fastest_s = (float(row[name]) for name in ("classical_slowest_s", "classical_fastest_s"))
    start = f"| {row['preset']}: n = {int(row['n_keys']):,}, k = {int(row['n_marked']):,} "
    gpu = f"{time_text(slowest_s)} to {time_text(fastest_s)}"
    if row["error"]:
        return f"{start}| out of reach | {gpu} | |"
    duration_s = float(row["duration_s"])
    return (
        f"{start}| {time_text(duration_s)} on {count_text(float(row['physical_qubits']))} qubits | {gpu} "
        f"| {number_text(duration_s / slowest_s)} to {number_text(duration_s / fastest_s)} |"
    )


def estimate_block() -> str:
    """Return what `groverattn estimate --preset llama3.1-8b` prints in a terminal of 80 columns, as Markdown."""
    return code_block(Answer(estimate(RowRequest.of(preset=PRESET_SHOWN))))


def code_block(result: Shown) -> str:
    """Return what a result prints in a terminal of 80 columns, as a Markdown code block."""
    return f"```text\n{text_of(result.blocks(), _COLUMNS_OF_A_TERMINAL)}\n```"


def frontier_figure() -> str:
    """Return the qubits and times of all designs that no other beats for one row of the preset shown, as SVG."""
    return frontier_svg(frontier(RowRequest.of(preset=PRESET_SHOWN)))
