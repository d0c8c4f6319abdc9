"""The report of a head against its parts computed by hand, and its figure."""

import types

import attrs
import numpy as np
import pytest

from groverattn.diagnosis import tails
from groverattn.diagnosis.diagnosis import Summary, diagnose
from groverattn.diagnosis.figure import diagnosis_svg
from groverattn.diagnosis.tails import compare_tails
from groverattn.errors import InputError
from groverattn.problem.families import gaussian_head
from groverattn.problem.heads import AttentionHead, bundled_head
from groverattn.problem.limits import DIAGNOSIS_ENTRIES_MAX, check_diagnosis
from groverattn.reference.attention.error_bounds import row_errors
from groverattn.reference.attention.exact import exact_attention
from groverattn.reference.attention.goodness import largest_keys
from groverattn.reference.attention.mass_profile import keys_for_mass
from groverattn.reference.attention.sparse_rank_one import SparseRankOne
from groverattn.reference.attention.tails import TAILS
from groverattn.show.terminal import text_of


@pytest.fixture(scope="module", params=[False, True], ids=["bidirectional", "causal"])
def diagnosis(request):
    return diagnose(attrs.evolve(bundled_head(), causal=request.param), 16)


def test_rows_are_those_of_the_reference(diagnosis) -> None:
    head, of_rows = diagnosis.head, diagnosis.as_json()["by_row"]
    assert of_rows["n_marked"] == [min(16, head.visible_keys(row)) for row in range(128)]
    for row in range(128):
        seen = np.sort(head.score_scale * head.keys[: head.visible_keys(row)] @ head.queries[row])
        tail = seen[:-16]
        assert of_rows["tail_range"][row] == pytest.approx(np.ptp(tail) if tail.size else 0, abs=1e-12)
        assert of_rows["tail_mass"][row] == pytest.approx(np.exp(tail).sum() / np.exp(seen).sum(), abs=1e-12)
    assert of_rows["keys_for_mass"]["0.95"] == keys_for_mass(diagnosis.head, [0.95])[:, 0].tolist()
    scores = diagnosis.head.score_scale * diagnosis.head.queries[100] @ diagnosis.head.keys.T
    seen = np.sort(scores[: diagnosis.head.visible_keys(100)])
    assert of_rows["tau"][100] == pytest.approx(seen[-16], rel=1e-12)
    assert of_rows["tau"][:16] == [None] * 16 if diagnosis.head.causal else None not in of_rows["tau"]


def test_summaries_leave_out_rows_without_a_tail(diagnosis) -> None:
    result = diagnosis.as_json()
    n_tails = 112 if diagnosis.head.causal else 128
    assert (result["rows"], result["rows_with_a_tail"], result["rows_with_ties"]) == (128, n_tails, 0)
    masses = np.array(result["by_row"]["tail_mass"])[-n_tails:]
    assert result["tail_mass"]["median"] == pytest.approx(np.median(masses))
    assert result["tail_mass"]["max"] == pytest.approx(masses.max())
    assert {tail["rows"] for tail in result["tails"]} == {n_tails}


def test_errors_of_the_tails_are_those_of_b(diagnosis) -> None:
    result, head = diagnosis.as_json(), diagnosis.head
    assert [tail["tail"] for tail in result["tails"]] == list(TAILS)
    for tail in result["tails"]:
        B = SparseRankOne.from_found(head, diagnosis.largest.found, tail["tail"])
        error = np.abs(B.output() - exact_attention(head)).max(axis=1) / np.abs(head.values).max()
        assert tail["error_max"] == pytest.approx(error.max(), rel=1e-9)
        assert tail["rows_beyond"] == 0
        assert tail["error_max"] <= tail["best_bound_max"] <= tail["mass_bound_max"]


