"""The study of a real model's heads: on a committed slice of it, and on heads whose answers are known."""

import tomllib
from pathlib import Path

import attrs
import numpy as np
import pytest

from groverattn.errors import InputError
from groverattn.problem.heads import AttentionHead, load_head
from studies import __main__ as regenerate
from studies.real_models import goodness, head_files, heads, k_law, keys_needed, page, same_rows, tails, windows
from studies.real_models.captures import COUNTS, N_KEYS, N_ROWS, TEXTS, Captures, cut, rows_of
from studies.real_models.keys_needed import Concentration
from studies.real_models.power_law import PowerLaw, draws, exponents, intervals

ROOT = Path(__file__).parents[2]
SLICE = ROOT / "data/smollm2_l10_n512.npz"
HEADS = (4, 5)
LENGTHS = (256, 512)


@pytest.fixture(scope="module", params=HEADS)
def head(request):
    return load_head(SLICE, layer=10, head=request.param)


def planted(n: int, exponent: float) -> AttentionHead:
    """Causal head whose first n keys hold n^exponent keys of equal, large scores; the others weigh next to nothing."""
    grown = np.floor(np.arange(1, n + 1) ** exponent + 1e-9)
    large = np.diff(grown, prepend=0.0) > 0
    return AttentionHead(np.ones((n, 1)), 40.0 * large[:, None], np.ones((n, 1)), 1.0, causal=True, name="planted")


def measured(head: AttentionHead, lengths=N_KEYS, n_texts: int = 3) -> Concentration:
    """The same head as the only one, on texts that are all the same."""
    every = keys_needed.of_head({str(i): head for i in range(n_texts)}, lengths)
    return Concentration(lengths, *(each[None] for each in every))


def weights_of(head: AttentionHead, row: int) -> np.ndarray:
    """Softmax weights of one row, from its definition."""
    scores = [head.score_scale * float(head.queries[row] @ key) for key in head.keys[: row + 1]]
    e = np.exp(np.array(scores) - max(scores))
    return e / e.sum()


# --- the committed slice


def test_the_slice_is_the_model_s_prose_and_small(head):
    assert SLICE.stat().st_size < 300_000
    assert (head.n_keys, head.d_head, head.causal, head.score_scale) == (512, 64, True, 0.125)


def test_keys_needed_on_the_slice_are_those_of_the_committed_sheet(head):
    """Computed from all texts with 8,192 tokens; the prose's first 512 tokens are the slice."""
    needed, _, _ = keys_needed.of_head({"prose": head}, LENGTHS)
    number = int(head.name.split()[-1])
    for n, k in zip(LENGTHS, np.median(needed[0, :, :, 0], axis=1), strict=True):
        (row,) = [
            row
            for row in heads.HEAD_KEYS_SHEET.read(ROOT)
            if (int(row["layer"]), int(row["head"]), int(row["n_keys"])) == (10, number, n)
        ]
        assert float(row["k90_prose"]) == k


def test_keys_needed_and_weights_by_hand(head):
    needed, first, last = keys_needed.of_rows(cut(head, 512), rows_of(512, 4))
    for at, row in enumerate(rows_of(512, 4)):
        weights = weights_of(head, row)
        held = np.cumsum(np.sort(weights)[::-1])
        assert needed[at].tolist() == [int(np.searchsorted(held, mass - 1e-12)) + 1 for mass in (0.9, 0.95, 0.99)]
        assert first[at] == pytest.approx(weights[:4].sum())
        assert last[at] == pytest.approx(weights[-64:].sum())


