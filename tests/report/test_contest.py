"""The verdict in all its cases: the wording follows the results."""

import re

import attrs
import pytest

from groverattn.classical.lines import ClassicalLine
from groverattn.report.build import report
from groverattn.report.contest import Contender, Contest
from groverattn.report.results import ModelResults
from groverattn.row.design_choices import AUTO
from groverattn.row.request import ONE_KEY, RowRequest
from groverattn.row.verdict import row_verdict
from groverattn.show.html import html

GPT2 = RowRequest.of(preset="gpt2")


def with_lines(monkeypatch, slow_s, fast_s, request=GPT2):
    """The results with two classical lines in place of the GPUs, each at a fixed time per key."""

    def lines(n_keys, *_, **__):
        times = {"slow line": slow_s * n_keys, "fast line": fast_s * n_keys}
        return [ClassicalLine(name, "decode", time_s, "test", "bandwidth") for name, time_s in times.items()]

    monkeypatch.setattr("groverattn.row.request.classical_lines", lines)
    monkeypatch.setattr("groverattn.crossover.crossover.row_verdict", row_verdict.__wrapped__)  # it remembers others
    monkeypatch.setattr("groverattn.estimation.estimate.row_verdict", row_verdict.__wrapped__)
    return ModelResults(request)


@pytest.fixture(scope="module")
def contest():
    return Contest.of(ModelResults(GPT2))


def test_the_gpu_wins(contest):
    first, second, third = contest.sentences
    assert re.fullmatch(
        r"A GPU is [\d.,e]+ times faster: [\d.]+ us on H100 [\w -]+, the slowest GPU line, against [\d.]+ \w+ on "
        r"[\d.e]+ physical qubits\.",
        first,
    )
    assert second.startswith(
        "More keys do not change it: up to n = 2^56 no data access on one machine passes that line"
    )
    assert re.search(r"(the 7|the other 6) kinds of machine in this report", third)
    assert re.search(r"\d+ machines that share the keys .* still [\d,.e]+ times as long", third)


def test_the_verdict_is_short(contest):
    assert all(len(sentence.split()) <= 45 for sentence in contest.sentences)


def test_a_crossover_that_exists(monkeypatch):
    results = with_lines(monkeypatch, 1.0, 1e-12)
    n_keys = min(
        verdict.slowest.n_keys or 1 << 60 for name, verdict in results.crossover.verdicts.items() if name != "qram"
    )
    assert n_keys < 1 << 60
    text = " ".join(Contest.of(results).sentences)
    assert text.startswith("The quantum computer is ")
    assert "on slow line, the slowest GPU line" in text
    assert "but the fastest line, fast line, is" in text
    assert "With more keys it stays so: at its limits" in text
    assert "but not the fastest line" in text


def test_a_crossover_beyond_the_row(contest, monkeypatch):
    verdicts = with_lines(monkeypatch, 1.0, 0.5).crossover.verdicts
    from_there = min(verdict.slowest.n_keys for verdict in verdicts.values() if verdict.slowest.n_keys)
    later = attrs.evolve(contest, verdicts=verdicts, n_keys=from_there - 1)
    assert "More keys change it: at its limits, with any number of factories, `" in later.sentences[1]
    assert f"passes the slowest GPU line from n = {from_there:,} on and the fastest from n = " in later.sentences[1]
    already = attrs.evolve(later, n_keys=from_there)
    assert "More factories change it" in already.sentences[1]
    assert "on (this row has more)" in already.sentences[1]


def test_only_the_assumed_memory_crosses(monkeypatch):
    text = Contest.of(with_lines(monkeypatch, 1e-6, 1e-7)).sentences[1]
    assert text.startswith("More keys do not change it for any circuit up to n = 2^56; with the assumed memory")
    assert "`qram` passes the slowest GPU line from n = " in text


def test_a_lead_that_more_keys_lose(contest):
    quick = Contender("`x`", contest.machine, 10, contest.slowest_s / 2)
    ahead = attrs.evolve(contest, best=quick)
    assert ahead.who_wins.startswith("The quantum computer is 2.00 times faster: ")
    assert "With more keys the lead is lost" in ahead.sentences[1]
    further = attrs.evolve(ahead, best=attrs.evolve(quick, duration_s=contest.fastest_s / 2))
    assert "and even the fastest line" in further.who_wins


def test_only_a_free_control_computer_crosses(contest):
    verdict = contest.verdicts["bucket-brigade"]
    crossed = attrs.evolve(verdict.optimistic.slowest, n_keys=1 << 40)
    optimistic = attrs.evolve(verdict.optimistic, slowest=crossed)
    verdicts = contest.verdicts | {"bucket-brigade": attrs.evolve(verdict, optimistic=optimistic)}
    text = attrs.evolve(contest, verdicts=verdicts).sentences[1]
    assert "unless the control computer reads all keys in no time: then `bucket-brigade` does from n = 1.10e12" in text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"elsewhere": Contender("`x`", "far", 1, 1e3)},
            "The fastest of the 7 kinds of machine in this report, far, takes",
        ),
        ({"elsewhere": Contender("`x`", "far", 1, 1e-30)}, "far, takes 1.00e-30 s, less than that line"),
        ({"elsewhere": None}, "None of the 7 kinds of machine in this report can run the row within the error budget"),
        ({"n_unable": 2}, "2 of them cannot run it"),
        (
            {"crowd": Contender("9 machines", "near", 1, 1e-30)},
            "but 9 machines take 1.00e-30 s on 1 physical qubits and beat",
        ),
    ],
)
def test_other_machines(contest, change, words):
    assert words in attrs.evolve(contest, **change).sentences[2]


@pytest.fixture(scope="module")
def hopeless():
    """A row that no machine can run, by any data access, each with its simplest circuit."""
    simplest = ONE_KEY | {"data_access": AUTO}
    return ModelResults(RowRequest.of(preset="toy", error_budget=1e-26, **simplest))


def test_a_machine_that_cannot_run_the_row(hopeless):
    results = hopeless
    contest = Contest.of(results)
    assert contest.best is None
    assert contest.who_wins.startswith("The GPU wins unopposed, with ")
    assert "gidney-fowler-2018 cannot run one row within an error budget" in contest.who_wins
    assert "has an error of" in contest.who_wins
    assert results.designs == {}
    assert results.whole_model is None


def test_a_report_of_a_machine_that_cannot_run_the_row(read_page, hopeless, monkeypatch):
    monkeypatch.setattr("groverattn.report.build.ModelResults", {hopeless.request: hopeless}.get)
    page = read_page(html(report([hopeless.request])))
    assert "cannot run" in page.words
    assert set(page.targets) <= set(page.ids)
