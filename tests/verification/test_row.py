"""A row whose oracle is run: which keys it marks, what it says of itself, and what of it is too large."""

import os

import attrs
import numpy as np
import pytest

from groverattn.errors import InputError
from groverattn.inputs import asks
from groverattn.problem.families import gaussian_head
from groverattn.problem.instance import Instance
from groverattn.verification import limits
from groverattn.verification.limits import check_circuit, check_circuit_memory, circuit_bytes
from groverattn.verification.oracle_check import check_oracle
from groverattn.verification.request import VerificationRequest
from groverattn.verification.row import SearchedRow
from groverattn.verification.verification import searched_row, verify

KEYS = np.array([[3, 0], [1, 1], [-2, 5], [4, 4], [0, -1], [2, 2], [3, -3]])
ROW = SearchedRow(KEYS, 4, (1, 2), 5, query_bits=3)  # scores 3, 3, 8, 12, -2, 6, -3
SIZES = {"n_keys": 7, "d_head": 2, "key_bits": 4, "query_bits": 3, "data_access": "qrom", "score_method": "shared-sums"}

verified = asks(VerificationRequest)(verify)
chosen = asks(VerificationRequest)(searched_row)


def test_marked_are_the_scores_from_the_threshold_on():
    assert ROW.scores.tolist() == [3, 3, 8, 12, -2, 6, -3] == [ROW.score(key) for key in range(7)]
    assert np.flatnonzero(ROW.is_marked).tolist() == [2, 3, 5]
    assert np.flatnonzero(ROW.marked(6)).tolist() == [2, 3, 5]
    assert np.flatnonzero(ROW.marked(7, excluded=[3])).tolist() == [2]
    blocks = np.array([[0, 2], [3, 5], [6, -1], [1, 4]])
    assert ROW.marked(5, places=blocks).tolist() == [True, False, False, False]  # an odd number of marked keys
    assert (ROW.n_blocks, attrs.evolve(ROW, keys_per_query=3).n_blocks) == (7, 3)


def test_a_row_without_keys_that_are_read():
    read = np.array([False, False, True, False, True, False, False])
    left = ROW.without(read)
    assert (left.keys.tolist(), left.n_read, left.n_keys) == (KEYS[~read].tolist(), 2, 5)
    assert left.without(np.arange(5) == 0).n_read == 3
    assert left.inputs() == SIZES | {"n_keys": 5, "keys_read_first": 2}


def test_what_a_row_says_of_itself():
    assert ROW.inputs() == SIZES
    more = attrs.evolve(ROW, keys_per_query=2, words_at_once=2, data_access="one-hot", origin={"head": "h", "row": 3})
    said = SIZES | {"keys_per_query": 2, "words_at_once": 2, "data_access": "one-hot", "head": "h", "row": 3}
    assert more.inputs() == said
    assert more.inputs(marked=3) == said | {"marked": 3}
    with pytest.raises(InputError, match="keys_per_query"):
        attrs.evolve(ROW, keys_per_query=4)


def test_the_oracle_of_a_row_marks_them():
    """By circuit, for a threshold, keys that are not live, several keys a call, and keys dealt to blocks."""
    rng = np.random.default_rng(0)
    for row, options, expected in [
        (ROW, {}, [2, 3, 5]),
        (ROW, {"threshold": 7}, [2, 3]),
        (ROW, {"excluded": [3]}, [2, 5]),
    ]:
        marked = np.isin(np.arange(7), expected)
        assert check_oracle(row.oracle(**options), marked, rng).passed
    blocked = attrs.evolve(ROW, keys_per_query=2)
    places = np.array([[0, 2], [3, 5], [6, -1], [1, 4]])
    assert check_oracle(blocked.oracle(places=places), np.array([True, False, False, False]), rng).passed
    in_order = np.array([False, False, True, False])  # blocks {0, 1}, {2, 3}, {4, 5}, {6}
    assert check_oracle(blocked.oracle(), in_order, rng).passed


def test_rows_of_a_head():
    instance = Instance.from_target(attrs.evolve(gaussian_head(12, 3, seed=0), causal=True), 3, 5, 4)
    row = SearchedRow.of(instance, 7, "qroam")
    assert row.keys.tolist() == instance.keys.values[:8].tolist()
    assert (row.key_bits, row.query_bits, row.data_access) == (4, 5, "qroam")
    assert row.origin == {"head": instance.head.name, "row": 7}
    assert row.threshold == instance.thresholds[7]
    assert SearchedRow.checked(instance, None).origin["row"] == 11
    assert SearchedRow.checked(instance, 4, keys_per_query=2).keys_per_query == 2
    with pytest.raises(InputError, match="rows 0 to 11"):
        SearchedRow.checked(instance, 1)  # two keys, of which three are marked: read whole


@pytest.mark.parametrize(("n_keys", "n_marked", "found"), [(64, None, 4), (8, None, 1), (64, 9, 9)])
def test_a_random_row_has_one_in_sixteen_marked_or_as_many_as_said(n_keys, n_marked, found):
    row = SearchedRow.random(n_keys, 4, n_marked, key_bits=5, query_bits=6, data_access="qroam", seed=3)
    assert (row.is_marked.sum(), row.n_keys, len(row.query)) == (found, n_keys, 4)
    assert (row.key_bits, row.query_bits, row.data_access, row.origin) == (5, 6, "qroam", {})
    assert np.abs(row.keys).max() < 16
    assert np.array_equal(SearchedRow.random(n_keys, 4, n_marked, key_bits=5, query_bits=6, seed=3).keys, row.keys)
    assert not np.array_equal(SearchedRow.random(n_keys, 4, n_marked, key_bits=5, query_bits=6, seed=4).keys, row.keys)


