"""One input of a point: its name, its type, its range and its default."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from typing import Any

import attrs

from groverattn.errors import InputError, shown, unknown_name

STRING_MAX = 1024


_TYPE_WORDS = {int: "a whole number", float: "a finite number", str: "text in quotes", bool: "true or false"}


def anything(value: Any) -> None:
    """Accept every value of the right type."""


@attrs.frozen
class Input:
    """One input of a point, with the name of the command line's option, underscores for hyphens.

    Attributes:
        name: its key in the study file.
        type: int, float, bool or str; a whole number is taken where a real one is meant.
        default: its value where the study says nothing; None: left out.
        check: raises InputError for a value that no point can have.
        names_file: whether a value is the path of a file, relative to the study file; None: no value is.
    """

    name: str
    type: type
    default: Any = None
    check: Callable[[Any], object] = anything
    names_file: Callable[[str], bool] | None = None

    def may_be_file(self, value: Any) -> bool:
        """Whether a value is the path of a file."""
        return self.names_file is not None and value is not None and self.names_file(value)

    def read(self, value: Any, where: str) -> Any:
        """Return a value from the study file as it is used.

        Args:
            value: what the file says.
            where: its place in the file, for messages.

        Raises:
            InputError: another type, or a value out of range.

        >>> Input("error_budget", float).read(1, "[fixed]")
        1.0
        """
        try:
            typed = self._typed(value)
            self.check(typed)
        except InputError as error:
            parts = error.parts
            raise InputError(**parts | {"given": f"{self.name} in {where}: {parts['given']}"}) from None
        return typed

    def _typed(self, value: Any) -> Any:
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if self.type is float and is_whole and abs(value) < 2**1000:
            value = float(value)
        fits = isinstance(value, self.type) and (self.type is not int or is_whole)
        if fits and isinstance(value, float):
            fits = math.isfinite(value)
        if fits and isinstance(value, str):
            fits = len(value) <= STRING_MAX
        if not fits:
            raise InputError(
                given=shown(value),
                allowed=_TYPE_WORDS[self.type],
                why="the option of this name takes nothing else",
                do="correct the study file",
            )
        return value


def between(low: float, high: float, why: str) -> Callable[[Any], None]:
    """Return a check that a number is from `low` to `high`, both allowed."""

    def check(value: float) -> None:
        if not low <= value <= high:
            raise InputError(given=shown(value), allowed=f"{low} to {high}", why=why, do="correct the study file")

    return check


def named(kind: str, names: Collection[str], why: str) -> Callable[[str], None]:
    """Return a check that a value is one of some names; the message names the nearest.

    >>> named("law", ["ideal", "worst"], "each answers another question")("idea")
    Traceback (most recent call last):
    ...
    groverattn.errors.InputError: given: law 'idea'; allowed: ideal, worst; ... do: did you mean ideal?
    """

    def check(value: str) -> None:
        if value not in names:
            raise unknown_name(kind, value, names, why)

    return check


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
