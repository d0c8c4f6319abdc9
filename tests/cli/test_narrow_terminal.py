"""Tables in a narrow terminal: whole numbers at any width; a width that nothing fits in is as none."""

import os
import re
import subprocess
import sys

import pytest

PROGRAM = "from groverattn.cli.app import main; main()"
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


@pytest.mark.parametrize("columns", ["0", "1", "", "eighty"])
@pytest.mark.parametrize("arguments", [("--help",), ("physical", "--help"), COUNTS], ids=lambda words: words[0])
def test_a_width_that_is_none_is_as_if_unset(columns, arguments):
    command = [sys.executable, "-c", PROGRAM, *map(str, arguments)]
    unset = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    given, expected = (
        subprocess.run(command, env=env, capture_output=True, check=True, timeout=60).stdout
        for env in (unset | {"COLUMNS": columns}, unset)
    )
    assert given == expected != b""
