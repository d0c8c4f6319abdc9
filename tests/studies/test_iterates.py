from pathlib import Path

import pytest

from groverattn.costs.counting import count_iterate
from groverattn.problem.shapes import Shape
from groverattn.row.circuit import iterate_of
from groverattn.row.request import Design, RowRequest
from studies.circuit.iterates import SHEET

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("n_keys", "d_head", "access", "at_most"),
    [
        (1 << 17, 128, "qroam", 26_900),
        (1 << 20, 128, "qroam", 69_100),
        (1 << 17, 64, "qroam", 17_900),
        (1 << 20, 64, "qroam", 51_900),
        (1 << 17, 128, "qrom", 134_300),
        # 1,050,000 is quoted; loading and unloading n = 2^20 keys alone take n - 2 + 2,044 = 1,050,618
        (1 << 20, 128, "qrom", 1_050_618 + 1_600),
    ],
)
def test_an_iterate_takes_no_more_toffolis_than_the_figures_to_reach(n_keys, d_head, access, at_most):
    counted = count_iterate(
        iterate_of(RowRequest(shape=Shape(n_keys, d_head, 512, 8, 8), design=Design.one_key(data_access=access)))
    )
    assert sum(counted.toffoli_parts.values()) == counted.total.toffoli <= at_most


@pytest.mark.slow
def test_the_committed_sheet_is_what_the_program_computes():
    assert SHEET.text() == (ROOT / SHEET.path).read_text("utf-8"), "run `make estimates`"


def test_the_document_quotes_the_sheet():
    """Every row of docs/oracle.md that names an access or a score method says what the sheet says."""
    rows = [row for row in SHEET.read(ROOT) if (row["d_head"], row["key_bits"]) == ("128", "8")]
    document = (ROOT / "docs" / "oracle.md").read_text("utf-8")
    named = {row["data_access"] if row["score_method"] == "shared-sums" else row["score_method"] for row in rows}
    quoted = set()
    for line in document.splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        names = [name for name in named if f"`{name}`" in cells[1]] if len(cells) == 6 else []
        if not names or cells[1].startswith("..."):
            continue
        name = max(names, key=lambda each: cells[1].rfind(f"`{each}`"))
        of_name = [row for row in rows if name in (row["data_access"], row["score_method"])]
        for cell, n_keys in zip(cells[2:4], ("131072", "1048576"), strict=True):
            toffolis = {f"{int(row['toffoli']):,}" for row in of_name if row["n_keys"] == n_keys}
            assert cell in toffolis, (name, cell, toffolis)
        quoted.add(name)
    assert {"qroam-shallow", "qroam-dirty", "bucket-brigade", "plain-heap", "quantum-query", "in-place"} <= quoted


@pytest.mark.parametrize(("bits", "saving"), [("4", "14 %"), ("8", "41 %"), ("16", "43 %")])
def test_the_document_quotes_what_shared_sums_save(bits, saving):
    rows = [row for row in SHEET.read(ROOT) if (row["d_head"], row["key_bits"]) == ("128", bits)]
    score = {row["score_method"]: int(row["score"]) for row in rows if row["n_keys"] == "131072"}
    assert f"{1 - score['shared-sums'] / score['plain-heap']:.0%}".replace("%", " %") == saving
    assert saving in (ROOT / "docs" / "oracle.md").read_text("utf-8")