def test_one_threshold_by_hand(head):
    each = {(line.n_marked): line for line in goodness.at_length([head], 512)}
    scores = np.full((N_ROWS, 512), -np.inf)
    for at, row in enumerate(rows_of(512)):
        scores[at, : row + 1] = 0.125 * head.keys[: row + 1] @ head.queries[row]
    for k in (16, 64):
        tau = np.sort(scores[np.isfinite(scores)])[::-1][N_ROWS * k - 1]
        marked = (scores >= tau).sum(axis=1)
        assert marked.sum() == N_ROWS * k
        assert each[k].marked_median == pytest.approx(np.median(marked) / k)
        assert each[k].marked_max == pytest.approx(marked.max() / k)
        assert each[k].rows_none == (marked == 0).sum()
        assert each[k].rows_near == sum(k / 2 <= m <= 2 * k for m in marked)
        most = max(np.sort(row)[::-1][k] for row in scores)  # the (k+1)-th: above it no row has more than k
        strict = (scores > most).sum(axis=1)
        assert strict.max() <= k
        assert each[k].strict_median == pytest.approx(np.median(strict) / k)


def test_windows_by_hand(head):
    names = [field.name for field in attrs.fields(windows.MarkedWindows)[4:]]
    rows = rows_of(512, 3)
    for row, line in zip(rows, windows.shares(head, 16, rows), strict=True):
        share = dict(zip(names, line, strict=True))
        weights = weights_of(head, row)
        marked = set(np.argsort(weights)[-16:].tolist())
        before = set(np.argsort(weights_of(head, row - 1))[-16:].tolist())
        known = set(range(4)) | set(range(row - 63, row + 1))
        assert share["first_4"] == len(marked & set(range(4))) / 16
        assert share["last_16"] == len(marked & set(range(row - 15, row + 1))) / 16
        assert share["first_4_last_64"] == len(marked & known) / 16
        assert share["previous_row"] == len(marked & before) / 16
        assert share["previous_first_4_last_64"] == len(marked & (before | known)) / 16
        assert share["weight_first_4_last_64"] == pytest.approx(weights[list(known)].sum())
        assert share["weight_left"] == pytest.approx(1 - weights[list(known | marked)].sum())


def test_the_same_rows_with_keys_left_out_by_hand(head):
    needed = same_rows.of_head({"prose": head}, LENGTHS)
    whole, _, _ = keys_needed.of_head({"prose": head}, LENGTHS)
    assert (needed[:, 1] == whole[:, 1]).all()  # all 512 keys are kept
    for at, row in enumerate(rows_of(512)):
        weights = weights_of(head, row)
        kept = np.concatenate([weights[:4], weights[row + 1 - 252 :]])
        held = np.cumsum(np.sort(kept / kept.sum())[::-1])
        assert needed[0, 0, at].tolist() == [int(np.searchsorted(held, mass - 1e-12)) + 1 for mass in (0.9, 0.95, 0.99)]


def test_tails_of_the_slice(head):
    lines = [tails.summary([errors]) for errors in tails.of_head({"prose": head}, (512,))]
    assert {line.rows_beyond for line in lines} == {0}
    zero = {line.n_marked: line.error_median for line in lines if line.tail == "zero"}
    assert zero[16] > zero[64] > zero[256]
    assert all(line.error_median <= line.best_bound_median <= line.mass_bound_median + 1e-12 for line in lines)


# --- heads with known answers


@pytest.mark.parametrize("exponent", [0.0, 0.35, 0.5, 0.8])
def test_a_planted_exponent_is_recovered(exponent):
    """90 % of n^e equal keys: the ceiling makes small k a little too large."""
    found = measured(planted(N_KEYS[-1], exponent))
    fitted, low, high = heads.exponents_of_heads(found)[:, 0, 0]
    assert fitted == pytest.approx(exponent, abs=0.03)
    assert low - 1e-9 <= fitted <= high + 1e-9
    (law,) = [law for law in k_law.laws(found, found.needed) if (law.weight, law.percentile) == (0.9, 50)]
    assert law.exponent == pytest.approx(exponent, abs=0.03)
    assert law.coefficient == pytest.approx(0.9 if exponent else 1.0, rel=0.25)
    assert law.exponent_same_rows == law.exponent  # no other rows were given
    assert 0.9 * 7700**exponent - 1 < law.k_at_n_max <= 0.9 * 8192**exponent + 1


