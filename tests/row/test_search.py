"""How a row is searched: what is chosen for it, what it costs over blocks, and what is refused."""

import math

import pytest

from groverattn.bloqs.lookup.qroam import block_for
from groverattn.costs.counting import count
from groverattn.errors import InputError
from groverattn.estimation.estimate import estimate
from groverattn.problem.key_table import KeyTable
from groverattn.reference.blocks.plan import SearchPlan
from groverattn.reference.search.laws import search_cost
from groverattn.row.circuit import iterate_with, score_of
from groverattn.row.request import ONE_KEY, RowRequest
from groverattn.row.search import RowSearch, best_keys_per_query, near_best_keys_per_query

SMALL = {"n_keys": 4096, "d_head": 16, "n_marked": 16, "key_bits": 4, "query_bits": 4}
BLOCKS = RowRequest.of(**ONE_KEY | SMALL | {"data_access": "one-hot", "keys_per_query": 8, "reads_limit": 2.0})


def test_one_key_per_query_by_growing_trials_is_the_search_of_before():
    request = RowRequest.of(**ONE_KEY | SMALL)
    search = RowSearch.of(request)
    assert search.plan == SearchPlan()
    for law in ("ideal", "expected", "proven", "worst"):
        assert search.cost(1e-3, law) == search_cost(law, 4096, 16, 1e-3)


def test_the_iterate_over_blocks_is_counted_as_its_formula_says():
    """N - 2 for the address, u scores, m - 2 for the diffusion; nothing for the unload."""
    for n_keys, u in ((1 << 17, 16), (1 << 20, 64)):
        request = RowRequest.of(
            n_keys=n_keys, d_head=128, n_marked=512, **ONE_KEY | {"data_access": "one-hot", "keys_per_query": u}
        )
        score = score_of(request)
        blocks, index_bits = n_keys // u, (n_keys // u - 1).bit_length()
        counts = count(iterate_with(request, score))
        assert counts.toffoli == blocks - 2 + u * count(score).toffoli + index_bits - 2
        fresh = score.peak_qubits - 128 * 8
        assert counts.logical_qubits == index_bits + blocks + 128 * 8 + 1 + fresh


def test_toffolis_of_a_row_are_those_of_its_shares():
    search = RowSearch.of(BLOCKS.but(method="posterior"))
    cost = search.cost(0.005)
    assert len(cost.shares) > 1  # keys that were read left the table
    by_share = sum(share.iterates * count(search.iterate(share)).toffoli for share in cost.shares)
    row = search.totals(cost).row  # with a preparation of the uniform superposition for every run
    assert by_share < row.toffoli < 1.01 * by_share
    assert cost.iterates_expected == pytest.approx(sum(share.iterates for share in cost.shares))
    assert cost.key_tests == pytest.approx(8 * cost.iterates_expected)
    whole = search.iterate().oracle.lookup.table.n_keys
    assert whole == 512 > min(share.n_blocks for share in cost.shares)


def test_the_chosen_number_of_keys_per_query_is_the_best_of_many():
    request = BLOCKS.but(keys_per_query="auto", n_keys=1 << 14)
    score = score_of(request)
    chosen = best_keys_per_query(request, score, 16)

    def toffoli(u):
        return math.sqrt(-(-request.shape.n_keys // u)) * count(iterate_with(request, score, u)).toffoli

    assert toffoli(chosen) <= 1.02 * min(toffoli(u) for u in range(1, 200))
    near = near_best_keys_per_query(request, score, 16)
    assert toffoli(near) <= 1.1 * toffoli(chosen)
    assert RowSearch.of(request).plan.keys_per_query == chosen


def test_an_approximate_score_finds_first_only_where_it_pays():
    """At k = 1 the last check is nearly all of the row; with many marked keys finding is."""
    many = RowRequest.of(
        n_keys=1 << 15, d_head=64, n_marked=256, **ONE_KEY | {"data_access": "one-hot", "keys_per_query": "auto"}
    )
    many = many.but(method="posterior", first_score="auto")
    search = RowSearch.of(many)
    assert search.plan.finder is not None
    assert search.toffoli < 0.8 * RowSearch.of(many.but(first_score="exact")).toffoli
    forced, exact = (RowSearch.of(many.but(n_marked=1, first_score=name)) for name in ("approximate", "exact"))
    auto = RowSearch.of(many.but(n_marked=1))
    assert auto.toffoli == min(forced.toffoli, exact.toffoli)


def test_reads_that_approach_a_scan_are_refused_unless_allowed():
    crowded = BLOCKS.but(n_marked=100, keys_per_query=32, reads_limit=0.5)
    with pytest.raises(InputError, match="a search that reads the keys is a scan"):
        estimate(crowded)
    cost = RowSearch.of(crowded.but(reads_limit=100.0)).cost(0.005)
    assert cost.checks_expected > 0.5 * 4096


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"keys_per_query": 0}, "at most half of the keys"),
        ({"keys_per_query": "many"}, "at most half of the keys"),
        ({"keys_per_query": 2049}, "1 to 2,048"),
        ({"first_score": "approximate"}, "--method posterior"),
        ({"first_score": "rough", "method": "posterior"}, "exact, approximate, auto"),
        ({"method": "known"}, "unknown, posterior"),
        ({"method": "posterior", "search_law": "worst"}, "no bound of either is known"),
        ({"method": "posterior", "first_score": "approximate", "significant_bits": 0}, "1 to 16"),
        ({"method": "posterior", "first_score": "approximate", "lowest_column": 60}, "0 to "),
        ({"words_at_once": 2, "data_access": "qrom"}, "--data-access one-hot"),
    ],
)
def test_bad_input_says_what_is_allowed(given, said):
    with pytest.raises(InputError, match=said):
        estimate(RowRequest.of(**SMALL | {"keys_per_query": 4, "data_access": "one-hot"} | given))


