"""The formats by name, and what each can hold."""

from __future__ import annotations

import json
from typing import Any

from groverattn.errors import InputError, unknown_name
from groverattn.export.circuits import CIRCUITS, ChosenCircuit
from groverattn.export.counts import TOTALS, counts_of_circuit, counts_of_estimate
from groverattn.row.request import RowRequest

# What each format can be of; the first is what it is of by default.
FORMATS = {
    "openqasm3": ("oracle", "lookup", "iterate", "search"),
    "qref": ("iterate", "lookup", "oracle", "search"),
    "counts": (*TOTALS, *CIRCUITS),
}


def checked_what(to: str, what: str | None, n_iterates: int | None = None) -> str:
    """Return what a format is asked for, or what it is of by default.

    Raises:
        InputError: an unknown format, what it cannot hold, or a number of iterates of something else than a search.

    >>> checked_what("counts", None)
    'row'
    """
    if to not in FORMATS:
        raise unknown_name("format", to, FORMATS, "each is written in its own way")
    what = FORMATS[to][0] if what is None else what
    if what not in FORMATS[to]:
        raise unknown_name(f"--what for {to}:", what, FORMATS[to], "the format holds nothing else")
    if n_iterates is not None and what != "search":
        raise InputError(
            given=f"--n-iterates {n_iterates} with --what {what}",
            allowed="with --what search only",
            why="it says how many iterates a search makes",
            do="leave it out",
        )
    return what


def circuit_text(to: str, what: str, chosen: ChosenCircuit, n_iterates: int | None = None) -> str:
    """Return the file of a circuit.

    In QREF the number of iterates of a search is the input parameter `n_iterates` unless it is given.

    Raises:
        InputError: what the format cannot hold, or a circuit too large to be written out.
    """
    if to == "openqasm3":
        from groverattn.export.openqasm import openqasm_program

        return openqasm_program(chosen.bloq(what, n_iterates), chosen.inputs)
    if to == "qref":
        return _qref_text(what, chosen, n_iterates)
    return _json(counts_of_circuit(chosen.bloq(what, n_iterates), what, chosen.inputs).as_json())


def totals_text(what: str, request: RowRequest) -> str:
    """Return the counts of a row, a head or a model as `estimate` has them.

    Raises:
        InputError: an estimate that cannot be made.
    """
    return _json(counts_of_estimate(request, what).as_json())


def _qref_text(what: str, chosen: ChosenCircuit, n_iterates: int | None) -> str:
    import sympy

    from groverattn.export.qref_program import qref_json, qref_program

    times = sympy.Symbol("n_iterates", integer=True, positive=True) if n_iterates is None else n_iterates
    return qref_json(qref_program(chosen.bloq(what, times)))


def _json(record: dict[str, Any]) -> str:
    return json.dumps(record, indent=2, allow_nan=False) + "\n"