def test_the_law_is_that_of_the_percentiles_of_the_heads():
    each = [measured(planted(N_KEYS[-1], exponent)).needed for exponent in (0.2, 0.5, 0.8)]
    found = Concentration(N_KEYS, np.concatenate(each), np.zeros(0), np.zeros(0))
    law = {line.percentile: line for line in k_law.laws(found, found.needed) if line.weight == 0.9}
    assert law[50].exponent == pytest.approx(0.5, abs=0.03)
    assert law[10].exponent < 0.5 < law[90].exponent < 0.8


def test_an_interval_is_as_wide_as_the_texts_differ():
    """Two texts on which k grows like n^0.3 and one where it grows like n^0.9: the interval covers much of that."""
    needed = [keys_needed.of_head({"": planted(N_KEYS[-1], e)}, N_KEYS)[0] for e in (0.3, 0.3, 0.9)]
    found = Concentration(N_KEYS, np.concatenate(needed)[None], np.zeros(0), np.zeros(0))
    _, low, high = heads.exponents_of_heads(found)[:, 0, 0]
    assert low < 0.35
    assert high > 0.65


def test_equal_rows_are_marked_alike_by_one_threshold():
    """The same query in every row, keys in random order: k of them on average means about k in each."""
    keys = np.random.default_rng(0).permutation(8192.0 * np.arange(1024) / 1024)[:, None]
    same = AttentionHead(np.ones((1024, 1)), keys, np.ones((1024, 1)), 1.0, causal=True, name="same")
    lines = list(goodness.at_length([same], 1024))
    assert [line.n_marked for line in lines] == list(COUNTS)
    assert all(line.rows_near == line.rows and line.rows_none == 0 for line in lines)
    scaled = attrs.evolve(same, queries=np.where(np.arange(1024) % 8 == 3, 10.0, 1.0)[:, None])
    assert all(line.rows_near < line.rows for line in goodness.at_length([scaled], 1024))


def test_a_sliding_head_has_its_marked_keys_in_the_last_and_none_in_the_first():
    slope = AttentionHead(np.ones((512, 1)), np.arange(512.0)[:, None], np.ones((512, 1)), 1.0, True, "slope")
    share = windows.shares(slope, 16, rows_of(512))
    assert share[:, 0].tolist() == [0.0] * N_ROWS
    assert share[:, 1].tolist() == [1.0] * N_ROWS
    assert share[:, 7].tolist() == [15 / 16] * N_ROWS


def test_a_law_is_fitted_with_its_residual():
    law = PowerLaw.fit((256, 1024, 4096), np.array([8.0, 16.0, 32.0]) * [1.1, 1 / 1.21, 1.1])
    assert law.exponent == pytest.approx(0.5)
    assert law.residual == pytest.approx(np.log(1.1) * np.sqrt(2))
    assert exponents((256, 1024), np.array([[2.0], [4.0]])).tolist() == pytest.approx([0.5])


def test_draws_are_the_same_each_time_and_of_whole_texts():
    first, again = (list(draws(3, 4, 5)) for _ in range(2))
    assert all((a == b).all() for x, y in zip(first, again, strict=True) for a, b in zip(x, y, strict=True))
    assert all(len(set(text[i : i + 4])) == 1 for text, _ in first for i in (0, 4, 8))
    assert intervals(np.arange(201)[:, None] / 2).tolist() == [[2.5], [97.5]]


# --- what is committed


def test_texts_are_committed_and_long_enough():
    """At least a token every four bytes, so that a cut of 8,192 is full; `groverattn capture` says the count."""
    for text in TEXTS:
        size = (ROOT / f"data/texts/{text}.txt").stat().st_size
        assert 8192 < size < 4 * 8192


def test_rows_see_close_to_n_keys():
    for n in N_KEYS:
        rows = rows_of(n)
        assert rows.size == N_ROWS == np.unique(rows).size
        assert rows[-1] == n - 1
        assert rows[0] + 1 > 15 * n / 16


