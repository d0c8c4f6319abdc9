"""The heads of a file side by side: the same numbers as the report of one head, and what the file says of its model."""

from pathlib import Path

import attrs
import numpy as np
import pytest

from groverattn.diagnosis import survey as head_survey
from groverattn.diagnosis.diagnosis import diagnose
from groverattn.diagnosis.survey import model_sizes, survey_heads
from groverattn.diagnosis.table import survey_table
from groverattn.errors import InputError
from groverattn.problem.heads import load_head
from groverattn.show.terminal import text_of
from studies.search.tails_figure import tails_svg

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="module")
def layered(tmp_path_factory):
    """A file as `groverattn capture` writes it: two layers, four query heads on two key heads, causal."""
    rng = np.random.default_rng(1)
    arrays = {
        f"{name}_{layer}": rng.normal(size=(heads, 24, 4))
        for layer in range(2)
        for name, heads in (("Q", 4), ("K", 2), ("V", 2))
    }
    path = tmp_path_factory.mktemp("heads") / "own.npz"
    np.savez(path, **arrays, causal=np.ones(2, dtype=np.int64), score_scale=np.full(2, 2.0))
    return path


def test_numbers_are_those_of_the_report_of_one_head(layered):
    for summary in survey_heads(layered, n_marked=3).heads:
        head = load_head(layered, layer=summary.layer, head=summary.head)
        report = diagnose(head, 3).as_json()
        assert (summary.name, summary.causal) == (head.name, True)
        assert summary.rows_with_a_tail == report["rows_with_a_tail"] == 21
        assert summary.tail_range.max == pytest.approx(report["tail_range"]["max"])
        assert summary.needed.median == report["keys_for_mass"]["0.90"]["median"]
        assert summary.held.min == pytest.approx(1 - report["tail_mass"]["max"])


def test_rows_within_one_nat_are_counted(layered):
    for summary in survey_heads(layered, n_marked=3).heads:
        head = load_head(layered, layer=summary.layer, head=summary.head)
        scores = head.score_scale * head.queries @ head.keys.T
        tails = [np.sort(scores[row, : row + 1])[:-3] for row in range(3, 24)]
        assert summary.rows_narrow == sum(tail.max() - tail.min() <= 1 for tail in tails)


def test_long_files_are_thinned(layered, monkeypatch):
    everything = survey_heads(layered, n_marked=3).heads
    monkeypatch.setattr(head_survey, "N_HEADS", 3)
    few = survey_heads(layered, n_marked=3).heads
    assert len(everything) == 8
    assert 0 < len(few) <= 3
    assert {(each.layer, each.head) for each in few} <= {(each.layer, each.head) for each in everything}
    monkeypatch.setattr(head_survey, "_ENTRIES_MAX", 24**2)
    assert len(survey_heads(layered, n_marked=3).heads) == 1


def test_the_middle_has_as_many_above_as_below(layered):
    heads = survey_heads(layered, n_marked=3)
    above = sum(each.held.median > heads.middle.held.median for each in heads.heads)
    below = sum(each.held.median < heads.middle.held.median for each in heads.heads)
    assert abs(above - below) <= 1


def test_a_head_is_looked_at_whether_it_was_summarised_or_not(layered):
    heads = survey_heads(layered, n_marked=3)
    few = attrs.evolve(heads, heads=heads.heads[:1])
    assert few.at(1, 2) == next(each for each in heads.heads if (each.layer, each.head) == (1, 2))
    with pytest.raises(InputError, match="head = 9"):
        heads.at(1, 9)


@pytest.mark.parametrize(
    ("file", "sizes"),
    [
        ("minilm_l6_n128.npz", {"layers": 6, "query_heads": 12, "gqa_group": 1}),
        ("minilm_l6_n512.npz", {"layers": 1, "query_heads": 6, "gqa_group": 1}),
    ],
)
def test_what_a_file_says_of_its_model(file, sizes):
    assert model_sizes(DATA / file) == sizes


def test_grouped_heads_are_seen(layered):
    assert model_sizes(layered) == {"layers": 2, "query_heads": 4, "gqa_group": 2}


def test_table_and_figure_show_the_chosen_head_and_the_extremes(layered):
    heads = survey_heads(layered, n_marked=3)
    shown = text_of([survey_table(heads.heads, n_shown=3)])
    ranked = sorted(heads.heads, key=lambda each: -each.held.median)
    assert all(each.name in shown for each in (ranked[0], heads.middle, ranked[-1]))
    assert "3 of 8 heads" in shown
    assert heads.picture(heads.middle) == heads.picture(heads.middle) != heads.picture()
    assert len(heads.to_frame()) == len(heads.as_json()["heads"]) == 8


def test_too_many_marked_keys_are_refused(layered):
    with pytest.raises(InputError, match="n_marked = 24"):
        survey_heads(layered, n_marked=24)


def test_tails_are_drawn_by_mask():
    records = [
        {"tail": "zero", "causal": causal, "error_max": error} for causal, error in (("False", 0.1), (True, 0.2))
    ]
    both, one = tails_svg(records), tails_svg(records[:1])
    assert both.count("#c1440e") > one.count("#c1440e")
    assert both == tails_svg(records)
