"""The files beside the package agree with it."""

import ast
import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

import yaml

import groverattn

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
SDIST = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
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


def imported() -> set[str]:
    """Packages that a module of ours imports, wherever in it."""
    found = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                found.add(str(node.module).partition(".")[0])
    return found - set(sys.stdlib_module_names) - {"groverattn"}


def test_every_package_that_is_imported_is_declared() -> None:
    """Also those that Qualtran brings along: it need not for ever."""
    distributions = {"cirq": "cirq-core", "markdown_it": "markdown-it-py"}
    declared = {canonical(line) for line in PROJECT["dependencies"]}
    assert "matplotlib" in imported()
    assert {canonical(distributions.get(name, name)) for name in imported()} <= declared


def test_the_source_distribution_has_all_that_the_tests_and_the_documents_need() -> None:
    included = {name.lstrip("/") for name in SDIST}
    assert all((ROOT / name).exists() for name in included)
    text = "".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("*.py"))
    for name in ("data", "docs", "estimates", "notebooks", "studies", "benchmarks", "CONTRIBUTING.md", "mkdocs.yml"):
        assert name in included
    assert "notebooks" in text


def test_classifiers_are_pythons_that_are_admitted() -> None:
    minors = [int(line.rpartition(".")[2]) for line in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", line)]
    least, above = (int(each) for each in re.findall(r"3\.(\d+)", PROJECT["requires-python"]))
    assert minors == list(range(least, minors[-1] + 1))
    assert minors[-1] < above


def test_the_workflow_runs_what_has_to_pass() -> None:
    """On the oldest and newest Python of the classifiers, and without constraints on the newest that is admitted."""
    jobs = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text("utf-8"))["jobs"]
    runs = jobs["run"]["strategy"]["matrix"]["include"]
    assert ".ci/run" in [step.get("run") for step in jobs["run"]["steps"]]
    pinned = {run["python"] for run in runs if not run["newest"]}
    assert pinned == {"3.11", "3.13"}
    assert {f"Programming Language :: Python :: {python}" for python in pinned} <= set(PROJECT["classifiers"])
    above = int(PROJECT["requires-python"].rpartition(".")[2])
    assert f"3.{above - 1}" in {run["python"] for run in runs if run["newest"]}


def test_the_changelog_has_a_short_section_for_the_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    sections = dict(re.findall(r"^## \[(.+?)\][^\n]*\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    assert len(sections[groverattn.__version__].strip().splitlines()) <= 60
