"""The points of a study, with an id for each that says what its numbers depend on."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Container, Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs

from groverattn.sweep.kinds import Kind
from groverattn.sweep.model_version import ModelVersion
from groverattn.sweep.study_file import Study

# 80 bits: a study of a million points has two with the same id with p = 4e-13.
_DIGITS = 20

_READ_BYTES = 1 << 20
MISSING = "missing"


@attrs.frozen
class Point:
    """One point: its id and its inputs, defaults included."""

    id: str
    values: dict[str, Any]


def point_id(kind: Kind, values: Mapping[str, Any], files: Mapping[str, str], version: ModelVersion) -> str:
    """Return the first 20 digits of the SHA-256 of all that a row depends on.

    Args:
        kind: its result's schema is part of it.
        values: all inputs, defaults included.
        files: SHA-256 of the contents of the files that inputs name.
        version: of the code and the libraries.
    """
    named = [values[declared.name] for declared in kind.file_inputs]
    said = {
        "kind": kind.name,
        "schema": kind.result_schema,
        "version": version.digest,
        "inputs": dict(values),
        "files": {name: files[name] for name in named if name in files},
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:_DIGITS]


@attrs.frozen
class Points:
    """All points of a study.

    Attributes:
        study: the study.
        ids: id of each point, in the order of the study; points that say the same have the same.
        files: SHA-256 of every file that a point names.
    """

    study: Study
    ids: tuple[str, ...]
    files: dict[str, str]

    @classmethod
    def of(cls, study: Study, version: ModelVersion) -> Points:
        """Give every point its id."""
        files = {name: file_digest(study.folder / name) for name in sorted(study.named_files())}
        ids = tuple(point_id(study.kind, study.at(index), files, version) for index in range(study.size))
        return cls(study, ids, files)

    def distinct(self) -> dict[str, None]:
        """Return every id once, in the order of the study."""
        return dict.fromkeys(self.ids)

    def to_compute(self, there: Container[str]) -> Iterator[Point]:
        """Yield the points that are not there, each once, those that share work one after the other."""
        seen: set[str] = set()
        for index in self.study.in_order():
            name = self.ids[index]
            if name not in there and name not in seen:
                seen.add(name)
                yield Point(name, self.study.at(index))


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's contents, or "missing" for what is no file or cannot be read.

    A point whose file is missing fails; once the file is there, it is another point.

    >>> file_digest(Path("no such file"))
    'missing'
    """
    try:
        if not path.is_file():  # a pipe would be waited for
            return MISSING
        status = path.stat()
        return _digest(path, status.st_mtime_ns, status.st_ctime_ns, status.st_size)
    except (OSError, ValueError):
        return MISSING


@functools.lru_cache(maxsize=1024)
def _digest(path: Path, *_changes_with_the_file: int) -> str:
    """Asked before and after every batch: the file is read again if its times or its size have changed."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_READ_BYTES):
            digest.update(block)
    return digest.hexdigest()