def test_an_estimate_prints_what_is_read_and_tested_beside_the_iterates():
    result = estimate(BLOCKS)
    search = result.as_json()["search"]
    assert (search["keys_per_query"], search["n_blocks"], search["method"]) == (8, 512, "unknown")
    assert search["key_tests_expected"] == pytest.approx(8 * search["iterates_expected"])
    assert search["keys_read_over_scan"] == pytest.approx(search["keys_read_expected"] / 4096)
    assert result.as_json()["phased_iterate"] is None
    assert "8 keys per query in 512 blocks" in str(result)


def test_words_at_once_take_qubits_for_depth():
    one, four = (count(iterate_with(BLOCKS.but(words_at_once=p), score_of(BLOCKS))) for p in (1, 4))
    assert one.toffoli == four.toffoli
    assert one.logical_qubits < four.logical_qubits
    assert four.measurement_depth < one.measurement_depth


def test_every_data_access_that_is_a_circuit_has_a_block_form():
    for access in ("qrom", "qroam", "qroam-few-qubits", "qroam-dirty", "bucket-brigade", "one-hot", "qram"):
        counts = count(iterate_with(BLOCKS.but(data_access=access), score_of(BLOCKS)))
        assert counts.toffoli >= 8 * count(score_of(BLOCKS)).toffoli, access


def test_a_verdict_is_given_over_blocks():
    result = estimate(BLOCKS.but(keys_per_query="auto"))
    assert result.crossover.n_keys is None
    assert result.crossover.why
    assert result.asked.design.u is None
    assert result.request.design.u == result.search.plan.keys_per_query > 1


@pytest.mark.parametrize(("n_keys", "block"), [(16, 8), (15, 4), (64, 8)])
def test_a_row_of_fewer_keys_keeps_its_block_while_half_of_the_words_fill_one(n_keys, block):
    request = RowRequest.of(n_keys=64, d_head=4, n_marked=2, **ONE_KEY | {"data_access": "qroam", "block": 8})
    assert RowSearch.of(request).at(n_keys).request.design.block == block


@pytest.mark.parametrize(("block", "n_words", "expected"), [(8, 16, {}), (8, 15, {"block": 4}), (8, 5, {"block": 2})])
def test_a_block_is_at_most_half_of_the_words_that_are_left(block, n_words, expected):
    search = RowSearch.of(RowRequest.of(**ONE_KEY | SMALL | {"data_access": "qroam", "block": block}))
    assert search._block_for(n_words) == expected


def test_a_table_of_few_words_is_walked_over_one_by_one():
    search = RowSearch.of(RowRequest.of(**ONE_KEY | SMALL | {"data_access": "qroam", "block": 8}))
    assert search._block_for(3) == {"block": None, "data_access": "qrom"}
    assert search.at(64).request.design.block == 8


def test_keys_are_one_part_unless_parts_or_machines_are_given():
    for given, n_parts in (({}, 1), ({"n_parts": 4}, 4), ({"n_machines": 2}, 2), ({"n_parts": 4, "n_machines": 2}, 8)):
        search = RowSearch.of(RowRequest.of(**ONE_KEY | SMALL | {"n_machines": None, "n_parts": None} | given))
        assert (search.plan.n_parts, search.part_keys) == (n_parts, 4096 // n_parts)


@pytest.mark.parametrize("step", [-6, 6])
def test_numbers_of_keys_per_query_are_tried_up_to_a_factor_of_2_to_the_three_halves(step, monkeypatch):
    """As far below and above the formula, whichever it says."""
    request = BLOCKS.but(keys_per_query="auto", n_keys=1 << 14)
    score = score_of(request)
    best = best_keys_per_query(request, score, 16)
    far = best / 2 ** (step / 4)
    monkeypatch.setattr("groverattn.row.search.near_best_keys_per_query", lambda *_: far)
    assert best_keys_per_query.__wrapped__(request, score, 16) == best


@pytest.mark.parametrize("d_head", [64, 128])
@pytest.mark.parametrize("bits", [4, 8, 12, 16])
def test_a_block_for_few_qubits_is_the_largest_that_hides_behind_the_score(bits, d_head):
    def width(**access):
        inputs = {"n_keys": 1 << 16, "d_head": d_head, "n_marked": 4, "key_bits": bits, "query_bits": bits}
        return RowSearch.of(RowRequest.of(**inputs | ONE_KEY | access)).iterate().peak_qubits

    chosen = block_for(KeyTable(1 << 16, d_head, bits), "qubits")
    walked = width(data_access="qrom")
    assert width(data_access="qroam-few-qubits") == width(data_access="qroam", block=chosen) <= 1.02 * walked
    assert width(data_access="qroam", block=2 * chosen) > 1.08 * walked
