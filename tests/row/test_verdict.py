"""The verdict: from how many keys on a row pays, why it does not, and that remembering parts changes no number."""

import math
import re

import attrs
import pytest
from qualtran.resource_counting import get_cost_value

from groverattn.bloqs.lookup.data_access import DATA_ACCESSES, UNLOADS
from groverattn.classical.lines import ClassicalLine
from groverattn.costs.counting import ControlBits
from groverattn.costs.iterate_waits import iterate_waits
from groverattn.costs.search_totals import phased_iterate
from groverattn.errors import InputError
from groverattn.estimation.estimate import estimate
from groverattn.physical.machines.hardware import hardware
from groverattn.reference.search.laws import LAWS, search_cost
from groverattn.reference.search.parallel import ParallelSearch
from groverattn.row import request as row_request
from groverattn.row.circuit import iterate_with, score_of
from groverattn.row.request import RowRequest
from groverattn.row.sentences import exponent, growth_text
from groverattn.row.time import RowLimits, one_key, part_sizes, slowest_s, tau_s
from groverattn.row.verdict import row_verdict


def asked(**choices):
    return one_key(RowRequest.of(**choices))


def row_of(request):
    return RowLimits.of(request, score_of(request))


def verdict_of(**choices):
    request = asked(**choices)
    return row_verdict(request, score_of(request))


@pytest.mark.parametrize("access", sorted(DATA_ACCESSES))
@pytest.mark.parametrize("law", sorted(LAWS))
def test_a_row_takes_its_depth_its_calls_and_its_reading(access, law):
    """Straight from the bloqs and the law, without anything that is remembered."""
    request = asked(preset="gpt2", data_access=access, search_law=law)
    n_keys = 8192
    iterate = iterate_with(request.but(n_keys=n_keys), score_of(request))
    cost = search_cost(law, n_keys, request.shape.n_marked, request.error_budget)
    kinds = ((iterate, cost.iterates_expected - cost.phased_expected), (phased_iterate(iterate), cost.phased_expected))
    machine = hardware(request.hardware)
    reactions = sum(times * kind.measurement_depth for kind, times in kinds)
    calls_s = cost.iterates_expected * iterate.oracle.external_calls * request.qram.latency_us * 1e-6
    control_s = cost.iterates_expected * get_cost_value(iterate, ControlBits()) / machine.control_bits_per_s
    row = row_of(request).at(n_keys)
    assert row.duration_s == pytest.approx(reactions * machine.reaction_time_us * 1e-6 + calls_s + control_s)


@pytest.mark.parametrize("access", sorted(DATA_ACCESSES))
def test_a_row_is_filled_up_with_dead_keys_where_that_is_faster(access):
    row = row_of(asked(preset="gpt2", data_access=access))
    for n_keys in (5000, 8191):
        assert row.at(n_keys).n_keys == n_keys
        assert row.at(n_keys).duration_s <= row.at(8192).duration_s
    assert row.at(8193).duration_s > row.at(8192).duration_s


def test_a_memory_that_fails_too_often_runs_no_row():
    request = asked(preset="gpt2", data_access="qram", qram_p_error=1e-3)
    with pytest.raises(InputError, match="would fail"):
        row_of(request).at(1024)
    verdict = row_verdict(request, score_of(request))
    assert verdict.n_keys is None
    assert "cannot run" in verdict.reason or "can run none" in verdict.reason


@pytest.mark.parametrize("access", sorted(DATA_ACCESSES))
@pytest.mark.parametrize("law", sorted(LAWS))
def test_a_verdict_names_the_range_that_it_holds_for(access, law):
    verdict = verdict_of(preset="gpt2", data_access=access, search_law=law)
    assert (verdict.n_keys is None) == verdict.reason.startswith("no crossover")
    if verdict.n_keys is None:
        assert re.match(r"no crossover up to n = 2\^\d+(,| with the fastest)", verdict.reason)
        assert verdict.fastest.ratio_at_n_max >= 1


@pytest.mark.parametrize("access", sorted(set(DATA_ACCESSES) - {"qram"}))
def test_reading_the_table_for_every_unload_forbids_a_crossover(access):
    """Even with one marked key, known beforehand, and whatever the circuit costs."""
    request = asked(n_keys=1024, d_head=64, n_marked=1, data_access=access, search_law="ideal")
    row = row_of(request)
    row = attrs.evolve(row, times=attrs.evolve(row.times, reaction_s=1e-30))
    assert all(row.at(n).duration_s > slowest_s(request, n) for n in (2**20, 2**40))
    # a selection from a row alone starts with a latency; without it a GPU's time is linear in n
    ratios = [row.at(n).duration_s / tau_s(request, n) for n in (2**20, 2**40)]
    assert ratios[1] / ratios[0] == pytest.approx(2**10, rel=0.01)
    assert row.best_at(2**40) == row.at(2**40)  # this law knows no parts


