"""docs/real_models.md: the tables of the model run through B are those of the sheet."""

from pathlib import Path

import pytest

from studies.model_run import model_run

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "real_models.md").read_text("utf-8")
ROWS = model_run.SHEET.read(ROOT)


def the_row(text, n_marked, tail, marking="k of a row", read_last=0):
    key = (text, str(n_marked), tail, marking, str(read_last))
    (row,) = [r for r in ROWS if (r["text"], r["n_marked"], r["tail"], r["marking"], r["read_last"]) == key]
    return row


def difference(row):
    return f"{float(row['above_exact']):+.3f} ± {float(row['standard_error']):.3f}".replace("-", "−")


def lines_of_tails():
    for text in (*model_run.TEXTS, model_run.ALL):
        for tail in ("zero", "mean_score", "ones"):
            cells = [difference(the_row(text, k, tail)) for k in model_run.N_MARKED]
            yield f"| {text} | `{tail}` | {' | '.join(cells)} |"


VARIANTS = (
    ("the model's own attention", "", "", "exact", 0),
    *(("64 largest of a row", 64, tail, "k of a row", 0) for tail in ("zero", "mean_score", "exact_sum")),
    *(
        (f"4 first, 64 last{f', {k} largest of the rest' if k else ' alone'}", k, tail, "k of a row", 64)
        for k in (0, 16, 64)
        for tail in ("zero", "mean_score")
    ),
    *((f"one threshold per head, {k} on average", k, "mean_score", "one threshold per head", 0) for k in (16, 64, 256)),
)


def lines_of_variants():
    for words, k, tail, marking, read_last in VARIANTS:
        row = the_row(model_run.ALL, k, tail, marking, read_last)
        above = difference(row) if tail else ""
        yield (
            f"| {words} | {f'`{tail}`' if tail else ''} | {float(row['loss']):.3f} | "
            f"{float(row['perplexity']):.2f} | {above} | {float(row['same_choice']) * 100:.1f} % |"
        )


@pytest.mark.parametrize("lines", [lines_of_tails, lines_of_variants], ids=lambda lines: lines.__name__)
def test_the_tables_are_those_of_the_sheet(lines):
    every = list(lines())
    assert len(every) > 10
    assert "\n".join(every) in TEXT


def above(text, n_marked, tail, **which):
    row = the_row(text, n_marked, tail, **which)
    return float(row["above_exact"]), float(row["standard_error"])


def test_the_tail_is_better_than_dropping_it():
    for text in (*model_run.TEXTS, model_run.ALL):
        for k in model_run.N_MARKED:
            assert above(text, k, "mean_score")[0] < above(text, k, "zero")[0]
    at = {k: above("all", k, "zero")[0] for k in model_run.N_MARKED}
    assert at[64] < above("all", 16, "mean_score")[0] < at[32]
    assert at[256] < above("all", 32, "mean_score")[0] < at[128]
    assert at[256] > 2 * above("all", 256, "zero")[1]


def test_where_b_stops_hurting():
    for text in (*model_run.TEXTS, model_run.ALL):
        for k in (128, 256):
            difference, error = above(text, k, "mean_score")
            assert abs(difference) < 2 * error
    assert above("all", 64, "mean_score")[0] < above("all", 64, "mean_score")[1]
    assert above("code", 64, "mean_score")[0] > 2 * above("code", 64, "mean_score")[1]


def test_ones_break_the_model():
    every = [the_row("all", k, "ones") for k in model_run.N_MARKED]
    assert all(2.4 < float(row["above_exact"]) < 2.9 and float(row["weight_error_median"]) > 1.4 for row in every)


@pytest.mark.parametrize(("n_marked", "most"), [(16, "36"), (64, "143")])
def test_what_one_threshold_marks(n_marked, most):
    row = the_row("all", n_marked, "mean_score", marking="one threshold per head")
    assert row["marked_p90"] == most
    assert f"{float(row['marked_mean']):.1f}" in TEXT
    assert f"{float(row['rows_without_marked']) * 100:.1f} %" in TEXT
    assert above("all", n_marked, "mean_score", marking="one threshold per head") > above("all", n_marked, "mean_score")
