"""Sheets of rows of SmolLM2: what the repository holds is computed again, and the rest says what the page says."""

from collections import defaultdict
from pathlib import Path
from statistics import median

import pytest

from groverattn.problem.heads import load_head
from studies.real_models import row_work, rows
from studies.real_models.rows import CASES, HEADS, SLICE, SLICE_PLACE, Case

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
SEARCHED = rows.SHEET.read(ROOT)
WORK = row_work.WORK_SHEET.read(ROOT)
BLOCKS = row_work.BLOCKS_SHEET.read(ROOT)


@pytest.fixture(scope="module")
def head():
    return load_head(DATA / SLICE, layer=SLICE_PLACE[0], head=SLICE_PLACE[1])


def committed(sheet, name):
    lines = (ROOT / sheet.path).read_text("utf-8").splitlines()
    return [line for line in lines[1:] if line.startswith(f"{name},")]


@pytest.mark.parametrize("at", [0, 1, pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow)])
def test_rows_of_the_slice_are_searched_again(head, at) -> None:
    computed = rows.SHEET.written([rows.record(head, CASES[512][at], n_workers=1)]).splitlines()[1]
    assert computed == committed(rows.SHEET, head.name)[at]


@pytest.mark.parametrize(
    ("sheet", "of_head"),
    [(row_work.WORK_SHEET, row_work.work_of_head), (row_work.BLOCKS_SHEET, row_work.blocks_of_head)],
)
def test_work_and_blocks_of_the_slice_are_counted_again(head, sheet, of_head) -> None:
    assert sheet.written(of_head(head)).splitlines()[1:] == committed(sheet, head.name)


def test_lines_of_missing_captures_stay(tmp_path, head) -> None:
    sheet, old = row_work.BLOCKS_SHEET, (ROOT / row_work.BLOCKS_SHEET.path).read_text("utf-8")
    assert rows.refreshed(sheet, row_work.blocks_of_head, old, tmp_path) == old
    (tmp_path / SLICE).write_bytes((DATA / SLICE).read_bytes())
    without = "\n".join(line for line in old.splitlines() if not line.startswith(head.name)) + "\n"
    assert rows.refreshed(sheet, row_work.blocks_of_head, without, tmp_path) == old


def test_every_head_is_there() -> None:
    names = [f"{stem} layer {layer} head {head}" for stem in ("docs", "smollm2_n4096") for layer, head in HEADS]
    for sheet in (SEARCHED, WORK, BLOCKS):
        assert list(dict.fromkeys(row["head"] for row in sheet)) == [f"{Path(SLICE).stem} layer 10 head 4", *names]
    cases = {8192: CASES[8192], 4096: CASES[4096], 512: CASES[512]}
    n_lines = len(cases[512]) + len(HEADS) * (len(cases[8192]) + len(cases[4096]))
    assert len(SEARCHED) == n_lines


def test_nothing_is_missed_and_errors_are_within_their_certificates() -> None:
    for row in SEARCHED:
        for name in ("missed", "false", "circuit_mismatches", "rows_beyond_certificate"):
            assert row[name] == "0", (row["head"], row["engine"], name)
        assert float(row["output_error"]) <= float(row["certificate"])
        assert row["engine"] == "law" or int(row["rows_with_circuit_run"]) >= 1
    assert all(row["missed"] == "0" for row in WORK)


def test_a_case_is_asked_for_as_it_says() -> None:
    request = Case(512, 8, 16, "index", 2).request()
    assert (request.rows, request.keys_per_query, request.method) == ("504:512", 2, "posterior")


def test_marked_keys_lie_together() -> None:
    """Fewer blocks of neighbours hold a marked key than blocks of a random order; at k = 16 with exceptions."""
    for order in ("blocks", "odd"):
        closer = {True: [], False: []}
        for row in BLOCKS:
            closer[float(row[f"{order}_natural"]) < float(row[f"{order}_random"])].append(row)
        assert all(int(row["n_marked"]) == 16 for row in closer[False])
        assert {row["head"].partition(" ")[2] for row in closer[False]} == {"layer 5 head 2", "layer 10 head 4"}
    assert all(float(row["odd_natural"]) <= float(row["blocks_natural"]) <= float(row["marked"]) for row in BLOCKS)


def medians(sheet, columns, **wanted):
    chosen = [row for row in sheet if all(row[name] == str(value) for name, value in wanted.items())]
    assert len(chosen) == len(HEADS)
    return [round(median(float(row[column]) for row in chosen)) for column in columns]


def table(page, heading):
    """Cells of the first table after a heading, as text."""
    lines = page.partition(heading)[2].splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("|"))
    body = defaultdict(list)
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        first, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        body[first] = cells
    return body


PAGE = (ROOT / "docs" / "real_models.md").read_text("utf-8")


def test_the_page_quotes_what_was_searched() -> None:
    columns = ("rows", "rows_with_circuit_run", "marked", "missed", "false", "iterates", "iterates_expected")
    columns += ("key_reads", "keys_of_a_scan")
    quoted = table(PAGE, "### What was searched")
    lines = defaultdict(list)
    for row in SEARCHED:
        size = f"{int(row['n_keys']):,}"
        lines[f"{row['engine']}, {row['keys_per_query']}, {size}, {row['n_marked']}"].append(row)
    assert quoted.keys() == lines.keys()
    for name, (heads, *sums, error) in quoted.items():
        rows_of = lines[name]
        totals = [f"{sum(float(row[column]) for row in rows_of):,.0f}" for column in columns]
        assert (int(heads), sums) == (len(rows_of), totals)
        assert error == f"{max(float(row['output_error']) for row in rows_of):.3f}"


def test_the_page_quotes_the_work() -> None:
    columns = ("inner_products", "oracle_calls", "keys_tested", "key_reads", "code_reads")
    quoted = table(PAGE, "### Scan, finder and search")
    assert set(quoted) == {row["way"] for row in WORK}
    for way, cells in quoted.items():
        assert [int(cell.replace(",", "")) for cell in cells] == medians(
            WORK, columns, n_keys=8185, n_marked=64, way=way
        )


def test_the_page_quotes_the_blocks() -> None:
    columns = ("blocks_natural", "blocks_random", "odd_natural", "odd_random")
    quoted = table(PAGE, "### Blocks that hold a marked key")
    assert set(quoted) == {"4", "8", "16", "32"}
    for size, cells in quoted.items():
        assert list(map(int, cells)) == medians(BLOCKS, columns, n_keys=8185, n_marked=64, block=size)
