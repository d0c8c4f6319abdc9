"""What stands beside a table: how it was computed, and what its columns mean."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import attrs

from groverattn.sweep.model_version import ModelVersion, git_state, python_version
from groverattn.sweep.points import Points
from groverattn.sweep.store import JOURNAL, TABLE

SCHEMA = "groverattn.sweep/1"


def manifest_text(
    points: Points, version: ModelVersion, command: Sequence[str], table: dict[str, Any] | None, n_distinct: int
) -> str:
    """Return the manifest as JSON.

    Args:
        points: the study and its points.
        version: of the code and the libraries.
        command: the command line.
        table: rows of the final table and how many of them failed; None while it is not complete.
        n_distinct: points, those that say the same counted once.
    """
    study = points.study
    said = {
        "schema": SCHEMA,
        "kind": study.kind.name,
        "command": list(command),
        "study": {"file": study.path.name, "sha256": study.sha256},
        "points": n_distinct,
        "files_of_the_study": points.files,
        "model_version": version.digest,
        "versions": attrs.asdict(version) | {"python": python_version()},
        "git": git_state(),
        "result_schema": study.kind.result_schema,
        "table_schema": study.kind.schema,
        "id": "SHA-256 of inputs, contents of the files they name, result_schema and model_version",
        "journal": JOURNAL,
        "table": None if table is None else {"file": TABLE} | table,
        "columns": {column.name: column.meaning for column in study.kind.columns},
    }
    return json.dumps(said, indent=2) + "\n"
