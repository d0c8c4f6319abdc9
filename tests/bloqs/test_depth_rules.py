"""Depth and width in closed form, against the flat circuit at every small size.

Exact for everything that is one piece. Where parts follow each other, the flat circuit may start a part a few layers
early, so the stated depth, that of the schedule with barriers, is an upper bound. Circuits that count the copies of
their controls are compared with the schedule in which each wire serves one gate at a time.
"""

import math

import attrs
import numpy as np
import pytest

from groverattn.bloqs.flat.flattening import flatten
from groverattn.bloqs.lookup.bucket_brigade import BucketBrigadeLookup
from groverattn.bloqs.lookup.one_hot import OneHot
from groverattn.bloqs.lookup.qroam import QROAMLookup
from groverattn.bloqs.lookup.qroam_dirty import DirtyQROAMLookup
from groverattn.bloqs.lookup.qrom import QROMLookup
from groverattn.bloqs.search.diffusion import Diffusion
from groverattn.bloqs.search.reflect_zero import AllZero, ReflectZero
from groverattn.bloqs.search.uniform import PrepareUniform
from groverattn.problem.key_table import KeyTable

SIZES = [*range(2, 50), 64, 100, 128]


def key_table(n_keys):
    return KeyTable.from_keys(np.random.default_rng(n_keys).integers(-4, 4, (n_keys, 2)), 3)


@pytest.mark.parametrize("n", SIZES)
def test_one_piece_is_exact(n):
    table = key_table(n)
    one_hots = [OneHot(n), OneHot(n, address_copies=math.inf)]
    trees = [*one_hots, AllZero(n), *(tree.adjoint() for tree in one_hots), AllZero(n).adjoint()]
    lookups = [QROMLookup(table), BucketBrigadeLookup(table), BucketBrigadeLookup(table, control_copies=math.inf)]
    reflections = [
        kind(n, angle=angle, has_ctrl=has_ctrl)
        for kind in (ReflectZero, Diffusion)
        for angle in (math.pi, 0.8)
        for has_ctrl in (False, True)
    ]
    for bloq in [*trees, *lookups, PrepareUniform(n), *reflections]:
        flat = flatten(bloq)
        stated = bloq.toffoli_depth, bloq.measurement_depth, bloq.peak_qubits
        assert stated == (flat.toffoli_depth, flat.measurement_depth, flat.n_wires), bloq


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("block", [1, 2, 4, 8])
def test_parts_that_follow_each_other_fit_into_the_stated_depth(n, block):
    if 2 * block > n:
        return
    clean, dirty = (kind(key_table(n), block=block) for kind in (QROAMLookup, DirtyQROAMLookup))
    for bloq, overlap in ((clean, 3), (dirty, 9), (clean.adjoint(), 5)):
        flat = flatten(bloq)
        assert bloq.peak_qubits == flat.n_wires
        assert 0 <= bloq.toffoli_depth - flat.toffoli_depth <= overlap
        assert 0 <= bloq.measurement_depth - flat.measurement_depth <= overlap


COPIES = [1, 2, 3, 7, 16, math.inf]


def one_at_a_time(bloq):
    """The flat circuit read so that no two gates share a wire."""
    return attrs.evolve(flatten(bloq), shared_controls=False)


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("copies", COPIES)
def test_a_tree_whose_address_is_copied_is_exact_with_one_gate_a_wire(n, copies):
    tree, table = OneHot(n, address_copies=copies), key_table(n)
    brigade = BucketBrigadeLookup(table, unload="again", control_copies=copies)
    for bloq in (tree, tree.adjoint(), brigade, brigade.adjoint()):
        flat = one_at_a_time(bloq)
        stated = bloq.toffoli_depth, bloq.measurement_depth, bloq.peak_qubits
        assert stated == (flat.toffoli_depth, flat.measurement_depth, flat.n_wires), bloq


@pytest.mark.parametrize("copies", [1, 2, 3, 64])
def test_a_tree_takes_turns(copies):
    """By hand: levels of 2, 4, ... 128 And; with one qubit a level starts with the first And of the one before it."""
    levels = [1 << level for level in range(1, 8)]
    turns = sum(-(-ands // copies) for ands in levels) if copies > 1 else 128 + 6
    assert OneHot(256, address_copies=copies).toffoli_depth == turns
    assert OneHot(256).toffoli_depth == OneHot(256, address_copies=128).toffoli_depth == 7


@pytest.mark.parametrize("block", [2, 4, 8])
@pytest.mark.parametrize("copies", COPIES)
@pytest.mark.parametrize("unload", ["measured", "again"])
def test_swaps_take_turns_on_copies_of_their_control(block, copies, unload):
    """By hand: 7 qubits a word, and half as many pairs of words in each layer as in the one before it."""
    for n in (2 * block, 2 * block + 3, 40):
        clean, dirty = (
            kind(key_table(n), block=block, control_copies=copies, unload=unload)
            for kind in (QROAMLookup, DirtyQROAMLookup)
        )
        layers = [7 * (block >> layer) for layer in range(1, block.bit_length())]
        assert clean.swap_depth == sum(1 if copies == math.inf else -(-swaps // copies) for swaps in layers)
        assert clean.n_copies < min(copies, layers[0])
        for bloq, overlap in ((clean, 3), (dirty, 12), (clean.adjoint(), 5), (dirty.adjoint(), 12)):
            flat = one_at_a_time(bloq)
            assert bloq.peak_qubits == flat.n_wires
            assert 0 <= bloq.toffoli_depth - flat.toffoli_depth <= overlap
            assert 0 <= bloq.measurement_depth - flat.measurement_depth <= overlap


@pytest.mark.parametrize("n", [16, 64, 100, 512])
def test_a_wide_brigade_is_as_shallow_with_one_gate_a_wire(n):
    """Load and unload; the plain one is not, in either."""
    wide, plain = (BucketBrigadeLookup(key_table(n), control_copies=copies) for copies in (math.inf, None))
    for bloq in (wide, wide.adjoint()):
        flat = one_at_a_time(bloq)
        assert (flat.toffoli_depth, flat.measurement_depth) == (bloq.toffoli_depth, bloq.measurement_depth)
    assert wide.toffoli_depth == plain.toffoli_depth
    assert one_at_a_time(plain).toffoli_depth >= n // 2
    # a value and its hand count: 128 And of the last level after the 6 levels before it
    assert n != 512 or one_at_a_time(plain.adjoint()).toffoli_depth == 134
