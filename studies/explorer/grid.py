"""The grid of the explorer, estimates/explorer.csv: prices of a row over sizes, machines, budgets and designs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from groverattn.errors import InputError
from groverattn.row.best import best_row
from groverattn.row.designs import design_text
from groverattn.row.request import AUTO, RowRequest
from studies.sheet import Sheet

D_HEAD = 128
GQA_GROUP = 4
"""Query heads that share the keys on a GPU; with d those of `llama3.1-8b`. The searches do not depend on it."""
N_KEYS = tuple(1 << power for power in (10, 12, 13, 15, 17, 20, 23))
N_MARKED = (32, 512, 2048)
BITS = (4, 8, 16)
HARDWARE = ("gidney-fowler-2018", "gidney-2025", "beverland-majorana-e6")
ERROR_BUDGETS = (0.01, 0.001)
DATA_ACCESSES = ("qrom", "qroam", "bucket-brigade", "one-hot")
"""Those that a request with the data access `auto` tries: the least of their volumes is that of the best design."""
KEYS_PER_QUERY = (AUTO, "8", "64")
# More of the same row, for the figure: the ends of the frontier, and machines that share the keys.
OF_THE_FIGURE: tuple[dict[str, Any], ...] = (
    {"optimise": "qubits"},
    *({"n_machines": machines} for machines in (4, 16, 256)),
    {"optimise": "time"},
)
# A smaller share of marked keys: a search for many of them is a scan. Our choice.
_KEYS_PER_MARKED = 8


@attrs.frozen
class GridRow:
    """One row of one head, priced by the best design of those that are asked for.

    Attributes:
        n_keys, n_marked: sizes n and k; d and the group are `D_HEAD` and `GQA_GROUP`.
        bits: of each number of keys and query.
        hardware: the machine.
        error_budget: probability allowed that the row's answer is wrong.
        data_access, keys_per_query, n_machines: what is asked for; auto: the best.
        optimise: what the design has least of.
        qubits: physical qubits of all machines.
        duration_s: time of the row, seconds.
        limited_by: what sets it.
        design: the design in words.
        error: why there is no such row; then the four before it are empty.
    """

    n_keys: int
    n_marked: int
    bits: int
    hardware: str
    error_budget: float
    data_access: str = AUTO
    keys_per_query: str = AUTO
    n_machines: str = AUTO
    optimise: str = "volume"
    qubits: int | None = None
    duration_s: float | None = None
    limited_by: str = ""
    design: str = ""
    error: str = ""


def asked() -> Iterator[dict[str, Any]]:
    """Yield the inputs of every row of the grid, in order; what is left out is open.

    >>> next(asked())["data_access"]
    'qrom'
    """
    designs = [
        *({"data_access": a, "keys_per_query": u} for u, a in itertools.product(KEYS_PER_QUERY, DATA_ACCESSES)),
        *OF_THE_FIGURE,
    ]
    for n, k, bits in itertools.product(N_KEYS, N_MARKED, BITS):
        if k * _KEYS_PER_MARKED > n:
            continue
        for design, hardware, budget in itertools.product(designs, HARDWARE, ERROR_BUDGETS):
            yield {
                "n_keys": n,
                "n_marked": k,
                "bits": bits,
                "hardware": hardware,
                "error_budget": budget,
            } | design


def request(inputs: Mapping[str, Any]) -> RowRequest:
    """Return the request of one row of the grid.

    >>> request({"n_keys": 1024, "n_marked": 32, "bits": 4}).shape.query_bits
    4
    """
    others = {name: value for name, value in inputs.items() if name != "bits"}
    bits = {"key_bits": inputs["bits"], "query_bits": inputs["bits"]}
    return RowRequest.of(d_head=D_HEAD, query_heads=GQA_GROUP, gqa_group=GQA_GROUP, **bits, **others)


def row(inputs: Mapping[str, Any]) -> GridRow:
    """Price one row of the grid."""
    given: dict[str, Any] = {name: str(value) if name == "n_machines" else value for name, value in inputs.items()}
    try:
        price = best_row(request(inputs))
    except InputError as error:
        return GridRow(**given, error=f"{error.parts['given']}; {error.parts['why']}")
    return GridRow(
        **given,
        qubits=price.qubits,
        duration_s=price.physical.duration_s,
        limited_by=price.physical.limited_by,
        design=design_text(price.request),
    )


def rows() -> Iterator[GridRow]:
    """Price the grid: about twelve minutes of a processor."""
    return map(row, asked())


SHEET = Sheet("explorer.csv", GridRow, rows)


def best_of(rows: Sequence[dict[str, str]]) -> dict[str, str] | None:
    """Return the row of the least physical qubits x time, of those that have a design; None: none has.

    >>> best_of([{"qubits": "2", "duration_s": "3"}, {"qubits": "5", "duration_s": "1"}])
    {'qubits': '5', 'duration_s': '1'}
    >>> best_of([{"qubits": "", "duration_s": ""}]) is None
    True
    """
    priced = [row for row in rows if row["qubits"]]
    return min(priced, key=lambda row: float(row["qubits"]) * float(row["duration_s"]), default=None)
