"""The rows of a causal head: their sum from a few of them, and their time on the machine of the longest."""

import attrs
import numpy as np
import pytest

from groverattn.estimation.estimate import estimate
from groverattn.physical.demand import Demand
from groverattn.physical.machines.hardware import HARDWARE
from groverattn.reference.search.laws import search_cost
from groverattn.row.price import RowPricing
from groverattn.row.request import ONE_KEY, RowRequest
from groverattn.whole_model.model import whole_model
from groverattn.whole_model.quadrature import quadrature, sum_over_rows


def rows_of(n_keys=300, n_marked=4, **choices):
    return whole_model(RowRequest.of(n_keys=n_keys, d_head=8, n_marked=n_marked, **choices)).rows


@pytest.mark.parametrize(("first", "last"), [(1, 1), (5, 4), (3, 17), (33, 1000), (513, 131072), (2049, 1010000)])
def test_every_row_is_stood_for_once(first, last):
    looked_at = list(quadrature(first, last))
    assert sum(weight for _, weight in looked_at) == pytest.approx(last - first + 1)
    sizes = [m for m, _ in looked_at]
    assert sizes == sorted(set(sizes))
    assert all(first <= m <= last for m in sizes)


@pytest.mark.parametrize(("first", "last", "step"), [(5, 300, 64), (3, 17, 16), (6, 7, 8), (64, 128, 64), (65, 65, 64)])
def test_rows_in_steps_are_stood_for_once(first, last, step):
    def cost(m):
        return np.array([1.0, -(-m // step)])

    number, steps = sum_over_rows(cost, first, last, step)
    assert number == pytest.approx(last - first + 1)
    assert steps == pytest.approx(sum(-(-m // step) for m in range(first, last + 1)))


def test_short_sums_are_direct():
    assert sum_over_rows(lambda m: np.array([m**9.0]), 5, 11) == sum(m**9 for m in range(5, 12))
    assert sum_over_rows(lambda m: np.array([1.0]), 5, 4) == 0


@pytest.mark.parametrize(("law", "precision"), [("ideal", 0.001), ("proven", 0.001), ("expected", 0.02)])
def test_iterates_of_causal_rows_tend_to_two_thirds(law, precision):
    """The mean of sqrt(i / n) over i; the bounds m of the law `expected` rise in steps of a third."""
    n, k = 1 << 22, 4

    def iterates(n_keys):
        return np.array([search_cost(law, n_keys, k, 1e-6).iterates_expected])

    assert sum_over_rows(iterates, k + 1, n) / n / iterates(n) == pytest.approx(2 / 3, rel=precision)


@pytest.mark.parametrize("access", ["qrom", "qroam", "bucket-brigade-wide", "qram"])
@pytest.mark.parametrize(("n_keys", "n_marked"), [(300, 4), (512, 20)])
def test_the_quadrature_agrees_with_the_sum_over_all_rows(access, n_keys, n_marked):
    rows = rows_of(n_keys, n_marked, data_access=access)
    every = [rows.row(m) for m in range(n_marked + 1, n_keys + 1)]
    assert len(every) == rows.n_searched
    assert rows.total.iterates == pytest.approx(sum(row.cost.iterates_expected for row in every), rel=0.03)
    assert rows.total.toffoli == pytest.approx(sum(row.counts.toffoli for row in every), rel=0.03)
    assert rows.total.time_s == pytest.approx(sum(row.time_s for row in every), rel=0.03)


@pytest.mark.parametrize("machine", HARDWARE)
@pytest.mark.parametrize("choices", [{}, {"n_keys": 4096}, {"n_keys": 4096, "data_access": "qram"}])
def test_the_longest_row_takes_the_time_of_the_estimate(machine, choices):
    """Also without any rotation (law ideal, a power of two of keys), and with a memory that is waited for."""
    sizes = {"preset": "gpt2", "data_access": "bucket-brigade", "hardware": machine} | choices
    for law in ("ideal", "expected"):
        request = RowRequest.of(search_law=law, **sizes)
        model = whole_model(request)
        assert model.rows.row(request.shape.n_keys).time_s == pytest.approx(estimate(request).physical.duration_s)


@pytest.mark.parametrize("machine", HARDWARE)
@pytest.mark.parametrize("store", [0, 64])
def test_a_machine_takes_twice_as_long_for_twice_as_much(machine, store):
    """Without rotations, and but for the store, which is filled once."""
    rows = rows_of(1024, data_access="qroam", hardware=machine, store=store)
    run = without_rotations(rows.pricing.run())
    cycles = tuple(cycle.repeated(2) for cycle in run.schedule)
    double = attrs.evolve(run, counts=run.counts.repeated(2), schedule=cycles)
    once, twice = rows.machine.time_s(run), rows.machine.time_s(double)
    built, factory = rows.machine.built, rows.machine.factory
    filling_s = store * factory.cycles_per_toffoli / built.n_factories * rows.machine.hardware.cycle_time_us * 1e-6
    assert built.limited_by != "clifford"
    assert twice + filling_s == pytest.approx(2 * once)
    waiting = attrs.evolve(run, memory=attrs.evolve(run.memory, waiting_s=5.0))
    assert rows.machine.time_s(waiting) == pytest.approx(once + 5.0)
    slow = attrs.evolve(built, limits_s=built.limits_s | {"clifford": 100 * once})
    bound = attrs.evolve(rows.machine, built=slow)
    share = run.counts.clifford / bound.longest.clifford
    assert bound.time_s(run) == pytest.approx(100 * once * share)
    assert bound.time_s(double) == pytest.approx(200 * once * share)


def without_rotations(run):
    schedule = tuple(
        attrs.evolve(cycle, phases=tuple(attrs.evolve(phase, t=0, rotation=0) for phase in cycle.phases))
        for cycle in run.schedule
    )
    return attrs.evolve(run, counts=attrs.evolve(run.counts, t=0, rotation=0), schedule=schedule)


@pytest.mark.parametrize(
    ("preset", "access"), [("gpt2", "qroam"), ("qwen2.5-7b-1m", "qroam"), ("llama4-scout", "qroam")]
)
def test_shorter_rows_fit_on_the_machine_and_take_no_longer(preset, access):
    rows = whole_model(RowRequest.of(preset=preset, data_access=access)).rows
    longest = rows.row(rows.last)
    for n_keys, _ in quadrature(rows.first, rows.last):
        row = rows.row(n_keys)
        assert row.counts.logical_qubits <= longest.counts.logical_qubits
        assert row.time_s <= longest.time_s


@pytest.mark.parametrize("access", ["qroam", "bucket-brigade-wide"])
@pytest.mark.parametrize("law", ["ideal", "expected"])
def test_shorter_rows_stay_within_the_error_budget(access, law):
    """What `WrongRows` takes for granted: storage in proportion to the time, states and rotations hide keys."""
    rows = whole_model(RowRequest.of(preset="llama3.1-8b", data_access=access, search_law=law)).rows
    machine, built = rows.machine, rows.machine.built
    for n_keys, _ in quadrature(rows.first, rows.last):
        row = rows.row(n_keys)
        run = RowPricing(rows.request, rows.pricing.search.at(row.n_searched).without_limit()).run()
        p_synthesis = machine.p_synthesis if row.counts.rotation else 0.0
        demand = Demand.of(row.counts, run.schedule, machine.hardware, built.error_budget, p_synthesis)
        p_factory = machine.factory.p_error(demand.toffoli, demand.t)
        p_data = built.p_data * row.time_s / built.duration_s
        rate = (p_data + p_factory + p_synthesis) / row.cost.iterates_expected
        assert row.cost.p_miss(rate) <= rows.request.error_budget * (1 + 1e-9)


def test_rows_are_filled_up_where_that_saves_time():
    rows = rows_of(1000, **ONE_KEY | {"data_access": "bucket-brigade-wide", "n_searched": 1000})
    filled = {m: rows.row(m).n_searched for m in (5, 8, 400, 511, 512, 600, 999, 1000)}
    assert filled[511] == filled[512] == 512  # almost as many keys, and no rotation
    assert filled[8] == 8
    assert {filled[m] for m in (600, 999, 1000)} <= {600, 999, 1000}  # 1,024 are more than the longest row has
    exact = rows._priced(511)
    assert rows.row(511).time_s < exact.time_s
    assert exact.counts.rotation > rows.row(511).counts.rotation
    assert all(rows.row(m).time_s <= rows._priced(m).time_s for m in filled)


def test_the_smallest_search_is_one_row():
    request = RowRequest.of(n_keys=5, d_head=2, n_marked=4)
    assert isinstance(request, RowRequest)
    model = whole_model(request)
    assert model.rows.n_searched == 1
    assert model.rows.total.time_s == model.decode.head.time_s
