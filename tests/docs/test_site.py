"""The site of docs/: every page is listed, and every public name is in the reference."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

import groverattn

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
INDEX = (DOCS / "index.md").read_text("utf-8")


def test_the_index_has_four_groups_and_lists_every_page():
    assert re.findall(r"^## (.*)$", INDEX, re.MULTILINE) == ["Start", "How to", "Explanation", "Reference"]
    listed = re.findall(r"\]\((\w+\.md)\)", INDEX)
    assert sorted(listed) == sorted({path.name for path in DOCS.glob("*.md")} - {"index.md"})


def test_every_public_name_is_in_the_reference_once():
    named = re.findall(r"^::: groverattn\.(\w+)$", (DOCS / "api.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(named) == sorted(set(groverattn.__all__) - {"__version__"})


@pytest.mark.skipif(importlib.util.find_spec("mkdocs") is None, reason="needs the extra `docs`; `make check` builds it")
def test_the_site_is_built_strictly(tmp_path):
    build = ["mkdocs", "build", "--strict", "--site-dir", str(tmp_path)]
    done = subprocess.run([sys.executable, "-m", *build], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "api.html").read_text("utf-8")
    assert [name for name in groverattn.__all__[1:] if f'id="groverattn.{name}"' not in page] == []
    assert "Price of one row: counts, machine, GPUs" in page
    assert (tmp_path / "repository" / "estimates" / "index.html").is_file()
    explorer = re.findall(r'<a href="([^"]+)"', (tmp_path / "explorer.html").read_text("utf-8"))
    assert {"faq.html", "classical.html", "limitations.html"} < set(explorer)
    assert [link for link in explorer if not (tmp_path / link).is_file()] == []
