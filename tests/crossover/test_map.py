"""The map of break-even times: every preset is on it, and the row that was asked for."""

import math

import pytest

from groverattn.crossover.crossover import BreakEvenPoint
from groverattn.crossover.figure import _APART, _number, _places
from groverattn.crossover.map import break_even_map
from groverattn.models.presets import PRESETS
from groverattn.row.request import RowRequest

GPT2 = RowRequest.of(preset="gpt2")


@pytest.fixture(scope="module")
def own_map():
    return break_even_map(RowRequest.of(n_keys=40_000, d_head=64, n_marked=100, name="mine"))


def test_the_row_that_is_asked_for_is_on_the_map_once(own_map):
    (mark,) = [mark for mark in own_map.marks if mark.names == ("this row, mine",)]
    assert (mark.n_keys, mark.n_marked) == (40_000, 100)
    found = BreakEvenPoint.of(own_map.request.but(data_access="qram"))
    assert mark.now_s["qram"] == pytest.approx(found.row.iterate_s)
    assert mark.slowest_s == pytest.approx(found.slowest.time_s_per_row / found.row.iterates)
    assert mark.fastest_s == pytest.approx(found.fastest.time_s_per_row / found.row.iterates)
    named = {name for mark in own_map.marks for name in mark.names}
    assert named - {"this row, mine"} == {name for name, each in PRESETS.items() if each.keys_in_view >= 256}


@pytest.mark.parametrize(("request_", "own"), [(GPT2, 0), (GPT2.but(n_keys=2048), 1), (GPT2.but(key_bits=6), 0)])
def test_a_preset_with_other_sizes_is_a_row_of_its_own(request_, own):
    """Bits are those of the request for all presets."""
    marks = break_even_map(request_).marks
    assert [mark.names for mark in marks if mark.names[0].startswith("this row")] == [("this row, gpt2",)] * own


def test_numbers_on_the_map_can_be_told_apart_and_every_mark_has_one(own_map):
    places = _places(own_map)
    assert places == sorted(places)
    for i, (x, y) in enumerate(places):
        assert all(abs(x - x0) >= _APART[0] or abs(y - y0) >= _APART[1] for x0, y0 in places[:i])
    for mark in own_map.marks:
        x, y = places[_number(mark, places) - 1]
        assert abs(x - math.log2(mark.n_keys)) < _APART[0]
        assert abs(y - math.log2(mark.n_marked)) < _APART[1]


def test_keys_that_are_read_first_are_not_searched_on_the_map():
    """Four times fewer keys are left, and so half of the iterates."""

    def per_iterate_s(read_first):
        sizes = {"n_keys": 40_000, "d_head": 64, "n_marked": 100, "name": "mine", "marked_read": 0}
        marks = break_even_map(RowRequest.of(**sizes, read_first=read_first)).marks
        return next(mark.slowest_s for mark in marks if "this row, mine" in mark.names)

    assert per_iterate_s(30_000) / per_iterate_s(4) == pytest.approx(2, rel=0.1)
