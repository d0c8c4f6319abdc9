"""Notebooks from their sources: executed, and the same bytes each time."""

from __future__ import annotations

from pathlib import Path

from groverattn.problem.errors import InputError

TIMEOUT_S = 600


def notebook_sources(root: Path) -> list[Path]:
    """Return the sources in notebooks/, in order."""
    return sorted((root / "notebooks").glob("[0-9]*.py"))


def build_notebook(source: Path) -> str:
    """Execute a py:percent source and return the notebook as text.

    Cells are numbered, timings and versions are left out: the text depends on the source and the package alone.

    Raises:
        InputError: jupytext, nbclient or ipykernel is not installed.
        nbclient.exceptions.CellExecutionError: a cell raised.
    """
    try:
        import jupytext
        import nbclient
        import nbformat
    except ImportError as error:
        raise InputError(
            given=f"no module named {error.name}",
            allowed="an environment with jupytext, nbclient and ipykernel",
            why="a notebook is made by executing its source",
            do="pip install -e '.[dev]', which make does by itself",
        ) from error
    notebook = jupytext.reads(source.read_text(encoding="utf-8"), fmt="py:percent")
    notebook.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    nbclient.NotebookClient(
        notebook,
        timeout=TIMEOUT_S,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(source.parent)}},
    ).execute()
    notebook.metadata["language_info"] = {"name": "python"}
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number:02d}"
        cell["metadata"] = {}
    return nbformat.writes(notebook) + "\n"
