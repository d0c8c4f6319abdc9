"""What docs/real_models.md says beside its tables, from the committed sheets."""

from pathlib import Path

import numpy as np
import pytest

from studies.real_models import goodness, heads, k_law, page, same_rows, tails, windows
from studies.real_models.captures import N_KEYS
from studies.real_models.power_law import PowerLaw

ROOT = Path(__file__).parents[2]
TEXT = " ".join((ROOT / page.FILE_NAME).read_text("utf-8").split())
OPENING = TEXT.split(" Model: ")[0]


def the(sheet, **chosen):
    """The one row of a sheet with these cells."""
    (row,) = [
        row for row in sheet.read(ROOT) if {name: str(value) for name, value in chosen.items()}.items() <= row.items()
    ]
    return row


def keys(percentile, weight):
    return float(the(heads.KEYS_SHEET, n_keys=8192, text="all", heads=percentile)[f"k{weight}"])


def law(weight, name, percentile=50):
    return float(the(k_law.SHEET, weight=weight, percentile=percentile)[name])


def good(k, name, percentile=50):
    return float(the(goodness.SHEET, n_keys=8192, n_marked=k, percentile=percentile)[name])


def error(k, tail, name="error_median"):
    return float(the(tails.SHEET, n_keys=8192, n_marked=k, tail=tail)[name])


def share(k, name, text="all"):
    return 100 * float(the(windows.SHEET, n_keys=8192, n_marked=k, text=text, heads="mean")[name])


def test_the_opening_is_three_sentences_on_the_assumption():
    assert OPENING.removeprefix("# A real language model ").count(". ") == 2
    assert (
        f"90 % of it in {keys(50, 90):.0f} of 8,192 keys in the median head ({keys(10, 90):.0f} to {keys(90, 90):.0f} "
        f"in 10 to 90 % of the heads), 99 % in {keys(50, 99):.0f}, and k grows more slowly than n, like "
        f"n^{law(0.9, 'exponent'):.2f} and n^{law(0.99, 'exponent'):.2f}"
    ) in OPENING
    assert f"at k = 64 it marks 32 to 128 keys in {100 * good(64, 'share_near'):.0f} % of the rows" in OPENING
    assert f"at k = 64 it spans {good(64, 'tail_range'):.0f} nats" in OPENING
    assert f"({error(64, 'mean_score'):.3f} and {error(64, 'zero'):.3f} of max |V|)" in OPENING


def test_the_law_and_its_control():
    assert (
        f"its residual is {law(0.9, 'residual_nats'):.2f} nats at 90 %, and a fit to n of 2,048 and more gives the "
        f"median head n^{law(0.9, 'exponent_from_2048'):.2f}"
    ) in TEXT
    k = [float(row["k90"]) for row in same_rows.SHEET.read(ROOT) if row["percentile"] == "50"]
    control = PowerLaw.fit(N_KEYS, np.array(k))
    assert law(0.9, "exponent_same_rows") == pytest.approx(control.exponent, rel=1e-3)
    assert f"n^{control.exponent:.2f} at 90 % with a residual of {control.residual:.2f} nats" in TEXT
    assert f"From 2,048 keys on it is n^{law(0.9, 'exponent_same_rows_from_2048'):.2f} here" in TEXT


def test_what_is_said_of_good_heads():
    each = [row for row in goodness.SHEET.read(ROOT) if row["n_keys"] == "8192"]
    assert {row["rows_narrow"] for row in each} == {"0"}
    assert {row["rows"] for row in each} == {f"{270 * 48}"}
    assert f"in none of {270 * 48:,} rows at any of these k" in TEXT
    assert (
        f"{good(64, 'strict_median'):.2f} k keys at k = 64. They leave {100 * good(64, 'strict_mass'):.0f} % of its "
        f"weight, where its own 64 largest leave {100 * good(64, 'tail_mass'):.0f} %"
    ) in TEXT


def test_what_is_said_of_the_tails():
    mean_score, zero, exact = (error(64, name) for name in ("mean_score", "zero", "exact_sum"))
    assert abs(zero / mean_score - 1) < 0.01
    assert f"is worth a factor of {mean_score / exact:.1f} at k = 64" in TEXT
    assert error(512, "ones") > 0.95 * error(16, "ones")
    rows = [row for row in tails.SHEET.read(ROOT) if row["tail"] == "first_order"]
    assert {row["rows_linear"] for row in rows} == {"0"}
    assert f"linear in none of the {sum(int(row['rows']) for row in rows):,} rows" in TEXT
    for row in rows:
        assert float(row["error_median"]) == pytest.approx(error(int(row["n_marked"]), "mean_score"), rel=1e-6)
    assert f"They are {error(64, 'mean_score', 'best_bound_median') / mean_score:.0f} times the error at k = 64" in TEXT
    assert error(64, "mean_score", "range_bound_median") > 1.99


def test_what_is_said_of_the_windows():
    assert f"marks {share(16, 'previous_row'):.0f} % of the same keys at k = 16 and" in TEXT
    assert f"and {share(512, 'previous_row'):.0f} % at k = 512" in TEXT
    left = {k: k * (1 - share(k, "previous_first_4_last_64") / 100) for k in (16, 512)}
    assert f"leaves a mean of {left[16]:.1f} keys of 16, and {left[512]:.0f} of 512, to be searched for" in TEXT
    assert f"hold {share(16, 'weight_first_4_last_64'):.0f} % of the weight, mean head" in TEXT
    assert f"{share(16, 'first_4_last_64'):.0f} % of the marked keys at k = 16" in TEXT
    assert f"but {share(512, 'first_4_last_64'):.0f} % of them at k = 512" in TEXT
