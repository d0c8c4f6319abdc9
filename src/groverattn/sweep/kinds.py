"""Kinds of study: what a point may say, and the columns of its row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import attrs
from attrs import NOTHING

from groverattn.inputs import Input
from groverattn.registry import Registry

Values = Mapping[str, Any]
Row = dict[str, Any]


_FIRST = {
    "id": "first 20 digits of the SHA-256 of the inputs, of the files they name and of the model version",
    "schema": "name and version of this table",
}
_LAST = {"error": "why numbers of this row are missing; empty if none are"}


@attrs.frozen
class Kind:
    """What is computed for every point of a study.

    Attributes:
        name: `estimate` or `simulate`.
        schema: name and version of its table.
        result_schema: name and version of what one point computes.
        inputs: what a point may say, by name.
        columns: heading and meaning of every column of the table; id, schema and error are added.
        result: cells of a point, from its inputs with absolute paths; what it leaves out is as the study said it.
        order: inputs that points are sorted by, the one with the most in common first.
        shared: points that agree in these share most of the work, and go to the same process if possible.
        files: inputs that may be paths, each with a function that says whether a value is one.
        check_file: raises InputError for a file that no point can use; takes the input that names it, and its path.
        from_preset: inputs whose default depends on another one.
        said: the cells that say what was asked for.
    """

    name: str
    schema: str
    result_schema: str
    inputs: Mapping[str, Input]
    columns: dict[str, str] = attrs.field(converter=lambda columns: _FIRST | columns | _LAST)
    result: Callable[[Values], Mapping[str, Any]]
    order: tuple[str, ...]
    shared: tuple[str, ...]
    files: Mapping[str, Callable[[str], bool]]
    check_file: Callable[[str, Path], object] = lambda name, path: None
    from_preset: frozenset[str] = frozenset()
    said: Callable[[Values], Row] = dict

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """What a point has where the study says nothing; None: left out."""
        of_other = {name for name, declared in self.inputs.items() if declared.default is NOTHING} | self.from_preset
        return {name: None if name in of_other else declared.default for name, declared in self.inputs.items()}

    def named_files(self, values: Values) -> dict[str, str]:
        """Return the paths among the values, as they are written, by the input that names them."""
        named = {name: values.get(name) for name in self.files}
        return {name: value for name, value in named.items() if value is not None and self.files[name](value)}

    def row(self, point_id: str, values: Values, found: Mapping[str, Any]) -> Row:
        """Return the cells of a point by column, from what was found; the others as the study said them, or empty."""
        said = self.said(values)
        cells = {name: said.get(name) if found.get(name) in (None, "") else found[name] for name in self.columns}
        as_written = {name: values[name] for name in self.files}
        return cells | as_written | {"id": point_id, "schema": self.schema}


KINDS: Registry[Kind] = Registry(
    "kind",
    "there is no other kind of study",
    {
        "estimate": "groverattn.sweep.estimate_points:ESTIMATE",
        "simulate": "groverattn.sweep.simulate_points:SIMULATE",
    },
)