def test_the_random_row_that_is_checked_by_default():
    row = chosen()
    assert (row.n_keys, len(row.query), row.key_bits, row.query_bits, row.data_access) == (1024, 64, 8, 8, "qrom")
    request = VerificationRequest()
    assert (request.weight_bits, request.seed, request.keys_per_query, request.words_at_once) == (8, 0, 1, 1)
    row = chosen(n_keys=32, index_heads=3, d_head=2, weight_bits=4)
    assert row.inputs()["index_heads"] == 3
    assert chosen(n_keys=32, d_head=2, read_first=3).inputs()["keys_read_first"] == 3


def test_a_check_says_how_many_are_marked_found_and_in_odd_blocks():
    """Of the 20 marked keys of 320 a quarter is excluded; a block counts if an odd number of its keys is marked."""
    found = verified(n_keys=320, d_head=2, seed=1)
    assert found.check.passed
    assert {"marked": 15, "found_before": 5, "seed": 1}.items() <= found.inputs.items()
    assert not {"n_blocks", "odd_blocks"} & found.inputs.keys()
    blocks = verified(n_keys=32, d_head=2, keys_per_query=3, data_access="one-hot", seed=2)
    assert blocks.check.passed
    assert blocks.check.inputs_checked == blocks.inputs["n_blocks"] == 11
    assert blocks.inputs["odd_blocks"] % 2 == blocks.inputs["marked"] % 2
    assert 0 < blocks.inputs["odd_blocks"] <= blocks.inputs["marked"] == 2
    assert blocks.inputs["found_before"] == 0
    head, bits = gaussian_head(40, 2, seed=0), {"key_bits": 12, "query_bits": 12}  # so many that no keys tie
    of_head = verify(VerificationRequest(**bits), head=head)
    assert (of_head.inputs["marked"], of_head.inputs["row"]) == (16, 39)
    assert "found_before" not in of_head.inputs
    assert verify(VerificationRequest(n_marked=3, **bits), head=head).inputs["marked"] == 3


@pytest.mark.parametrize(("n_keys", "d_head", "mib"), [(16384, 64, 112), (65536, 8, 253), (131072, 32, 674)])
def test_bytes_are_those_that_the_document_says(n_keys, d_head, mib):
    """docs/safety.md puts them beside measured peaks."""
    assert round(circuit_bytes("verify", n_keys, d_head, 8) / 2**20) == mib


def test_keys_with_qubits_of_their_own_take_more_memory():
    """Beside the peaks of 2^15 keys of 8 numbers less 220 MiB, measured: 359, 389, 489 and 81 MiB."""
    names = ("one-hot", "bucket-brigade", "bucket-brigade-wide", "qroam-dirty")
    mib = [round(circuit_bytes("index", 1 << 15, 8, 8, data_access=name) / 2**20) for name in names]
    assert mib == [407, 407, 501, 220]
    assert circuit_bytes("verify", 64, 8, 8, "one-hot") == circuit_bytes("verify", 64, 8, 8)


def test_a_state_vector_takes_a_gibibyte_whatever_the_keys():
    assert circuit_bytes("circuit", 1, 1, 2) == circuit_bytes("circuit", 10**4, 64, 8) == 1 << 30


def test_what_is_asked_of_the_memory(monkeypatch):
    asked = []
    monkeypatch.setattr(limits, "check_memory", lambda n_bytes, what, do: asked.append((n_bytes, what, do)))
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    one = circuit_bytes("index", 4096, 64, 8)
    for n_workers in (1, 2, 5):
        check_circuit_memory("index", 4096, 64, 8, n_workers)
    assert [n_bytes for n_bytes, *_ in asked] == [one, 2 * one, 2 * one]  # no more processes than processors
    assert [" in each of 2 processes" in what for _, what, _ in asked] == [False, True, True]
    assert ["--workers 1" in do for *_, do in asked] == [False, True, True]
    asked.clear()
    check_circuit(1024, 8, 4)
    check_circuit(1024, 8, 4, n_heads=3)
    # two wires for each bit of the keys of each head but the first, of a bit for each key and 4,000 bytes
    of_heads = [n_bytes for n_bytes, what, _ in asked if "heads" in what]
    assert of_heads == [0, 2 * 8 * 4 * 2 * (1024 // 8 + 4_000)]
    assert asked[0][0] == circuit_bytes("verify", 1024, 8, 4)


def test_the_largest_key_memory(monkeypatch):
    monkeypatch.setattr(limits, "check_memory", lambda *what: None)
    check_circuit(2**20, 2**6, 8)  # 2^29 bits
    for n_keys, d_head, bits in [(2**20 + 1, 1, 2), (2**19, 2**7, 9), (2**20, 2**6 + 1, 8)]:
        with pytest.raises(InputError, match="at most 1,048,576 keys and 536,870,912 bits"):
            check_circuit(n_keys, d_head, bits)
