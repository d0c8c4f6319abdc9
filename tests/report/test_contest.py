"""The verdict in all its cases: the wording follows the results."""

import re

import attrs
import pytest

from groverattn.classical.lines import ClassicalLine
from groverattn.report.build import report
from groverattn.report.contest import Contender, Contest
from groverattn.report.results import ModelResults
from groverattn.row.request import RowRequest
from groverattn.show.html import html

GPT2 = RowRequest.of(preset="gpt2")


def with_lines(monkeypatch, slow_s, fast_s, request=GPT2):
    """The results with two classical lines in place of the GPUs, each at a fixed time per key."""

    def lines(n_keys, *_, **__):
        times = {"slow line": slow_s * n_keys, "fast line": fast_s * n_keys}
        return [ClassicalLine(name, "decode", time_s, "test", "bandwidth") for name, time_s in times.items()]

    monkeypatch.setattr("groverattn.row.request.classical_lines", lines)
    return ModelResults(request)


@pytest.fixture(scope="module")
def contest():
    return Contest.of(ModelResults(GPT2))


def sentences(text):
    return re.split(r"(?<=[a-z)])\. (?=[A-Z])", text)


def test_the_gpu_wins(contest):
    first, second = sentences(contest.sentences)
    assert first.startswith("The GPU wins this row, ")
    assert "faster: the best design (bucket-brigade, " in first
    assert "and that of fewest Toffolis (one-hot, " in first
    assert second.startswith("More keys do not change it, as up to n = 2^56 no data access passes that line")
    assert "another machine does not: none of the 7 machines of this report is faster" in second
    assert re.search(r"\d+ machines that share the keys .* still [\d,.e]+ times too long", second)


def test_a_crossover_that_exists(monkeypatch):
    results = with_lines(monkeypatch, 1.0, 1e-12)
    n_keys = min(
        verdict.slowest.n_keys or 1 << 60 for name, verdict in results.crossover.verdicts.items() if name != "qram"
    )
    assert n_keys < 1 << 60
    text = Contest.of(results).sentences
    assert text.startswith("The quantum computer beats the slowest GPU line, ")
    assert "but the fastest line, fast line, is" in text
    assert "With more keys it stays so: at its limits" in text
    assert "but not the fastest line" in text


def test_a_crossover_beyond_the_row(contest, monkeypatch):
    verdicts = with_lines(monkeypatch, 1.0, 0.5).crossover.verdicts
    from_there = min(verdict.slowest.n_keys for verdict in verdicts.values() if verdict.slowest.n_keys)
    later = attrs.evolve(contest, verdicts=verdicts, n_keys=from_there - 1)
    assert "More keys change it: at its limits, with any number of factories, `" in later.what_would_change_it
    assert f"passes the slowest GPU line from n = {from_there:,} on and the fastest from n = " in later.sentences
    already = attrs.evolve(later, n_keys=from_there)
    assert "More factories change it" in already.what_would_change_it
    assert "on (this row has more)" in already.what_would_change_it


def test_only_the_assumed_memory_crosses(monkeypatch):
    text = Contest.of(with_lines(monkeypatch, 1e-6, 1e-7)).what_would_change_it
    assert text.startswith("More keys do not change it for any circuit up to n = 2^56; only the memory that is assumed")
    assert "`qram` passes the slowest GPU line from n = " in text


def test_a_lead_that_more_keys_lose(contest):
    quick = Contender("`x`", contest.machine, 10, contest.slowest_s / 2)
    ahead = attrs.evolve(contest, best=quick, leanest=None)
    assert ahead.who_wins.startswith("The quantum computer beats the slowest GPU line, 2.00 times faster: ")
    assert "With more keys the lead is lost" in ahead.what_would_change_it
    further = attrs.evolve(ahead, best=attrs.evolve(quick, duration_s=contest.fastest_s / 2))
    assert "and even the fastest line" in further.who_wins


def test_only_a_free_control_computer_crosses(contest):
    verdict = contest.verdicts["bucket-brigade"]
    crossed = attrs.evolve(verdict.optimistic.slowest, n_keys=1 << 40)
    optimistic = attrs.evolve(verdict.optimistic, slowest=crossed)
    verdicts = contest.verdicts | {"bucket-brigade": attrs.evolve(verdict, optimistic=optimistic)}
    text = attrs.evolve(contest, verdicts=verdicts).what_would_change_it
    assert "unless the control computer reads the whole key table in no time" in text
    assert "`bucket-brigade` would from n = 1.10e12" in text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"elsewhere": Contender("`x`", "far", 1, 1e3)}, "the fastest of the 7 machines of this report, far with `x`"),
        ({"elsewhere": Contender("`x`", "far", 1, 1e-30)}, "far with `x`, takes 1e-18 ps, less than that line"),
        ({"elsewhere": None}, "none of the 7 machines of this report can run the row within the error budget"),
        ({"n_unable": 2}, "2 of them cannot run it"),
        ({"crossing_machines": ("near",)}, "with more keys it would on near"),
        (
            {"crowd": Contender("9 machines", "near", 1, 1e-30)},
            "but 9 machines take 1e-18 ps on 1 physical qubits and beat",
        ),
    ],
)
def test_other_machines(contest, change, words):
    assert words in attrs.evolve(contest, **change).what_would_change_it


def test_a_machine_that_cannot_run_the_row():
    results = ModelResults(attrs.evolve(GPT2, error_budget=1e-22))
    contest = Contest.of(results)
    assert contest.best is None
    assert contest.who_wins.startswith(
        "The GPU wins unopposed: gidney-fowler-2018 cannot run one row within an error budget"
    )
    assert "has an error of" in contest.who_wins
    assert results.designs == {}
    assert results.whole_models == {}


def test_a_report_of_a_machine_that_cannot_run_the_row(read_page, monkeypatch):
    monkeypatch.setattr("groverattn.report.crossing.map_svg", lambda _: '<svg viewBox="0 0 1 1"></svg>')
    page = read_page(html(report([RowRequest.of(preset="toy", error_budget=1e-26)])))
    assert "cannot run" in page.words
    assert set(page.targets) <= set(page.ids)
