"""Numbers that no size, count or probability can be: an InputError, and no other error further in."""

import json
import math

import attrs
import numpy as np
import pytest

from groverattn.bloqs.lookup.qram_price import QRAMPrice
from groverattn.costs.logical import LogicalCounts
from groverattn.errors import InputError, check_error_budget, check_seed, real_number, whole_number
from groverattn.physical.machines.hardware import HARDWARE
from groverattn.physical.surface_code import physical_estimate
from groverattn.problem.families import gaussian_head
from groverattn.problem.fixed_point import quantise
from groverattn.problem.heads import AttentionHead
from groverattn.problem.instance import Instance
from groverattn.problem.shapes import Shape
from groverattn.problem.thresholds import threshold_from_tau
from groverattn.reference.attention.error_bounds import tight_tail_mass_bound
from groverattn.reference.attention.sparse_rank_one import SparseRankOne
from groverattn.reference.search.laws import search_cost
from groverattn.row.request import RowRequest
from groverattn.whole_model.loading import MemoryLoading

SIZES = {"n_keys": 64, "d_head": 4, "n_marked": 3, "key_bits": 8, "query_bits": 8}
COUNTS = LogicalCounts(10**6, 10, 5, 10, 10, logical_qubits=100, toffoli_depth=10**5)
MACHINE = HARDWARE["gidney-fowler-2018"]

LONG = pytest.param(10**5000, id="5,001 digits")
NO_WHOLE_NUMBERS = (LONG, 3.0, 2.5, math.nan, math.inf, True, None, "3.5", np.float64(3))


@pytest.mark.parametrize("number", NO_WHOLE_NUMBERS)
def test_what_is_no_whole_number(number):
    for use in (
        lambda: whole_number("x", number),
        lambda: check_seed(number),
        lambda: quantise([[1.0]], number),
        lambda: search_cost("expected", 64, number, 0.01),
        lambda: search_cost("expected", number, 3, 0.01),
        lambda: RowRequest(shape=Shape(**SIZES), layers=number),
        lambda: physical_estimate(attrs.evolve(COUNTS, clifford=number), MACHINE, 0.01),
        *(lambda name=name: Shape(**SIZES | {name: number}) for name in SIZES),
    ):
        with pytest.raises(InputError):
            use()


@pytest.mark.parametrize("number", [None, "0.5", 1j, True, 10**400, LONG])
def test_what_is_no_number(number):
    for use in (
        lambda: real_number("x", number),
        lambda: check_error_budget(number),
        lambda: RowRequest(shape=Shape(**SIZES), error_budget=number),
        lambda: physical_estimate(COUNTS, MACHINE, number),
        lambda: search_cost("expected", 64, 3, number),
        lambda: QRAMPrice(p_error=number),
        lambda: MemoryLoading(1, 16, 8, into_memory=False, io_bits_per_s=number),
    ):
        with pytest.raises(InputError):
            use()


def test_numbers_of_numpy_are_written_as_json():
    request = RowRequest(shape=Shape(**SIZES), error_budget=np.float32(0.5), qram=QRAMPrice(np.float16(2)))
    assert json.loads(json.dumps(attrs.asdict(request)))["error_budget"] == 0.5


def test_whole_numbers_of_numpy_are_python_s_afterwards():
    """Products of small NumPy integers overflow: 33,320 qubits in each of 3 factories were one."""
    shape = Shape(**{name: np.uint8(value) for name, value in SIZES.items()})
    assert shape == Shape(**SIZES)
    assert all(type(value) is int for name, value in attrs.asdict(shape).items() if name in SIZES)
    assert physical_estimate(COUNTS, MACHINE, 0.01, n_factories=np.uint8(3)).n_factories == 3
    assert RowRequest(shape=shape, query_heads=np.uint8(200)).query_heads * 200 == 40_000


