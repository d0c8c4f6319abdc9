"""A report as two files, HTML and Markdown, each there whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from groverattn.errors import InputError
from groverattn.files.whole import check_target, write_text
from groverattn.row.request import RowRequest


def report_files(output: Path, *, force: bool) -> tuple[Path, Path]:
    """Return the names of both files; asked before anything is computed.

    Args:
        output: name of the HTML file; the Markdown file has the same with .md.
        force: whether files of these names may be replaced.

    Raises:
        InputError: another ending, no such folder, or a file that is there already.
    """
    if output.suffix.lower() != ".html":
        raise InputError(
            given=str(output),
            allowed="a name that ends in .html",
            why="the report is an HTML file, and a Markdown file of the same name beside it",
            do="choose another name",
        )
    files = output, output.with_suffix(".md")
    for path in files:
        check_target(path, force=force)
    return files


def write_report(
    requests: Sequence[RowRequest],
    files: tuple[Path, Path],
    on_section: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Compute the report and write both files; `on_section` is told how many sections are done, and of how many.

    Raises:
        InputError: an unknown name, or a place that cannot be written to.
    """
    # Only now: names of files are refused before circuits, and Qualtran with them, are imported.
    from groverattn.report.build import report
    from groverattn.show.html import html
    from groverattn.show.markdown import markdown

    document = report(requests, on_section)
    texts = html(document), markdown(document)
    for path, text in zip(files, texts, strict=True):
        write_text(path, text)