@pytest.mark.parametrize("causal", [False, True])
def test_each_number_of_a_tail_is_of_the_rows_that_have_one(causal) -> None:
    """Weights, outputs and bounds row by row, summarised over the rows with a tail and divided by max |V|."""
    head = attrs.evolve(bundled_head(), causal=causal, values=3 * bundled_head().values)
    largest = largest_keys(head, 16)
    at = largest.has_tail
    assert at.sum() == (112 if causal else 128)
    for found in compare_tails(head, largest):
        B = SparseRankOne.from_found(head, largest.found, found.tail)
        bounds, most = row_errors(B), np.abs(head.values).max()
        error = np.abs(B.output() - exact_attention(head)).max(axis=1)[at] / most
        assert (found.error_median, found.error_max) == (pytest.approx(np.median(error)), pytest.approx(error.max()))
        assert found.weight_error_median == pytest.approx(np.median(bounds.weight_error[at]))
        for name, bound in (
            ("range_bound", bounds.output_a_priori),
            ("mass_bound", bounds.output_a_posteriori),
            ("best_bound", bounds.output_best),
        ):
            of_rows = bound[at] / most
            assert getattr(found, f"{name}_median") == pytest.approx(np.median(of_rows)), name
            assert getattr(found, f"{name}_max") == pytest.approx(of_rows.max()), name
        assert (found.head, found.n_keys, found.causal, found.n_marked) == (head.name, 128, causal, 16)
        assert (found.rank, found.reads_tail) == (TAILS[found.tail].rank, TAILS[found.tail].reads_tail)
        assert found.rows_linear == B.linear.sum()


@pytest.mark.parametrize("name", ["output_a_priori", "output_a_posteriori", "output_best"])
def test_rows_beyond_any_of_their_bounds_are_counted(monkeypatch, name) -> None:
    """Bounds that are half of the error in five rows, and the error itself but for rounding in the others."""
    head = bundled_head()
    largest = largest_keys(head, 16)

    def planted(B):
        bounds, error = row_errors(B), np.abs(B.output() - exact_attention(head)).max(axis=1)
        names = ("weight_error", "value_max", "output_a_priori", "output_a_posteriori", "output_best")
        lower = error * (1 - 1e-15)
        lower[:5] /= 2
        return types.SimpleNamespace(**{each: getattr(bounds, each) for each in names} | {name: lower})

    monkeypatch.setattr(tails, "row_errors", planted)
    assert {found.rows_beyond for found in compare_tails(head, largest)} == {5}


def test_a_head_without_a_tail_in_some_rows_is_summarised_over_the_others() -> None:
    """Counts and scores by hand: of five tokens only the last two see more than three keys, causally."""
    keys = np.array([[4.0], [3.0], [2.0], [1.0], [0.5]])
    head = AttentionHead(np.ones((5, 1)), keys, np.eye(5), 1.0, causal=True, name="few")
    found = diagnose(head, 3)
    result = found.as_json()
    assert (result["rows"], result["rows_with_a_tail"], result["rows_with_ties"]) == (5, 2, 0)
    assert result["by_row"]["tau"] == [None, None, None, 2.0, 2.0]
    assert result["by_row"]["tail_range"] == [0, 0, 0, 0, 0.5]
    weights = np.exp([4, 3, 2, 1, 0.5])
    masses = [weights[3] / weights[:4].sum(), weights[3:].sum() / weights.sum()]
    assert result["by_row"]["tail_mass"] == pytest.approx([0, 0, 0, *masses])
    assert (result["tail_mass"]["min"], result["tail_mass"]["max"]) == pytest.approx(tuple(masses))
    assert found.shared_tau == 1.0
    assert found.shared_marked.tolist() == [1, 2, 3, 3, 3]
    assert found.shared_mass == pytest.approx([1, 1, 1, 1 - masses[0], 1 - masses[1]])
    threshold = result["shared_threshold"]
    assert (threshold["above"], threshold["n_marked"]["min"], threshold["n_marked"]["max"]) == (1.0, 1, 3)
    assert (threshold["tail_mass"]["min"], threshold["tail_mass"]["max"]) == (0, pytest.approx(masses[1]))
    assert found.counts == (1, 2, 3, 4, 5)
    assert found.held[4] == pytest.approx(np.cumsum(weights) / weights.sum())
    assert result["keys_for_mass"]["0.90"]["max"] == (np.cumsum(weights) / weights.sum() < 0.9).sum() + 1
    assert result["inputs"] == {
        **{"head": "few", "n_keys": 5, "d_head": 1, "causal": True, "score_scale": 1.0, "n_marked": 3}
    }


