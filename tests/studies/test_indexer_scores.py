"""The sheet of the indexer's scores is what the program computes, and the document quotes it."""

from pathlib import Path

import pytest

from groverattn.bloqs.score.methods import score
from groverattn.costs.counting import count_iterate
from groverattn.problem.shapes import Shape, representative_query, representative_threshold
from groverattn.row.circuit import iterate_of
from groverattn.row.request import Design, RowRequest
from studies.circuit.indexer_scores import SHEET

ROOT = Path(__file__).parents[2]
ROWS = SHEET.read(ROOT)


@pytest.mark.slow
def test_the_committed_sheet_is_what_the_program_computes():
    assert SHEET.text() == (ROOT / SHEET.path).read_text("utf-8"), "run `make estimates`"


def test_parts_add_up():
    for row in ROWS:
        assert int(row["sums"]) + int(row["relus"]) + int(row["weights"]) == int(row["toffoli"])


def test_a_row_is_priced_by_the_score_of_the_sheet():
    shape = Shape(1 << 17, 128, 2048, 8, 8, index_heads=4)
    design = Design.one_key(data_access="qroam", score_method="in-place")
    parts = count_iterate(iterate_of(RowRequest(shape=shape, design=design))).toffoli_parts
    (row,) = (row for row in ROWS if (row["index_heads"], row["score_method"]) == ("4", "in-place"))
    assert parts["score"] == int(row["toffoli"])
    query = representative_query(shape)
    wide = score("shared-sums", query, representative_threshold(shape, query), 8)
    assert wide.peak_qubits == int(ROWS[0]["logical_qubits"])


def test_the_document_quotes_the_sheet():
    text = (ROOT / "docs" / "oracle.md").read_text("utf-8")
    quoted = [row for row in ROWS if not row["lowest_column"]] + [
        row
        for row in ROWS
        if row["index_heads"] == "64"
        and (row["significant_bits"], row["lowest_column"]) in {("3", "9"), ("3", "10"), ("2", "11")}
    ]
    assert len(quoted) == 9
    for row in quoted:
        coarse = f"{row['significant_bits'] or 'all'}, {row['lowest_column'] or 0}"
        numbers = [f"{int(row[name]):,}" for name in ("toffoli", "sums", "relus", "weights")]
        over, qubits = f"{float(row['over_plain_heads']):.2f}", f"{int(row['logical_qubits']):,}"
        cells = [row["index_heads"], row["score_method"], coarse, *numbers, over, qubits]
        passed = f" {float(row['candidates']):,.0f}, {float(row['missed']):,.0f} |" if row["candidates"] else " |"
        assert f"| {' | '.join(cells)} |{passed}" in text
