"""The arrays of docs/commands.md: in Python and through a file, as the page says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from groverattn.cli.app import call

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/commands.md").read_text("utf-8").partition("## Your own arrays")[2]


def test_the_example_runs_in_python_and_on_the_command_line(tmp_path, monkeypatch, capsys):
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    env = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr
    monkeypatch.chdir(tmp_path)
    (command,) = re.findall(r"^    groverattn (.+)$", PAGE, re.MULTILINE)
    assert call(command.split()) == 0
    assert "own: n = 64, d = 8" in capsys.readouterr().out


@pytest.mark.parametrize("page", ["README.md", "docs/index.md"])
def test_the_section_is_linked(page):
    assert "commands.md#your-own-arrays)" in (ROOT / page).read_text("utf-8")


def test_the_help_of_simulate_names_it(capsys):
    assert call(["simulate", "--help"]) == 0
    assert "docs/commands.md, Your own arrays" in " ".join(capsys.readouterr().out.replace("│", " ").split())
