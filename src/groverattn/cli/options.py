"""Options that several verbs share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter, Token


def _whole_number(_: Any, tokens: Sequence[Token]) -> int:
    """Read a whole number; Cyclopts by itself would round 3.7 to 4.

    Raises:
        ValueError: it is none.
    """
    text = tokens[0].value
    if not re.fullmatch(r"[+-]?[0-9]{1,100}", text):
        raise ValueError(f'"{text}" is no whole number')
    return int(text)


WHOLE = Parameter(converter=_whole_number)

Format = Annotated[Literal["table", "json"], Parameter(help="Table for people, or one JSON object on standard output.")]
KeyBits = Annotated[int, WHOLE, Parameter(help="Bits per number of a key, 2 to 16.")]
QueryBits = Annotated[int, WHOLE, Parameter(help="Bits per number of a query, 2 to 16.")]
# Typed here, since the modules that know the names take seconds to import; a test compares them.
DataAccess = Annotated[
    str,
    Parameter(
        help="How the circuit reaches the keys: qrom, qroam, qroam-few-qubits, qroam-shallow, qroam-dirty, "
        "bucket-brigade, bucket-brigade-wide or qram."
    ),
]
ScoreMethod = Annotated[
    str, Parameter(help="How the score is added up: shared-sums, plain-heap, quantum-query or in-place.")
]
Seed = Annotated[int, WHOLE, Parameter(help="Seed of all draws, 0 or more.")]
Workers = Annotated[int, WHOLE, Parameter(help="Processes that share the rows.")]
HeadFile = Annotated[
    Path, Parameter(help="An .npz file with arrays Q, K and V; causal and score_scale if they are not 0 and 1/sqrt(d).")
]
Layer = Annotated[int | None, WHOLE, Parameter(help="Layer to read, from 0.")]
Head = Annotated[int | None, WHOLE, Parameter(help="Query head to read, from 0.")]
Causal = Annotated[bool, Parameter(help="Row i sees keys 0 to i only, also where FILE does not say so.", negative="")]
Rows = Annotated[str | None, Parameter(help="Rows A:B, B left out.")]


def row_range(text: str | None) -> range | None:
    """Read `A:B`.

    Raises:
        InputError: it is not two whole numbers.

    >>> row_range("3:7")
    range(3, 7)
    """
    from groverattn.errors import InputError

    if text is None:
        return None
    match = re.fullmatch(r"([0-9]{1,18}):([0-9]{1,18})", text)
    if match is None:
        raise InputError(
            given=f"--rows {text}",
            allowed="A:B with whole numbers, such as 0:16",
            why="A is the first row and B the first one left out",
            do="write both numbers",
        )
    return range(int(match[1]), int(match[2]))


def refuse_options(when: str, **options: object) -> None:
    """Refuse options that would be ignored.

    Raises:
        InputError: one of them was given.
    """
    from groverattn.errors import InputError

    given = ["--" + name.replace("_", "-") for name, value in options.items() if value is not None]
    if given:
        raise InputError(
            given=", ".join(given),
            allowed=when,
            why="the row is random without FILE, and the file's with it",
            do="leave the option out, or name the file",
        )
