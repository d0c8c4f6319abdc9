"""Tables in a narrow terminal: whole numbers at any width; a width that nothing fits in is as none."""

import os
import re

import pytest

from tests.cli.forked import outputs

COUNTS = ("physical", "--toffoli", 1000, "--logical-qubits", 5)


def numbers(text):
    """Words of a text that have a digit, without brackets and signs around them."""
    return {word.strip("(),;:.") for word in text.split() if re.search(r"\d", word)}


@pytest.mark.parametrize(
    "arguments",
    [
        ("estimate", "--preset", "toy", "--verbose"),
        ("compare", "--preset", "toy"),
        ("frontier", "--preset", "toy"),
        ("simulate", "--n-keys", 64, "--d-head", 4, "--n-marked", 2, "--rows", "0:2", "--engine", "law"),
        ("presets",),
        COUNTS,
    ],
    ids=lambda arguments: arguments[0],
)
def test_every_number_is_whole(cli, monkeypatch, arguments):
    monkeypatch.setenv("COLUMNS", "200")
    wide = cli(*arguments).out
    for width in (20, 60):
        monkeypatch.setenv("COLUMNS", str(width))
        narrow = cli(*arguments).out
        assert "…" not in narrow
        assert numbers(narrow) <= numbers(wide)
        assert arguments == ("presets",) or numbers(narrow) == numbers(wide)  # its notes take a column that is dropped


WIDTHS = ("0", "1", "", "eighty")
LINES = (("--help",), ("physical", "--help"), COUNTS)


@pytest.fixture(scope="module")
def printed():
    """What each line prints, by line and width; None: without one."""
    unset = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    runs = [(line, width) for line in LINES for width in (None, *WIDTHS)]
    environments = [unset if width is None else unset | {"COLUMNS": width} for _, width in runs]
    return dict(zip(runs, outputs(*zip(environments, (line for line, _ in runs), strict=True)), strict=True))


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize("arguments", LINES, ids=lambda words: words[0])
def test_a_width_that_is_none_is_as_if_unset(printed, columns, arguments):
    assert printed[arguments, columns] == printed[arguments, None] != b""
