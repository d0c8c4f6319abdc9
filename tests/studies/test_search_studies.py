"""The studies of the search: what they say, computed again for some of it and compared with what is committed."""

import itertools
import math
from pathlib import Path

import attrs
import numpy as np
import pytest

from groverattn.reference.search.laws import LAWS, search_cost
from studies.search import P_FAILURE_HEAD, methods, query_crossover, real_heads, scaling, scaling_fit, success_frequency
from studies.search.query_crossover import least_keys
from studies.search.scaling import scaling_svg
from studies.sheet import read_rows

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def few_records():
    return [scaling._record(n, k) for n, k in ((4096, 16), (4096, 64), (16384, 16), (16384, 64), (65536, 256))]


def test_drawn_searches_have_the_expected_mean(few_records):
    for record in few_records:
        assert abs(record.iterates_mean - record.iterates_expected) < 4 * record.iterates_standard_error
        assert record.rows_with_a_miss == 0
        assert record.iterates_ideal < record.iterates_expected < record.iterates_proven


def test_committed_scaling_is_what_is_computed(few_records):
    again = read_rows(scaling.SHEET.written(few_records))
    rows = {(row["n_keys"], row["n_marked"]): row for row in scaling.SHEET.read(ROOT)}
    assert len(rows) == len(list(scaling.sizes()))
    for row in again:
        assert rows[row["n_keys"], row["n_marked"]] == row


def test_a_power_law_is_found_by_the_fit():
    rng = np.random.default_rng(0)
    records = [
        attrs.evolve(_blank(n, k), iterates_mean=3 * math.sqrt(n * k) * math.exp(0.02 * rng.standard_normal()))
        for n, k in scaling.sizes()
    ]
    fitted = scaling_fit.fit("iterates_mean", records, 16)
    assert fitted.exponent_n_low < 0.5 < fitted.exponent_n_high
    assert fitted.exponent_k_low < 0.5 < fitted.exponent_k_high
    assert fitted.exponent_n_high - fitted.exponent_n_low < 0.02
    assert fitted.prefactor == pytest.approx(3, rel=0.1)


def _blank(n, k):
    names = [field.name for field in attrs.fields(scaling.ScalingRecord)]
    return scaling.ScalingRecord(**(dict.fromkeys(names, 1.0) | {"n_keys": n, "n_marked": k}))


def test_committed_exponents_are_near_a_half():
    """The rounds that find keys: what the paper claims, up to the first terms beyond it, quoted in docs/speedup.md."""
    text = (ROOT / "docs/speedup.md").read_text(encoding="utf-8")
    quoted = {
        row["quantity"]: f"n^{float(row['exponent_n']):.2f} k^{float(row['exponent_k']):.2f}"
        for row in scaling_fit.SHEET.read(ROOT)
        if row["least_keys_per_marked"] == "16"
    }
    assert quoted["finding_queries_mean"] in text
    assert quoted["iterates_mean"] in text
    for row in scaling_fit.SHEET.read(ROOT):
        if row["quantity"] == "finding_queries_mean":
            assert abs(float(row["exponent_n"]) - 0.5) < 0.02
            assert abs(float(row["exponent_k"]) - 0.5) < 0.05
            assert float(row["exponent_n_head"]) == pytest.approx(1 + float(row["exponent_n"]))


@pytest.mark.parametrize("law", LAWS)
def test_the_crossover_in_queries_is_the_last(law):
    for k in (1, 16):
        n = least_keys(law, k)

        def queries_per_key(size, k=k):
            cost = search_cost(law, size, k, P_FAILURE_HEAD / size)
            return (cost.iterates_expected + cost.checks_expected) / size

        assert queries_per_key(n) < 1
        assert n - 1 < max(k, 2) or queries_per_key(n - 1) >= 1
        assert all(queries_per_key(n << shift) < 1 for shift in range(1, 12))


def test_toy_sizes_lose():
    rows = query_crossover.SHEET.read(ROOT)
    losing = [row for row in rows if row["law"] == "expected" and int(row["n_marked"]) == 256]
    assert float(losing[0]["queries_at_1024"]) > 1


@pytest.mark.parametrize("name", success_frequency.METHODS)
def test_misses_are_as_frequent_as_computed(name):
    for n, k in ((64, 1), (256, 4)):
        record = success_frequency.record(name, n, k, n_rows=10_000)
        assert record.promise_kept
        assert record.law_confirmed


def test_committed_frequencies_keep_every_promise():
    rows = success_frequency.SHEET.read(ROOT)
    assert len(rows) == len(success_frequency.METHODS) * len(success_frequency.SIZES)
    assert all(int(row["rows"]) >= 10_000 for row in rows)
    assert all(row["promise_kept"] == "True" and row["law_confirmed"] == "True" for row in rows)


def test_committed_methods_are_what_is_computed():
    rows = [row for row in methods.SHEET.read(ROOT) if row["n_keys"] == "1024"]
    again = [attrs.asdict(record) for record in methods.records_of(1024, 32)]
    assert len(rows) == len(again)
    for row, record in zip(rows, again, strict=True):
        assert row["method"] == record["method"]
        assert float(row["iterates"]) == pytest.approx(record["iterates"], rel=1e-5)
        assert float(row["p_failure"]) <= float(row["p_failure_row"])


def test_real_heads_miss_nothing():
    """All heads at hand, causal and not; two of them are searched again."""
    rows = real_heads.SHEET.read(ROOT)
    assert len(rows) == 2 * (72 + 6)
    assert {row["causal"] for row in rows} == {"True", "False"}
    assert {row["n_keys"] for row in rows} == {"128", "512"}
    for row in rows:
        wrong = ("missed", "false", "circuit_mismatches", "rows_beyond_certificate")
        assert [row[name] for name in wrong] == ["0"] * 4
        assert int(row["rows_with_circuit_run"]) > 0


def test_committed_real_heads_are_what_is_computed():
    heads = itertools.islice(real_heads.heads(ROOT / "data"), 2)
    again = read_rows(real_heads.SHEET.written(itertools.starmap(real_heads.record, heads)))
    for new, old in zip(again, real_heads.SHEET.read(ROOT), strict=False):
        for name in ("output_error", "certificate"):
            assert float(new.pop(name)) == pytest.approx(float(old.pop(name)), rel=1e-4)
        assert new == old


def test_the_figure_is_the_same_bytes():
    records = [_blank(n, k) for n, k in scaling.sizes()]
    assert scaling_svg(records) == scaling_svg(records)
    assert "scan" in scaling_svg(records)
