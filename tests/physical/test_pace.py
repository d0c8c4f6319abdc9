"""Time of phases with factories and a store: numbers by hand, and a plain simulation of many cycles."""

import itertools

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groverattn.costs.schedule import Cycle, Phase
from groverattn.errors import InputError
from groverattn.physical.machines.hardware import HARDWARE, hardware
from groverattn.physical.machines.layout import WITHOUT_STEPS, Layout
from groverattn.physical.pace import Pace

MACHINE = attrs.evolve(HARDWARE["gidney-fowler-2018"], layout=WITHOUT_STEPS)
# llama3.1-8b, qroam of block 8: n = 131,072 keys of 1,025 bits
QROAM = (
    Phase("walk", toffoli=16_382, reactions=32_764),
    Phase("swaps", toffoli=7 * 1_025, reactions=4),
    Phase("score", toffoli=1_479, reactions=39),
    Phase("unscore", reactions=39),
    Phase("unload", toffoli=764, reactions=1_035),
    Phase("diffusion", toffoli=15, reactions=8),
)
# CCZ2T (17, 27): 5.5 steps of max(2 * 17 + 1, 27) cycles a state (arXiv:1812.01238); 15 copies
CYCLES_PER_STATE, COPIES = 5.5 * 35, 15


def cycles_of(phases, store=0.0, machine=MACHINE, distance=29):
    pace = Pace.of((Cycle(1, phases),), machine, 12_345, t_per_rotation=0)
    work = pace.work(np.array([CYCLES_PER_STATE]), np.array([0.0])) / COPIES
    filling = np.array([store * CYCLES_PER_STATE / COPIES])
    (times,) = pace.steady(pace.busy(distance), work, filling)
    return float(times.sum())


def test_an_iterate_without_a_store_and_with_one():
    # 327.6 walk + 92.1 swaps + 19.0 score + 0.4 + 10.4 unload ms; with 9,100 states in store the walk hides the swaps
    assert cycles_of(QROAM) == pytest.approx(449.64e3, rel=2e-4)
    assert cycles_of(QROAM, store=9_100) == pytest.approx(338.9e3, rel=1e-3)


def simulated(busy, work, store, cycles=4_000):
    """Code cycles of one run after many of them, from an empty store."""
    kept, taken = 0.0, 0.0
    for b, w in itertools.chain.from_iterable(zip(busy, work, strict=True) for _ in range(cycles)):
        taken_now = max(w - kept, b)
        kept = min(store, kept + taken_now - w)
        taken += taken_now
    last = 0.0
    for b, w in zip(busy, work, strict=True):
        now = max(w - kept, b)
        kept = min(store, kept + now - w)
        last += now
    return last


phases = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 300)), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(phases=phases, store=st.sampled_from([0, 1, 10, 100, 3_000]))
def test_the_steady_state_is_that_of_many_cycles(phases, store):
    made = tuple(Phase(str(i), toffoli=t, reactions=r) for i, (t, r) in enumerate(phases))
    pace = Pace.of((Cycle(1, made),), MACHINE, 100, t_per_rotation=0)
    work = pace.work(np.array([CYCLES_PER_STATE]), np.array([0.0])) / COPIES
    filling = store * CYCLES_PER_STATE / COPIES
    expected = simulated(pace.busy(25).tolist(), work[0].tolist(), filling)
    assert cycles_of(made, store, distance=25) == pytest.approx(expected, rel=1e-9, abs=1e-6)


def test_the_rules_of_a_layout():
    walk = (Phase("walk", toffoli=100, fan_outs=100),)

    def steps(**layout):
        machine = attrs.evolve(MACHINE, layout=Layout(**{"lanes": 0} | layout))
        return Pace.of((Cycle(1, walk),), machine, 2_500, t_per_rotation=0).layout_steps[0]

    assert steps() == 100
    assert steps(fan_out_steps=2) == 200
    assert steps(buses=4) == 25
    assert steps(fan_out_steps=0) == 0
    assert steps(fan_out_steps=0, lanes=0.1) == 20  # 0.1 x 50 tiles of a side: five states a step
    with pytest.raises(InputError, match="buses"):
        steps(buses=0.5)


def test_a_file_switches_the_layout(tmp_path):
    path = tmp_path / "mine.toml"
    base = 'base = "gidney-fowler-2018"\n[layout]\n'
    path.write_text(base + 'buses = 2\nfan_out_steps = { value = 0, source = "mine" }\n')
    machine = hardware(str(path))
    assert machine.layout == Layout(buses=2, fan_out_steps=0)
    assert machine.sources["layout.buses"] == "user's file"
    assert machine.sources["layout.fan_out_steps"] == "mine"
    path.write_text(base + "busses = 2\n")
    with pytest.raises(InputError, match="buses"):
        hardware(str(path))
