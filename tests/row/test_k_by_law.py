"""Rows whose k is by a law: where k comes from, what is refused, and that limits and verdict follow k as n grows."""

import json
import math

import attrs
import pytest

from groverattn.errors import InputError
from groverattn.estimation.estimate import estimate
from groverattn.frontier.tradeoffs import RowChoices
from groverattn.models.k_law import FEW, MANY, MEDIAN, HeadLaw, KLaw
from groverattn.models.preset import TRAINED
from groverattn.models.presets import PRESETS
from groverattn.reference.search.laws import search_cost
from groverattn.reference.search.parallel import ParallelSearch
from groverattn.row.circuit import score_of
from groverattn.row.reading import first_compared
from groverattn.row.readings import N_MAX, readings_of
from groverattn.row.request import RowRequest
from groverattn.row.time import RowLimits, one_key, slowest_s
from groverattn.row.verdict import row_verdict

LAW = "smollm2-135m"
SIZES = {"n_keys": 4096, "d_head": 64}


def by_law(**choices):
    return RowRequest.of(**{"preset": "gpt2", "k_law": LAW} | choices)


def with_law(request, coefficient, exponent):
    """The same request with a law of our own."""
    bounds = {"exponent_low": exponent, "exponent_high": exponent}
    heads = (
        HeadLaw(weight=0.9, percentile=p, coefficient=coefficient, exponent=exponent, **bounds) for p in PERCENTILES
    )
    law, chosen = KLaw("ours", "a model", ("a text",), 256, 8192, "a test", tuple(heads)), attrs.evolve(request.k_from)
    object.__setattr__(chosen, "law", law)
    object.__setattr__(chosen, "k_weight", 0.9)
    n_marked = law.at(request.shape.n_keys, 0.9).k
    return attrs.evolve(request, k_from=chosen, shape=attrs.evolve(request.shape, n_marked=n_marked))


PERCENTILES = (FEW, MEDIAN, MANY)


def test_k_is_that_of_the_law_at_the_keys_of_a_row():
    request = by_law()
    assert request.shape.n_marked == request.k_from.at(1024).k != PRESETS["gpt2"].n_marked
    assert by_law(k_weight=0.99).shape.n_marked > by_law(k_weight=0.95).shape.n_marked > request.shape.n_marked
    assert RowRequest.of(**SIZES, k_law=LAW).shape.n_marked == request.k_from.at(4096).k
    assert request.but(n_keys=8192).shape.n_marked == request.k_from.at(8192).k
    assert request.of_model("llama3-8b").shape == by_law(preset="llama3-8b").shape
    assert request.but(k_law=None, n_marked=7).shape.n_marked == 7
    assert hash(request) == hash(by_law())


def test_a_configuration_leaves_k_to_the_law(tmp_path):
    config = {"model_type": "gpt2", "n_layer": 5, "n_head": 12, "n_embd": 48, "n_positions": 4096}
    (tmp_path / "config.json").write_text(json.dumps(config))
    request = RowRequest.of(config=str(tmp_path), k_law=LAW)
    assert (request.shape.n_keys, request.layers) == (4096, 5)
    assert request.shape.n_marked == request.k_from.at(4096).k


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"preset": "gpt2", "n_marked": 3}, "n_marked = 3, k_law = smollm2-135m; allowed: one of them"),
        ({**SIZES, "n_marked": 3}, "n_marked = 3, k_law = smollm2-135m; allowed: one of them"),
        ({**SIZES, "index_heads": 4}, "k of an indexer is trained"),
        ({**SIZES, "pool": 4}, "k of an indexer is trained"),
        ({"n_keys": 4096}, "no --d-head"),
        ({"d_head": 64}, "no --n-keys"),
    ],
)
def test_inputs_that_do_not_go_together(inputs, words):
    with pytest.raises(InputError, match=words):
        RowRequest.of(**inputs, k_law=LAW)


@pytest.mark.parametrize("name", [name for name, model in PRESETS.items() if model.k == TRAINED])
def test_a_trained_k_takes_no_law(name):
    with pytest.raises(InputError, match=f"k_law = {LAW} for {name}; .* trained"):
        RowRequest.of(preset=name, k_law=LAW)


def test_what_is_printed():
    request = by_law(n_keys=131072)
    printed = request.as_json()
    assert "k_from" not in printed
    assert "k_law" not in RowRequest.of(preset="gpt2").as_json()
    found, law = request.k_from.at(131072), printed["k_law"]
    assert (law["name"], law["weight"], law["extrapolated"]) == (LAW, 0.9, True)
    assert (law["n_marked"], printed["shape"]["n_marked"]) == (found.k, found.k)
    assert law["n_marked_by_exponent"] == list(found.by_exponent)
    assert law["n_marked_of_heads"] == list(found.of_heads)
    assert (law["n_min"], law["n_max"], law["model"]) == (256, 8192, "smollm2-135m")
    assert json.loads(json.dumps(printed)) == printed


def test_choices_of_k_leave_the_law():
    row = RowChoices.of(preset="gpt2", k_law=LAW)
    assert row.value("n_marked") == by_law().shape.n_marked
    assert row.but(n_keys=8192).value("n_marked") == by_law(n_keys=8192).shape.n_marked
    assert row.but(n_marked=8).request.k_from.law is None


