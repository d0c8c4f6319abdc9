"""The sheet of the classical finders: computed again where that is quick, and what the documents say of it."""

from pathlib import Path

import numpy as np
import pytest

from groverattn.problem.families import gaussian_head
from groverattn.problem.heads import bundled_head
from groverattn.reference.search.laws import search_cost
from studies.search import finders
from studies.search.finders import Rows, half_space_keys, records_of

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / finders.SHEET.path).read_text("utf-8")
ROWS = finders.SHEET.read(ROOT)
QUICK = [(n, d) for n, d in finders.SIZES if n <= 1 << 12]


def rows_of(**wanted):
    return [row for row in ROWS if all(row[name] == str(value) for name, value in wanted.items())]


def share(n, d, finder="half-space"):
    (row,) = rows_of(keys="gaussian", n_keys=n, d_head=d, finder=finder)
    return float(row["visits_share"])


@pytest.mark.parametrize(("n", "d"), QUICK)
def test_small_sizes_are_what_is_committed(n, d) -> None:
    rows = Rows.of("gaussian", [gaussian_head(n, d, finders.SEED)], finders.N_QUERIES)
    lines = finders.SHEET.written(records_of(rows)).splitlines()
    committed = TEXT.splitlines()
    assert lines[0] == committed[0]
    assert lines[1:] == [line for line in committed if line.startswith(f"gaussian,{n},{d},")]


def test_every_size_is_there_with_every_exact_finder() -> None:
    for n, d in finders.SIZES:
        assert {row["finder"] for row in rows_of(keys="gaussian", n_keys=n, d_head=d, exact=True)} == {
            "dense",
            "half-space",
            "subspace-balls",
            "matmul-top-k",
        }


def test_exact_finders_miss_nothing_and_a_scan_visits_every_key() -> None:
    for row in ROWS:
        assert row["exact"] == "False" or float(row["recall"]) == 1
        assert row["finder"] not in ("dense", "matmul-top-k") or float(row["visits_share"]) == 1
        assert row["finder"] != "half-space" or row["candidates"] == row["n_marked"]


def test_trees_stop_helping_between_8_and_16_dimensions() -> None:
    assert share(1 << 17, 2) < 0.001
    assert [share(1 << 16, d) for d in (2, 4, 8)] == pytest.approx([0.0016, 0.0096, 0.135], rel=0.02)
    assert share(1 << 16, 16) > 0.97
    assert all(share(n, d) == 1 for n, d in finders.SIZES if d >= 32)
    of_heads = [row for row in ROWS if row["keys"] != "gaussian" and row["finder"] == "half-space"]
    assert {float(row["visits_share"]) for row in of_heads} == {1}


