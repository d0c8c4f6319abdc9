"""Notebooks from their sources: executed, and the same bytes each time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from groverattn.errors import InputError

TIMEOUT_S = 600
NO_KERNEL = "[sliders: they show where the notebook runs]"
"""What stands in a written notebook where a widget is."""

_WIDGET = "application/vnd.jupyter.widget-view+json"
_WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
# Warnings are errors in the kernel, as in the tests; ipykernel warns of its own shutdown.
_KERNEL_ARGUMENTS = [
    "--InteractiveShellApp.exec_lines=import warnings; warnings.simplefilter('error'); "
    "warnings.filterwarnings('ignore', module='ipykernel')",
    "--IPKernelApp.log_level=40",
]


def notebook_sources(root: Path) -> list[Path]:
    """Return the sources in notebooks/, in order."""
    return sorted((root / "notebooks").glob("[0-9]*.py"))


def build_notebook(source: Path) -> str:
    """Execute a py:percent source and return the notebook as text.

    Cells are numbered, timings, versions and the state of widgets are left out: the text depends on the source and the
    package alone.

    Raises:
        InputError: jupytext, nbclient or ipykernel is not installed.
        nbclient.exceptions.CellExecutionError: a cell raised, or warned.
        RuntimeError: a widget's callback raised.
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
        coalesce_streams=True,  # how many pieces a cell's text comes in depends on the load
        extra_arguments=_KERNEL_ARGUMENTS,
        resources={"metadata": {"path": str(source.parent)}},
    ).execute()
    _check_callbacks(notebook.metadata.pop("widgets", {}), source.name)
    notebook.metadata["language_info"] = {"name": "python"}
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number:02d}"
        cell["metadata"] = {}
        for output in cell.get("outputs", ()):
            _without_widget(output)
    return nbformat.writes(notebook) + "\n"


def _check_callbacks(widgets: Any, name: str) -> None:
    """Raise what a widget's callback raised when the widget was made: it is printed into the widget, and lost."""
    for widget in widgets.get(_WIDGET_STATE, {}).get("state", {}).values():
        for output in widget["state"].get("outputs", ()):
            if output["output_type"] == "error" or output.get("name") == "stderr":
                raise RuntimeError(f"{name}: {output.get('evalue') or output.get('text')}")


def _without_widget(output: Any) -> None:
    """Put words in the place of a widget: its name differs each time, and it needs a kernel."""
    if _WIDGET in output.get("data", {}):
        output["data"] = {"text/plain": NO_KERNEL}
