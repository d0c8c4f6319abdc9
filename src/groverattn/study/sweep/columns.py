"""What a column of a sweep's table is called and means."""

from __future__ import annotations

import attrs


@attrs.frozen
class SheetColumn:
    """One column.

    Attributes:
        name: heading, with the unit where there is one.
        meaning: what it is, in words; the manifest says it.
    """

    name: str
    meaning: str


ID = SheetColumn("id", "first 20 digits of the SHA-256 of the inputs, of the files they name and of the model version")
SCHEMA = SheetColumn("schema", "name and version of this table")
ERROR = SheetColumn("error", "why numbers of this row are missing; empty: none is")
