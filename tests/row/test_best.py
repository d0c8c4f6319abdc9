"""The best design: brute force over all that is open, and what must never cost more."""

import contextlib
import itertools

import pytest

from groverattn.errors import InputError
from groverattn.frontier.frontier import frontier
from groverattn.physical.estimate import OBJECTIVES
from groverattn.physical.machines.hardware import hardware
from groverattn.reference.blocks.plan import SearchPlan
from groverattn.reference.search.parallel import ParallelSearch
from groverattn.row import best
from groverattn.row.best import best_row
from groverattn.row.designs import loads
from groverattn.row.price import RowPricing
from groverattn.row.request import ONE_KEY, RowRequest
from groverattn.row.search import LARGEST_SHARE, RowSearch

SMALL = RowRequest.of(n_keys=256, d_head=16, n_marked=4, key_bits=4, query_bits=4)
every_objective = pytest.mark.parametrize("objective", OBJECTIVES)


def merit(request):
    return best_row(request).merit(request.optimise)[0]


def priced(request):
    for load in loads(request):
        for chosen in load.fixed(request):
            try:
                yield RowPricing.of(chosen).best().merit(request.optimise)
            except InputError:
                continue


@every_objective
def test_nothing_that_is_open_is_better(objective):
    request = SMALL.but(optimise=objective, n_marked=4)
    assert best_row(request).merit(objective)[0] == pytest.approx(min(priced(request))[0], rel=1e-9)


@every_objective
def test_more_budget_fewer_keys_fewer_marked_fewer_bits_never_cost_more(objective):
    request = SMALL.but(optimise=objective)
    here = merit(request) * (1 + 1e-9)
    assert merit(request.but(error_budget=0.02)) <= here
    # the threshold of the representative query has other bits for another k, and the score a layer more or less
    assert merit(request.but(n_marked=3)) <= here * 1.02
    assert merit(request.but(key_bits=3)) <= here
    # fewer keys may be read of fewer, so a limit of the reads is left out here
    unlimited = request.but(reads_limit=1e6)
    for n_keys in (255, 200, 128):
        assert merit(unlimited.but(n_keys=n_keys)) <= merit(unlimited) * (1 + 1e-9)


def test_a_larger_budget_with_a_memory_that_fails():
    request = RowRequest.of(n_keys=4096, d_head=32, n_marked=16, data_access="qram", qram_p_error=3e-4)
    merits = [merit(request.but(error_budget=budget)) for budget in (9.9e-6, 1.42e-5, 2e-5, 1e-4, 1e-3)]
    # the law over blocks is monotone within 3 %; the first share of the budget that fits would be 39 % off
    assert all(more <= less * 1.03 for less, more in itertools.pairwise(merits))


def test_the_slowest_machine_runs_the_search_that_may_miss_what_is_allowed():
    request = best_row(RowRequest.of(preset="gpt2", optimise="time")).request
    n_machines, shape = request.design.n_machines, request.shape
    iterates = sum(cycle.times for cycle in RowPricing.of(request).run().schedule if len(cycle.phases) > 1)
    slowest = ParallelSearch(n_machines, request.error_budget / 2).slowest(shape.n_keys, shape.n_marked)
    assert n_machines > 1
    assert iterates == pytest.approx(slowest)


@every_objective
def test_a_choice_that_is_freed_never_costs_more(objective):
    request = SMALL.but(optimise=objective)
    free = merit(request)
    for name, value in (*ONE_KEY.items(), ("control_copies", 1), ("n_parts", 4), ("store", 0), ("n_factories", 3)):
        assert free <= merit(request.but(**{name: value})) * (1 + 1e-9), name


