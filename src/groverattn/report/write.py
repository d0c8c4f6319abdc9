"""A report as two files, HTML and Markdown, each there whole or not at all, and the page that reports share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import attrs

from groverattn.errors import InputError
from groverattn.files.whole import check_target, write_text
from groverattn.report.command import REFERENCE
from groverattn.row.request import RowRequest


@attrs.frozen
class ReportFiles:
    """Names of what is written.

    Attributes:
        html, markdown: the report.
        shared: the page of words, machines and ledger, as both; empty: it is in the report, or there already.
    """

    html: Path
    markdown: Path
    shared: tuple[Path, ...] = ()

    @property
    def all(self) -> tuple[Path, ...]:
        """All of them."""
        return self.html, self.markdown, *self.shared


def report_files(output: Path, *, force: bool, shared_reference: bool = False) -> ReportFiles:
    """Return the names of the files; asked before anything is computed.

    Args:
        output: name of the HTML file; the Markdown file has the same with .md.
        force: whether files of these names may be replaced; the shared page is never replaced.
        shared_reference: whether words, machines and ledger are on a page that reports share, and not in the report.

    Raises:
        InputError: another ending, the name of the shared page, no such folder, or a file that is there already.
    """
    if output.suffix.lower() != ".html" or output.stem == REFERENCE:
        raise InputError(
            given=str(output),
            allowed=f"a name that ends in .html, other than {REFERENCE}.html",
            why="the report is an HTML file, with a Markdown file and the page that reports share beside it",
            do="choose another name",
        )
    shared = [output.with_name(f"{REFERENCE}{ending}") for ending in (".html", ".md") if shared_reference]
    files = ReportFiles(output, output.with_suffix(".md"), tuple(path for path in shared if not path.exists()))
    for path in (files.html, files.markdown):
        check_target(path, force=force)
    for path in shared:
        check_target(path, force=True)  # what is there stays, but a folder or a link is no page
    return files


def write_report(
    requests: Sequence[RowRequest],
    files: ReportFiles,
    on_section: Callable[[int, int], None] = lambda done, total: None,
    *,
    shared_reference: bool = False,
) -> None:
    """Compute the report and write its files; `on_section` is told how many parts are done, and of how many.

    Raises:
        InputError: an unknown name, or a place that cannot be written to.
    """
    if not isinstance(requests, Sequence) or not all(isinstance(each, RowRequest) for each in requests):
        raise InputError(
            given=f"a {type(requests).__name__}",
            allowed="a RowRequest, or a list of them",
            why="a report prices its rows itself, from their inputs",
            do='write groverattn.RowRequest.of(preset="gpt2"), with inputs of your own',
        )
    # Only now: names of files are refused before circuits, and Qualtran with them, are imported.
    from groverattn.report.build import report
    from groverattn.report.reference import reference
    from groverattn.show.html import html
    from groverattn.show.markdown import markdown

    document = report(requests, on_section, output=files.html.name, shared_reference=shared_reference)
    texts = [html(document), markdown(document)]
    if files.shared:
        page = reference()
        texts += [{".html": html, ".md": markdown}[path.suffix](page) for path in files.shared]
    for path, text in zip(files.all, texts, strict=True):
        write_text(path, text)