@pytest.mark.parametrize("number", [-1, 0, 2**41])
@pytest.mark.parametrize("name", ["layers", "query_heads", "gqa_group", "key_numbers"])
def test_models_that_are_none(name, number):
    with pytest.raises(InputError, match=f"{name} = {number}"):
        RowRequest(shape=Shape(**SIZES), **{name: number})


@pytest.mark.parametrize("budget", [0.0, -0.1, 1.0, math.nan, math.inf, 5e-324])
def test_budgets(budget):
    with pytest.raises(InputError):
        check_error_budget(budget)
    with pytest.raises(InputError):
        physical_estimate(COUNTS, MACHINE, budget)
    with pytest.raises(InputError):
        search_cost("expected", 64, 3, budget)


@pytest.mark.parametrize("number", [-1, 10**60])
def test_counts_that_no_circuit_has(number):
    for name in attrs.asdict(COUNTS):
        with pytest.raises(InputError):
            physical_estimate(attrs.evolve(COUNTS, **{name: number}), MACHINE, 0.01)
    with pytest.raises(InputError, match="n_factories"):
        physical_estimate(COUNTS, MACHINE, 0.01, n_factories=number)


@pytest.mark.parametrize("number", [math.nan, math.inf, -1.0, 1e300])
def test_prices_rates_and_times(number):
    with pytest.raises(InputError, match="latency"):
        QRAMPrice(latency_us=number)
    with pytest.raises(InputError, match="qubits_per_bit"):
        QRAMPrice(physical_qubits_per_bit=number)
    with pytest.raises(InputError, match="io_bits_per_s"):
        MemoryLoading(1, 16, 8, into_memory=False, io_bits_per_s=number)
    with pytest.raises(InputError, match="waiting_s"):
        physical_estimate(COUNTS, MACHINE, 0.01, waiting_s=number)


@pytest.mark.parametrize("number", [0.0, 1e-300, 1e300, math.inf, math.nan])
@pytest.mark.parametrize("field", ["cycle_time_us", "gate_time_us", "reaction_time_us", "control_bits_per_s"])
def test_machines_of_no_time(field, number):
    with pytest.raises(InputError, match=field):
        attrs.evolve(MACHINE, **{field: number})


def test_a_machine_whose_factories_make_nothing_better():
    machine = attrs.evolve(HARDWARE["beverland-majorana-e6"], t_error_rate=0.7)
    with pytest.raises(InputError, match="none of their designs makes a magic state better"):
        physical_estimate(COUNTS, machine, 0.01)


@pytest.mark.parametrize("size", [0, -1, -(2**100), 2.5])
def test_samples_of_no_key(size):
    with pytest.raises(InputError, match="sample"):
        Instance.from_sample(gaussian_head(16, 2, seed=0), 3, size, 0, 8, 8)


@pytest.mark.parametrize("tau", [1e17, 1e30, 1e300, -1e300])
def test_a_tau_beyond_all_scores_takes_no_time(tau):
    """Larger than 2^53 an integer has no neighbour in floating point, and the search for it did not end."""
    assert threshold_from_tau(tau, 1.0) == int(tau)


@pytest.mark.parametrize(("queries", "keys", "scale"), [(1e160, 1e-160, 1.0), (1.0, 1e160, 1.0), (1e100, 1.0, 1e100)])
def test_heads_whose_squares_overflow(queries, keys, scale):
    ones = np.ones((3, 2))
    with pytest.raises(InputError, match="largest magnitudes"):
        AttentionHead(queries * ones, keys * ones, ones, scale, False, "large")


def test_scores_so_large_that_their_rounding_exceeds_1():
    """The weight that is linear in the score would be negative: the tail has to be constant there."""
    head = AttentionHead([[2.04], [-2.56]], [[0.418], [-3.15e16]], [[-0.45], [-0.22]], 1.0, True, "large")
    B = SparseRankOne.from_found(head, [np.array([0]), np.array([1])], "first_order")
    assert not B.linear.any()
    assert np.isfinite(B.output()).all()


def test_a_tail_range_that_is_almost_0():
    assert tight_tail_mass_bound(0.1, 0.1, 5e-324) == 0
