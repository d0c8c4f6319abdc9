"""Calls in the tables of docs/cirq_and_qualtran.md work or fail as the page says, and what stands instead works."""

import re
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

PAGE = (Path(__file__).parents[2] / "docs/cirq_and_qualtran.md").read_text("utf-8")
WORKS, FAILS = (re.findall(r"^\| (`.*) \|$", part, re.MULTILINE) for part in PAGE.split("## What does not"))
CODE = re.compile(r"`([^`]+)`")


@pytest.fixture(scope="module")
def names():
    (setup,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names = {}
    exec(setup, names)
    return names


@pytest.fixture(autouse=True)
def _no_figures_stay_open():
    yield
    plt.close("all")


def cells(row):
    return row.split(" | ")


def error_of(call, names):
    try:
        eval(call, names)
    except Exception as error:
        return type(error).__name__
    return "none"


def test_the_tables_have_rows():
    assert (len(WORKS), len(FAILS)) == (17, 9)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("row", WORKS, ids=lambda row: cells(row)[0])
def test_what_works(names, row):
    assert eval(CODE.fullmatch(cells(row)[0])[1], names) is not None


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("row", FAILS, ids=lambda row: cells(row)[0])
def test_what_does_not_and_what_works_instead(names, row):
    call, error, instead, _ = (CODE.match(cell) for cell in cells(row))
    assert error_of(call[1], names) == error[1]
    assert eval(instead[1], names) is not None


def test_what_the_page_says_of_results(names):
    oracle, search = names["oracle"], names["search"]
    assert oracle.adjoint() == oracle**-1 == oracle
    marked = [oracle.is_marked(j) for j in range(4)]
    phases = [names["do_phased_classical_simulation"](oracle, {"selection": j})[1] for j in range(4)]
    assert phases == [-1 if is_marked else 1 for is_marked in marked]
    found = abs(names["final_amplitudes"](search)) ** 2
    assert found[marked].sum() == pytest.approx(found.sum())  # one of four keys, after one iterate
    assert len(names["groverattn"].amplitudes(oracle, n_iterates=2).states) == 3
    program = names["openqasm_program"](search, names["sizes"])
    assert "index[0] = measure" in program
    toffolis = names["get_cost_value"](oracle, names["QECGatesCost"]()).and_bloq
    assert toffolis == names["groverattn"].count(oracle).toffoli
    assert names["t_complexity"](oracle).t == 4 * toffolis
    assert names["get_cost_value"](oracle, names["QubitCount"]()) == names["groverattn"].count(oracle).logical_qubits
    assert len(str(names["decomposed_circuit"](oracle)[0]).splitlines()[0]) > 100
    controls = names["groverattn"].count(oracle.controlled())
    assert controls.clifford - names["groverattn"].count(oracle).clifford < 5
    assert np.isclose(abs(names["do_phased_classical_simulation"](oracle, {"selection": 1})[1]), 1)
