"""Sizes of a row from a model and from options: what is noted, and what does not go together."""

import pytest

from groverattn.errors import InputError
from groverattn.row.request import RowRequest
from groverattn.row.sentences import heading

ROW = {"n_keys": 131_072, "d_head": 128, "n_marked": 64}


def test_sizes_of_a_known_model_are_noted_with_the_one_of_fewest_rows():
    note = RowRequest.of(**ROW).note
    assert "are those of llama3.1-8b, where 4 query heads share keys" in note  # not of its 70b or 405b
    assert "are those of llama3.1-70b, where 8 query heads" in RowRequest.of(**ROW, query_heads=64).note


@pytest.mark.parametrize("given", [{"gqa_group": 1}, {"gqa_group": 4, "query_heads": 32}, {"note": "a sketch"}])
def test_nothing_is_noted_where_the_group_or_a_note_is_given(given):
    assert RowRequest.of(**ROW, **given).note == given.get("note", "")


def test_sizes_of_no_model_or_of_one_without_groups_are_not_noted():
    assert RowRequest.of(**ROW | {"n_keys": 131_073}).note == ""
    assert RowRequest.of(n_keys=1024, d_head=64, n_marked=32).note == ""  # gpt2
    assert RowRequest.of(n_keys=4096, d_head=128, n_marked=32).note == ""  # llama2-7b has none, llama3.1-8b-4k has


def test_an_indexer_has_one_row_a_layer():
    assert RowRequest.of(**ROW, index_heads=8).query_heads == 1
    with pytest.raises(InputError, match="one query head with an indexer"):
        RowRequest.of(**ROW, index_heads=8, query_heads=2)
    with pytest.raises(InputError, match="a multiple of gqa_group"):
        RowRequest.of(**ROW, query_heads=9, gqa_group=4)
    assert (RowRequest.of(**ROW, query_heads=8, gqa_group=4).query_heads) == 8


@pytest.mark.parametrize(("window", "window_layers"), [(64, 0), (None, 3)])
def test_a_window_has_layers(window, window_layers):
    with pytest.raises(InputError, match="both, or neither"):
        RowRequest.of(**ROW, window=window, window_layers=window_layers)


def test_the_heading_names_keys_per_query_only_where_they_are_chosen():
    assert "keys per query" not in heading(RowRequest.of(**ROW), design=True)
    assert "keys per query" not in heading(RowRequest.of(**ROW, keys_per_query=1), design=True)
    assert "data access auto, 16 keys per query, search law" in heading(
        RowRequest.of(**ROW, keys_per_query=16), design=True
    )
