"""groverattn physical"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from groverattn.cli.options import MACHINE, WHOLE, Format


def physical(
    *,
    counts: Annotated[
        Path | None, Parameter(help="JSON file of `groverattn export --to counts` or of qdk, in place of the numbers.")
    ] = None,
    logical_qubits: Annotated[int | None, WHOLE, Parameter(help="Logical qubits, before routing.")] = None,
    toffoli: Annotated[int | None, WHOLE, Parameter(help="Toffoli gates; 0 if not given.")] = None,
    t: Annotated[int | None, WHOLE, Parameter(help="T gates outside of Toffolis and rotations; 0.")] = None,
    rotation: Annotated[int | None, WHOLE, Parameter(help="Rotations, to be made of T gates; 0.")] = None,
    clifford: Annotated[int | None, WHOLE, Parameter(help="Clifford gates; a CNOT on m targets counts m; 0.")] = None,
    measurement: Annotated[int | None, WHOLE, Parameter(help="Measurements; 0.")] = None,
    toffoli_depth: Annotated[
        int | None, WHOLE, Parameter(help="Toffolis on the longest path; by default all of them.")
    ] = None,
    measurement_depth: Annotated[
        int | None, WHOLE, Parameter(help="Measurements that wait for each other; by default the Toffoli depth.")
    ] = None,
    hardware: Annotated[str, MACHINE, Parameter(help="Machine by name, or a TOML file.")] = "gidney-fowler-2018",
    error_budget: Annotated[
        float | None, Parameter(help="Failure probability allowed; by default that of --counts, or 0.01.")
    ] = None,
    n_factories: Annotated[int | None, WHOLE, Parameter(help="Copies of the factory; by default searched.")] = None,
    second_opinion: Annotated[
        bool, Parameter(help="Also ask qdk.qre, where it models the machine, and show the ratios.", negative="")
    ] = False,
    format: Format = "table",
) -> None:
    """Price the bare counts of any algorithm on a machine: physical qubits, time, failure.

    Counts come from options or from a file, not from both.

    Example: groverattn physical --toffoli 2700000000 --logical-qubits 6200 --toffoli-depth 1700000000
    """
    from groverattn.cli.output import show
    from groverattn.physical.bare_counts import price_bare_counts
    from groverattn.physical.counts_file import counts_from

    options = {
        "toffoli": toffoli,
        "t": t,
        "rotation": rotation,
        "clifford": clifford,
        "measurement": measurement,
        "logical_qubits": logical_qubits,
        "toffoli_depth": toffoli_depth,
        "measurement_depth": measurement_depth,
    }
    read = counts_from(counts, options)
    budget = next(p for p in (error_budget, read.error_budget, 0.01) if p is not None)
    result = price_bare_counts(read.counts, hardware, budget, n_factories, ask_qdk=second_opinion)
    show(result, format)