@pytest.mark.parametrize("name", ["n_machines", "n_parts"])
@pytest.mark.parametrize("objective", ["time", "volume", "qubits"])
def test_no_number_of_machines_or_parts_is_better_than_a_free_one(objective, name):
    """Once parts of 8, 32, 128, ... keys were tried: twice as many machines took 1.6 times less."""
    for sizes in ({"n_keys": 1000, "d_head": 16, "n_marked": 4}, {"n_keys": 256, "d_head": 64, "n_marked": 2}):
        request = RowRequest.of(**sizes, key_bits=4, query_bits=4, optimise=objective)
        free = merit(request)
        for number in (2, 4, 8, 16, 32, 64, 128):
            with contextlib.suppress(InputError):  # too many keys would be read
                assert free <= merit(request.but(**{name: number})) * (1 + 1e-9), number


@pytest.mark.parametrize("field", ["reaction_time_us", "cycle_time_us", "physical_error_rate"])
def test_a_better_machine_never_costs_more(field, tmp_path):
    path = tmp_path / "better.toml"
    value = {"reaction_time_us": 5.0, "cycle_time_us": 0.5, "physical_error_rate": 5e-4}[field]
    path.write_text(f'base = "gidney-fowler-2018"\n{field} = {value}\n')
    assert merit(SMALL.but(hardware=str(path))) <= merit(SMALL) * (1 + 1e-9)


def test_more_keys_are_never_cheaper():
    # what was cheaper once: a block that jumps with n, and the preparation of a number that is no power of two
    pairs = (("qroam", 131072, 131328), ("bucket-brigade", 127, 128), ("qram", 1010000, 1048576))
    for access, fewer, more in pairs:
        sizes = {"d_head": 64, "n_marked": 16, "data_access": access}
        small, large = (RowRequest.of(n_keys=n, **sizes) for n in (fewer, more))
        for objective in ("volume", "time"):
            assert merit(small.but(optimise=objective)) <= merit(large.but(optimise=objective)) * (1 + 1e-9)


def test_the_frontier_has_the_best_of_each_objective():
    points = frontier(SMALL).points
    for objective in ("volume", "time", "qubits"):
        best = best_row(SMALL.but(optimise=objective)).merit(objective)[0]
        assert min(point.price.merit(objective)[0] for point in points) <= best * (1 + 1e-9)


def test_the_bound_of_the_iterates_is_a_bound():
    for n_keys, k, u in ((4096, 16, 2), (4096, 16, 8), (4096, 1, 4), (65536, 256, 16), (1024, 64, 2)):
        request = RowRequest.of(n_keys=n_keys, d_head=8, n_marked=k, **ONE_KEY | {"keys_per_query": u})
        cost = SearchPlan("unknown", u).cost("expected", n_keys, k, request.error_budget / 2)
        assert RowSearch.of(request).iterates_within(request.error_budget / 2) < cost.iterates_expected


@pytest.mark.parametrize("law", ["expected", "proven", "worst"])
@pytest.mark.parametrize("u", [1, 2, 7])
def test_iterates_of_any_budget_bound_those_of_each(law, u):
    """A last check is a list of few runs, and one that misses less often may have fewer iterates."""
    budgets = (0.9, 0.5, 0.2, 0.1, 0.07, 0.03, 0.01, 1e-3, 1e-5)
    for n_keys, k in ((3 * u, 1), (4 * u, 1), (5 * u, 2), (8 * u, 1), (31 * u, 3), (1024, 16)):
        fixed = ONE_KEY | {"keys_per_query": u, "reads_limit": 1e6, "search_law": law}
        search = RowSearch.of(RowRequest.of(n_keys=max(n_keys, 4), d_head=2, n_marked=k, **fixed))
        least = best._OF_ANY_BUDGET * search.iterates_within(LARGEST_SHARE * best._ANY_BUDGET)
        for budget in budgets:
            within = search.iterates_within(budget / 2)
            assert least <= within <= search.cost(budget / 2).iterates_expected * (1 + 1e-9), (n_keys, k, budget)


