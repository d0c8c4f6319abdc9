"""Three readings of the verdict: each by hand at one point, and the best of all circuits at every number of keys."""

import itertools
import math

import attrs
import pytest
from qualtran.resource_counting import QubitCount, get_cost_value
from scipy.stats import hypergeom

from groverattn.models.presets import PRESETS
from groverattn.physical.machines.hardware import hardware
from groverattn.reference.search.parallel import ParallelSearch
from groverattn.row.at_limits import Volume, best_in_parts, best_whole, circuit_rows
from groverattn.row.circuit import iterate_with, score_of
from groverattn.row.readings import (
    MULTIPLY_ADDS_PER_QUBIT_CYCLE,
    WATTS_PER_GPU,
    WATTS_PER_QUBIT,
    _Row,
    readings_of,
)
from groverattn.row.request import RowRequest
from groverattn.row.time import one_key, part_sizes

PRESETS_TRIED = ("gpt2", "llama3.1-8b")


def asked(preset, **choices):
    return one_key(RowRequest.of(preset=preset, **choices))


def read(preset, **choices):
    request = asked(preset, **choices)
    return readings_of(request, score_of(request))


def circuit_of(request, design, n_keys):
    """The iterate that a reading names, from the bloqs."""
    one = request.but(**{name: design[name] for name in ("data_access", "score_method", "unload")})
    return iterate_with(one, score_of(one), n_keys=n_keys)


@pytest.mark.parametrize("preset", PRESETS_TRIED)
def test_no_circuit_is_faster_or_narrower_with_more_keys(preset):
    """At powers of two: what the search for the best relies on."""
    request = asked(preset)
    for row in circuit_rows(request, score_of(request)):
        sizes = [1 << log2 for log2 in range(2, 57, 6)]
        seconds = [attrs.evolve(row.limits.at(2**12), waits=row.limits.waits_of(n)).iterate_s for n in sizes]
        widths = [row.width(n) for n in sizes]
        assert all(one <= more for one, more in itertools.pairwise(seconds)), row.as_json()
        assert all(one <= more for one, more in itertools.pairwise(widths)), row.as_json()


@pytest.mark.parametrize("preset", PRESETS_TRIED)
def test_the_best_is_the_least_of_all(preset):
    request = asked(preset)
    rows = circuit_rows(request, score_of(request))
    fastest = best_whole(rows, lambda _, time: time.iterate_s)
    for n_keys in (2**11, 2**11 + 1, 2**17, 5 * 2**20, 2**56):
        row, time = fastest(n_keys)
        assert time.duration_s == min(each.limits.at(n_keys).duration_s for each in rows)
        assert row.limits.at(n_keys).iterate_parts_s["control"] == 0

    def volume(row, width, time):
        return width * time.duration_s

    for n_keys in (2**17, 3 * 2**20):
        found = best_in_parts(rows, volume, n_keys)
        assert found is not None
        sizes = part_sizes(n_keys, request.shape.n_marked)
        every = [(row, log2, row.limits.in_parts(n_keys, log2)) for row in rows for log2 in sizes]
        least = min(volume(row, row.width(1 << log2), time) for row, log2, time in every if time)
        time = found.row.limits.in_parts(n_keys, found.log2_part)
        assert volume(found.row, found.width, time) == least


@pytest.mark.parametrize("preset", PRESETS_TRIED)
def test_one_machine_is_the_least_of_whole_rows_and_parts(preset):
    request = attrs.evolve(asked(preset), shape=attrs.evolve(asked(preset).shape, n_keys=2**12 + 1))
    rows = circuit_rows(request, score_of(request))
    found = readings_of(request, score_of(request)).one_machine.points
    for point in found:
        assert point.quantum_s == min(each.limits.best_at(point.n_keys).duration_s for each in rows)


def test_one_machine_by_hand():
    request, point = asked("llama3.1-8b"), read("llama3.1-8b").one_machine.points[0]
    iterate = circuit_of(request, point.design, 2**17)
    assert point.design["unload"] == "again"
    assert point.design["logical_qubits"] == get_cost_value(iterate, QubitCount())
    assert point.quantum_s == pytest.approx(19_195.5 * iterate.measurement_depth * 10e-6, rel=0.01)


