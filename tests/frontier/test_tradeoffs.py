"""One row under one set of choices: priced as the estimate and the frontier price it, and quickly."""

import itertools
import time

import numpy as np
import pytest

from groverattn.errors import InputError
from groverattn.estimation.estimate import estimate
from groverattn.frontier import designs as search_designs
from groverattn.frontier.figure import place_svg
from groverattn.frontier.tradeoffs import VALUES, RowChoices, vary
from groverattn.row.request import ONE_KEY

START = RowChoices.of(preset="gpt2", n_keys=1024, n_marked=32, data_access="qroam")


@pytest.mark.parametrize("data_access", [*VALUES["data_access"], "qram"])
@pytest.mark.parametrize("bits", [4, 12])
def test_a_row_is_priced_as_an_estimate(data_access, bits):
    choices = START.but(data_access=data_access, bits=bits, error_budget=1e-3, n_machines=1)
    point, row = choices.price(), estimate(choices.request).row
    assert point.physical == row.physical
    assert point.design.run.counts == row.totals.row
    assert point.design.data_access.partition(",")[0] == data_access


def test_blocks_and_machines_are_those_of_the_frontier(monkeypatch):
    monkeypatch.setattr(search_designs, "pareto", lambda designs, key: designs)
    chosen = ("block", "n_machines", "n_parts", "n_searched", "unload", "control_copies", "score_method")
    found = 0
    for design in search_designs.search_designs(START.but(keys_per_query=1).request):
        fixed = {name: getattr(design.request.design, name) for name in chosen}
        if design.score_method == "shared-sums" and fixed["block"] <= 16:
            assert START.but(keys_per_query=1, **fixed).price().design == design
            found += design.n_machines > 1
    assert found > 3


def test_curves_change_one_choice_and_leave_out_what_cannot_be_run():
    (curve,) = vary(START, "n_marked").curves
    assert curve.values[curve.at] == START.request.shape.n_marked
    assert 0 < len(curve.values) < len(VALUES["n_marked"])  # more marked keys than keys
    for value, point in zip(curve.values, curve.points, strict=True):
        assert START.but(n_marked=value).price() == point
    times = [line.time_s_per_row for line in START.request.classical()]
    assert set(curve.gpu_s) == {(min(times), max(times))}


def test_the_start_is_not_marked_where_it_is_no_value():
    (curve,) = vary(START.but(bits=9), "bits").curves
    assert curve.at is None


def test_what_is_asked_for_in_vain():
    with pytest.raises(InputError, match="choice 'bit'"):
        vary(START, "bit")
    with pytest.raises(InputError, match="at least one choice"):
        vary(START)
    with pytest.raises(InputError, match="a memory that fails"):
        START.but(data_access="qram", qram_p_error=0.5).price()
    with pytest.raises(InputError):  # no value of the curve can be run, and the reason is said
        vary(START.but(n_marked=5000), "bits")


def test_figures_are_the_same_bytes_and_show_the_gpu():
    first, again = (vary(START, "bits", "data_access").picture().svg for _ in range(2))
    assert first == again
    drawn = [place_svg([START.price()], choices.price(), choices.request.classical())
             for choices in (START, START.but(n_machines=16))]  # fmt: skip
    assert drawn[0] != drawn[1]
    for svg in (first, *drawn):
        assert "#4c9f70" in svg


def test_the_table_says_what_a_choice_costs():
    chosen = START.but(n_machines=16)
    text = str(START.beside(chosen))
    lines = {line[:30].strip(): line.split() for line in text.splitlines() if line.strip()}
    before, after = START.price(), chosen.price()
    factor = float(lines["physical qubits, all machines"][-1])
    assert factor == pytest.approx(after.qubits / before.qubits, rel=5e-3)
    assert float(lines["slowest GPU line"][-1]) == 1


def test_a_slider_s_callback_is_instant():
    """Below 0.3 s of the processor in the median of many settings; the first of all is not counted."""
    rng, start, seconds = np.random.default_rng(0), RowChoices.of(preset="llama3.1-8b", data_access="qroam"), []
    vary(start, *VALUES)  # as in the notebook, before the sliders
    for _ in range(12):
        drawn = {name: values[rng.integers(len(values))] for name, values in VALUES.items()}
        begun = time.process_time()
        try:
            chosen = start.but(**drawn)
            place_svg([start.price()], chosen.price(), chosen.request.classical())
            start.beside(chosen).blocks()
        except InputError:
            pass
        seconds.append(time.process_time() - begun)
    assert np.median(seconds) < 0.3


def test_values_are_distinct_and_hold_the_start():
    start = RowChoices.of(preset="llama3.1-8b", data_access="qroam")
    left_open = {"block", "keys_per_query", "n_parts", "n_machines"}
    for name, values in VALUES.items():
        assert len(set(values)) == len(values)
        assert (start.value(name) in values) is (name not in left_open)
    assert all(a < b for a, b in itertools.pairwise(VALUES["n_keys"]))


def test_a_curve_without_a_single_point_says_why():
    fixed = ONE_KEY | {"n_searched": 1024, "control_copies": 1}
    start = START.but(hardware="litinski-2019", error_budget=1e-99, **fixed)
    with pytest.raises(InputError, match=r"7\.1e-99 of the error budget"):
        vary(start, "bits")


def test_what_each_choice_is_tried_with_goes_in_equal_steps_over_the_sizes_of_the_mission():
    """n up to 10^7, k up to that of the largest preset, 4 to 16 bits; the start of a shipped model is among them."""
    spans = {
        "n_keys": (512, 2**25, 4),
        "n_marked": (2, 2**13, 4),
        "block": (2, 2**10, 2),
        "keys_per_query": (1, 256, 2),
    }
    spans |= {"n_parts": (1, 4**7, 4), "n_machines": (1, 4**6, 4)}
    spans |= {"error_budget": (0.1, 1e-8, 0.1)}
    for choice, (first, last, ratio) in spans.items():
        values = VALUES[choice]
        assert (values[0], values[-1]) == pytest.approx((first, last))
        assert all(more == pytest.approx(ratio * less) for less, more in itertools.pairwise(values))
    assert VALUES["bits"] == tuple(range(4, 17, 2))


def test_bits_are_those_of_queries_and_keys_and_a_given_k_has_no_law():
    shape = START.but(bits=6).request.shape
    assert (shape.key_bits, shape.query_bits) == (6, 6)
    by_law = RowChoices.of(n_keys=4096, d_head=8, k_law="smollm2-135m", k_weight=0.95)
    given = by_law.but(n_marked=4).request
    assert (given.shape.n_marked, given.k_from.law) == (4, None)
