"""Keys read first in an estimate: the row that is priced is the one that is left, and the lines score all keys."""

import attrs
import pytest

from groverattn.errors import InputError
from groverattn.estimation.estimate import estimate
from groverattn.row.circuit import score_of
from groverattn.row.price import RowPricing
from groverattn.row.readings import readings_of
from groverattn.row.request import RowRequest
from groverattn.row.search import RowSearch
from groverattn.row.sentences import heading, note_text
from groverattn.row.time import one_key
from groverattn.row.verdict import row_verdict
from groverattn.show.terminal import text_of
from groverattn.whole_model.model import whole_model

SIZES = {"n_keys": 1024 + 68, "d_head": 16, "n_marked": 32, "data_access": "qroam"}
READ = {"read_first": 4, "read_last": 64, "marked_read": 20}


def request(**more):
    return RowRequest.of(**SIZES | READ | more)


def test_the_search_is_that_of_what_is_left():
    asked = one_key(request())
    search, left = RowSearch.of(asked), one_key(asked.left)
    assert (left.shape.n_keys, left.shape.n_marked) == (1024, 12)
    alone = RowSearch.of(left, score_of(asked))
    assert search.iterate() == alone.iterate()
    cost, of_left = search.cost(0.01), alone.cost(0.01)
    assert attrs.evolve(cost, reads_first=0) == of_left
    assert cost.reads_expected == of_left.checks_expected + 68
    assert cost.trials_expected == of_left.trials_expected  # reading first is no trial


def test_the_threshold_is_that_of_the_row():
    assert RowSearch.of(one_key(request())).exact == score_of(one_key(request(marked_read=0)))


def test_fewer_marked_keys_left_cost_less_and_the_machine_is_that_of_the_smaller_row():
    plain, read, none = (
        RowPricing.of(one_key(each)).best() for each in (RowRequest.of(**SIZES), request(), request(marked_read=0))
    )
    assert read.cost.iterates_expected < none.cost.iterates_expected < plain.cost.iterates_expected
    assert read.totals.row.toffoli < none.totals.row.toffoli < plain.totals.row.toffoli
    n_rows = read.totals.head.toffoli / read.totals.row.toffoli
    assert n_rows == pytest.approx(1092, rel=1e-6)  # the head has as many rows as before


def test_reads_are_limited_together():
    """Of 1,092 keys a tenth may be read: 68 first leave 41 for the search."""
    limits = RowSearch.of(request(keys_per_query=4, reads_limit=0.1, **_CHOSEN))
    assert limits.request.design.reads_limit == pytest.approx(0.1 * 1092 / 1024 - 68 / 1024)
    with pytest.raises(InputError, match="of the keys that are left"):
        limits.cost(0.01)


_CHOSEN = {"unload": "measured", "score_method": "in-place", "n_parts": 1, "n_machines": 1, "words_at_once": 1}


def test_lines_score_every_key_whatever_is_read_first():
    assert request().classical() == RowRequest.of(**SIZES).classical()


def test_an_estimate_says_what_is_read_and_what_is_left():
    result = estimate(one_key(request()))
    text = " ".join(text_of(result.blocks(), 200).split())
    assert "k = 32, 68 keys read first, " in heading(result.request)
    assert note_text(result.request)[-1] in text
    assert "20 of the 32 marked ones are taken to be among them" in text
    assert "1,024 keys with 12 marked ones are left to the search and to a classical finder" in text
    printed = result.as_json()
    assert {name: printed["inputs"][name] for name in READ} == READ
    assert printed["search"]["keys_read_expected"] == printed["search"]["checks_expected"] + 68
    assert printed["search"]["keys_read_over_scan"] == printed["search"]["keys_read_expected"] / 1092
    assert "our assumption" in note_text(request(marked_read=0))[-1]
    assert "read_first" not in RowRequest.of(**SIZES).as_json()


def test_the_verdict_compares_the_search_of_what_is_left_with_lines_over_all_keys():
    asked = one_key(request())
    reading, alone = (row_verdict(each, score_of(asked)).full.slowest for each in (asked, asked.left))
    assert reading.n_min == alone.n_min + 68
    assert reading.ratio_at_n_min == pytest.approx(
        alone.ratio_at_n_min * _line_s(asked, alone.n_min) / _line_s(asked, reading.n_min), rel=1e-9
    )


def _line_s(asked, n_keys):
    return max(line.time_s_per_row for line in asked.classical(n_keys))


def test_readings_search_what_is_left():
    asked = one_key(request())
    score = score_of(asked)
    read, alone = readings_of(asked, score).one_machine, readings_of(asked.left, score).one_machine
    assert read.points[0].n_keys == 1092
    assert read.points[0].quantum_s == alone.points[0].quantum_s
    assert read.points[0].design == alone.points[0].design


def test_causal_rows_search_what_is_left_of_each():
    asked = one_key(request(n_keys=200, n_marked=24))
    rows, alone = whole_model(asked).rows, whole_model(one_key(asked.left)).rows
    assert (rows.first, rows.last, rows.n_searched) == (68 + 4 + 1, 200, 128)
    assert rows.row(150).cost.iterates_expected == alone.row(82).cost.iterates_expected


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"read_first": 2**20}, "at most 1,090 keys together"),
        ({"read_last": 1091}, "at most 1,090 keys together"),
        ({"marked_read": 32}, "0 to 31"),
        ({"marked_read": 69, "n_marked": 100}, "0 to 68"),
        ({"read_first": -1}, "read_first = -1"),
    ],
)
def test_what_cannot_be_read_first_is_refused(given, message):
    with pytest.raises(InputError, match=message):
        request(**given)


def test_marked_keys_are_read_only_where_keys_are():
    with pytest.raises(InputError, match="0 to 0"):
        RowRequest.of(**SIZES, marked_read=1)


def test_reads_that_leave_marked_keys_alone_are_refused_by_name():
    with pytest.raises(
        InputError, match=r"250 of 256 keys read first, with 8 marked; allowed: at most 247 .*read fewer"
    ):
        RowRequest.of(n_keys=256, d_head=64, n_marked=8, read_first=250)
    RowRequest.of(n_keys=256, d_head=64, n_marked=8, read_first=247)
