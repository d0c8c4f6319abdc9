"""How a table of estimates/ is written and read."""

import attrs

from studies.sheet import Sheet, read_rows


@attrs.frozen
class Measured:
    name: str
    share: float
    n: int | None = None


SHEET = Sheet("measured.csv", Measured, lambda *names: [Measured(name, 2 / 3, 1 << 40) for name in names])


def test_numbers_that_are_not_whole_have_six_digits_and_what_is_missing_is_empty(tmp_path):
    assert SHEET.text("a") == "name,share,n\na,0.666667,1099511627776\n"
    assert SHEET.written([Measured("b", 1e-9)]) == "name,share,n\nb,1e-09,\n"
    (tmp_path / "estimates").mkdir()
    (tmp_path / SHEET.path).write_text(SHEET.text("a", "b"))
    assert [row["name"] for row in SHEET.read(tmp_path)] == ["a", "b"]


def test_no_cell_begins_like_a_formula():
    (row,) = read_rows(SHEET.text("=1+2\nand more"))
    assert row["name"] == "'=1+2 and more"
