"""Computes what is committed as computed: estimates/, blocks of README.md, the study of real heads, the notebooks.

    python -m studies                    # estimates and README.md
    python -m studies heads notebooks    # finders, real_heads, tails and block_*.csv, notebooks
    python -m studies explorer           # explorer.csv and docs/explorer.html
    python -m studies models             # model_*.csv, real_models/*.csv and the law of k, where a model was captured
    python -m studies readers            # openqasm_readers.csv, with the extra `readers`
    python -m studies --check            # compare only; exit status 1 if a file differs

Nothing that is written holds a date, a duration of the computation or the name of a machine.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import attrs

from groverattn.errors import InputError
from groverattn.files.whole import write_text
from groverattn.run import main_job
from studies import api_stub
from studies.circuit import indexer_scores, iterates, nested_search, openqasm_readers, peers, precision
from studies.explorer import grid
from studies.explorer import page as explorer_page
from studies.model_run import model_run
from studies.notebooks import build_notebook, notebook_sources
from studies.price import k_laws, models, presets, reports
from studies.readme import code_block, estimate_block, frontier_figure, headline, sheet_readme
from studies.real_models import page, row_work, rows
from studies.real_models.head_files import SHEETS, head_files
from studies.search import (
    block_alternatives,
    block_fit,
    block_misses,
    block_rows,
    finders,
    methods,
    query_crossover,
    read_first,
    real_heads,
    scaling,
    scaling_fit,
    success_frequency,
)
from studies.search.tails_figure import tails_svg
from studies.sheet import FOLDER, read_rows
from studies.training import gradient_cost, training

GROUPS = ("estimates", "readme", "explorer", "heads", "models", "notebooks", "readers")
DEFAULT_GROUPS = ("estimates", "readme")

_SHEETS = tuple(
    study.SHEET
    for study in (
        *(
            iterates,
            indexer_scores,
            precision,
            nested_search,
            models,
            k_laws,
            peers,
            scaling,
            scaling_fit,
            query_crossover,
            methods,
        ),
        *(success_frequency, gradient_cost, training),
    )
)
_SHEETS_OF_HEADS = (
    finders.SHEET,
    real_heads.SHEET,
    real_heads.TAILS_SHEET,
    real_heads.BLOCKS_SHEET,
    block_alternatives.SHEET,
    read_first.SHEET,
)
_SHEETS_OF_MODELS = (
    (rows.SHEET, rows.records_of),
    (row_work.WORK_SHEET, row_work.work_of_head),
    (row_work.BLOCKS_SHEET, row_work.blocks_of_head),
)
_LONG_SHEETS = (block_rows.SHEET, block_fit.SHEET, block_misses.SHEET)


@attrs.frozen
class Artefact:
    """A committed file that is computed, or a file with a computed block.

    Attributes:
        path: where it is, from the root of the repository.
        part: which part of the file is computed, in words.
        compute: returns the new text of the file, given the old one.
        same: whether old and new text say the same.
    """

    path: str
    part: str
    compute: Callable[[str], str]
    same: Callable[[str, str], bool] = str.__eq__


def artefacts(group: str, root: Path) -> Iterator[Artefact]:
    """Yield what one group holds; a later one may read the files of those before it."""
    whole = "all of it"
    if group == "estimates":
        yield Artefact(presets.SHEET.path, whole, lambda _: presets.SHEET.text(), _same_sheet)
        for sheet in _SHEETS:
            yield Artefact(sheet.path, whole, lambda _, sheet=sheet: sheet.text())
        yield Artefact(f"{FOLDER}/scaling.svg", whole, lambda _: scaling.scaling_svg(scaling.scaling_records()))
        yield Artefact(f"{FOLDER}/frontier.svg", whole, lambda _: frontier_figure())
        for path, compute in reports.reports():
            yield Artefact(path, whole, lambda _, compute=compute: compute())
        yield Artefact(f"{FOLDER}/README.md", whole, lambda _: sheet_readme())
        yield Artefact(api_stub.FILE_NAME, whole, lambda _: api_stub.stub())
    elif group == "readme":
        yield Artefact(
            "README.md",
            "the table",
            lambda text: replaced_block(text, "headline", headline(presets.SHEET.read(root))),
        )
        yield Artefact(
            "README.md",
            "the output of `groverattn estimate`",
            lambda text: replaced_block(text, "estimate", estimate_block()),
        )
        yield Artefact(
            "README.md", "the output of `groverattn run`", lambda text: replaced_block(text, "run", run_block())
        )
    elif group == "explorer":
        yield Artefact(grid.SHEET.path, whole, lambda _: grid.SHEET.text())
        yield Artefact(explorer_page.FILE_NAME, whole, lambda _: explorer_page.page(grid.SHEET.read(root)))
    elif group == "heads":
        for sheet in _SHEETS_OF_HEADS:
            yield Artefact(sheet.path, whole, lambda _, sheet=sheet: sheet.text(root / "data"))
        for path in filter(Path.is_file, [root / read_first.CAPTURED]):  # too large to be committed
            sheet = read_first.CAPTURED_SHEET
            yield Artefact(sheet.path, whole, lambda _, sheet=sheet, path=path: sheet.text(path))
        for sheet in _LONG_SHEETS:
            yield Artefact(sheet.path, whole, lambda _, sheet=sheet: sheet.text())
        drawn = real_heads.TAILS_SHEET
        yield Artefact(f"{FOLDER}/tails.svg", whole, lambda _: tails_svg(drawn.read(root)))
    elif group == "models":
        yield from _of_models(root)
    elif group == "readers":
        yield Artefact(openqasm_readers.SHEET.path, whole, lambda _: openqasm_readers.SHEET.text())
    else:
        for source in notebook_sources(root):
            path = source.with_suffix(".ipynb").relative_to(root).as_posix()
            yield Artefact(path, whole, lambda _, source=source: build_notebook(source))


def _of_models(root: Path) -> Iterator[Artefact]:
    """What is measured on models whose weights are not committed; without them it is left as it is."""
    try:
        for path, compute in head_files(root):
            yield Artefact(path, "all of it", lambda _, compute=compute: compute())
    except InputError as missing:
        print(f"skipped: models: {missing}", file=sys.stderr)
    try:
        model_run.weights()
        run = model_run.SHEET
        yield Artefact(run.path, "all of it", lambda _: run.text(root / "data"), model_run.same_rows)
    except InputError as missing:
        print(f"skipped: the model's run: {missing}", file=sys.stderr)
    for sheet, of_head in _SHEETS_OF_MODELS:
        yield Artefact(
            sheet.path,
            "all of it, less the lines of captures that are missing",
            lambda old, sheet=sheet, of_head=of_head: rows.refreshed(sheet, of_head, old, root / "data"),
        )
    if all((root / sheet.path).is_file() for sheet in SHEETS):  # of the tables of the page
        yield Artefact(page.FILE_NAME, "the tables", lambda text: page_text(root, text))


def page_text(root: Path, text: str) -> str:
    """Put the tables of the sheets into docs/real_models.md."""
    for name, block in page.blocks(root).items():
        text = replaced_block(text, name, block)
    return text


def run_block() -> str:
    """Return what `groverattn run` prints in a terminal of 80 columns, as a Markdown code block.

    Raises:
        InputError: the run failed one of its own checks: such an output is not to be shown.
    """
    result = main_job()
    if not result.passed:
        raise InputError(
            given="a run of the main job that did not pass its own checks",
            allowed="a run that passes",
            why="README.md shows its output",
            do="run `groverattn run` and look for what failed",
        )
    return code_block(result)


def replaced_block(text: str, name: str, block: str) -> str:
    """Replace what stands between the two markers of a generated block.

    Raises:
        InputError: the markers are not both there, once and in order.

    >>> replaced_block("a <!-- begin generated: x -->old<!-- end generated: x --> b", "x", "new")
    'a <!-- begin generated: x -->\\nnew\\n<!-- end generated: x --> b'
    """
    begin, end = f"<!-- begin generated: {name} -->", f"<!-- end generated: {name} -->"
    before, found_begin, rest = text.partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found_begin and found_end) or text.count(begin) + text.count(end) != 2:
        raise InputError(
            given=f"a text without the markers of the block {name!r}",
            allowed=f"{begin} and then {end}, once each",
            why="the computed block is put between them",
            do="put the two comments back where the block belongs",
        )
    return f"{before}{begin}\n{block}\n{end}{after}"


def _computed(groups: Sequence[str], root: Path) -> Iterator[tuple[Artefact, str, bool]]:
    """Yield every artefact with its new text and whether it says the same as the file; a terminal sees where it is."""
    for artefact in (artefact for group in groups for artefact in artefacts(group, root)):
        if sys.stderr.isatty():
            print(artefact.path, file=sys.stderr)
        path = root / artefact.path
        old = path.read_text("utf-8") if path.exists() else ""
        new = artefact.compute(old)
        yield artefact, new, artefact.same(old, new)


def differences(groups: Sequence[str], root: Path) -> list[Artefact]:
    """Compute everything and return what differs from the files; nothing is written."""
    return [artefact for artefact, _, same in _computed(groups, root) if not same]


def regenerate(groups: Sequence[str], root: Path) -> list[str]:
    """Compute everything, write what differs and return the paths of the files that changed.

    A file whose numbers are the same up to the last digit is left as it is.
    """
    changed = []
    for artefact, new, same in _computed(groups, root):
        if not same:
            (root / artefact.path).parent.mkdir(exist_ok=True)
            write_text(root / artefact.path, new)
            changed.append(artefact.path)
    return list(dict.fromkeys(changed))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit status: 0 done, 1 a file differs, 2 it cannot be done."""
    parser = argparse.ArgumentParser(prog="python -m studies", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"{', '.join(GROUPS)}; default: estimates readme")
    parser.add_argument("--check", action="store_true", help="compare and write nothing")
    parser.add_argument("--root", type=Path, default=Path(), help="root of the repository; default: the directory here")
    options = parser.parse_args(arguments)
    try:
        groups = _checked(options.groups or DEFAULT_GROUPS, options.root)
        if not options.check:
            for path in regenerate(groups, options.root) or ["nothing"]:
                print(f"changed: {path}")
            return 0
        different = differences(groups, options.root)
    except InputError as error:
        print(f"regenerate: {error}", file=sys.stderr)
        return 2
    for artefact in different:
        print(f"{artefact.path} differs from what the program computes ({artefact.part}).", file=sys.stderr)
    if different:
        print(_WHAT_TO_DO, file=sys.stderr)
    return 1 if different else 0


def _checked(groups: Sequence[str], root: Path) -> Sequence[str]:
    unknown = [group for group in groups if group not in GROUPS]
    if unknown:
        raise InputError(
            given=", ".join(unknown),
            allowed=", ".join(GROUPS),
            why="these are what is computed",
            do="leave it out for estimates and readme",
        )
    if not (root / "README.md").is_file():
        raise InputError(
            given=f"the directory {root}",
            allowed="the root of a clone of the repository",
            why="there is no README.md here, and files are written beside it",
            do="change to the root of the clone, or name it with --root",
        )
    return groups


def _same_sheet(old: str, new: str) -> bool:
    return presets.same_rows(read_rows(old), read_rows(new))


_WHAT_TO_DO = """\
If the change is meant: run `make estimates` (and `make studies` for notebooks), read the diff, commit it with the
change, and say under "Numbers changed" in CHANGELOG.md which number moved and why. If it is not, it is a bug."""

if __name__ == "__main__":
    sys.exit(main())
