"""Depth and width in closed form, against the flat circuit at every small size.

Exact for everything that is one piece. Where parts follow each other, the flat circuit may start a part a few layers
early, so the stated depth, that of the schedule with barriers, is an upper bound.
"""

import math

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
    one_hots = [OneHot(n), OneHot(n, copied_address=True)]
    trees = [*one_hots, AllZero(n), *(tree.adjoint() for tree in one_hots), AllZero(n).adjoint()]
    lookups = [QROMLookup(table), BucketBrigadeLookup(table), BucketBrigadeLookup(table, copied_address=True)]
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
