"""What is left open by a request: sizes of parts, blocks of words, and none that is beyond what is tried."""

import pytest

from groverattn.problem.key_table import KeyTable
from groverattn.row import designs
from groverattn.row.designs import _blocks, _rounded_up, design_text, loads
from groverattn.row.request import RowRequest

GPT2 = RowRequest.of(preset="gpt2")


@pytest.mark.parametrize("bits", [1, 4, 8])
def test_numbers_round_up_to_few_significant_bits(bits):
    for number in (1, 2, 3, 8, 9, 100, 1000, 1024, 1025, 131_071, 10**7):
        rounded = _rounded_up(number, bits)
        assert f"{rounded:b}".rstrip("0").__len__() <= bits
        assert all(f"{between:b}".rstrip("0").__len__() > bits for between in range(number, min(rounded, number + 500)))


@pytest.mark.parametrize("u", [1, 4, 16])
def test_blocks_of_words_are_powers_of_two_up_to_half_of_the_words_and_some_qubits(u, monkeypatch):
    table = KeyTable(1024, 64, 8)
    assert list(_blocks(GPT2, table, u)) == [2**i for i in range(1, 10) if 2 * 2**i * u <= 1024]
    monkeypatch.setattr(designs, "_BLOCK_QUBITS_MAX", 40 * table.word_bits)
    assert list(_blocks(GPT2, table, u)) == [block for block in (2, 4, 8, 16, 32) if block * u <= 40]
    assert list(_blocks(GPT2.but(block=64), table, u)) == [64]


def test_each_load_holds_all_keys_in_equal_parts():
    request = RowRequest.of(n_keys=1000, d_head=8, n_marked=4)
    found = list(loads(request))
    assert {load.n_parts for load in found} > {1, 2}
    assert all(load.n_machines == 1 for load in found)
    for load in found:
        part, rest = divmod(load.n_searched, load.n_parts)
        assert rest == 0
        assert 1000 <= load.n_searched < 1000 + max(part, 25)  # 1,024 at the most: dead keys fill up a part
    by_time = list(loads(request.but(optimise="time")))
    assert {load.n_machines for load in by_time} > {1, 2}
    assert all(load.n_parts == 1 for load in by_time)


def test_a_design_is_named_from_the_load_to_the_unload():
    request = RowRequest.of(n_keys=1000, d_head=8, n_marked=4, data_access="qroam", block=4, score_method="in-place")
    assert design_text(request) == "qroam of block 4, in-place"
    more = {"n_searched": 1024, "n_parts": 4, "n_machines": 2, "unload": "again"}
    assert design_text(request.but(**more)) == (
        "qroam of block 4, 4 parts of 128 keys in turn, 2 machines, in-place, unloaded by a second load"
    )
    together = request.but(data_access="one-hot", block=None, keys_per_query=8, words_at_once=4)
    assert design_text(together) == "one-hot, 8 keys a query, 4 at once, in-place"


@pytest.mark.parametrize("choices", [{"method": "posterior"}, {"method": "posterior", "first_score": "approximate"}])
def test_keys_per_query_of_a_sampled_law_are_left_to_the_formula(choices):
    """So are the words that a kept address has at once."""
    found = list(loads(RowRequest.of(n_keys=1024, d_head=8, n_marked=4, data_access="one-hot", **choices)))
    assert {(load.keys_per_query, load.words_at_once) for load in found} == {("auto", 1)}
    assert {load.n_parts for load in found} == {1}


def test_keys_per_query_of_the_exact_law_are_powers_of_two_up_to_a_sixth_of_the_keys():
    request = RowRequest.of(n_keys=1024, d_head=8, n_marked=4, data_access="one-hot")
    tried = {(int(load.keys_per_query), load.words_at_once) for load in loads(request) if load.n_parts == 1}
    assert tried == {(2**i, 4**j) for i in range(8) for j in range(4) if 4**j <= 2**i}