def test_machines_that_share_the_width_pass_a_gpu():
    """Faster than the slowest line at 2^40 keys and than the fastest at 2^47, on the qubits of one machine."""
    request, found = asked("llama3.1-8b"), read("llama3.1-8b")
    reading = found.same_width
    slowest, fastest = reading.slowest.n_keys, reading.fastest.n_keys
    assert slowest is not None
    assert fastest is not None
    assert 2**34 < slowest < 2**40 < fastest < 2**47
    assert found.one_machine.slowest.n_keys is None
    for one, point in zip(found.one_machine.points, reading.points, strict=True):
        design = point.design
        n_machines, in_turn, part = (design[name] for name in ("n_machines", "parts_in_turn", "keys_per_part"))
        assert n_machines * in_turn * part >= point.n_keys
        assert design["logical_qubits"] <= one.design["logical_qubits"]
        iterate = circuit_of(request, design, part)
        assert design["logical_qubits"] == n_machines * get_cost_value(iterate, QubitCount())
        search = ParallelSearch(n_machines * in_turn, 0.01)
        iterates = search.slowest(n_machines * in_turn * part, 512, parts_each=in_turn)
        reactions_s = iterates * iterate.measurement_depth * 10e-6
        assert reactions_s <= point.quantum_s <= 1.01 * reactions_s  # the rest is the reading of a part's keys
        assert point.quantum_s < one.quantum_s


def test_equal_hardware_by_hand():
    """The ratio is qubits x time x rate over the multiply-adds of a scan."""
    reading, machine = read("llama3.1-8b").by_name["equal_hardware"], hardware("gidney-fowler-2018")
    for point in reading.points:
        design, distance = point.design, point.design["code_distance"]
        tiles = math.ceil(1.5 * design["logical_qubits"])
        assert design["physical_qubits"] == tiles * 2 * distance**2
        scan_s = point.n_keys * 128 / (design["physical_qubits"] * 1e6 * MULTIPLY_ADDS_PER_QUBIT_CYCLE)
        assert point.slowest_s == point.fastest_s == pytest.approx(scan_s)
        cycles = point.quantum_s / design["parts_in_turn"] * 1e6
        faults = tiles * cycles * 0.1 * 0.1 ** ((distance + 1) / 2)
        assert faults <= 1 < faults * 10  # two less, and it is more than one
        assert design["energy_ratio"] * WATTS_PER_GPU / WATTS_PER_QUBIT == pytest.approx(
            design["physical_qubits"] * point.quantum_s / gpu_s("llama3.1-8b", point.n_keys)
        )
    assert machine.cycle_time_us == 1
    assert reading.slowest.n_keys is None
    assert reading.never_passes(reading.slowest)


def gpu_s(preset, n_keys):
    return max(line.time_s_per_row for line in asked(preset).classical(n_keys))


@pytest.mark.parametrize("preset", ["gpt2", "llama3.1-8b", "deepseek-v3"])
def test_the_bound_of_equal_hardware_holds(preset):
    """2 D^3 / d for each iterate of a part, at both numbers of keys; the ratio itself is far above."""
    request, reading = asked(preset), read(preset).by_name["equal_hardware"]
    for point in reading.points:
        bound = 2 * point.design["code_distance"] ** 3 / request.shape.d_head
        assert point.quantum_s / point.slowest_s > bound > 1
    assert abs(reading.slowest.exponent) < 0.05


def test_exponents_are_those_of_the_laws():
    found = read("llama3.1-8b")
    assert found.one_machine.slowest.quantum_exponent == pytest.approx(0.5, abs=0.03)
    assert found.same_width.slowest.quantum_exponent == pytest.approx(0.0, abs=0.05)
    assert found.by_name["equal_hardware"].slowest.quantum_exponent == pytest.approx(1.0, abs=0.05)
    assert all(reading.slowest.classical_exponent == pytest.approx(1.0) for reading in found.by_name.values())
    beyond = found.one_machine.slowest
    assert beyond.log2_extrapolated == pytest.approx(56 + math.log2(beyond.ratio_at_n_max) / 0.483, abs=0.5)


