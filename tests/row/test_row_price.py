"""How the error budget of a row is split."""

import attrs
import pytest

from groverattn.errors import InputError
from groverattn.estimation.estimate import estimate
from groverattn.reference.blocks.plan import SearchPlan
from groverattn.row.best import chosen
from groverattn.row.price import RowPricing
from groverattn.row.request import ONE_KEY, RowRequest

REQUEST = RowRequest.of(preset="llama3-8b", **ONE_KEY | {"data_access": "qroam"})


def pricing(**inputs):
    return RowPricing.of(REQUEST.but(**inputs))


def volume(row):
    return row.qubits * row.physical.duration_s


@pytest.mark.parametrize("name", ["gidney-fowler-2018", "beverland-gate-ns-e4"])
def test_no_share_on_a_grid_is_much_better_than_the_one_that_was_chosen(name):
    row = pricing(hardware=name)
    best = volume(row.best())
    shares = (0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
    assert best <= 1.01 * min(volume(row.at(share)) for share in shares)
    assert best < volume(row.at(0.01))


def test_the_parts_are_within_the_budget_and_all_of_it_is_named():
    row = pricing().best()
    assert 0 < row.p_failure <= row.error_budget
    assert row.p_failure == sum(row.p_parts.values())
    assert set(row.p_parts) == {"search", "storage", "distillation", "synthesis", "memory"}
    assert row.p_parts["memory"] == 0
    # a fault costs a trial: the exact law with as many faults takes no longer than is said, and not much less
    with_faults = SearchPlan().cost_with_faults(
        REQUEST.shape.n_keys, REQUEST.shape.n_marked, row.p_miss, sum(row.faults.values()) / row.cost.iterates_expected
    )
    longer = with_faults.iterates_expected / row.cost.iterates_expected
    assert longer <= row.expected_duration_s / row.physical.duration_s < longer + 0.02


def test_a_memory_that_fails_takes_its_part():
    row = pricing(data_access="qram", qram_latency_us=1.0, qram_qubits_per_bit=2.0, qram_p_error=1e-7).best()
    assert row.faults["memory"] == pytest.approx(row.memory.calls * 1e-7)
    share = row.p_parts["memory"] / (row.p_failure - row.p_parts["search"])
    assert share == pytest.approx(row.faults["memory"] / sum(row.faults.values()))
    assert row.memory.calls == pytest.approx(2 * row.cost.iterates_expected)
    assert row.physical.waiting_s == pytest.approx(row.memory.calls * 1e-6)
    assert row.memory.qubits == 2 * REQUEST.shape.n_keys * (REQUEST.shape.d_head * REQUEST.shape.key_bits + 1)


def test_a_memory_that_fails_too_often_is_refused_with_what_it_would_need():
    with pytest.raises(InputError, match=r"calls of a memory .*below .* per call"):
        pricing(data_access="qram", qram_p_error=1e-3).best()


def test_a_smaller_budget_costs_more():
    assert volume(pricing(error_budget=1e-6).best()) > volume(pricing(error_budget=0.1).best())


def test_estimate_prints_what_was_chosen():
    result = estimate(REQUEST)
    row = RowPricing.of(result.request).best()
    assert attrs.evolve(result.row, totals=row.totals) == row
    assert result.request == chosen(REQUEST)
    assert result.as_json()["error_budget"]["search"] == row.cost.p_failure


def test_a_fault_loses_twice_the_mean_trial():
    """It falls into a longer trial more often; our estimate."""
    price = RowPricing.of(chosen(RowRequest.of(preset="gpt2"))).best()
    faults = sum(price.faults.values())
    lost_s = faults * 2 * price.physical.duration_s / price.cost.trials_expected
    assert price.expected_duration_s == pytest.approx(price.physical.duration_s + lost_s, rel=1e-12)
