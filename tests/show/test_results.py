"""Every result of a verb is text of one width, HTML, a data frame and, where there is one, a picture."""

import numpy as np
import pytest
from matplotlib.axes import Axes

from groverattn.capture.capture import Capture, CapturedLayer
from groverattn.costs.logical import LogicalCounts
from groverattn.crossover.crossover import crossover
from groverattn.diagnosis.diagnosis import diagnose
from groverattn.estimation.compare import compare
from groverattn.estimation.estimate import estimate
from groverattn.frontier.frontier import frontier
from groverattn.models.presets import PRESETS, PresetList
from groverattn.physical.bare_counts import price_bare_counts
from groverattn.problem.heads import bundled_head
from groverattn.row.request import RowRequest
from groverattn.show.document import Column, Paragraph, Points, Table
from groverattn.show.html import fragment
from groverattn.show.numbers import count, words
from groverattn.show.result import Drawn, Shown, frame
from groverattn.show.terminal import text_of
from groverattn.simulation.engines import EngineChoice
from groverattn.simulation.head import simulate
from groverattn.simulation.request import SimulationRequest
from groverattn.verification.request import VerificationRequest
from groverattn.verification.verification import verify
from groverattn.whole_model.model import whole_model

REQUEST = RowRequest.of(preset="toy", data_access="qroam")
COUNTS = LogicalCounts(10**9, 0, 0, 0, 0, logical_qubits=1000, toffoli_depth=10**9)
SIMULATION = SimulationRequest(n_marked=16, engine=EngineChoice("law"), rows=range(100, 108))

RESULTS = {
    "estimate": lambda: estimate(REQUEST),
    "compare": lambda: compare(REQUEST),
    "crossover": lambda: crossover(REQUEST, "qroam"),
    "frontier": lambda: frontier(REQUEST),
    "whole_model": lambda: whole_model(REQUEST),
    "simulate": lambda: simulate(SIMULATION, head=bundled_head()),
    "verify": lambda: verify(VerificationRequest(n_marked=3), head=bundled_head()),
    "diagnose": lambda: diagnose(bundled_head(), 16),
    "physical": lambda: price_bare_counts(COUNTS, "gidney-fowler-2018", 0.01),
    "presets": PresetList,
    "capture": lambda: Capture("a.npz", "float16", 9, 12, (CapturedLayer(4, 2, 8, 0.25, True),) * 3, (), 0),
}
N_ROWS = {"simulate": 8, "diagnose": 128, "presets": len(PRESETS), "capture": 1, "compare": 9}


@pytest.fixture(scope="module", params=RESULTS)
def named(request):
    return request.param, RESULTS[request.param]()


def test_a_result_is_text_html_and_a_data_frame(named):
    name, result = named
    assert isinstance(result, Shown)
    assert max(map(len, str(result).splitlines())) <= 100
    assert "…" not in str(result)
    page = result._repr_html_()
    assert page.count("<table>") == sum(isinstance(block, Table) for block in result.blocks()) > 0
    assert "<b>Table" not in page
    data = result.to_frame()
    assert len(data) == N_ROWS.get(name, len(data)) > 0
    assert any(kind.kind in "ifb" for kind in data.dtypes if isinstance(kind, np.dtype))


def test_a_picture_is_drawn_on_axes(named):
    _, result = named
    assert hasattr(result, "plot") == isinstance(result, Drawn)
    if isinstance(result, Drawn):
        axes = result.plot()
        assert isinstance(axes, Axes)
        assert result.plot(axes) is axes
        assert axes.has_data()


def test_numbers_of_a_frame_are_those_of_the_result():
    found = frontier(REQUEST)
    data = found.to_frame()
    assert data["physical qubits"].tolist() == [point.qubits for point in found.points]
    assert data["time of one row"].tolist() == [point.duration_s for point in found.points]
    simulation = RESULTS["simulate"]()
    assert simulation.to_frame()["iterates"].sum() == simulation.total("iterates")


def test_a_frame_has_no_number_where_there_is_none():
    table = Table("", (Column("a"), Column("n", "keys")), ((words("`x`"), count(1)), (words("y"), words("none"))))
    data = frame(table)
    assert data["a"].tolist() == ["x", "y"]
    assert data["n"].isna().tolist() == [False, True]


def test_one_table_in_a_terminal_and_in_html():
    table = Table(
        "of `x`",
        (Column("a long heading", short="short"), Column("n", "keys", "k"), Column("why", aside=True)),
        ((words("`x`"), count(7), words("so")), (words("\x1b[31m"), count(8), words(""))),
        notes=("See [Words](#words).",),
    )
    lines = [line.split() for line in text_of([table, Paragraph("p"), Points(("q",))]).splitlines()]
    assert lines[:2] == [["of", "x"], ["short", "n"]]
    assert lines[3:] == [["x", "7"], [r"\x1b[31m", "8"], ["x:", "so"], ["See", "Words."], [], ["p"], [], ["-", "q"]]
    page = fragment([table])
    assert "a long heading" in page
    assert '<span class="unit">keys</span>' in page
    assert "<td>so</td>" in page
    assert "How it was got" not in page


def test_a_table_without_some_columns():
    table = Table("", (Column("a"), Column("b"), Column("c")), (tuple(map(words, "xyz")),))
    assert [cell.text for cell in table.without("b").rows[0]] == ["x", "z"]


def test_a_result_that_nothing_shows_is_an_error():
    class Bare(Shown):
        pass

    Bare.__module__ = "groverattn.estimation.estimate"
    with pytest.raises(NotImplementedError, match="Bare"):
        str(Bare())