def test_a_summary_of_numbers() -> None:
    assert attrs.astuple(Summary.of(np.arange(101))) == (0, 10, 50, 90, 100)


def test_tails_of_some_rows() -> None:
    """The worst of them, row by row, is the worst of the whole head."""
    head = attrs.evolve(bundled_head(), causal=True)
    whole = compare_tails(head, largest_keys(head, 16))
    parts = [compare_tails(head, largest_keys(head, 16, rows)) for rows in (range(0, 60), range(60, 128))]
    for tail, *of_parts in zip(whole, *parts, strict=True):
        assert tail.rows == sum(part.rows for part in of_parts)
        assert tail.error_max == pytest.approx(max(part.error_max for part in of_parts), rel=1e-9)


def test_one_threshold_for_all_rows(diagnosis) -> None:
    """D2: with the least one, no row has more than k keys, and any lower one gives some row k + 1."""
    head = diagnosis.head
    assert diagnosis.shared_marked.max() <= 16
    scores = head.score_scale * head.queries @ head.keys.T
    if head.causal:
        scores[np.triu_indices(128, 1)] = -np.inf
    assert (scores >= diagnosis.shared_tau - 1e-9).sum(axis=1).max() == 17
    assert diagnosis.shared_marked.tolist() == (scores > diagnosis.shared_tau + 1e-9).sum(axis=1).tolist()


def test_ties_with_the_kth_are_found() -> None:
    keys = np.array([[3.0], [2.0], [2.0], [2.0], [0.0]])
    head = AttentionHead(np.ones((5, 1)), keys, np.eye(5), 1.0, causal=False, name="ties")
    largest = largest_keys(head, 2)
    assert [found.tolist() for found in largest.found] == [[0, 1, 2, 3]] * 5
    assert largest.next_score.tolist() == [0.0] * 5
    result = diagnose(head, 2).as_json()
    assert (result["rows_with_ties"], result["n_marked"]["max"]) == (5, 4)


def test_all_scores_equal_leave_no_tail() -> None:
    """Every key ties with the k-th: nothing to summarise, and that is said."""
    head = attrs.evolve(gaussian_head(6, 2, seed=0), queries=np.zeros((6, 2)))
    with pytest.raises(InputError, match="no row"):
        diagnose(head, 2)


@pytest.mark.parametrize("n_marked", [0, -1, 128])
def test_numbers_of_keys_that_make_no_sense(n_marked) -> None:
    with pytest.raises(InputError, match="1 to 127"):
        diagnose(bundled_head(), n_marked)


def test_values_of_zero() -> None:
    with pytest.raises(InputError, match="all zero"):
        diagnose(attrs.evolve(bundled_head(), values=np.zeros((128, 2))), 16)


def test_a_head_that_would_take_hours() -> None:
    n = int(DIAGNOSIS_ENTRIES_MAX**0.5) + 1
    with pytest.raises(InputError, match="cut the file"):
        check_diagnosis(AttentionHead(*np.ones((3, n, 1)), 1.0, causal=False, name="long"))


def test_the_figure_is_the_same_bytes(diagnosis) -> None:
    svg = diagnosis_svg(diagnosis)
    assert svg == diagnosis_svg(diagnosis)
    assert "<svg" in svg
    assert "<dc:date>" not in svg


def test_the_table_fits_80_columns(diagnosis) -> None:
    text = text_of(diagnosis.blocks(), width=80)
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text
    assert "exact_sum *" in text
    assert "first_order is linear in 0 of" in text