def test_only_shallow_accesses_gain_without_that_reading():
    verdicts = {access: verdict_of(preset="gpt2", data_access=access) for access in DATA_ACCESSES}
    gaining = {name for name, verdict in verdicts.items() if verdict.optimistic.why.endswith("it gains")}
    assert gaining == {"bucket-brigade", "bucket-brigade-wide", "one-hot", "qram"}
    assert {name for name, verdict in verdicts.items() if verdict.why.endswith("it gains")} == {"qram"}
    for name, verdict in verdicts.items():
        assert (verdict.optimistic.slowest == verdict.full.slowest) == (name == "qram")
        assert verdict.optimistic.slowest.ratio_at_n_max <= verdict.slowest.ratio_at_n_max


def test_the_words_say_what_the_growth_is():
    qrom = verdict_of(preset="gpt2", data_access="qrom")
    assert "parts in turn and an iterate waits for" in qrom.why
    assert "so the row grows like n where a scan grows like n: it neither gains nor loses" in qrom.why
    assert "it never passes: every iterate visits the keys of its part one after the other" in qrom.reason
    brigade = verdict_of(preset="llama3.1-8b", data_access="bucket-brigade")
    assert "the control computer, which reads the table of its keys" in brigade.why
    assert "it never passes: for every iterate the control computer reads the keys" in brigade.reason
    assert [growth_text(power) for power in (0.0, 0.5, 0.7, 1.0, -0.12)] == [
        "hardly grows",
        "grows like sqrt(n)",
        "grows like n^0.7",
        "grows like n",
        "shrinks like n^-0.12",
    ]
    assert exponent(math.sqrt, 2**30) == 0.5


@pytest.mark.parametrize("access", ["qrom", "bucket-brigade"])
def test_never_is_said_only_where_an_argument_says_so(access):
    """The argument bounds the row from below at every number of keys; without one the ratio is only extrapolated."""
    request = asked(preset="llama3.1-8b", data_access=access)
    verdict, row = row_verdict(request, score_of(request)), row_of(request)
    assert verdict.full.never
    name = {"qrom": "reaction", "bucket-brigade": "control"}[access]
    linear_s = row.at(2**56).iterate_parts_s[name] / 2**56 * row.iterates_of_a_part(2**56)
    for n_keys in (2**12, 2**20, 2**33, 2**49):
        assert row.best_at(n_keys).duration_s > n_keys * row.at(2**56).iterate_parts_s[name] / 2**56
        assert n_keys * linear_s > tau_s(request, n_keys)
        # a selection from few keys is a latency, longer than this bound
        assert n_keys < 2**20 or n_keys * linear_s > slowest_s(request, n_keys)
    free = verdict.optimistic
    assert bool(free.never) == (access == "qrom")
    if not free.never:
        assert free.slowest.log2_extrapolated == pytest.approx(67, abs=1)


def test_an_unload_by_a_second_load_reads_nothing_and_takes_one_reaction_more():
    """At 2^56 keys: 3.1e10 times slower than a GPU with a measured unload, 35 times with a second load."""
    request = asked(preset="llama3.1-8b", data_access="bucket-brigade")
    rows = {unload: RowLimits.of(request, score_of(request), unload=unload).at(2**56) for unload in UNLOADS}
    measured, again = rows["measured"], rows["again"]
    assert again.waits.reactions == measured.waits.reactions + 1
    assert again.waits.control_bits == 0 < measured.waits.control_bits
    # 3.29e10 and 37.04 without the selection, which takes 6.6 % of the reading there
    gpu_s = slowest_s(request, 2**56)
    assert measured.duration_s / gpu_s == pytest.approx(3.09e10, rel=0.01)
    assert again.duration_s / gpu_s == pytest.approx(34.76, rel=0.001)
    assert again.duration_s / tau_s(request, 2**56) == pytest.approx(37.04, rel=0.001)


def test_the_verdict_carries_both_rivals():
    """With k given a GPU selects, with tau given it does not; every line stands in the range between the two ends."""
    verdict = verdict_of(preset="llama3.1-8b", data_access="qram")
    assert verdict.slowest.ratio_at_n_max < verdict.given_tau.ratio_at_n_max < verdict.fastest.ratio_at_n_max
    # the selection grows like n at last, so both ends have the exponent of a scan
    assert verdict.slowest.classical_exponent == pytest.approx(verdict.given_tau.classical_exponent)
    said = verdict.full.as_json()
    assert said["ratio_at_n_max_given_tau"] == verdict.given_tau.ratio_at_n_max
    assert said["n_keys_given_tau"] is None
    for readings in (verdict.readings.one_machine, verdict.readings.same_width):
        assert readings.given_tau.ratio_at_n_max >= readings.slowest.ratio_at_n_max
    assert "given_tau" not in " ".join(verdict.readings.equal_hardware.as_json())


def test_the_ceiling_decides_nothing():
    """The ratio of `qram` ends at 1.01; by its exponent it passes a little further on, with another score before."""
    default = verdict_of(preset="llama2-7b", data_access="qram").full
    assert default.slowest.n_keys is None
    assert not default.never
    assert default.slowest.log2_extrapolated == pytest.approx(56.1, abs=0.1)
    shallow = verdict_of(preset="llama2-7b", data_access="qram", score_method="plain-heap").slowest
    assert shallow.n_keys is not None
    assert shallow.n_keys < 2**56


