"""Options that several verbs share."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter, Token

from groverattn import inputs
from groverattn.cli.headings import under_headings
from groverattn.inputs import Input
from groverattn.whole_numbers import WHOLE_FORMS, whole_of_text


def _whole_number(_: Any, tokens: Sequence[Token]) -> int:
    """Whole number of an option; Cyclopts by itself would round 3.7 to 4.

    Raises:
        ValueError: it is not one.
    """
    text = tokens[0].value
    number = whole_of_text(text)
    if number is None:
        raise ValueError(f'"{text}" is not a whole number, such as {WHOLE_FORMS}')
    return number


WHOLE = Parameter(converter=_whole_number)
MACHINE = Parameter(alias="--machine")
"""The tables say machine where the option says hardware."""


Format = Annotated[Literal["table", "json"], Parameter(help="Table for people, or one JSON object on standard output.")]
Force = Annotated[bool, Parameter(help="Replace a file that exists.", negative="")]
Workers = Annotated[int, WHOLE, Parameter(help="Processes that share the rows.")]
HeadFile = Annotated[
    Path,
    Parameter(
        help="An .npz or .safetensors file with arrays Q, K and V of shape (n, d), (heads, n, d) or (layers, heads, n, "
        "d), and optionally causal and score_scale; docs/commands.md, Your own arrays."
    ),
]


def asks(record: type, each: str = "", without: Collection[str] = ()) -> Callable:
    """Let a verb take the inputs of a request as options; its first parameter is the request.

    Args:
        record: class of the request.
        each: an input of which several may be given; the verb is handed a list of requests then.
        without: inputs that the verb would ignore.
    """

    def annotation(declared: Input) -> Any:
        several = Parameter(consume_multiple=True, negative="") if declared.name == each else Parameter(negative="")
        alias = (MACHINE,) if declared.name == "hardware" else ()
        read = (WHOLE,) if declared.type is int else ()
        type_ = list[str] | None if declared.name == each else declared.annotation
        return Annotated[type_, Parameter(help=declared.help), several, *read, *alias]

    def decorate(verb: Callable) -> Callable:
        asked = inputs.asks(record, annotation, each, without)(verb)
        return _with_signature(asked, under_headings(list(inspect.signature(asked).parameters.values())))

    return decorate


def _with_signature(verb: Any, parameters: Sequence[inspect.Parameter]) -> Callable:
    verb.__signature__ = inspect.Signature(parameters)
    verb.__annotations__ = {each.name: each.annotation for each in parameters}
    return verb


def asks_of_head(record: type, without: Collection[str] = ()) -> Callable:
    """Let a verb take the inputs of a request as options, and `file` as the first word instead.

    Args:
        record: class of the request, which has an input `file`.
        without: inputs that the verb would ignore.
    """

    def decorate(verb: Callable) -> Callable:
        asked = asks(record, without=without)(verb)

        def call(file: Path | None = None, /, **named: Any) -> Any:
            return asked(file=None if file is None else str(file), **named)

        options = dict(inspect.signature(asked).parameters)
        file = options.pop("file").replace(kind=inspect.Parameter.POSITIONAL_ONLY, annotation=HeadFile | None)
        call.__name__, call.__doc__, call.__module__ = verb.__name__, verb.__doc__, verb.__module__
        return _with_signature(call, [file, *options.values()])

    return decorate
