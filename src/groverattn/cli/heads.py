"""Verbs that read a head: the file is the first word after the verb."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from groverattn.cli.options import HeadFile, asks


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
        call.__signature__ = inspect.Signature([file, *options.values()])  # pyright: ignore[reportFunctionMemberAccess]
        call.__annotations__ = {name: each.annotation for name, each in {"file": file, **options}.items()}
        call.__name__, call.__doc__, call.__module__ = verb.__name__, verb.__doc__, verb.__module__
        return call

    return decorate
