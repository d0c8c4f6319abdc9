"""What the documents say of a measured k: the table in docs/paper.md, the caption in README.md, a law of one's own."""

import re
from pathlib import Path

import pytest

from groverattn.models.k_laws import k_law, read_k_law
from groverattn.row.circuit import score_of
from groverattn.row.readings import readings_of
from groverattn.row.request import RowRequest
from groverattn.row.time import one_key
from studies.price.k_laws import LAW, SHEET

ROOT = Path(__file__).parents[2]
N = 131072


def text_of(name):
    return " ".join((ROOT / name).read_text("utf-8").split())


def cells():
    """Cells of the table in docs/paper.md, by the start of its rows."""
    rows = re.findall(r"^\| (as n grows the same|\d+ %)(.*)\|$", (ROOT / "docs/paper.md").read_text("utf-8"), re.M)
    return {start: [cell.strip() for cell in rest.split("|")] for start, rest in rows}


def test_what_a_measured_k_makes_of_the_paper_s_formulas():
    law, table = k_law(LAW), cells()
    for weight in law.weights:
        of, found = law.of(weight), law.at(N, weight)
        exponent, (low, high) = of.exponent, found.by_exponent
        words, k, row, rows, values, ratio, _ = table[f"{100 * weight:g} %"]
        assert f"n^{exponent:.2f}" in words
        assert k == f"{found.k:,} ({low:,} to {high:,})"
        assert row == f"n^{(1 + exponent) / 2:.2f}"
        assert rows == f"n^{1.5 + exponent / 2:.2f} d"
        assert values == f"n^{1 + exponent:.2f} d"
        assert ratio == f"n^{(exponent - 1) / 2:.2f}"
    blocks = [f"n^{0.75 + law.of(weight).exponent / 2:.2f}" for weight in law.weights]
    assert "n^(3/4) k^(1/2), become {}, {} and {}:".format(*blocks) in text_of("docs/paper.md")
    text, median, found = text_of("docs/paper.md"), law.of(0.9), law.at(N, 0.9)
    assert f"in the median head k = {median.coefficient:.2f} n^{median.exponent:.2f} keys hold 90 %" in text
    assert f"at 10 % and 90 % need {found.of_heads[0]:,} and {found.of_heads[1]:,} keys" in text
    late = [law.of(weight).late[1] for weight in law.weights]
    left = [f"{law.at(N, weight).late:,}" for weight in law.weights]
    assert "has the exponents {:.2f}, {:.2f} and {:.2f} for 90, 95 and 99 %".format(*late) in text
    assert "which would leave k at {}, {} and {} there".format(*left) in text
    assert (law.n_min, law.n_max) == (256, 8192)


@pytest.mark.slow
@pytest.mark.parametrize("weight", [None, 0.9, 0.95, 0.99])
def test_the_verdict_along_the_law(weight):
    law = {} if weight is None else {"k_law": LAW, "k_weight": weight}
    request = one_key(RowRequest.of(preset="llama3.1-8b", **law))
    readings = readings_of(request, score_of(request))
    row = cells()["as n grows the same" if weight is None else f"{100 * weight:g} %"]
    assert row[-1] == f"2^{readings.one_machine.slowest.log2_extrapolated:.0f}"
    assert readings.equal_hardware is not None
    assert readings.equal_hardware.never


def test_times_by_the_law_are_those_of_the_sheet():
    rows = SHEET.read(ROOT)

    def over(*weights):
        return [float(row["time_over_assumed"]) for row in rows if row["weight"] in weights]

    least, most = over("0.9", "0.95"), over("0.99")
    assert (
        f"by a factor of {min(least):.2f} to {max(least):.2f} at 90 % and 95 %, and of {min(most):.2f} to "
        f"{max(most):.1f} at 99 %"
    ) in text_of("docs/paper.md")
    shown = ("gpt2", "llama3-8b", "llama3.1-8b", "1m-context-synthetic")
    found = [next(row for row in rows if (row["preset"], row["weight"]) == (name, "0.9")) for name in shown]
    k, times = [row["n_marked"] for row in found], [float(row["time_over_assumed"]) for row in found]
    assert (
        f"it is {', '.join(k[:-1])} and {k[-1]} in the other four lines, and their rows take {min(times):.2f} to "
        f"{max(times):.2f} times as long"
    ) in text_of("README.md")


def test_the_law_of_one_s_own(tmp_path):
    page = (ROOT / "docs/extending.md").read_text("utf-8")
    example = re.search(r"<!-- example: own_law.toml -->\n```toml\n(.*?)```", page, re.DOTALL)
    assert example
    path = tmp_path / "own_law.toml"
    path.write_text(example[1], "utf-8")
    assert read_k_law(path).at(1024, 0.9).k == round(3 * 1024**0.4)
    assert RowRequest.of(preset="gpt2", k_law=str(path)).shape.n_marked == round(3 * 1024**0.4)