@pytest.mark.parametrize(("n_keys", "k"), [(12, 3), (9, 6), (10, 6)])
def test_the_iterates_of_posterior_rows_bound_their_price(n_keys, k):
    """With half of the budget such a search may take fewer iterates than with all of it: the bound was of all."""
    fixed = {"data_access": "qrom", "score_method": "shared-sums", "unload": "measured", "control_copies": 1}
    fixed |= {"method": "posterior", "keys_per_query": 1, "reads_limit": 1e6, "optimise": "toffoli"}
    sizes = {"n_keys": n_keys, "d_head": 1, "n_marked": k, "key_bits": 4, "query_bits": 4, "error_budget": 0.1}
    request = RowRequest.of(**sizes, **fixed)
    every = [merit(each) for load in loads(request) for each in load.fixed(request)]
    assert merit(request) == min(every)


def test_parts_of_a_single_key_are_refused():
    sizes = {"n_keys": 3, "d_head": 2, "n_marked": 1, "data_access": "qroam-shallow"}
    for parts in ({"n_machines": 8}, {"n_parts": 5}):
        with pytest.raises(InputError, match="take fewer parts or machines"):
            best_row(RowRequest.of(**sizes, **parts))


@pytest.mark.parametrize("first_score", ["auto", "approximate"])
def test_a_first_score_that_lets_nearly_nothing_pass_is_priced(first_score):
    choices = {"first_score": first_score, "method": "posterior", "significant_bits": 1, "score_margin": -10}
    row = best_row(RowRequest.of(n_keys=64, d_head=4, n_marked=2, **choices))
    assert 0 < row.p_failure <= row.error_budget


@pytest.mark.parametrize("n_machines", [1, 16])
def test_several_machines_together_keep_to_the_error_budget(n_machines):
    sizes = {"n_keys": 1024, "d_head": 16, "n_marked": 8, "error_budget": 0.001, "optimise": "qubits"}
    row = best_row(RowRequest.of(**sizes, n_machines=n_machines))
    assert 0 < row.p_failure <= 0.001


def test_a_fixed_store_and_its_factories_keep_to_the_error_budget():
    sizes = {"n_keys": 1024, "d_head": 16, "n_marked": 8, "error_budget": 0.001, "data_access": "qrom"}
    row = best_row(RowRequest.of(**sizes, store=20_000, n_factories=4))
    assert 0 < row.p_failure <= 0.001


NARROW = {"n_keys": 320, "d_head": 4, "n_marked": 3, "key_bits": 4, "query_bits": 4}
WIDE = {"n_keys": 64, "d_head": 64, "n_marked": 3, "key_bits": 8, "query_bits": 8}
"""Words so wide that blocks of several of them reach the machine by more lanes."""

MACHINES = {
    "as it is": "",
    "slow fan-outs": "layout.fan_out_steps = 10\n",
    "few lanes": "layout.lanes = 0.01\n",
    "a dense store": 'base = "gidney-2025"\n',
}


@every_objective
@pytest.mark.parametrize("machine", MACHINES)
def test_each_bound_is_closer_and_none_is_above_a_price(objective, machine, tmp_path):
    """Once a load with one word at a time had the qubits of all words, and every design the fan-outs of the first."""
    path = tmp_path / "own.toml"
    path.write_text(("" if "base" in MACHINES[machine] else 'base = "gidney-fowler-2018"\n') + MACHINES[machine])
    sizes = WIDE if machine == "few lanes" else NARROW
    request = RowRequest.of(**sizes, hardware=str(path))
    request, machine, found = request.but(optimise=objective), hardware(str(path)), set[tuple[str, bool]]()
    circuits = best._circuits_of(request)
    for load, of_load in best._bounded_loads(circuits)[:: 5 if sizes is NARROW else 2]:
        for group, of_group in best._groups(circuits, load):
            for chosen in group.values():
                try:
                    pricing = RowPricing.of(chosen.but(hardware=str(path), error_budget=request.error_budget))
                    price = pricing.best().merit(objective)[0]
                except InputError:
                    continue
                run, budget = best._bound(chosen), LARGEST_SHARE * request.error_budget
                any_budget = best._OF_ANY_BUDGET * run.search.iterates_within(LARGEST_SHARE * best._ANY_BUDGET)
                iterates = any_budget, *[run.search.iterates_within(budget)] * 3, pricing.iterates_at_least
                bounds = [
                    bound.least(machine, objective, each)
                    for bound, each in zip((of_load, of_load, of_group, run, run), iterates, strict=True)
                ]
                assert all(less <= more * (1 + 1e-9) for less, more in itertools.pairwise([*bounds, price])), chosen
                found.add((load.data_access, load.keys_per_query != "1"))
    assert ("qroam", False) in found if sizes is WIDE else ("one-hot", True) in found


