"""The files beside the package agree with it."""

import importlib.metadata
import re
import tomllib
from pathlib import Path

import groverattn

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PINS = (ROOT / "constraints.txt").read_text().splitlines()


def canonical(requirement: str) -> str:
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name is not None, requirement
    return re.sub(r"[-_.]+", "-", name.group()).lower()


def test_the_citation_names_the_version() -> None:
    citation = (ROOT / "CITATION.cff").read_text().splitlines()
    assert f"version: {groverattn.__version__}" in citation
    assert f"license: {PROJECT['license']}" in citation


def test_the_installed_version_is_the_source_s() -> None:
    assert importlib.metadata.version("groverattn") == groverattn.__version__


def test_every_direct_dependency_is_pinned() -> None:
    pinned = {canonical(line) for line in PINS}
    extras = [line for extra in PROJECT["optional-dependencies"].values() for line in extra]
    wanted = {canonical(line) for line in PROJECT["dependencies"] + extras}
    assert wanted <= pinned


def test_a_pin_is_a_name_and_a_version_only() -> None:
    others = [line for line in PINS if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+( ; python_version .*)?", line)]
    assert others == []


def test_types_are_announced() -> None:
    assert (Path(groverattn.__file__).parent / "py.typed").is_file()
