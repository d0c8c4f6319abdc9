"""A row against its keys per query."""

import itertools

import pytest

import groverattn
from groverattn.frontier.keys_per_query import vary_keys_per_query
from groverattn.row.request import ONE_KEY, RowRequest
from groverattn.row.search import RowSearch

CHOICES = ONE_KEY | {"data_access": "one-hot"}
REQUEST = RowRequest.of(n_keys=4096, d_head=16, n_marked=4, key_bits=4, query_bits=4, **CHOICES)


def test_the_least_is_where_the_choice_is():
    rows = vary_keys_per_query(REQUEST)
    assert [row.keys_per_query for row in rows.rows] == [1 << i for i in range(10)]
    chosen = RowSearch.of(REQUEST.but(keys_per_query="auto")).plan.keys_per_query
    assert rows.least.keys_per_query in (chosen // 2, chosen, 2 * chosen)
    assert all(a.key_tests < b.key_tests and a.keys_read < b.keys_read for a, b in itertools.pairwise(rows.rows))


def test_it_shows_as_table_json_and_picture():
    rows = groverattn.vary_keys_per_query(REQUEST)
    assert "keys per query" in str(rows)
    assert len(rows.to_frame()) == len(rows.as_json()["rows"]) == len(rows.rows)
    assert rows.plot() is not None
    assert rows.picture().svg.startswith("<?xml")


def test_too_few_blocks_for_the_marked_keys_end_the_list():
    assert vary_keys_per_query(REQUEST.but(n_marked=100)).rows[-1].keys_per_query < 128
    with pytest.raises(groverattn.InputError):
        groverattn.vary_keys_per_query(n_keys=1, d_head=4, n_marked=1)
