"""Options that several verbs share."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter, Token

from groverattn import inputs
from groverattn.bloqs.lookup.data_access import DATA_ACCESSES
from groverattn.bloqs.score.methods import SCORES
from groverattn.inputs import Input


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


def asks(record: type, each: str = "", without: Collection[str] = ()) -> Callable:
    """Let a verb take the inputs of a request as options; its first parameter is the request.

    Args:
        record: class of the request.
        each: an input of which several may be given; the verb is handed a list of requests then.
        without: inputs that the verb would ignore.
    """

    def annotation(declared: Input) -> Any:
        several = Parameter(consume_multiple=True, negative="") if declared.name == each else Parameter(negative="")
        read = (WHOLE,) if declared.type is int else ()
        type_ = list[str] | None if declared.name == each else declared.annotation
        return Annotated[type_, Parameter(help=declared.help), several, *read]

    return inputs.asks(record, annotation, each, without)


Format = Annotated[Literal["table", "json"], Parameter(help="Table for people, or one JSON object on standard output.")]
KeyBits = Annotated[int, WHOLE, Parameter(help="Bits per number of a key, 2 to 16.")]
QueryBits = Annotated[int, WHOLE, Parameter(help="Bits per number of a query, 2 to 16.")]
DataAccess = Annotated[str, Parameter(help=f"How the circuit reaches the keys: {', '.join(DATA_ACCESSES)}.")]
ScoreMethod = Annotated[str, Parameter(help=f"How the score is added up: {', '.join(SCORES)}.")]
Seed = Annotated[int, WHOLE, Parameter(help="Seed of all draws, 0 or more.")]
Workers = Annotated[int, WHOLE, Parameter(help="Processes that share the rows.")]
HeadFile = Annotated[
    Path, Parameter(help="An .npz file with arrays Q, K and V; causal and score_scale if they are not 0 and 1/sqrt(d).")
]
Layer = Annotated[int | None, WHOLE, Parameter(help="Layer to read, from 0.")]
Head = Annotated[int | None, WHOLE, Parameter(help="Query head to read, from 0.")]
Causal = Annotated[bool, Parameter(help="Row i sees keys 0 to i only, also where FILE does not say so.", negative="")]
Rows = Annotated[str | None, Parameter(help="Rows A:B, B left out.")]


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
