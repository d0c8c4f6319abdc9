"""A simulation as a table: what the search found, what it cost beside the laws, and what B is worth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.inputs import inputs_of
from groverattn.problem.instance import Instance
from groverattn.reference.search.amplification import success_probability
from groverattn.reference.search.laws import LAW_WORDS
from groverattn.reference.search.methods import SEARCH_METHODS
from groverattn.show.document import IN_CELL, Block, Column, Paragraph, Table, table_of
from groverattn.show.numbers import EMPTY, Cell, count, count_text, number_text, whole, words
from groverattn.show.result import blocks_of, main_table_of
from groverattn.simulation.amplitudes import Amplitudes, p_marked
from groverattn.simulation.request import SimulationRequest
from groverattn.simulation.result import OutputErrors, Simulation
from groverattn.simulation.row_search import RowResult
from groverattn.simulation.trials import RowSearch, TrialRecord

_DIGITS = 9


@blocks_of.register
def _(result: Simulation) -> tuple[Block, ...]:
    request, instance, method = result.request, result.instance, result.method
    heading = (
        f"{instance.head.name}: n = {instance.n_keys}, d = {instance.d_head}, {_heads_of(instance)}"
        f"{'causal, ' * instance.head.causal}{instance.queries.bits}/{instance.keys.bits} bits, "
        f'{instance.threshold_rule}; engine {request.engine.name}, method "{method.name}" '
        f"({SEARCH_METHODS[method.name].partition(':')[0]}), data access {request.data_access}, seed {request.seed}"
    )
    columns = (Column("quantity"), Column("number", IN_CELL), Column("of what"))
    rows = tuple((words(name), value, words(what)) for name, value, what in _rows(result))
    said = [*_default_k(result), *_beside_a_scan(result)]
    return Paragraph(heading), Table("", columns, rows), *map(Paragraph, said)


def _default_k(result: Simulation) -> Iterator[str]:
    """Say what the default of k is, where it sets the thresholds and k is that."""
    request = result.request
    if request.tau is None and request.n_marked == inputs_of(SimulationRequest)["n_marked"].default:
        yield f"k = {request.n_marked} is the default of `--n-marked`."


def _beside_a_scan(result: Simulation) -> Iterator[str]:
    """Say that a scan asks less, where it does."""
    calls, reads, scan = result.total("iterates"), result.total("key_visits"), result.key_visits_of_a_scan
    if calls + reads > scan:
        yield (
            f"The search takes {calls:,} oracle calls and reads {reads:,} keys, {calls + reads:,} together; a scan of "
            f"these rows would read {scan:,} keys, which is less."
        )


_IN_FRAMES = {"keys_read": "keys_read_first"}


@main_table_of.register
def _(result: Simulation) -> Table:
    """A row for each row that was searched."""
    names = [field.name for field in attrs.fields(RowResult) if field.name != "found"]
    # as the JSON of the whole run calls it; the keys of all reads are its key_visits
    columns = tuple(Column(_IN_FRAMES.get(name) or name, "number") for name in names)
    rows = tuple(tuple(Cell("", getattr(row, name)) for name in names) for row in result.rows)
    return Table("", columns, rows)


def _rows(result: Simulation) -> Iterator[tuple[str, Cell, str]]:
    request, method, rows = result.request, result.method, result.rows
    asked = f"INTERRUPTED: {result.rows_asked:,} were asked for; " if result.interrupted else ""
    yield "rows", whole(len(rows)), f"{asked}{sum(row.read_whole for row in rows):,} read whole"
    products = "one inner product" if result.instance.n_heads == 1 else f"{result.instance.n_heads} inner products"
    found = f"of {result.total('n_marked'):,}; each was checked with {products}"
    yield "found", whole(result.total("n_found")), found
    if result.output is not None:
        yield "swapped by rounding", whole(int(result.output.swapped.sum())), _swapped_text(result.output)
    faults = (
        f", with a fault in {number_text(1 / request.engine.fault_rate)} iterates more"
        if request.engine.fault_rate
        else ""
    )
    allowed = f"marked keys; allowed: one in {number_text(1 / method.p_failure)} rows{faults}"
    yield "missed", whole(result.total("missed")), allowed
    yield "false", whole(result.total("false")), "keys called found that are not marked"
    given_up = result.total("stopped_early")
    if method.n_marked_max is not None:
        yield "rows given up", whole(given_up), f"more than {method.n_marked_max:,} keys found: no promise holds"
    checked = [row.circuit_wrong for row in rows if row.circuit_wrong is not None]
    yield "circuit mismatches", whole(sum(checked)), _circuit_scope(request.engine.name, request.data_access, checked)
    phased = result.total("phased_iterates")
    of_method = result.method_iterates()
    expected = "an unknown number" if of_method is None else count_text(of_method)
    yield (
        "iterates",
        whole(result.total("iterates")),
        f"oracle calls, {phased:,} of them with the phases of a fixed-point search; this method expects {expected}",
    )
    for law, iterates in result.iterates_by_law().items():
        yield f"  law {law}", EMPTY if iterates is None else count(iterates), LAW_WORDS[law]
    if request.keys_per_query > 1:
        yield "keys tested", whole(result.total("key_tests")), f"in oracles, {request.keys_per_query} in each call"
    if request.reading.reads:
        among = f"with {result.total('marked_read'):,} of the marked among them; the search runs over the others"
        yield "keys read first", whole(result.total("keys_read")), among
    first = "first, " if request.reading.reads else ""
    scan = f"a scan of these rows reads {result.key_visits_of_a_scan:,}"
    read = f"{first}to check what was measured, and rows read whole; {scan}"
    yield "keys read", whole(result.total("key_visits")), read
    yield from _output_rows(result)
    equal = result.instance.keys_made_equal
    if equal:
        share = f"{equal / result.instance.n_keys:.0%} of all, equal to another one once rounded to "
        yield "keys made equal", whole(equal), f"{share}{result.instance.keys.bits} bits"
    if result.instance.is_mostly_zero:
        cure = "take more bits, or look at the largest number in K"
        yield "verdict", words("FAILED"), f"more than half of the keys are rounded to 0, and nothing was tested: {cure}"
        return
    but = f", but {given_up:,} rows were given up" if given_up else ""
    verdict = words("passed" if result.passed else "FAILED")
    errors = "" if result.output is None else "; errors in bounds"
    yield "verdict", verdict, f"nothing missed, false or wrong{errors}{but}"


def _output_rows(result: Simulation) -> Iterator[tuple[str, Cell, str]]:
    output, most = result.output, result.max_value
    if output is None or most is None:
        return
    worst = int(np.argmax(output.errors))
    where = f"row {output.rows[worst]}, of {len(output.rows):,} rows compared"
    compared = f"{where}; that of rounding included; largest |V| is {number_text(most)}"
    yield "largest output error", _three(output.errors[worst]), compared
    alone, any_weights = number_text(output.bounds.max()), number_text(2 * most)
    bound = f"from the tail's mass; {alone} from its range alone, and {any_weights} holds for any weights"
    yield "its bound", _three(output.certificates.max()), bound


def _swapped_text(output: OutputErrors) -> str:
    return (
        f"of {int(output.found.sum()):,} found keys in {len(output.rows):,} rows: others of the row have larger "
        "scores without rounding"
    )


def _heads_of(instance: Instance) -> str:
    return "" if instance.numbers is None else f"{instance.numbers.queries.shape[1]} index heads, "


def _three(number: float) -> Cell:
    return Cell(number_text(number), float(number))


def _circuit_scope(engine: str, data_access: str, checked: Sequence[int]) -> str:
    if engine == "law":
        return "no circuit was run: outcomes drawn from their exact distribution"
    if engine in ("circuit", "sparse"):
        qram = "; the calls of qram are no gates" if data_access == "qram" else ""
        return f"amplitudes of any trial that plain arithmetic does not give, {len(checked):,} rows{qram}"
    if not checked:
        return "no row had its circuit run: phases by plain arithmetic"
    return f"keys on which the oracle was wrong, run gate by gate in {len(checked):,} rows"


@blocks_of.register
def _(result: Amplitudes) -> tuple[Block, ...]:
    n_marked = int(result.marked.sum())

    def nine(p: float | NDArray[np.float64]) -> Cell:
        return Cell(f"{p:.{_DIGITS}f}", float(p))

    return (
        table_of(
            "Probability of measuring a marked key",
            enumerate(result.states),
            (Column("iterates", "iterates"), lambda each: count(each[0])),
            (Column("simulated", "probability"), lambda each: nine(p_marked(each[1], result.marked))),
            (
                Column("by the law", "probability"),
                lambda each: nine(success_probability(result.n_keys, n_marked, each[0])),
            ),
        ),
    )


def _check_text(trial: TrialRecord) -> str:
    if trial.n_found > 1:
        return f"{trial.n_found} found"
    return "found" if trial.hit else "not marked, or found before"


@blocks_of.register
def _(result: RowSearch) -> tuple[Block, ...]:
    """Trial by trial."""
    table = table_of(
        "Trials of one row",
        enumerate(result.trials, start=1),
        (Column("trial", "trials"), lambda each: count(each[0])),
        (Column("iterates", "iterates"), lambda each: count(each[1].run.n_iterates)),
        (Column("phases"), lambda each: words("of a fixed-point search" if each[1].run.is_phased else "-1")),
        (Column("measured index", "index"), lambda each: count(each[1].key)),
        (Column("keys read", "keys"), lambda each: count(each[1].n_read)),
        (Column("check"), lambda each: words(_check_text(each[1]))),
    )
    found = ", ".join(map(str, result.found)) or "none"
    return table, Paragraph(f"Found: {found}. {result.iterates:,} oracle calls, {result.checks:,} keys checked.")