def test_the_law_s_file_says_what_the_sheet_says():
    file = tomllib.loads((ROOT / k_law.FILE_NAME).read_text("utf-8"))
    sheet = k_law.SHEET.read(ROOT)
    assert (file["n_heads"], file["rows"], file["texts"]) == (270, 48, list(TEXTS))
    assert (file["n_min"], file["n_max"]) == (N_KEYS[0], N_KEYS[-1])
    assert len(file["law"]) == len(sheet) == 9
    for law, row in zip(file["law"], sheet, strict=True):
        for name, value in law.items():
            assert value == pytest.approx(float(row[name]), rel=1e-3), name
        assert law["exponent_low"] < law["exponent"] < law["exponent_high"]


def test_every_head_is_there():
    lines = heads.SHEET.read(ROOT)
    assert {(int(row["layer"]), int(row["head"])) for row in lines} == {(i, j) for i in range(30) for j in range(9)}
    assert len(lines) == 270
    assert len(heads.HEAD_KEYS_SHEET.read(ROOT)) == 270 * len(N_KEYS)


def test_summaries_are_those_of_the_committed_heads():
    """Medians and 10 to 90 % over the heads, again from the sheet of the heads."""
    of_heads = heads.HEAD_KEYS_SHEET.read(ROOT)
    for row in heads.KEYS_SHEET.read(ROOT):
        if row["text"] == "all" and row["heads"] != "mean":
            for name in ("k90", "k95", "k99", "first_4"):
                column = [float(head[name]) for head in of_heads if head["n_keys"] == row["n_keys"]]
                assert np.percentile(column, int(row["heads"])) == pytest.approx(float(row[name]), rel=1e-4)
    each = heads.SHEET.read(ROOT)
    for row in heads.EXPONENTS_SHEET.read(ROOT):
        if row["text"] == "all":
            at = f"{100 * float(row['weight']):.0f}"
            column = [float(head[f"exponent_{at}"]) for head in each]
            assert np.percentile(column, 50) == pytest.approx(float(row["median"]), rel=1e-4)
            assert int(row["above_half"]) == sum(float(head[f"low_{at}"]) > 0.5 for head in each)


def test_laws_are_fits_to_the_committed_medians():
    keys = {(row["n_keys"], row["heads"]): row for row in heads.KEYS_SHEET.read(ROOT) if row["text"] == "all"}
    for row in k_law.SHEET.read(ROOT):
        column = f"k{100 * float(row['weight']):.0f}"
        k = np.array([float(keys[str(n), row["percentile"]][column]) for n in N_KEYS])
        law = PowerLaw.fit(N_KEYS, k)
        assert law.exponent == pytest.approx(float(row["exponent"]), rel=1e-3)
        assert law.residual == pytest.approx(float(row["residual_nats"]), rel=1e-2)


def test_no_bound_is_broken_in_the_committed_rows():
    assert {row["rows_beyond"] for row in tails.SHEET.read(ROOT)} == {"0"}


def test_the_figure_is_drawn_from_the_sheets():
    assert (ROOT / head_files.FIGURE).read_text("utf-8") == head_files.figure(ROOT)


def test_the_page_has_the_tables_of_the_sheets():
    text = (ROOT / page.FILE_NAME).read_text("utf-8")
    assert regenerate.page_text(ROOT, text) == text
    assert len(page.blocks(ROOT)) == 6


def test_without_the_captures_it_is_said_how_to_make_them(tmp_path, capsys):
    with pytest.raises(InputError, match="groverattn capture --gguf"):
        Captures.in_folder(tmp_path)
    with_captures = {sheet.path for sheet in head_files.SHEETS}
    assert not with_captures & {each.path for each in regenerate.artefacts("models", tmp_path)}
    assert "skipped: models: given: no " in capsys.readouterr().err
