"""groverattn physical"""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from groverattn.cli.options import WHOLE, Format


def physical(
    *,
    logical_qubits: Annotated[int, WHOLE, Parameter(help="Logical qubits, before routing.")],
    toffoli: Annotated[int, WHOLE, Parameter(help="Toffoli gates.")] = 0,
    t: Annotated[int, WHOLE, Parameter(help="T gates outside of Toffolis and rotations.")] = 0,
    rotation: Annotated[int, WHOLE, Parameter(help="Rotations, to be made of T gates.")] = 0,
    clifford: Annotated[int, WHOLE, Parameter(help="Clifford gates; a CNOT on m targets counts m.")] = 0,
    measurement: Annotated[int, WHOLE, Parameter(help="Measurements.")] = 0,
    toffoli_depth: Annotated[
        int | None, WHOLE, Parameter(help="Toffolis on the longest path; by default all of them.")
    ] = None,
    measurement_depth: Annotated[
        int | None, WHOLE, Parameter(help="Measurements that wait for each other; by default the Toffoli depth.")
    ] = None,
    hardware: Annotated[str, Parameter(help="Machine by name, or a TOML file.")] = "gidney-fowler-2018",
    error_budget: Annotated[float, Parameter(help="Failure probability allowed.")] = 0.01,
    n_factories: Annotated[int | None, WHOLE, Parameter(help="Copies of the factory; by default searched.")] = None,
    second_opinion: Annotated[
        bool, Parameter(help="Also ask qdk.qre, where it models the machine, and show the ratios.", negative="")
    ] = False,
    format: Format = "table",
) -> None:
    """Price the bare counts of any algorithm on a machine: physical qubits, time, failure.

    Example: groverattn physical --toffoli 2700000000 --logical-qubits 6200 --toffoli-depth 1700000000
    """
    from groverattn.cli.output import show
    from groverattn.costs.logical import LogicalCounts
    from groverattn.study.bare_counts import price_bare_counts
    from groverattn.study.physical_table import physical_table

    depth = toffoli if toffoli_depth is None else toffoli_depth
    counts = LogicalCounts(
        toffoli=toffoli,
        t=t,
        rotation=rotation,
        clifford=clifford,
        measurement=measurement,
        logical_qubits=logical_qubits,
        toffoli_depth=depth,
        measurement_depth=depth if measurement_depth is None else measurement_depth,
    )
    result = price_bare_counts(counts, hardware, error_budget, n_factories, ask_qdk=second_opinion)
    show(result.as_json(), format, physical_table)