def test_parts_in_turn_make_a_walk_linear():
    row = row_of(asked(preset="gpt2", data_access="qrom"))
    whole, best = (exponent(lambda n, at=at: at(n).duration_s, 2**40) for at in (row.at, row.best_at))
    assert whole == pytest.approx(1.5, abs=0.02)
    assert best == pytest.approx(1.0, abs=0.05)
    for n_keys in (1000, 5000, 2**20):
        assert row.best_at(n_keys).duration_s <= row.at(n_keys).duration_s
    found = row.best_at(2**30)
    log2_part = (2**30 // found.n_parts).bit_length() - 1
    every = [row.in_parts(2**30, log2) for log2 in range(2, 20)]
    assert found == min((each for each in every if each), key=lambda each: each.duration_s)
    cost = ParallelSearch(found.n_parts, 0.01).cost(2**30, 32)
    assert found.iterates == pytest.approx(found.n_parts * cost.iterates_expected)
    assert found.n_parts * cost.checks_expected <= 0.5 * 2**30
    assert found.waits == iterate_waits("qrom", 1 << log2_part, row.score)


@pytest.mark.parametrize(("preset", "budget"), [("gpt2", 0.01), ("llama3.1-8b", 0.5), ("deepseek-v3.2", 0.01)])
@pytest.mark.parametrize("access", ["qrom", "qroam", "qroam-shallow", "bucket-brigade"])
def test_parts_of_no_size_are_faster(access, preset, budget):
    """Of `qroam-shallow` there is a second valley at large parts: it was once missed, by up to a factor of 5.6."""
    row = row_of(asked(preset=preset, data_access=access, unload="again", error_budget=budget))
    for n_keys in (12_345, 2**20 + 1, 2**36, 2**50):
        sizes = part_sizes(n_keys, row.request.n_marked_at(n_keys))
        every = {log2: row.in_parts(n_keys, log2) for log2 in sizes}
        found = row.fastest_in_parts(n_keys)
        possible = [each for each in every.values() if each]  # of parts that do not read too much
        assert found == min(possible, key=lambda each: each.duration_s, default=None)
        for log2, each in every.items():
            assert each is None or row.in_parts_at_least(n_keys, log2).duration_s <= each.duration_s


def lines(*times_s_per_key):
    return lambda n_keys, *_, **__: [ClassicalLine("test", "", time_s * n_keys, "test") for time_s in times_s_per_key]


def test_a_crossover_is_found_where_there_is_one(monkeypatch):
    """A row costs about as many seconds as n with qroam: a millennium a key is too slow, a nanosecond is not."""
    monkeypatch.setattr("groverattn.estimation.estimate.row_verdict", row_verdict.__wrapped__)  # it remembers others
    monkeypatch.setattr(row_request, "classical_lines", lines(3e10, 1e-9))
    one = estimate(asked(preset="gpt2", data_access="qroam")).crossover
    assert one.n_keys is None
    assert one.reason.startswith("no crossover up to n = 2^")
    assert " with the fastest classical line: not in this range: " in one.reason
    assert "with the slowest line: from n = 2^8 on: " in one.reason
    monkeypatch.setattr(row_request, "classical_lines", lines(3e10, 4e10))
    both = estimate(asked(preset="gpt2", data_access="qroam")).crossover.of_access()
    assert both["n_keys"] == 256
    assert both["reason"].startswith("with the fastest line: from n = 2^8 on: ")


def test_why_names_parts_only_where_there_are_some():
    assert "parts in turn" in verdict_of(preset="gpt2", data_access="qrom").why
    whole = verdict_of(preset="gpt2", data_access="qram").why
    assert whole.startswith("at n = 2^56 an iterate waits for ")


def test_a_memory_that_takes_the_whole_budget_is_refused():
    choices = {"preset": "gpt2", "data_access": "qram"}
    p_error, budget = 1e-9, 1e-3
    for _ in range(50):  # a smaller budget asks for more calls: to the budget that they take
        found = row_of(asked(**choices, error_budget=budget)).at(4096)
        budget = found.iterates * found.waits.external_calls * p_error
    again = row_of(asked(**choices, error_budget=budget)).at(4096)
    assert again.iterates * again.waits.external_calls * p_error == budget
    with pytest.raises(InputError, match="all calls of a row"):
        row_of(asked(**choices, qram_p_error=p_error, error_budget=budget)).at(4096)
    assert row_of(asked(**choices, qram_p_error=p_error * 0.99, error_budget=budget)).at(4096) == again


def test_a_row_never_passes_a_line_only_where_there_is_an_argument():
    walk = verdict_of(preset="gpt2", data_access="qrom").full
    memory = verdict_of(preset="gpt2", data_access="qram").full
    assert walk.never
    assert walk.never_passes(walk.slowest)
    assert not memory.never_passes(memory.slowest)
    assert not walk.never_passes(attrs.evolve(walk.slowest, n_keys=2**20))
