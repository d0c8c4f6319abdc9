"""One row under one set of choices: priced as the estimate and the frontier price it, and quickly."""

import itertools
import time

import attrs
import numpy as np
import pytest

from groverattn.errors import InputError
from groverattn.frontier import designs as search_designs
from groverattn.frontier.frontier import SEARCH_SHARE
from groverattn.frontier.table import tradeoffs_table
from groverattn.frontier.tradeoffs import LAW, VALUES, RowChoices, curves
from groverattn.frontier.tradeoffs_figure import place_svg, tradeoffs_svg
from groverattn.physical.machines.hardware import hardware
from groverattn.row.circuit import sizes_only_iterate
from groverattn.row.price import RowPricing
from groverattn.row.request import classical_of, estimate_request
from groverattn.show.notebook import show

START = RowChoices(preset="gpt2", n_keys=1024, n_marked=32)


def pricing(choices):
    request = estimate_request(
        preset=choices.preset,
        n_keys=choices.n_keys,
        n_marked=choices.n_marked,
        key_bits=choices.bits,
        query_bits=choices.bits,
        data_access=choices.data_access,
    )
    return RowPricing(
        iterate=sizes_only_iterate(request.shape, choices.data_access),
        n_keys=choices.n_keys,
        n_marked=choices.n_marked,
        law=LAW,
        machine=hardware(choices.hardware),
        price=request.qram,
        error_budget=choices.error_budget,
    )


@pytest.mark.parametrize("data_access", VALUES["data_access"])
@pytest.mark.parametrize("bits", [4, 12])
def test_one_machine_is_priced_as_an_estimate_with_half_of_the_budget_for_the_search(data_access, bits):
    choices = attrs.evolve(START, data_access=data_access, bits=bits, error_budget=1e-3)
    point, row = choices.price(), pricing(choices).at(SEARCH_SHARE)
    assert point.physical == row.physical
    assert point.design.row == row.totals.row


def test_blocks_and_machines_are_those_of_the_frontier(monkeypatch):
    monkeypatch.setattr(search_designs, "pareto", lambda designs, key: designs)
    shape, found = START.shape, 0
    for design in search_designs.search_designs(shape, LAW, SEARCH_SHARE * START.error_budget):
        if design.score_method == "shared-sums" and design.data_access.startswith("qroam, block"):
            block = int(design.data_access.removeprefix("qroam, block ").replace(",", ""))
            assert attrs.evolve(START, block=block, n_machines=design.n_machines).price().design == design
            found += design.n_machines > 1
    assert found > 3


def test_curves_change_one_choice_and_leave_out_what_cannot_be_run():
    (curve,) = curves(START, ["n_marked"])
    assert curve.values[curve.at] == START.n_marked
    assert 0 < len(curve.values) < len(VALUES["n_marked"])  # more marked keys than keys
    for value, point in zip(curve.values, curve.points, strict=True):
        assert attrs.evolve(START, n_marked=value).price() == point
    times = [line.time_s_per_row for line in classical_of(estimate_request(preset="gpt2", n_keys=1024, n_marked=32))]
    assert set(curve.gpu_s) == {(min(times), max(times))}


def test_the_start_is_not_marked_where_it_is_no_value():
    (curve,) = curves(attrs.evolve(START, bits=9), ["bits"])
    assert curve.at is None


def test_what_is_asked_for_in_vain():
    with pytest.raises(InputError, match="choice 'bit'"):
        curves(START, ["bit"])
    with pytest.raises(InputError, match="qram"):
        attrs.evolve(START, data_access="qram").price()
    with pytest.raises(InputError):  # no value of the curve can be run, and the reason is said
        curves(attrs.evolve(START, n_marked=5000), ["bits"])


def test_figures_are_the_same_bytes_and_show_the_gpu():
    names = ["bits", "data_access"]
    first, again = (tradeoffs_svg(curves(START, names)) for _ in range(2))
    assert first == again
    drawn = [place_svg([START.price()], choices.price(), choices.classical())
             for choices in (START, attrs.evolve(START, n_machines=16))]  # fmt: skip
    assert drawn[0] != drawn[1]
    for svg in (first, *drawn):
        assert "#4c9f70" in svg


def test_the_table_says_what_a_choice_costs(capsys):
    chosen = attrs.evolve(START, n_machines=16)
    show(tradeoffs_table(START, chosen))
    lines = {line.split("│")[0].strip(): line.split("│") for line in capsys.readouterr().out.splitlines()}
    before, after = START.price(), chosen.price()
    factor = float(lines["physical qubits, all machines"][-1])
    assert factor == pytest.approx(after.qubits / before.qubits, rel=5e-3)
    assert float(lines["slowest GPU line"][-1]) == 1


def test_a_slider_s_callback_is_instant():
    """Below 0.3 s of the processor in the median of many settings; the first of all is not counted."""
    rng, start, seconds = np.random.default_rng(0), RowChoices(), []
    curves(start, list(VALUES))  # as in the notebook, before the sliders
    for _ in range(12):
        drawn = {name: values[rng.integers(len(values))] for name, values in VALUES.items()}
        begun = time.process_time()
        try:
            chosen = attrs.evolve(start, **drawn)
            place_svg([start.price()], chosen.price(), chosen.classical())
            tradeoffs_table(start, chosen)
        except InputError:
            pass
        seconds.append(time.process_time() - begun)
    assert np.median(seconds) < 0.3


def test_values_are_distinct_and_hold_the_start():
    start = RowChoices()
    for name, values in VALUES.items():
        assert len(set(values)) == len(values)
        assert name == "block" or getattr(start, name) in values
    assert all(a < b for a, b in itertools.pairwise(VALUES["n_keys"]))
