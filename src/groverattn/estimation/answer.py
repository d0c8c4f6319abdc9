"""Answer of an estimate in a few lines: the row, quantum time and qubits, GPU time, the factor between, and why."""

from __future__ import annotations

from typing import Any

import attrs

from groverattn.classical.lines import ClassicalLine, fastest_of, slowest_of
from groverattn.costs.crossover import Crossover
from groverattn.estimation.estimate import Estimate
from groverattn.physical.table import set_by_text
from groverattn.row.request import RowRequest
from groverattn.row.sentences import note_text
from groverattn.show.document import Block, Column, Paragraph, Table
from groverattn.show.layout import phrases
from groverattn.show.numbers import count_text, number_text, power_text, time_text, words
from groverattn.show.result import Shown
from groverattn.verification.table import QRAM_IN_WORDS

_WORDS = (
    "A row is one query with the n keys that it sees; an iterate is one call of the oracle, which scores the keys, and "
    "the reflection after it."
)
_INDEXER = " An indexer scores the keys of a row once for all heads of the layer."
_MORE = "Tables, sources and limits: --verbose. All designs: groverattn frontier."
_CROSSOVER = (
    "Up to n = {n_max} there is no crossover with this data access, even if gates and factories took no time{beyond}; "
    "groverattn crossover has the same lower bound for the best circuit at each n."
)
_BATCHED = " A batched GPU time shares the work of many rows, and nothing is selected in it."


@attrs.frozen
class Answer(Shown):
    """An estimate as `groverattn estimate` prints it without --verbose; its JSON is that of the estimate."""

    estimate: Estimate

    def as_json(self) -> dict[str, Any]:
        """Return the object that `estimate --format json` prints."""
        return self.estimate.as_json()

    def blocks(self) -> tuple[Block, ...]:
        """Return the lines, what the words in them mean, what is to be known of the sizes, and where the rest is."""
        request = self.estimate.request
        said = [_WORDS + (_INDEXER if request.shape.index_heads else ""), *note_text(request)]
        said[0] += "" if fastest_of(self.estimate.classical).selects else _BATCHED
        said += _no_crossover(self.estimate.crossover.slowest)
        said += [QRAM_IN_WORDS] if request.design.data_access == "qram" else []
        said += [_MORE]
        return answer_table(self.estimate), *map(Paragraph, said)


def _no_crossover(slowest: Crossover) -> list[str]:
    """Say up to where the slowest line is not passed, and where it would be."""
    if slowest.n_keys is not None:
        return []
    log2 = slowest.log2_extrapolated
    beyond = "" if log2 is None else f" (extrapolated, it comes near n = 2^{log2:.0f})"
    return [_CROSSOVER.format(n_max=power_text(slowest.n_max), beyond=beyond)]


def answer_table(result: Estimate) -> Table:
    """The lines as a table without headings.

    >>> from groverattn.estimation.estimate import estimate
    >>> from groverattn.show.terminal import text_of
    >>> print(text_of([answer_table(estimate(RowRequest.of(preset="toy")))], 80))
    toy: n = 16, d = 4, k = 2, 8-bit; one row of a head
    quantum  20.6 ms on 93,940 physical qubits, bucket-brigade, gidney-fowler-2018
    GPU      7.95 us, H100 decode top-k fp16; batched 2.00 ps, B200 prefill fp8
    factor   GPU faster by 2,590 to 1.03e10; no crossover up to n = 2^56
    why      15 iterates of 1.33 ms each (167 rows on a GPU), set by factories
    """
    rows = {
        "quantum": _quantum(result),
        "GPU": f"{_line(slowest_of(result.classical))}; {_line(fastest_of(result.classical))}",
        "factor": _factor(result),
        "why": _why(result),
    }
    cells = tuple((words(name), words(phrases(text))) for name, text in rows.items())
    return Table(phrases(row_text(result.request)), (Column(""), Column("")), cells)


def row_text(request: RowRequest) -> str:
    """Say what one row is searched, with its sizes.

    >>> row_text(RowRequest.of(preset="deepseek-v3.2", key_bits=6))
    'deepseek-v3.2: n = 131,072, d = 128, k = 2,048, 8/6 bits; one row of an indexer'
    """
    shape = request.shape
    of = "a head" if shape.index_heads is None else "an indexer"
    same = shape.query_bits == shape.key_bits
    bits = f"{shape.key_bits}-bit" if same else f"{shape.query_bits}/{shape.key_bits} bits"
    law = request.k_from.at(shape.n_keys)
    by = "" if law is None else f" by a law{', extrapolated' if law.extrapolated else ''}"
    sizes = f"n = {shape.n_keys:,}, d = {shape.d_head}, k = {shape.n_marked:,}{by}, {bits}"
    return f"{request.name}: {sizes}; one row of {of}"


def _quantum(result: Estimate) -> str:
    request, machines = result.request, result.row.n_machines
    access = request.design.data_access
    together = f"{machines:,} machines of " if machines > 1 else ""
    return (
        f"{time_text(result.physical.duration_s)} on {count_text(result.row.qubits)} physical qubits, {access}, "
        f"{together}{request.hardware}"
    )


def _line(line: ClassicalLine) -> str:
    return f"{'batched ' * (line.kind == 'prefill')}{time_text(line.time_s_per_row)}, {line.name}"


def _factor(result: Estimate) -> str:
    least, most = result.slower_by_slowest, result.slower_by_fastest
    crossing = result.crossover.slowest
    if crossing.n_keys is None:
        passes = f"no crossover up to n = {power_text(crossing.n_max)}"
    else:
        passes = f"a crossover at n = {count_text(crossing.n_keys)} at the earliest"
    if least < 1:
        return f"quantum faster by {number_text(1 / least)} than the slowest GPU line; {passes}"
    return f"GPU faster by {number_text(least)} to {number_text(most)}; {passes}"


def _why(result: Estimate) -> str:
    iterates, seconds = result.cost.iterates_expected, result.physical.duration_s
    set_by = f"set by {set_by_text(result.physical)}"
    if result.row.n_machines > 1:
        return (
            f"{count_text(iterates)} iterates on {result.row.n_machines:,} machines in {time_text(seconds)}, {set_by}"
        )
    rows = result.slower_by_slowest / iterates
    equals = f" ({number_text(rows)} rows on a GPU)" if rows >= 1 else ""
    return f"{count_text(iterates)} iterates of {time_text(seconds / iterates)} each{equals}, {set_by}"
