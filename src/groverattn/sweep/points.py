"""Points of a study, with an id for each: a hash of its inputs, the files they name and the version of the model."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import json
import subprocess
from collections.abc import Container, Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs

import groverattn
from groverattn.sweep.kinds import Kind, Values
from groverattn.sweep.study_file import Study

_PACKAGE = Path(groverattn.__file__).parent

# 80 bits: of a million points two have the same id with p = 4e-13.
_DIGITS = 20

MISSING = "missing"

# Counts come from Qualtran and Cirq, draws from NumPy, minima and quantiles from SciPy, formulas of sizes from SymPy.
LIBRARIES = ("cirq-core", "numpy", "qualtran", "scipy", "sympy")

_SOURCES = (".py", ".toml")
_WITHOUT_NUMBERS = ("cli", "report", "show", "__pycache__")
_PRINTED = ("table.py", "ledger.toml")
_DRAWING = ("figure.py", "_figure.py")
_WORDS = "show/numbers.py"  # writes the numbers in the verdict and in error messages, which are cells of a row


@attrs.frozen
class ModelVersion:
    """Version of what the numbers of a point depend on besides its inputs.

    Attributes:
        package: version of groverattn.
        sources: SHA-256 of the source files and machines that numbers come from.
        libraries: version of each library that numbers come from.
    """

    package: str
    sources: str
    libraries: dict[str, str]

    @functools.cached_property
    def digest(self) -> str:
        """First 20 digits of the SHA-256 of all of it; part of every point's id."""
        return _hash(attrs.asdict(self))


@functools.cache
def model_version() -> ModelVersion:
    """Return the version of the code that runs, read once.

    >>> sorted(model_version().libraries)[0]
    'cirq-core'
    """
    libraries = {name: importlib.metadata.version(name) for name in LIBRARIES}
    return ModelVersion(groverattn.__version__, sources_digest(_PACKAGE), libraries)


def sources_digest(package: Path) -> str:
    """Return the SHA-256 of the names and contents of the files that numbers come from.

    Left out is what only prints: the folders cli, report and show (but for the words of a verdict), tables, figures and
    the ledger.
    """
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        name = path.relative_to(package).as_posix()
        if is_source(name) and path.is_file():
            contents = path.read_bytes()
            digest.update(f"{name} {len(contents)}\n".encode() + contents)
    return digest.hexdigest()


def is_source(name: str) -> bool:
    """Whether numbers come from a file of the package, by its path in it.

    >>> is_source("row/price.py"), is_source("estimation/table.py"), is_source("diagnosis/survey_figure.py")
    (True, False, False)
    """
    *folders, file = name.split("/")
    prints = not set(folders).isdisjoint(_WITHOUT_NUMBERS) or file in _PRINTED or file.endswith(_DRAWING)
    return name == _WORDS or (file.endswith(_SOURCES) and not prints)


def git_state() -> dict[str, Any] | None:
    """Return the commit of the package's files and whether they were changed since; None if they are not in git.

    A package installed beside some other project's commits is not part of them.
    """
    commit = _git("rev-parse", "HEAD") if _git("ls-files", "--error-unmatch", "__init__.py") is not None else None
    return None if commit is None else {"commit": commit, "changed": bool(_git("status", "--porcelain", "--", "."))}


def _git(*arguments: str) -> str | None:
    options: dict[str, Any] = {"cwd": _PACKAGE, "capture_output": True, "text": True}
    try:
        return subprocess.run(["git", *arguments], **options, timeout=20, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None


@attrs.frozen
class Point:
    """Point of a study: its id and its inputs, defaults included."""

    id: str
    values: dict[str, Any]


def point_id(kind: Kind, values: Values, files: Mapping[str, str], version: ModelVersion) -> str:
    """Return the first 20 digits of the SHA-256 of all that a row depends on.

    Args:
        kind: its result's schema is part of it.
        values: all inputs, defaults included.
        files: SHA-256 of the contents of the files that inputs name.
        version: of the code and the libraries.
    """
    named = {name: files[name] for name in kind.named_files(values).values() if name in files}
    said = {"kind": kind.name, "schema": kind.result_schema, "version": version.digest, "inputs": dict(values)}
    return _hash(said | {"files": named})


def _hash(said: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:_DIGITS]


@attrs.frozen
class Points:
    """All points of a study.

    Attributes:
        study: the study.
        ids: id of each point, in the order of the study; points that say the same have the same.
        files: SHA-256 of every file that a point names.
        version: of the code that computes them.
    """

    study: Study
    ids: tuple[str, ...]
    files: dict[str, str]
    version: ModelVersion

    @classmethod
    def of(cls, study: Study, version: ModelVersion) -> Points:
        """Give every point its id."""
        files = {name: file_digest(study.folder / name) for name in sorted({path for _, path in study.named_files()})}
        ids = tuple(point_id(study.kind, study.at(index), files, version) for index in range(study.size))
        return cls(study, ids, files, version)

    def to_compute(self, there: Container[str]) -> Iterator[Point]:
        """Yield the points that are not there, each once, those that share work one after the other."""
        seen: set[str] = set()
        for index in self.study.in_order():
            name = self.ids[index]
            if name not in there and name not in seen:
                seen.add(name)
                yield Point(name, self.study.at(index))


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's contents, or "missing" if it is not a file or cannot be read.

    A point whose file is missing fails; once the file is there, it is another point.

    >>> file_digest(Path("no such file"))
    'missing'
    """
    try:
        if path.is_dir():  # that of a model stands for its configuration
            path = path / "config.json"
        if not path.is_file():  # a pipe would be waited for
            return MISSING
        status = path.stat()
        return _digest(path, status.st_mtime_ns, status.st_ctime_ns, status.st_size)
    except (OSError, ValueError):
        return MISSING


@functools.lru_cache(maxsize=1024)
def _digest(path: Path, *_changes_with_the_file: int) -> str:
    """Asked before and after every batch: the file is read again if its times or its size have changed."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
