"""Verbs that price the search beside GPUs: estimate, compare, crossover, frontier, report, presets."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from groverattn.bloqs.lookup.data_access import DATA_ACCESSES
from groverattn.cli.options import WHOLE, Force, Format, asks
from groverattn.cli.output import progress, said, show
from groverattn.models.k_choice import KLawChoice
from groverattn.physical.machines.hardware import hardware
from groverattn.row.request import CHOSEN_BY_A_FRONTIER, RowRequest


@asks(RowRequest)
def estimate(
    request: RowRequest,
    *,
    whole_model: Annotated[
        bool, Parameter(help="Also all rows of the model: a generated token, a prefill, loading the keys.", negative="")
    ] = False,
    io_bits_per_s: Annotated[float, Parameter(help="Rate at which keys are written, for --whole-model.")] = 1e9,
    verbose: Annotated[
        bool, Parameter(alias="-v", help="Also the counts, the GPUs with their sources, and the limits.", negative="")
    ] = False,
    format: Format = "table",
) -> None:
    """Say in a few lines what one row costs in time and qubits, and what a GPU takes; --verbose has the tables.

    Sizes come from a preset or from --n-keys, --d-head and --n-marked; a size that is given replaces the preset's.

    Example: groverattn estimate --preset llama3.1-8b --data-access qroam
    """
    hardware(request.hardware)  # a machine that cannot be read is refused before circuits are imported

    from groverattn.estimation.answer import Answer
    from groverattn.estimation.estimate import estimate as run_estimate

    result = run_estimate(request)
    shown = result if verbose else Answer(result)
    if not whole_model:
        show(shown, format)
        return
    from groverattn.whole_model.model import whole_model as run_whole_model

    show(shown, format, whole_model=run_whole_model(request, result.row, io_bits_per_s=io_bits_per_s))


@asks(RowRequest, without=("data_access",))
def compare(request: RowRequest, *, format: Format = "table") -> None:
    """Put every data access side by side for one model: counts, depth, qubits, machine, GPU, verdict.

    Example: groverattn compare --preset llama3.1-8b
    """
    hardware(request.hardware)

    from groverattn.estimation.compare import compare as run_comparison

    show(run_comparison(request), format)


@asks(RowRequest)
def crossover(
    request: RowRequest,
    *,
    data_access: Annotated[str, Parameter(help="One data access, or all.")] = "all",
    at: Annotated[int | None, WHOLE, Parameter(help="One more number of keys for the inverse question.")] = None,
    figure: Annotated[Path | None, Parameter(help="Draw the map of break-even times, as .svg or .png.")] = None,
    force: Force = False,
    format: Format = "table",
) -> None:
    """Say from how many keys on the search beats a GPU, or never and why, and what it would take to break even.

    Example: groverattn crossover --preset llama3.1-8b --at 1048576
    """
    from groverattn.files.whole import check_figure

    hardware(request.hardware)
    if data_access != "all":
        DATA_ACCESSES.check(data_access)
    if figure is not None:
        check_figure(figure, force=force, suffixes=(".svg", ".png"))

    from groverattn.crossover.crossover import crossover as find_crossovers
    from groverattn.crossover.figure import write_map

    result = find_crossovers(request, data_access, [] if at is None else [at])
    if figure is not None:
        with said("figure", figure):
            write_map(figure, request)
    show(result, format)


@asks(RowRequest, without=CHOSEN_BY_A_FRONTIER)
def frontier(
    request: RowRequest,
    *,
    figure: Annotated[Path | None, Parameter(help="Draw the frontier as an SVG file with this name.")] = None,
    force: Force = False,
    format: Format = "table",
) -> None:
    """Show what qubits buy: data access, block, score, factories and parallel machines for one row.

    Example: groverattn frontier --preset llama3.1-8b --figure frontier.svg
    """
    from groverattn.files.whole import check_figure, write_text

    hardware(request.hardware)
    if figure is not None:
        check_figure(figure, force=force)

    from groverattn.frontier.frontier import frontier as run_frontier

    result = run_frontier(request)
    if figure is not None:
        from groverattn.frontier.figure import frontier_svg

        with said("figure", figure):
            write_text(figure, frontier_svg(result))
    show(result, format)


@asks(RowRequest, each="preset", without=("data_access",))
def report(
    requests: list[RowRequest],
    *,
    output: Annotated[Path, Parameter(alias="-o", help="HTML file; the same as Markdown is written beside it.")],
    shared_reference: Annotated[
        bool,
        Parameter(negative="", help="Words, machines and ledger beside it, in reference.html, which reports share."),
    ] = False,
    force: Force = False,
) -> None:
    """Write the report of one or several models: verdict, counts, machines, GPUs and crossover.

    One HTML file that is complete and needs no network, and the same as Markdown. Every number says how it was got.

    Example: groverattn report --preset gpt2 llama3.1-8b -o report.html
    """
    from groverattn.report.write import report_files, write_report

    files = report_files(output, force=force, shared_reference=shared_reference)
    with said("report", *files.all), progress("sections", alike=False) as on_section:
        write_report(requests, files, on_section, shared_reference=shared_reference)
    if shared_reference:
        print("report: it links to reference.html; send both, or leave out --shared-reference", file=sys.stderr)


@asks(KLawChoice)
def presets(k_from: KLawChoice, *, format: Format = "table") -> None:
    """List the models whose sizes come with the package; with --k-law what k is by a measured law, beside their own.

    Example: groverattn presets --format json
    """
    from groverattn.models.presets import PresetList

    show(PresetList(k_from), format)
