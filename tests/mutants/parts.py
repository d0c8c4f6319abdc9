"""Which tests belong to which modules, and which mutants no test can notice."""

from __future__ import annotations

import tomllib
from pathlib import Path

import attrs

EQUIVALENTS = Path(__file__).with_name("equivalent.toml")
DRAWN = ("__init__.py", "figure.py", "table.py")
"""What draws results for readers: tests/cli, tests/show and tests/docs look at it."""


@attrs.frozen
class Part:
    """Packages, and the tests that alone have to notice faults in them.

    Attributes:
        packages: folders in src.
        tests: folders of tests.
        mutants: how many are drawn.
    """

    packages: list[str]
    tests: list[str]
    mutants: int

    def paths(self, root: Path) -> list[str]:
        """Modules that get faults, from the root of the repository."""
        found = [path for package in self.packages for path in sorted((root / "src" / package).rglob("*.py"))]
        return [path.relative_to(root).as_posix() for path in found if path.name not in DRAWN]


def part(*folders: str, mutants: int) -> Part:
    """A part whose tests have the same place in tests/."""
    return Part([f"groverattn/{name}" for name in folders], [f"tests/{name}" for name in folders], mutants)


PARTS = {
    "circuits": part("bloqs", mutants=40),
    "costs": part("costs", mutants=60),
    "laws": part("reference/search", mutants=40),
    "designs": part("row", "frontier", mutants=40),
    "physical": part("physical", mutants=40),
    "checks": part("verification", "diagnosis", mutants=40),
    "stores": part("sweep", mutants=40),
}


def equivalents() -> dict[tuple[str, str, str], str]:
    """Why no test can notice a mutant, by its key."""
    listed = tomllib.loads(EQUIVALENTS.read_text("utf-8")).get("mutant", [])
    return {(each["path"], each["before"], each["after"]): each["reason"] for each in listed}