def test_a_law_that_stays_changes_nothing():
    """An exponent of 0 is a k that is given: every number of the verdict is the same."""
    given = one_key(RowRequest.of(preset="gpt2", data_access="qroam"))
    stays = with_law(given, float(given.shape.n_marked), 0.0)
    one, other = (row_verdict(request, score_of(request)) for request in (given, stays))
    assert one.slowest == other.slowest
    assert one.fastest == other.fastest
    assert [each.slowest for each in one.readings.by_name.values()] == [
        each.slowest for each in other.readings.by_name.values()
    ]


@pytest.mark.parametrize("n_keys", [512, 4096, 1 << 20])
def test_the_time_at_another_n_is_that_of_the_row_with_its_own_k(n_keys):
    request = one_key(by_law(data_access="bucket-brigade"))
    there = one_key(by_law(data_access="bucket-brigade", n_keys=n_keys))
    score = score_of(request)
    row, own = RowLimits.of(request, score), RowLimits.of(there, score)
    assert row.at(n_keys).duration_s == own.at(n_keys).duration_s
    assert row.best_at(n_keys).duration_s == own.best_at(n_keys).duration_s
    iterates = search_cost("expected", n_keys, there.shape.n_marked, request.error_budget).iterates_expected
    assert row.at(n_keys).iterates == pytest.approx(iterates)
    part = row.in_parts(n_keys, 4)
    cost = ParallelSearch(n_keys >> 4, request.error_budget).mean(n_keys, there.shape.n_marked)
    assert part is None or part.iterates == pytest.approx((n_keys >> 4) * cost.iterates_expected)
    assert slowest_s(request, n_keys) == slowest_s(there, n_keys)


@pytest.mark.parametrize("exponent", [0.25, 0.5])
def test_iterates_grow_like_the_root_of_n_k(exponent):
    request = with_law(one_key(RowRequest.of(preset="gpt2", data_access="bucket-brigade")), 4.0, exponent)
    row = RowLimits.of(request, score_of(request))
    grows = math.log2(row.at(1 << 48).iterates / row.at(1 << 40).iterates) / 8
    assert grows == pytest.approx((1 + exponent) / 2, abs=0.02)


def test_compared_from_where_a_quarter_is_marked():
    request = with_law(RowRequest.of(preset="gpt2"), 4.0, 0.75)
    n_keys = first_compared(request, 256, N_MAX)
    assert 4 * request.n_marked_at(n_keys) <= n_keys
    assert 4 * request.n_marked_at(n_keys // 2) > n_keys // 2
    assert first_compared(by_law(), 256, N_MAX) == 256
    half = with_law(RowRequest.of(preset="gpt2"), 1.0, 1.0)  # k is half of the keys at any n
    with pytest.raises(InputError, match="the law ours, by which a row marks"):
        first_compared(half, 256, N_MAX)


@pytest.mark.slow
def test_along_the_law_one_machine_gains_less_and_equal_hardware_never():
    given, grown = (one_key(RowRequest.of(preset="llama3.1-8b", **k)) for k in ({}, {"k_law": LAW}))
    one, other = (readings_of(request, score_of(request)) for request in (given, grown))
    exponent = grown.k_from.exponent
    faster, slower = one.one_machine.slowest, other.one_machine.slowest
    assert slower.quantum_exponent - faster.quantum_exponent == pytest.approx(exponent / 2, abs=0.02)
    assert slower.log2_extrapolated > faster.log2_extrapolated + 10
    assert f"sqrt(n k), which is n^{(1 + exponent) / 2:.2g} by the law of k" in other.one_machine.why
    assert other.same_width.slowest.n_keys == pytest.approx(one.same_width.slowest.n_keys, rel=0.3)
    assert other.equal_hardware.never
    assert other.one_machine.marked == grown.k_from.growth(N_MAX)


def test_an_estimate_says_it():
    result = estimate(one_key(by_law(data_access="qroam")))
    reason = " ".join(result.crossover.reason.split())
    assert f"by the law {LAW}, extrapolated beyond n = 8,192, to" in reason
    assert "the number of marked keys stays" not in reason
    (entry,) = (entry for entry in result.provenance if entry.quantity == "n_marked")
    assert (entry.how, LAW in entry.source, "256 to 8,192, extrapolated beyond" in entry.source) == (
        "formula",
        True,
        True,
    )
    crossing = next(entry for entry in result.provenance if entry.quantity == "crossover")
    assert f"k follows the law {LAW}" in crossing.source
    given = estimate(one_key(RowRequest.of(preset="gpt2", data_access="qroam"))).provenance
    assert "n_marked" not in {entry.quantity for entry in given}
    assert any("k stays" in entry.source for entry in given)
    assert not any("{" in entry.source for entry in (*given, *result.provenance))


def test_the_first_number_compared_is_below_the_largest_one():
    """By this law more than a quarter is marked up to 512 keys, and less from 1,024 on."""
    request = RowRequest.of(**SIZES, k_law=LAW, k_weight=0.99)
    assert first_compared(request, 256, 2048) == 1024
    with pytest.raises(InputError, match="leaves most of its keys out"):
        first_compared(request, 256, 1024)
