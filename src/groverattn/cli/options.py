"""Options that several verbs share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

Format = Annotated[Literal["table", "json"], Parameter(help="Table for people, or one JSON object on standard output.")]
KeyBits = Annotated[int, Parameter(help="Bits per number of a key, 2 to 16.")]
QueryBits = Annotated[int, Parameter(help="Bits per number of a query, 2 to 16.")]
DataAccess = Annotated[str, Parameter(help="How the circuit reaches the keys: qrom, qroam, ...")]
Seed = Annotated[int, Parameter(help="Seed of all draws.")]
HeadFile = Annotated[Path, Parameter(help="An .npz file with arrays Q, K and V.")]
Layer = Annotated[int | None, Parameter(help="Layer to read, from 0.")]
Head = Annotated[int | None, Parameter(help="Query head to read, from 0.")]
Causal = Annotated[bool, Parameter(help="Row i sees keys 0 to i only.", negative="")]
Rows = Annotated[str | None, Parameter(help="Rows A:B, B left out.")]


def row_range(text: str | None) -> range | None:
    """Read `A:B`.

    Raises:
        InputError: it is not two whole numbers.

    >>> row_range("3:7")
    range(3, 7)
    """
    from groverattn.problem.errors import InputError

    if text is None:
        return None
    first, colon, stop = text.partition(":")
    if not (colon and first.isdecimal() and stop.isdecimal()):
        raise InputError(
            given=f"--rows {text}",
            allowed="A:B with whole numbers, such as 0:16",
            why="A is the first row and B the first one left out",
            do="write both numbers",
        )
    return range(int(first), int(stop))
