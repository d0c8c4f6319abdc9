"""What is committed as computed: the README's blocks and the sheet's README; and the command for it."""

import shutil
from pathlib import Path

import attrs
import pytest

from groverattn.errors import InputError
from studies import __main__ as regenerate
from studies.price import presets
from studies.readme import headline

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def artefact(part, group="readme"):
    return next(each for each in regenerate.artefacts(group, ROOT) if part in each.part)


@pytest.fixture
def clone(tmp_path):
    """A root with the committed README.md and sheet."""
    (tmp_path / "estimates").mkdir()
    shutil.copy(ROOT / "README.md", tmp_path)
    shutil.copy(ROOT / presets.SHEET.path, tmp_path / presets.SHEET.path)
    return tmp_path


def test_the_table_in_the_readme_is_read_from_the_sheet():
    assert artefact("the table").compute(README) == README


def test_the_sheet_s_readme_names_every_column():
    assert (ROOT / "estimates/README.md").read_text("utf-8") == regenerate.sheet_readme()


def test_the_headline_s_words_hold():
    """README.md says that quantum loses in every line, and no crossover; against a top-k of one row by 1e5 and more."""
    rows = presets.SHEET.read(ROOT)
    gates = [row for row in rows if row["data_access"] in ("qrom", "qroam") and row["preset"] in headline(rows)]
    assert all(float(row["duration_s"]) > 1e5 * float(row["classical_slowest_s"]) for row in gates)
    assert all(row["crossover_n_keys"] == "" for row in rows)


def test_the_headline_says_what_is_out_of_reach():
    rows = presets.SHEET.read(ROOT)
    for row in rows:
        if row["preset"] == "gpt2":
            row.update(physical_qubits="", duration_s="", error="no factory")
    assert "out of reach" in headline(rows).splitlines()[2]


def test_check_writes_nothing_and_names_what_differs(clone, monkeypatch, capsys):
    monkeypatch.setattr(regenerate, "run_block", lambda: "```text\nother\n```")
    before = (clone / "README.md").read_text("utf-8")
    assert regenerate.main(["readme", "--check", "--root", str(clone)]) == 1
    message = capsys.readouterr().err
    assert "README.md differs from what the program computes (the output of `groverattn run`)." in message
    assert "make estimates" in message
    assert (clone / "README.md").read_text("utf-8") == before


def test_what_differs_is_written_once(clone, monkeypatch, capsys):
    monkeypatch.setattr(regenerate, "run_block", lambda: "```text\nother\n```")
    assert regenerate.main(["readme", "--root", str(clone)]) == 0
    assert capsys.readouterr().out == "changed: README.md\n"
    assert regenerate.main(["readme", "--check", "--root", str(clone)]) == 0
    assert regenerate.main(["readme", "--root", str(clone)]) == 0
    assert capsys.readouterr().out == "changed: nothing\n"


def test_a_sheet_that_differs_in_the_last_digit_only_is_left_alone(clone, monkeypatch):
    rows = presets.SHEET.read(clone)
    rows[0]["duration_s"] = f"{float(rows[0]['duration_s']) * (1 + 4e-6):.7g}"
    changed = attrs.evolve(presets.SHEET, rows=lambda: (presets.PresetRow(**row) for row in rows))
    monkeypatch.setattr(presets, "SHEET", changed)
    # what else there is in estimates/ says nothing about the sheet, and takes minutes
    alone = next(regenerate.artefacts("estimates", clone))
    assert alone.path == presets.SHEET.path
    monkeypatch.setattr(regenerate, "artefacts", lambda group, root: [alone])
    assert presets.SHEET.path not in regenerate.regenerate(["estimates"], clone)
    rows[0]["toffoli"] = str(int(rows[0]["toffoli"]) + 1)
    assert presets.SHEET.path in regenerate.regenerate(["estimates"], clone)


@pytest.mark.parametrize("arguments", [["graphs"], ["--root", "no such directory"]])
def test_what_cannot_be_done(arguments, capsys):
    assert regenerate.main(arguments) == 2
    assert capsys.readouterr().err.startswith("regenerate: given: ")


@pytest.mark.parametrize("text", ["", "<!-- end generated: x --><!-- begin generated: x -->"])
def test_lost_markers(text):
    with pytest.raises(InputError, match="block 'x'"):
        regenerate.replaced_block(text, "x", "new")