def test_the_table_of_the_readme():
    found = read("llama3.1-8b").by_name
    ratios = [[point.quantum_s / point.slowest_s for point in reading.points] for reading in found.values()]
    assert ratios[0] == pytest.approx([8.6e5, 20], rel=0.05)
    assert ratios[1] == pytest.approx([5.2e4, 1 / 8.5e5], rel=0.05)
    assert ratios[2] == pytest.approx([4.5e6, 6.7e6], rel=0.05)
    assert found["one_machine"].slowest.log2_extrapolated == pytest.approx(65, abs=0.5)
    assert found["same_width"].slowest.n_keys == pytest.approx(6.9e10, rel=0.1)
    assert found["equal_hardware"].points[0].design["energy_ratio"] == pytest.approx(3.9e10, rel=0.05)
    # where the threshold is given and nothing is selected
    assert found["one_machine"].given_tau.ratio_at_n_max == pytest.approx(22, rel=0.05)


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_equal_hardware_over_all_presets(preset):
    reading = read(preset).by_name["equal_hardware"]
    assert reading.never
    # of an indexer the score is most of an iterate, and takes a ten times larger machine
    low, high = (3e6, 9.1e6) if PRESETS[preset].index_heads is None else (8e6, 1.1e8)
    assert all(low < point.quantum_s / point.slowest_s < high for point in reading.points)


def test_a_faster_reaction_makes_no_reading_slower():
    slow, fast = read("gpt2"), read("gpt2", hardware="gidney-2025")
    assert hardware("gidney-2025").reaction_time_us <= hardware("gidney-fowler-2018").reaction_time_us
    for name in ("one_machine", "same_width"):
        assert slow.by_name[name].slowest.ratio_at_n_max >= fast.by_name[name].slowest.ratio_at_n_max


def test_volume_takes_the_least_distance():
    request = asked("gpt2")
    row = circuit_rows(request, score_of(request))[0]
    time = row.limits.at(1024)
    machine = hardware(request.hardware)
    small, large = (Volume.of(machine, width, time) for width in (10, 100_000))
    assert small.distance < large.distance
    assert small.qubit_s < large.qubit_s


def test_a_machine_of_another_model_has_no_tiles_to_compare():
    readings = read("gpt2", hardware="qdk-majorana")
    assert list(readings.by_name) == ["one_machine", "same_width"]
    ours = read("gpt2").one_machine.points[0]
    assert readings.one_machine.points[0].quantum_s == pytest.approx(1.1 * ours.quantum_s)  # a reaction of 11 us


def test_machines_share_the_keys_only_where_they_are_faster_than_one():
    request = asked("gpt2")
    row, alone, shared = _Row(request, score_of(request)), 0, 0
    for log2_n in range(6, 24):
        time, width, _ = row.fastest(2**log2_n)
        found = row.sharing(2**log2_n)
        alone, shared = alone + (found is None), shared + (found is not None)
        if found is not None:
            assert found.slowest_s < time.duration_s
            assert found.n_machines * found.width <= width
    assert alone
    assert shared


@pytest.mark.parametrize("n_keys", [2**11, 2**15])
def test_a_part_of_the_smallest_size_takes_the_fewest_iterates(n_keys):
    request = asked("gpt2")
    limits = circuit_rows(request, score_of(request))[0].limits
    n_parts, n_marked = n_keys // 4, request.shape.n_marked
    search = ParallelSearch(n_parts, request.error_budget).of_one_machine
    dealt = [(hypergeom.pmf(u, n_keys, n_marked, 4), search.cost(4, u).iterates_expected) for u in range(5)]
    least = limits.iterates_of_a_part(n_keys)
    assert least == pytest.approx(sum(p * iterates for p, iterates in dealt), rel=1e-6)
    rows = [limits.in_parts(n_keys, log2_part) for log2_part in part_sizes(n_keys, n_marked)]
    assert all(least <= row.iterates / row.n_parts * (1 + 1e-9) for row in rows if row)


def test_the_argument_names_the_work_of_a_key_and_the_design_of_many_machines_is_theirs():
    head, indexer = read("gpt2"), read("deepseek-v3.2")
    assert "2 D^3 / d = " in head.equal_hardware.never
    assert "2 D^3 / (H d) = " in indexer.equal_hardware.never
    assert head.same_width.points[-1].design["n_machines"] > 1
    assert head.one_machine.points[-1].design["n_machines"] == 1