@pytest.mark.parametrize("objective", ["time", "volume"])
def test_no_option_beats_the_best_design_where_fan_outs_are_slow(objective, tmp_path):
    path = tmp_path / "slow.toml"
    path.write_text('base = "gidney-fowler-2018"\nlayout.fan_out_steps = 3\n')
    sizes = {"n_keys": 64, "d_head": 4, "n_marked": 2, "key_bits": 4, "query_bits": 4}
    request = RowRequest.of(**sizes, hardware=str(path), optimise=objective)
    for copies in (1, 64, 4096):
        assert merit(request) <= merit(request.but(control_copies=copies)) * (1 + 1e-9)


def test_a_block_that_is_too_large_for_some_parts_leaves_the_others():
    request = RowRequest.of(n_keys=1024, d_head=4, n_marked=4, key_bits=4, query_bits=4, data_access="qroam", block=64)
    assert best_row(request).merit("volume") == min(priced(request))
    assert {load.block for load in loads(request)} == {64}
    assert min(load.n_searched // load.n_parts for load in loads(request)) < 64


def test_machines_that_are_given_are_kept_for_the_least_time():
    request = RowRequest.of(n_keys=256, d_head=8, n_marked=2, optimise="time", n_machines=2)
    assert {load.n_machines for load in loads(request)} == {2}
    assert best_row(request).n_machines == 2


def test_a_refusal_is_remembered_and_says_the_same(monkeypatch):
    request = SMALL.but(error_budget=1e-99, hardware="litinski-2019")
    with pytest.raises(InputError) as first:
        best_row(request)
    monkeypatch.setattr(best, "loads", lambda _: pytest.fail("looked for a design again"))
    with pytest.raises(InputError) as second:
        best_row(request)
    assert str(first.value) == str(second.value)


def test_a_machine_of_a_file_that_has_changed_is_another_machine(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text('base = "gidney-fowler-2018"\n')
    request = SMALL.but(hardware=str(path))
    before = best_row(request).physical.duration_s
    path.write_text('base = "gidney-fowler-2018"\ncycle_time_us = 10.0\nreaction_time_us = 100.0\n')
    assert best_row(request).physical.duration_s == pytest.approx(10 * before)


@pytest.mark.parametrize(
    ("inputs", "given", "do"),
    [
        ({"data_access": "qroam", "n_keys": 2}, "n_keys = 2, data_access = qroam", "choose another data access"),
        (
            {"n_keys": 64, "n_searched": 77, "n_parts": 2},
            "n_keys = 64, .*n_parts = 2, n_searched = 77",
            "leave out n_p",
        ),
        ({"n_keys": 64, "n_machines": 1 << 40}, "64 keys in 1,099,511,627,776 parts", "take fewer parts"),
    ],
)
def test_refusals_of_parts_name_what_was_given_and_nothing_else(inputs, given, do):
    with pytest.raises(InputError, match=f"given: {given}; .* do: {do}"):
        best_row(RowRequest.of(**{"d_head": 2, "n_marked": 1} | inputs))
