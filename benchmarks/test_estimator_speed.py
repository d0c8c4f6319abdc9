"""How long an estimate takes: ours, all of ours, and those of other estimators on the same search.

Everything is warm: an untimed call comes first. The timed ones ask for the same sizes `again`, or for `new` ones each
time, because ours keeps what it has counted. pennylane.estimator counts gates and wires; qdk.qre counts (`counts-qdk`)
or prices our counts on a machine (`machine-qdk`). Ours does either (`counts-ours`, `machine-ours`), or all of it with
score, split of the error budget, classical lines and crossover (`all-ours`).
"""

import itertools

import pytest

from groverattn.bloqs.lookup.data_access import DATA_ACCESSES
from groverattn.estimation.estimate import estimate
from groverattn.models.presets import PRESETS
from groverattn.physical.machines.hardware import hardware
from groverattn.physical.second_opinion import second_opinion
from groverattn.physical.surface_code import physical_estimate
from groverattn.problem.shapes import Shape
from groverattn.reference.search.laws import LAWS
from groverattn.row.request import RowRequest
from studies.circuit import peer_pennylane, peer_qdk
from studies.circuit.lookup_search import KEY_BITS, N_MARKED, LookupSearch

MACHINES = ("gidney-fowler-2018", peer_qdk.MACHINE)
SIZES = ((1 << 10, 64), (1 << 17, 128))
OFFSETS = itertools.count(1, 10)  # no two tests time the same new sizes


def request(n_keys, d_head):
    shape = Shape(n_keys, d_head, N_MARKED, KEY_BITS, KEY_BITS)
    return RowRequest(shape=shape, hardware=peer_qdk.MACHINE)


def all_of_ours(search):
    return estimate(request(search.n_keys, search.d_head))


def our_counts(search):
    return LookupSearch(search.n_keys, search.d_head, search.data_access).row


def our_machine(search):
    return physical_estimate(search.row, hardware(peer_qdk.MACHINE), peer_qdk.ERROR_BUDGET)


def their_machine(search):
    return second_opinion(search.row, hardware(peer_qdk.MACHINE), peer_qdk.ERROR_BUDGET)


ESTIMATES = {
    "all-ours": all_of_ours,
    "counts-ours": our_counts,
    "counts-pennylane": peer_pennylane.row_resources,
    "counts-qdk": peer_qdk.row_traces,
    "machine-ours": our_machine,
    "machine-qdk": their_machine,
}


@pytest.mark.parametrize("asked", ESTIMATES)
@pytest.mark.parametrize("seen", ["again", "new"])
@pytest.mark.parametrize("size", SIZES, ids=["2^10", "2^17"])
def test_the_same_search(benchmark, size, seen, asked):
    benchmark.group = f"lookup search of {size[0]:,} keys, {seen}"
    n_keys, d_head = size
    numbers_per_key = itertools.repeat(d_head) if seen == "again" else itertools.count(d_head + next(OFFSETS))

    def search():
        asked_about = LookupSearch(n_keys, next(numbers_per_key), "qrom")
        if asked not in ("all-ours", "counts-ours"):
            assert asked_about.row  # our counts are no part of what these do
        return (asked_about,), {}

    assert benchmark.pedantic(ESTIMATES[asked], setup=search, rounds=5, warmup_rounds=1)


@pytest.mark.parametrize("machine", MACHINES)
def test_every_preset_access_and_law(benchmark, machine):
    def grid():
        for preset, access, law in itertools.product(PRESETS, DATA_ACCESSES, LAWS):
            estimate(RowRequest.of(preset=preset, data_access=access, search_law=law, hardware=machine))

    benchmark.pedantic(grid, rounds=1)
