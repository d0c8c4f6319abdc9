"""Other estimators on the same search: where they agree, and that what is named explains the rest."""

import math
from pathlib import Path

import pytest

from studies.circuit import peer_pennylane, peer_qdk, peers
from studies.circuit.lookup_search import LookupSearch

ROOT = Path(__file__).parents[2]
SMALLEST = peers.SIZES[:1]


@pytest.fixture(scope="module")
def few_records():
    return list(peers.records(SMALLEST))


def by_quantity(peer, *search):
    return {comparison.quantity: comparison for comparison in peer.comparisons(LookupSearch(*search))}


@pytest.fixture(scope="module")
def q_sharp():
    return by_quantity(peer_qdk, 1024, 64, "qrom")


@pytest.mark.parametrize("size", peers.SIZES)
@pytest.mark.parametrize("access", ["qrom", "qroam", "qroam-dirty"])
def test_pennylane_counts_our_load_and_diffusion_and_our_unload_with_our_row(size, access):
    search, compared = LookupSearch(*size, access), by_quantity(peer_pennylane, *size, access)
    load, unload = compared["Toffolis of the load"], compared["Toffolis of the unload"]
    assert (load.ours == load.theirs) is not (access == "qroam-dirty" and search.block == 1)
    assert load.adjusted in (None, load.ours)
    assert unload.adjusted == unload.ours + 1 < unload.theirs
    row = compared["Toffolis of a row"]
    assert row.adjusted == row.ours + search.iterates != row.theirs
    qubits = compared["logical qubits"]
    assert qubits.ours == (qubits.theirs if qubits.adjusted is None else qubits.adjusted)
    if access == "qrom":
        diffusion = compared["Toffolis of the diffusion"]
        assert diffusion.ours == diffusion.theirs == search.index_bits - 2


@pytest.mark.parametrize("size", peers.SIZES)
def test_the_tree_of_pennylane_without_its_words_is_ours_four_times(size):
    compared = by_quantity(peer_pennylane, *size, "bucket-brigade")
    load, qubits = compared["Toffolis of the load"], compared["logical qubits"]
    assert load.adjusted == pytest.approx(load.ours, rel=0.01)
    assert load.theirs > 1000 * load.ours
    assert qubits.adjusted == qubits.ours < qubits.theirs / 2


def test_a_known_query_explains_most_of_the_score():
    score = by_quantity(peer_pennylane, 1 << 17, 128, "qrom")["Toffolis of the score and its undoing"]
    assert score.ours < score.adjusted < score.theirs / 10


def test_loads_of_q_sharp_are_ours_and_its_unload_takes_all_products_of_half_the_index(q_sharp):
    assert q_sharp["Toffolis of the load"].ours == q_sharp["Toffolis of the load"].theirs == 1022
    products = 2 * sum(math.comb(5, chosen) for chosen in range(2, 6))
    unload = q_sharp["Toffolis of the unload"]
    assert unload.theirs == products
    assert unload.adjusted == unload.ours


def test_the_named_differences_are_all_that_q_sharp_differs_in(q_sharp):
    for quantity in ("Toffolis of the diffusion", "Toffolis of a row", "logical qubits", "Toffoli depth of an iterate"):
        assert q_sharp[quantity].adjusted == q_sharp[quantity].ours != q_sharp[quantity].theirs, quantity


def test_a_row_run_as_one_program_is_the_sum_of_its_parts(q_sharp):
    # with the words unloaded whole, which the parts leave out
    parts = peer_qdk.Parts(LookupSearch(1024, 64, "qrom"))
    assert parts.toffolis("Row", parts.search.iterates) == q_sharp["Toffolis of a row"].theirs
    assert parts.trace("Row", 1).total_qubits == q_sharp["logical qubits"].theirs


def test_the_walk_of_q_sharp_is_as_deep_as_it_is_long():
    assert peer_qdk.Parts(LookupSearch(256, 4, "qrom")).toffoli_depth("Load") == 254


def test_tiles_and_the_reaction_are_all_that_the_machines_differ_in():
    reaction_limited, consumption_limited = (
        by_quantity(peer_qdk, *size, "qrom") for size in (peers.SIZES[0], peers.SIZES[3])
    )
    for compared in (reaction_limited, consumption_limited):
        data, factories = (
            compared[f"physical qubits of the {part}, our counts on {peer_qdk.MACHINE}"]
            for part in ("data", "factories")
        )
        assert data.adjusted == data.ours > data.theirs
        tile = factories.ours / (factories.ours - factories.adjusted)
        assert math.sqrt(tile / 2) == pytest.approx(round(math.sqrt(tile / 2)), rel=1e-9)
    duration = f"duration of a row in s, our counts on {peer_qdk.MACHINE}"
    assert reaction_limited[duration].adjusted == reaction_limited[duration].ours > reaction_limited[duration].theirs
    assert consumption_limited[duration].ratio == pytest.approx(1)


def test_what_a_peer_cannot_say_has_a_reason_and_every_difference_an_explanation(few_records):
    without = [record for record in few_records if record.theirs is None]
    assert {record.peer for record in without} == {peer_pennylane.PEER, peer_qdk.PEER}
    for record in few_records:
        assert (record.ratio is None) == (record.theirs is None)
        assert record.why != "not known"
        assert (record.why == "no difference") == (record.ratio is not None and math.isclose(record.ratio, 1))


def test_committed_sheet_is_what_is_computed(few_records):
    again = peers.SHEET.written(few_records).splitlines()
    committed = (ROOT / peers.SHEET.path).read_text("utf-8").splitlines()
    assert committed[: len(again)] == again
    rows = peers.SHEET.read(ROOT)
    assert {(int(row["n_keys"]), int(row["d_head"])) for row in rows} == set(peers.SIZES)
    assert {row["data_access"] for row in rows} == set(peers.DATA_ACCESSES)
