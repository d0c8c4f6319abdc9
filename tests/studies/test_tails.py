"""The sheet of the tails: rows computed again, and what the documents say of it."""

import functools
from pathlib import Path

import attrs
import numpy as np
import pytest

from groverattn.diagnosis.tails import compare_tails
from groverattn.reference.attention.exact import score_blocks
from groverattn.reference.attention.goodness import largest_keys
from groverattn.reference.attention.tails import TAILS
from studies.search import real_heads

ROOT = Path(__file__).parents[2]
ROWS = real_heads.TAILS_SHEET.read(ROOT)
TEXT = " ".join((ROOT / "docs/approximation.md").read_text("utf-8").split())


@functools.cache
def every_head():
    """All 78 heads at hand with both masks, and k of each: read once for all tests."""
    return [(head, n_marked) for head, n_marked, _ in real_heads.heads(ROOT / "data")]


def worst(tail, causal, quantity="error_max") -> np.ndarray:
    """One number for each of the 78 heads, in their order."""
    return np.array([float(row[quantity]) for row in ROWS if row["tail"] == tail and row["causal"] == str(causal)])


@pytest.mark.parametrize("first", [0, 143, 150])
def test_committed_rows_are_what_is_computed(first) -> None:
    """The first head, the last causal one of 128 tokens, and one of 512."""
    head, n_marked = every_head()[first]
    again = list(compare_tails(head, largest_keys(head, n_marked)))
    committed = ROWS[first * len(TAILS) : (first + 1) * len(TAILS)]
    assert [record.tail for record in again] == list(TAILS)
    for record, row in zip(again, committed, strict=True):
        for name, value in attrs.asdict(record).items():
            if isinstance(value, float):
                assert float(row[name]) == pytest.approx(value, rel=1e-4, abs=1e-7), name
            else:
                assert row[name] == str(value), name


def test_every_head_is_there_with_every_tail_and_no_bound_is_broken() -> None:
    assert len(ROWS) == 2 * (72 + 6) * len(TAILS)
    assert {row["rows_beyond"] for row in ROWS} == {"0"}
    for row in ROWS:
        assert float(row["error_max"]) <= float(row["best_bound_max"]) + 1e-6
        assert float(row["best_bound_max"]) <= float(row["mass_bound_max"]) + 1e-6


@pytest.mark.parametrize(("causal", "words"), [(False, "bidirectional"), (True, "causal")])
def test_what_the_document_says_of_the_default(causal, words) -> None:
    mean, ones, zero = (worst(tail, causal) for tail in ("mean_score", "ones", "zero"))
    assert (
        f"| {words} | {(mean < np.minimum(ones, zero)).sum()} of 78 | {np.median(zero / mean):.1f} "
        f"({(zero / mean).min():.1f} to {(zero / mean).max():.1f}) | {(zero >= 2 * mean).sum()} | "
        f"{np.median(ones / mean):.1f} ({(ones / mean).min():.1f} to {(ones / mean).max():.1f}) | "
        f"{(ones > zero).sum()} |"
    ) in TEXT


def test_what_the_document_says_of_the_references() -> None:
    ratios = [worst("mean_score", causal) / worst("exact_sum", causal) for causal in (False, True)]
    better = [(ratio > 1).sum() for ratio in ratios]
    assert (
        f"better than the mean score on {better[0]} and {better[1]} of 78 heads, by a median factor of "
        f"{np.median(ratios[0]):.2f} and {np.median(ratios[1]):.2f}"
    ) in TEXT
    worse = [(worst("midpoint", causal) > worst("mean_score", causal)).sum() for causal in (False, True)]
    assert f"worse than the mean score on {worse[0]} and {worse[1]}" in TEXT


def test_what_the_document_says_of_the_bounds() -> None:
    of_the_tail = [row for row in ROWS if row["tail"] == "mean_score" and row["causal"] == "False"]
    medians = [
        np.median([float(row[f"{name}_median"]) for row in of_the_tail])
        for name in ("error", "best_bound", "mass_bound", "range_bound")
    ]
    assert (
        "error {:.3f}, smallest bound {:.2f}, bound from the mass {:.2f}, from the range {:.1f}".format(*medians)
        in TEXT
    )


def test_what_the_document_says_of_first_order() -> None:
    rows = [row for row in ROWS if row["tail"] == "first_order"]
    total = sum(int(row["rows"]) for row in rows)
    assert sum(int(row["rows_linear"]) for row in rows) == 0
    assert f"in none of {total:,} rows" in TEXT


@pytest.mark.slow
def test_flat_tails_are_rare() -> None:
    """D3 with eta = 1, k = 16 of 128 and 32 of 512: how many rows of how many bidirectional heads."""
    flat = [(largest_keys(head, n_marked).tail_range <= 1).sum() for head, n_marked in every_head() if not head.causal]
    rows = sum(int(row["rows"]) for row in ROWS if row["tail"] == "zero" and row["causal"] == "False")
    heads_with_some = {1: "one", 2: "two", 3: "three"}[np.count_nonzero(flat)]
    paper = " ".join((ROOT / "docs/paper.md").read_text("utf-8").split())
    assert f"in {sum(flat)} of {rows:,} rows, those of {heads_with_some} of {len(flat)} bidirectional heads" in paper


@pytest.mark.slow
def test_in_how_many_rows_reading_the_tail_would_allow_the_linear_form() -> None:
    allowed = {False: 0, True: 0}
    for head, n_marked in every_head():
        found = largest_keys(head, n_marked).found
        scores = np.concatenate([block for _, block in score_blocks(head)])
        for row, (line, keys) in enumerate(zip(scores, found, strict=True)):
            tail = np.delete(line[: head.visible_keys(row)], keys)
            allowed[head.causal] += bool(tail.size) and bool(tail.mean() - tail.min() < 1)
    assert f"allow it in {allowed[False]:,} bidirectional and {allowed[True]:,} causal rows" in TEXT
