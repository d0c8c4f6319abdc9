"""The report of a head as tables: how its weight is spread over its keys, and what each tail costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from groverattn.diagnosis.diagnosis import MASSES, Diagnosis, Summary
from groverattn.diagnosis.survey import NARROW_NATS, WEIGHT, HeadSummary, HeadSurvey
from groverattn.show.document import Block, Column, Paragraph, Table, table_of
from groverattn.show.numbers import Cell, number_text, probability_text, words
from groverattn.show.result import blocks_of, main_table_of

_ROUNDING = 1e-12  # of sums of some thousand values: below it a number says nothing of the head
_QUANTILES = {"least": "min", "10 %": "low", "median": "median", "90 %": "high", "most": "max"}
_ERRORS = {"error": "error", "range": "range_bound", "mass": "mass_bound", "best": "best_bound"}


@blocks_of.register
def _(result: Diagnosis) -> tuple[Block, ...]:
    head, largest, at = result.head, result.largest, result.largest.has_tail
    heading = (
        f"{head.name}: n = {head.n_keys:,}, d = {head.d_head}, {'causal' if head.causal else 'bidirectional'}, "
        f"k = {largest.k}; {at.sum():,} of {head.n_keys:,} rows have a tail: they see more keys than were found; "
        f"{(largest.n_marked[at] > largest.k).sum():,} have ties with the k-th"
    )
    columns = (Column("over the rows"), *(Column(name, "number") for name in _QUANTILES), Column("unit"))
    rows = tuple(
        (words(name), *(_number(getattr(summary, quantile)) for quantile in _QUANTILES.values()), words(unit))
        for name, summary, unit in _spreads(result)
    )
    of_rows = "The first four lines are of the rows with a tail, the others of all rows."
    one_tau = (
        "With one tau for all rows, none keeps more than k keys only if tau is above "
        f"{_number(result.shared_tau).text}: the two last lines."
    )
    return Paragraph(heading), Table("", columns, rows, notes=(f"{of_rows} {one_tau}",)), _tails(result)


@main_table_of.register
def _(result: Diagnosis) -> Table:
    """A row for each row of the head."""
    largest, at = result.largest, result.largest.has_tail
    numbers = {
        "row": np.arange(result.head.n_keys),
        "n_marked": largest.n_marked,
        "tau": np.where(at, largest.tau, np.nan),
        "tail_range": largest.tail_range,
        "tail_mass": largest.tail_mass,
        **{f"keys_for_mass_{mass:.2f}": column for mass, column in zip(MASSES, result.needed.T, strict=True)},
    }
    rows = zip(*([Cell("", value) for value in column.tolist()] for column in numbers.values()), strict=True)
    return Table("", tuple(Column(name, "number") for name in numbers), tuple(rows))


def _spreads(result: Diagnosis) -> Iterator[tuple[str, Summary, str]]:
    largest, at = result.largest, result.largest.has_tail
    yield "keys found, |S|", Summary.of(largest.n_marked[at]), ""
    yield "their threshold tau", Summary.of(largest.tau[at]), "nats"
    yield "tail's range, eta", Summary.of(largest.tail_range[at]), "nats"
    yield "tail's mass, w", Summary.of(largest.tail_mass[at]), ""
    for mass, needed in zip(MASSES, result.needed.T, strict=True):
        yield f"keys that hold {100 * mass:.0f} %", Summary.of(needed), ""
    yield "one tau: keys found", Summary.of(result.shared_marked), ""
    yield "one tau: tail's mass", Summary.of(np.maximum(1 - result.shared_mass, 0.0)), ""


def _tails(result: Diagnosis) -> Table:
    columns = [Column("tail")]
    for name in _ERRORS:
        columns += [Column(f"{name}, {of}", "over max |V|", short=f"{name}\n{of}") for of in ("median", "worst")]
    rows = tuple(
        (
            words(f"{tail.tail}{' *' if tail.reads_tail else ''}"),
            *(_short(getattr(tail, f"{name}_{of}")) for name in _ERRORS.values() for of in ("median", "max")),
        )
        for tail in result.tails
    )
    linear = [
        f"{tail.tail} is linear in {tail.rows_linear:,} of {tail.rows:,} rows, and mean_score in the others."
        for tail in result.tails
        if tail.tail == "first_order"
    ]
    caption = "What each tail costs in the output, over max |V|: median row and worst row"
    return Table(caption, tuple(columns), rows, notes=(" ".join((_NOTE, *linear)),))


_NOTE = (
    "range: bound 2 tanh(R/4), known beforehand if the range is promised; mass: bound from the tail's mass, known "
    "afterwards; best: the smallest proved bound, afterwards. 2 holds for any weights. * reads every tail score: a "
    "reference, no part of the method."
)


def _short(number: float) -> Cell:
    """Two digits in at most six characters; rounding errors of sums are 0.

    >>> [_short(number).text for number in (0.0025, 5.8e-5, 1.3, 1.1e-16)]
    ['0.0025', '5.8e-5', '1.3', '0']
    """
    return Cell(probability_text(number) if abs(number) > _ROUNDING else "0", float(number))


def _number(number: float) -> Cell:
    if abs(number) <= _ROUNDING:
        return Cell("0", 0.0)
    is_whole = number == round(number) and abs(number) >= 1
    return Cell(f"{number:,.0f}" if is_whole else number_text(number), float(number))


_SHOWN = 9


def survey_table(summaries: Sequence[HeadSummary], n_shown: int = _SHOWN) -> Table:
    """One line per head; of many, some from the most to the least concentrated, the middle one among them."""
    ranked = sorted(summaries, key=lambda summary: -summary.held.median)
    shown, last = ranked, len(ranked) - 1
    if len(ranked) > n_shown:
        shown = [ranked[-(-i * last // (n_shown - 1))] for i in range(n_shown)]
    first = ranked[0]
    sizes = f"n = {first.n_keys:,}, k = {first.n_marked}"
    title = f"{len(shown)} of {len(ranked)} heads, {sizes}; medians over the rows of a head"
    return table_of(
        title,
        shown,
        (Column("head"), lambda s: words(s.name)),
        (Column(f"{first.n_marked} keys hold", "%"), lambda s: Cell(f"{100 * s.held.median:.0f} %", s.held.median)),
        (
            Column(f"keys for {100 * WEIGHT:.0f} %", "keys"),
            lambda s: Cell(f"{s.needed.median:g}", s.needed.median),
        ),
        (Column("tail range", "nats"), lambda s: Cell(f"{s.tail_range.median:.1f} nats", s.tail_range.median)),
        (
            Column(f"rows within {NARROW_NATS:g} nat", "rows"),
            lambda s: Cell(f"{s.rows_narrow} of {s.rows_with_a_tail}", s.rows_narrow),
        ),
    )


@blocks_of.register
def _(result: HeadSurvey) -> tuple[Block, ...]:
    return (survey_table(result.heads),)


@main_table_of.register
def _(result: HeadSurvey) -> Table:
    return survey_table(result.heads, n_shown=len(result.heads))
