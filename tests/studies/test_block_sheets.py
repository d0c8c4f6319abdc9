"""The sheets of block searches: some rows computed again, and what the documents say of them."""

from pathlib import Path

import pytest

from studies.search import block_alternatives, block_fit, block_misses, block_rows
from studies.search.real_heads import BLOCKS_SHEET, block_record, heads

ROOT = Path(__file__).parents[2]


def rows_of(study):
    return study.SHEET.read(ROOT)


def row(n_keys, n_marked, design):
    chosen = {"n_keys": str(n_keys), "n_marked": str(n_marked), "design": design}
    (found,) = [each for each in rows_of(block_rows) if chosen.items() <= each.items()]
    return found


def number(n_keys, n_marked, design, name):
    return float(row(n_keys, n_marked, design)[name])


@pytest.mark.parametrize("design", ["one key", "blocks", "blocks side by side", "blocks, posterior"])
@pytest.mark.parametrize(("n_keys", "n_marked"), [(4096, 16), (1 << 17, 1)])
def test_committed_rows_are_those_that_are_computed(n_keys, n_marked, design):
    text = block_rows.SHEET.written([block_rows.record(n_keys, n_marked, design)])
    assert text.splitlines()[1] in (ROOT / block_rows.SHEET.path).read_text().splitlines()


@pytest.mark.parametrize(
    ("design", "toffoli", "read"),
    [
        ("blocks", (1.2e8, 1.05e9), (0.5, 0.5)),
        ("blocks, posterior", (9e7, 7.8e8), (0.08, 0.11)),
        ("blocks, approximate first, reads 0.25", (5.6e7, 5.6e8), (0.25, 0.25)),
        ("blocks, approximate first, reads 0.32", (5.6e7, 4.8e8), (0.32, 0.32)),
    ],
)
def test_a_row_takes_no_more_than_the_documents_say(design, toffoli, read):
    for (n, k), most, most_read in zip(block_rows.QUOTED, toffoli, read, strict=True):
        assert number(n, k, design, "toffoli") < most
        assert number(n, k, design, "read_over_scan") < most_read


def test_one_marked_key_costs_a_third_and_less():
    assert number(1 << 17, 1, "blocks, posterior", "over_one_key") < 0.29
    assert number(1 << 20, 1, "blocks, posterior", "over_one_key") < 0.2


def test_the_exponents_are_three_quarters_and_five_quarters():
    for fit in rows_of(block_fit):
        expected = {"toffoli": 0.75, "clifford": 1.25, "key_tests": 0.75}[fit["quantity"]]
        if fit["design"] in ("blocks", "blocks side by side", "blocks, posterior"):
            assert float(fit["exponent_n"]) == pytest.approx(expected, abs=0.04)


def test_the_fit_is_that_of_the_committed_rows():
    assert len(rows_of(block_fit)) == len(block_rows.DESIGNS) * len(block_fit.QUANTITIES)


def test_every_promise_is_kept():
    records = rows_of(block_misses)
    assert len(records) == 16
    assert {each["promise_kept"] for each in records} == {"True"}
    assert all(int(each["rows"]) == 10_000 for each in records)
    assert sum(int(each["rows_with_a_miss"]) for each in records) > 100  # failures were there to count


def test_a_committed_frequency_is_what_is_drawn():
    again = block_misses.record(8, 2)
    committed = [each for each in rows_of(block_misses) if (each["keys_per_query"], each["n_marked"]) == ("8", "2")]
    assert int(committed[0]["rows_with_a_miss"]) == again.rows_with_a_miss


def test_real_heads_miss_nothing_by_blocks():
    records = BLOCKS_SHEET.read(ROOT)
    every = list(heads(ROOT / "data"))
    assert [each["head"] for each in records] == [head.name for head, _, _ in every]
    for name in ("missed", "false", "circuit_mismatches", "rows_beyond_certificate"):
        assert {each[name] for each in records} == {"0"}, name


def test_a_committed_head_is_what_is_searched():
    head, n_marked, every = next(heads(ROOT / "data"))
    text = BLOCKS_SHEET.written([block_record(head, n_marked, 4 * every)])
    assert text.splitlines()[1] == (ROOT / BLOCKS_SHEET.path).read_text().splitlines()[1]


def test_the_alternatives_are_what_is_counted_and_what_the_document_quotes():
    records = block_alternatives.SHEET.read(ROOT)
    again = block_alternatives.SHEET.text(ROOT / "data")
    assert again == (ROOT / block_alternatives.SHEET.path).read_text()
    text = (ROOT / "docs" / "oracle.md").read_text()
    pieces = [each["value"] for each in records if each["quantity"] == "Toffolis of a score"][::2]
    assert "score of {}, {}, {} for c = 8, 10, 12".format(*(f"{int(x):,}" for x in pieces)) in text
    calls = [each["value"] for each in records if each["quantity"].startswith("oracle calls")]
    assert f"{calls[0]} and {calls[1]} calls" in text
