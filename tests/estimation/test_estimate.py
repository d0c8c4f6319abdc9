"""Estimates at the edges of their sizes."""

import attrs
import pytest

from groverattn.classical.lines import SCORES
from groverattn.errors import InputError
from groverattn.estimation.estimate import estimate
from groverattn.models.presets import PRESETS
from groverattn.problem.shapes import Shape
from groverattn.reference.blocks.plan import SearchPlan
from groverattn.reference.search.laws import LAWS, N_MARKED_MAX
from groverattn.row.request import ONE_KEY, RowRequest
from groverattn.show.numbers import count_text, probability_text, time_text


@pytest.mark.parametrize("law", sorted(LAWS))
@pytest.mark.parametrize(
    ("n", "k", "d", "bits"), [(2, 1, 1, 2), (3, 1, 1, 2), (3, 2, 1, 2), (16, 15, 1, 2), (100, 99, 3, 16)]
)
def test_smallest_sizes(law, n, k, d, bits):
    request = RowRequest.of(n_keys=n, d_head=d, n_marked=k, key_bits=bits, query_bits=bits, search_law=law)
    if (law, n) == ("ideal", 2):  # half of the keys are marked: no iterate is the best number
        with pytest.raises(InputError, match="without an iterate"):
            estimate(request)
        return
    result = estimate(request).as_json()
    search = result["search"]
    assert 0 < search["iterates_expected"] <= search["iterates_max"] + 1e-9
    assert 0 <= search["p_failure"] <= 0.01
    assert 0 < result["physical"]["p_failure"] <= 0.01
    assert result["iterate"]["toffoli"] == sum(result["iterate"]["parts"].values())


def test_largest_size_is_counted():
    request = RowRequest.of(
        n_keys=2**40, d_head=128, n_marked=8, error_budget=0.5, **ONE_KEY | {"data_access": "qroam"}
    )
    result = estimate(request).as_json()
    assert 2**20 < result["iterate"]["toffoli"] < 2**40
    assert result["physical"]["duration_s"] > 3e9  # a century


def test_what_no_factory_reaches_is_refused_with_the_error_that_it_needs():
    request = RowRequest.of(n_keys=2**50, d_head=128, n_marked=8)
    with pytest.raises(InputError, match=r"an error below .* per gate"):
        estimate(request.but(**ONE_KEY))
    dealt = estimate(request)  # an iterate loads from its part alone, so the row has far fewer Toffolis
    assert dealt.search.plan.n_parts > 2**30
    assert dealt.row.p_failure <= request.error_budget


def test_more_marked_keys_than_can_be_summed_over():
    with pytest.raises(InputError, match="every marked key is a round"):
        estimate(RowRequest.of(n_keys=2**40, d_head=1, n_marked=N_MARKED_MAX + 1, **ONE_KEY))
    with pytest.raises(InputError, match="every marked key is a round"):
        SearchPlan(n_parts=2).cost("expected", 2**40, N_MARKED_MAX + 1, 0.01)
    few_in_each = SearchPlan(n_parts=2**30).cost("expected", 2**40, N_MARKED_MAX + 1, 0.01)
    assert few_in_each.checks_expected > N_MARKED_MAX


@pytest.mark.parametrize("budget", [0.0, 1.0, -1.0, 2.0, float("nan"), float("inf")])
def test_budget(budget):
    with pytest.raises(InputError, match="error_budget"):
        RowRequest(shape=Shape(64, 4, 3, 8, 8), error_budget=budget)


def test_iterates_of_the_laws_are_in_order():
    costs = {
        law: estimate(RowRequest.of(preset="gpt2", search_law=law, **ONE_KEY)).as_json()["search"]["iterates_expected"]
        for law in LAWS
    }
    assert costs["ideal"] < costs["expected"] < costs["proven"] < costs["worst"]


@pytest.mark.parametrize("name", ["gpt2", "llama3-8b", "deepseek-v3"])
def test_a_model_is_its_heads(name):
    sizes, result = PRESETS[name], estimate(RowRequest.of(preset=name))
    row, head, model = result.totals.row, result.totals.head, result.totals.model
    assert head.toffoli == sizes.n_keys * row.toffoli
    assert model.toffoli == sizes.n_searches * row.toffoli
    assert head.logical_qubits == model.logical_qubits == row.logical_qubits


def test_heads_share_a_key_memory_by_groups_and_all_of_them_with_mla():
    mla, grouped = (RowRequest.of(preset=name) for name in ("deepseek-v3", "llama3-8b"))
    assert (mla.gqa_group, mla.key_numbers, grouped.gqa_group, grouped.key_numbers) == (128, 576, 4, None)
    decode, alone = (
        [line.time_s_per_row for line in estimate(request).classical if line.includes == SCORES]
        for request in (grouped, attrs.evolve(grouped, gqa_group=1))
    )
    assert [4 * time_s for time_s in decode] == pytest.approx(alone)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (3.46e-13, "346 fs"),
        (8e-12, "8.00 ps"),
        (6.9e-7, "690 ns"),
        (9.999e-7, "1.00 us"),
        (0.0171, "17.1 ms"),
        (59.0, "59.0 s"),
        (4867.5, "1.35 h"),
        (3.2e9, "101 years"),
        (1e20, "3.17e12 years"),
    ],
)
def test_times(seconds, text):
    assert time_text(seconds) == text


def test_counts_and_probabilities():
    assert [count_text(n) for n in (0, 999_999, 1_000_000, 9.999e9)] == ["0", "999,999", "1.00e6", "1.00e10"]
    assert [probability_text(p) for p in (0.0, 0.0099, 6.14e-11)] == ["0", "0.0099", "6.1e-11"]


def test_an_assumed_memory_is_called_an_assumption():
    entries = {name: estimate(RowRequest.of(preset="toy", data_access=name)).provenance for name in ("qram", "qrom")}
    assumed = {name: [e.quantity for e in ledger if e.how == "assumption"] for name, ledger in entries.items()}
    assert "load and unload" in assumed["qram"]
    assert "load and unload" not in assumed["qrom"]


def test_keys_read_are_set_beside_a_scan_of_all_keys_those_read_first_too():
    request = RowRequest.of(n_keys=1024, d_head=8, n_marked=4, read_first=256, **ONE_KEY)
    search = estimate(request).as_json()["search"]
    assert search["keys_read_expected"] > 256
    assert search["keys_read_over_scan"] == pytest.approx(search["keys_read_expected"] / 1024)
