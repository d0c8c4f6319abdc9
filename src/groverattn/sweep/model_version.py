"""What the numbers of a point depend on besides its inputs: the code and the libraries."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import json
import platform
import subprocess
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import attrs

import groverattn

# Counts come from Qualtran and Cirq, draws from NumPy, minima and quantiles from SciPy, formulas of sizes from SymPy.
LIBRARIES = ("cirq-core", "numpy", "qualtran", "scipy", "sympy")

_SOURCES = (".py", ".toml")
_NO_NUMBERS = ("cli", "__pycache__")


@attrs.frozen
class ModelVersion:
    """The version of the code that computes points.

    Attributes:
        package: version of groverattn.
        sources: SHA-256 of its source files and machines, the command line left out.
        libraries: version of each library that numbers come from.
    """

    package: str
    sources: str
    libraries: dict[str, str]

    @property
    def digest(self) -> str:
        """First 20 digits of the SHA-256 of all of it; part of every point's id."""
        return hashlib.sha256(json.dumps(attrs.asdict(self), sort_keys=True).encode()).hexdigest()[:20]


@functools.cache
def model_version() -> ModelVersion:
    """Return the version of the code that runs, read once.

    >>> model_version().digest == model_version().digest
    True
    """
    libraries = {name: importlib.metadata.version(name) for name in LIBRARIES}
    return ModelVersion(groverattn.__version__, sources_digest(files("groverattn")), libraries)


def python_version() -> str:
    """Return the version of Python, which no number depends on."""
    return platform.python_version()


def git_state() -> dict[str, Any] | None:
    """Return the commit that the package's files are from and whether they were changed since; None without one.

    A package that is installed beside some other project's commits is not part of them.
    """
    folder = Path(groverattn.__file__).parent
    if _git(folder, "ls-files", "--error-unmatch", "__init__.py") is None:
        return None
    commit, changed = _git(folder, "rev-parse", "HEAD"), _git(folder, "status", "--porcelain", "--", ".")
    return None if commit is None else {"commit": commit, "changed": bool(changed)}


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def sources_digest(package: Traversable) -> str:
    """Return the SHA-256 of the names and contents of a package's source files and machines, cli/ left out."""
    digest = hashlib.sha256()
    for name, contents in _sources(package, ""):
        digest.update(f"{name} {len(contents)}\n".encode())
        digest.update(contents)
    return digest.hexdigest()


def _sources(folder: Traversable, prefix: str):
    """Yield name and contents of every source file, in the order of names."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            if entry.name not in _NO_NUMBERS:
                yield from _sources(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(_SOURCES):
            yield prefix + entry.name, entry.read_bytes()
