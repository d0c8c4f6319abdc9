"""A table of estimates/: the name of its file, the record of its rows, and what computes them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import attrs

from groverattn.files.csv_records import cell_text

FOLDER = "estimates"


@attrs.frozen
class Sheet:
    """A committed CSV file with one line for each record, headed by the names of the record's attributes.

    Numbers that are not whole are rounded to six significant digits, so that platforms agree.

    Attributes:
        file_name: its name in estimates/.
        record: attrs class of the rows; its docstring says what a column means.
        rows: computes the records, in order; those of the real heads take the folder data/.

    >>> Sheet("times.csv", attrs.make_class("Time", ["n", "seconds"]), list).columns
    ('n', 'seconds')
    """

    file_name: str
    record: type
    rows: Callable[..., Iterable[Any]]

    @property
    def path(self) -> str:
        """Where the file is, from the root of the repository."""
        return f"{FOLDER}/{self.file_name}"

    @property
    def columns(self) -> tuple[str, ...]:
        """Headings, in order."""
        return tuple(field.name for field in attrs.fields(self.record))

    def text(self, *inputs: Any) -> str:
        """Compute the records and write them as CSV; `inputs` are those of `rows`."""
        return self.written(self.rows(*inputs))

    def written(self, records: Iterable[Any]) -> str:
        """Write some records as CSV."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows([cell_text(getattr(record, name)) for name in self.columns] for record in records)
        return text.getvalue()

    def read(self, root: Path) -> list[dict[str, str]]:
        """Read the committed rows below the root of the repository."""
        return read_rows((root / self.path).read_text("utf-8"))


def read_rows(text: str) -> list[dict[str, str]]:
    """Read rows from CSV.

    >>> read_rows("n,seconds\\n1,0.5\\n")
    [{'n': '1', 'seconds': '0.5'}]
    """
    return list(csv.DictReader(io.StringIO(text)))
