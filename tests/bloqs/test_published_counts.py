"""Counts of lookups and arithmetic that others have published, with their source."""

import math

import pytest
from qualtran.bloqs.arithmetic import OutOfPlaceAdder
from qualtran.bloqs.data_loading.qroam_clean import QROAMClean
from qualtran.resource_counting import QECGatesCost, get_cost_value
from qualtran.resource_counting.generalizers import generalize_cswap_approx

from groverattn.bloqs.lookup.block_contents import best_row
from groverattn.bloqs.lookup.bucket_brigade import BucketBrigadeLookup
from groverattn.bloqs.lookup.qroam import QROAMLookup, block_for
from groverattn.bloqs.lookup.qroam_dirty import DirtyQROAMLookup, fewest_toffolis
from groverattn.bloqs.lookup.qrom import QROMLookup
from groverattn.bloqs.score.score import Score
from groverattn.costs.counting import count
from groverattn.problem.key_table import KeyTable


def words(n_keys, word_bits):
    """A table of n words of the given width: one component and the live flag."""
    return KeyTable(n_keys, d_head=1, key_bits=word_bits - 1)


@pytest.mark.parametrize(
    ("n", "bits", "toffoli", "qubits"), [(16, 8, 14, 15), (1024, 128, 1022, 147), (2**20, 128, 1048574, 167)]
)
def test_qrom(n, bits, toffoli, qubits):
    """arXiv:1805.03662, reproduced with Qualtran 0.7.0."""
    counted = count(QROMLookup(words(n, bits)))
    assert (counted.toffoli, counted.logical_qubits) == (toffoli, qubits)


@pytest.mark.parametrize(("n", "block", "toffoli", "qubits"), [(1024, 2, 638, 274), (2**20, 64, 24446, 8225)])
def test_clean_qroam_on_128_bits(n, block, toffoli, qubits):
    """arXiv:1902.02134, reproduced with Qualtran 0.7.0; the second block is the best one."""
    counted = count(QROAMLookup(words(n, 128), block=block))
    assert (counted.toffoli, counted.logical_qubits) == (toffoli, qubits)
    qualtran = QROAMClean.build_from_bitsize(n, 128, log_block_sizes=(int(math.log2(block)),))
    gates = get_cost_value(qualtran, QECGatesCost(), generalizer=generalize_cswap_approx)
    assert gates.and_bloq + gates.cswap + gates.toffoli == toffoli


def test_best_blocks():
    assert block_for(words(2**20, 128)) == 64
    assert fewest_toffolis(words(2**20, 128)).block == 64


@pytest.mark.parametrize(("n", "block", "toffoli"), [(1024, 2, 1532), (2**20, 64, 65020)])
def test_dirty_qroam_on_128_bits(n, block, toffoli):
    """arXiv:1812.00954, reproduced with Qualtran 0.7.0."""
    assert count(DirtyQROAMLookup(words(n, 128), block=block)).toffoli == toffoli


def test_openfermion_costs_of_lookup_and_of_its_inverse():
    """OpenFermion's QR(12341234, 5670) = (6, 550042) and QI(987654) = (10, 1989), without constants of 2 and 4."""
    table = words(12341234, 5670)
    assert block_for(table) == 2**6
    assert count(QROAMLookup(table, block=2**6)).toffoli == 550042 - 2
    assert best_row(987654) == 2**10
    assert count(QROMLookup(words(987654, 8)).adjoint()).toffoli == 1989 - 4


@pytest.mark.parametrize("n_bits", [4, 20])
def test_bucket_brigade_of_di_matteo(n_bits):
    """arXiv:1902.01329: T = 21 2^n - 28 is 7 T each for routing, reading and routing back; routing is what we share."""
    routing = count(BucketBrigadeLookup(words(1 << n_bits, 2))).toffoli
    assert 7 * (2 * routing + (1 << n_bits)) == 21 * 2**n_bits - 28
    assert n_bits != 20 or 21 * 2**n_bits - 28 == 22_020_068


def test_out_of_place_adder():
    """Gidney, arXiv:1709.06648: n And for an n-bit sum; two one-component scores of weight one add b-bit numbers."""
    adder = get_cost_value(OutOfPlaceAdder(8), QECGatesCost()).and_bloq
    assert adder == 8
    assert count(Score((1, 1), 0, 8)).toffoli <= adder + 1
