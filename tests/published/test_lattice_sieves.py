"""The nearest published estimate of a Grover search over inner products, with our laws and counts beside it."""

import math

import numpy as np
import pytest

from groverattn.bloqs.lookup.qroam import QROAMLookup, block_for
from groverattn.bloqs.score.heap import plan_score_heap
from groverattn.bloqs.score.score import Score
from groverattn.costs.counting import count
from groverattn.problem.key_table import KeyTable
from groverattn.reference.search.known import KnownNumberSearch
from groverattn.reference.search.laws import search_cost

from .lattice_sieves import ITERATES, PopcountIterate, all_pairs_iterates, list_size

# data/cost-estimate-all_pairs-naive_quantum.csv and -t_count.csv of jschanck/eprint-2019-1161 at a4d3a53:
# dimension, bits of a hash, eta, log2 of all iterates, Toffolis and T of an iterate, log2 of all T
PUBLISHED = [
    (64, 1023, 0.306992257255228, 26.527428667405914, 3064, 21_576, 40.92456847364152),
    (72, 1023, 0.321127869413277, 29.181456414559747, 3064, 21_592, 43.5796656760266),
    (80, 511, 0.376856057909062, 31.96431752203464, 1528, 10_856, 45.370522527453495),
    (88, 511, 0.38564527067818, 34.58281097338159, 1528, 10_872, 47.99114071414898),
]


@pytest.mark.parametrize(("dimension", "bits", "eta", "log2_iterates", "toffoli", "t_count", "log2_t"), PUBLISHED)
def test_their_tables(dimension, bits, eta, log2_iterates, toffoli, t_count, log2_t):
    vectors = list_size(dimension, eta)
    iterate = PopcountIterate(bits, vectors)
    assert math.log2(all_pairs_iterates(vectors)) == pytest.approx(log2_iterates, abs=1e-6)
    assert (iterate.toffoli, iterate.t_count) == (toffoli, t_count)
    assert math.log2(all_pairs_iterates(vectors) * iterate.t_count) == pytest.approx(log2_t, abs=1e-6)


def heap_of_ones(bits, threshold):
    """Our circuit for the same question: the sum of 1-bit components, each 0 or -1 in our format, and its sign."""
    return Score((1,) * bits, threshold, 1)


@pytest.mark.parametrize(("bits", "most"), [(1023, 341), (511, 170)])
def test_a_carry_save_heap_counts_ones_with_a_third_of_their_toffolis(bits, most):
    """A full adder takes one And and gives one bit fewer, n in all; theirs are 2i - 1 for i bits, and run twice."""
    ours = count(heap_of_ones(bits, -most)).toffoli
    theirs = PopcountIterate(bits, 2.0**18).toffoli
    assert bits - bits.bit_length() <= ours <= bits + bits.bit_length()
    assert theirs / ours == pytest.approx(3.0, abs=0.03)
    assert 7 * theirs / (4 * ours) == pytest.approx(5.2, abs=0.1)  # in T, at 7 and at 4


def test_the_heap_answers_their_question():
    """Marked are the hashes with at most k ones, on 200 random keys of 31 bits."""
    bits, most = 31, 10
    plan = plan_score_heap("plain-heap", (1,) * bits, -most, 1)
    assert plan.n_key_wires == bits
    rng = np.random.default_rng(1)
    bloq = heap_of_ones(bits, -most)
    for _ in range(200):
        ones = rng.random(bits) < rng.uniform(0.1, 0.6)
        # offset binary: a wire of 1 stands for 0 and one of 0 for -1, so a one of the hash is a wire of 0
        key = sum(int(not one) << (bits - 1 - i) for i, one in enumerate(ones))
        above = bloq.call_classically(key=key)[-1]
        assert bool(above) == (ones.sum() <= most)


def test_iterates_of_one_search():
    """Sum of c sqrt(i) over lists of i < N vectors is 2/3 c N^(3/2): their c is 1.1, per vector whatever it finds.

    pi/4 sqrt(N) is the first certain hit with one marked; with restarts ours takes 0.69 sqrt(N) where the number is
    known, and the law `expected`, which does not know it and has to be sure of the end, more than theirs.
    """
    n = 1 << 18
    theirs = 1.5 * ITERATES
    assert theirs == pytest.approx(1.1)
    known = KnownNumberSearch(1, p_failure=1e-6).cost(n, 1)
    assert known.iterates_expected / math.sqrt(n) == pytest.approx(0.69, abs=0.005)
    assert known.iterates_expected / math.sqrt(n) < math.pi / 4 < theirs
    unsure = search_cost("expected", n, 1, 0.01)
    assert unsure.iterates_expected / math.sqrt(n) > theirs


def test_what_their_skipped_call_of_qram_costs():
    """At d = 64 one counted load of a hash, of which an iterate needs two, is 10 times their whole iterate."""
    vectors = list_size(64, PUBLISHED[0][2])
    table = KeyTable(math.ceil(vectors), d_head=1023, key_bits=1)
    load = count(QROAMLookup(table, block=block_for(table))).toffoli
    assert load / PopcountIterate(1023, vectors).toffoli == pytest.approx(10, rel=0.1)