def test_balls_in_parts_score_few_keys_of_real_heads_and_read_a_code_of_each() -> None:
    for row in rows_of(finder="subspace-balls"):
        n, d = int(row["n_keys"]), int(row["d_head"])
        assert float(row["code_reads"]) == pytest.approx(n * max(1, min(16, d // 2)), rel=1e-5)
        assert float(row["filter_products"]) <= n / 4
        assert row["keys"] == "gaussian" or float(row["visits_share"]) < 0.3
        assert row["keys"] == "gaussian" or float(row["filter_products"]) > 0.24 * n
    for row in ROWS:
        assert (
            row["finder"] == "subspace-balls" or row["code_reads"] == row["code_share"] == row["filter_products"] == "0"
        )


def test_the_table_of_real_heads_is_that_of_the_sheet() -> None:
    text = (ROOT / "docs/classical.md").read_text("utf-8")
    rows = [row for row in rows_of(finder="subspace-balls") if row["keys"] != "gaussian"]
    assert [int(row["k"]) for row in rows] == [4, 16, 8, 16, 32]
    for row in rows:
        n, visits, share = row["n_keys"], float(row["key_visits"]), float(row["visits_share"])
        products, iterates = float(row["filter_products"]), float(row["iterates_expected"])
        name = "packaged head" if n == "128" else "six heads"
        line = (
            f"| {name}, n = {n} | {row['k']} | {visits:.1f} | {share * 100:.1f} % | {products:.0f} | "
            f"{iterates:.0f}, {float(row['checks_expected']):.0f} |"
        )
        assert line in text
        assert visits + products < iterates


def test_the_table_of_balls_on_gaussian_keys_is_that_of_the_sheet() -> None:
    text = (ROOT / "docs/classical.md").read_text("utf-8")
    for d in (16, 32, 64, 128):
        rows = [
            rows_of(keys="gaussian", n_keys=1 << at, d_head=d, finder="subspace-balls")[0] for at in (10, 12, 14, 16)
        ]
        shares = " | ".join(f"{float(row['visits_share']) * 100:.1f} %" for row in rows)
        bits = [float(row["code_share"]) for row in rows]
        assert f"| {d} | {shares} | {min(bits):.2f} to {max(bits):.2f} |" in text
    (row,) = rows_of(keys="gaussian", n_keys=1 << 14, d_head=64, finder="subspace-balls")
    products, visits, codes = (float(row[name]) for name in ("filter_products", "key_visits", "code_reads"))
    assert f"{products:,.0f} + {visits:.0f} inner products and {codes:,.0f} codes" in " ".join(text.split())


def test_the_tables_in_the_document_are_those_of_the_sheet() -> None:
    text = (ROOT / "docs/classical.md").read_text("utf-8")
    for d in (2, 4, 8, 16, 32, 64, 128):
        (row,) = rows_of(keys="gaussian", n_keys=1 << 16, d_head=d, finder="half-space")
        visits, formula = float(row["key_visits"]), float(row["half_space_keys"])
        assert f"| {d} | {visits:,.0f} | {visits / (1 << 16):.1%} | {formula:,.0f} |".replace("%", " %") in text
    for d in (16, 32, 64, 128):
        (row,) = rows_of(keys="gaussian", n_keys=1 << 14, d_head=d, finder="approximate")
        assert f"| {d} | {float(row['key_visits']):,.0f} | {float(row['recall']):.2f} |" in text
    for n, words in (
        (1 << 16, "makes {:,.0f} iterates and reads {:,.0f} keys"),
        (1 << 14, "({:,.0f} iterates, {:,.0f} keys read)"),
    ):
        cost = search_cost("expected", n, 16, 1e-3 / n)
        assert words.format(cost.iterates_expected, cost.checks_expected) in text


def test_the_quantum_columns_are_the_law_expected() -> None:
    for row in ROWS:
        n = int(row["n_keys"])
        cost = search_cost("expected", n, int(row["k"]), 1e-3 / n)
        assert float(row["iterates_expected"]) == pytest.approx(cost.iterates_expected, rel=1e-5)
        assert float(row["half_space_keys"]) == pytest.approx(half_space_keys(n, int(row["d_head"])), rel=1e-5)


def test_the_exponent_at_128_dimensions() -> None:
    """n^(2 - 1/64) against n^2 at n = 131,072: a factor of 2^(17/64)."""
    n = 131_072
    assert n**2 / n ** (2 - 1 / 64) == pytest.approx(2 ** (17 / 64)) == pytest.approx(1.202, abs=5e-4)
    assert n / half_space_keys(n, 128) == pytest.approx(1.202, abs=5e-4)


def test_rows_are_spread_over_the_head() -> None:
    rows = Rows.of("head", [bundled_head(), bundled_head()], 4)
    assert [queries.shape for _, queries in rows.heads] == [(4, 32), (4, 32)]
    keys, queries = rows.heads[0]
    assert np.abs(keys).max() == 127
    assert len({tuple(query) for query in queries.tolist()}) == 4


def test_orthogonal_vectors_are_scores_at_a_threshold() -> None:
    """The reduction in docs/classical.md: keys -b, threshold 0."""
    from groverattn.reference.finders.key_set import KeySet
    from groverattn.reference.finders.registry import finder

    rng = np.random.default_rng(0)
    a, b = (rng.random((2, 60, 12)) < 0.45).astype(int)
    index = finder("half-space").prepare(KeySet.of(-b))
    found = [index.find(row, 0).keys.tolist() for row in a]
    assert found == [np.flatnonzero(((row & b) == 0).all(axis=1)).tolist() for row in a]
    assert 0 < sum(map(len, found)) < 60 * 60
