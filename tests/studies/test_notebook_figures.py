"""Figures and tables that notebooks show: what is on them, and the same bytes each time."""

import matplotlib
import numpy as np
import pytest

from groverattn.bloqs.lookup.key_lookup import KeyLookup
from groverattn.bloqs.search.phase_oracle import _phase_oracle
from groverattn.diagnosis.figure import attention_svg
from groverattn.errors import InputError
from groverattn.estimation.estimate import estimate
from groverattn.estimation.figure import estimate_svg
from groverattn.problem.families import gaussian_head
from groverattn.reference.attention.exact import exact_attention
from groverattn.reference.attention.sparse_rank_one import SparseRankOne
from groverattn.row.request import RowRequest
from groverattn.show.figures import circuit_svg
from groverattn.simulation.amplitudes import Amplitudes


@pytest.fixture
def with_words():
    """Words of a figure as text, not as outlines."""
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        yield


def test_a_circuit_shows_its_parts_and_which_of_them_is_an_inverse(with_words):
    oracle = _phase_oracle.make()
    assert isinstance(oracle.lookup, KeyLookup)
    drawn = circuit_svg(oracle)
    for name in ("selection", "QROMLookup", "Score", "Score†", "Predicate", "live", "MeasuredUnload"):
        assert f">{name}</text>" in drawn
    assert drawn == circuit_svg(oracle)


def test_attention_beside_b_is_drawn_entry_by_entry():
    head = gaussian_head(n=6, d=2, seed=0)
    B = SparseRankOne.from_found(head, [[0, row] if row else [0] for row in range(6)])
    drawn = attention_svg(B)
    assert drawn == attention_svg(B)
    everything = SparseRankOne.from_found(head, [list(range(6))] * 6)
    np.testing.assert_allclose(everything.output(), exact_attention(head))
    assert attention_svg(everything) != drawn


def test_a_large_head_is_not_drawn():
    head = gaussian_head(n=65, d=2, seed=0)
    with pytest.raises(InputError, match="65 keys"):
        attention_svg(SparseRankOne.from_found(head, [[0]] * 65))


def test_limits_and_budget_of_an_estimate(with_words):
    results = {name: estimate(RowRequest.of(preset="gpt2", data_access=name)) for name in ("qrom", "bucket-brigade")}
    drawn = estimate_svg(results)
    for name in ("factory", "reaction", "consumption: none", "clifford", "search", "storage", "distillation", *results):
        assert name in drawn
    assert drawn == estimate_svg(dict(results))


def test_amplitudes_beside_the_law(with_words):
    marked = np.array([True, False, False, False])
    uniform, found = np.full(4, 0.5), np.array([1.0, 0.0, 0.0, 0.0])
    amplitudes = Amplitudes((uniform, -1j * found), marked, n_keys=4)
    shown = [line.split() for line in str(amplitudes).splitlines() if line.strip()[:1].isdigit()]
    assert shown == [
        ["0", "0.250000000", "0.250000000"],  # Grover, quant-ph/9605043: one of four is certain after one iterate
        ["1", "1.000000000", "1.000000000"],
    ]
    assert "1 iterate: P(marked) = 1.000" in amplitudes.picture().svg
    assert "1 iterate: P" not in amplitudes.picture(0).svg
