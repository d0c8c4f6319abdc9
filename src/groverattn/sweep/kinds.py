"""The two kinds of study: what a point may say, what its row has, and how the row is computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import attrs

from groverattn.errors import unknown_name
from groverattn.sweep import estimate_points, simulate_points
from groverattn.sweep.inputs import Input, SheetColumn

Values = Mapping[str, Any]


@attrs.frozen
class Kind:
    """What is computed for every point of a study.

    Attributes:
        name: `estimate` or `simulate`.
        schema: name and version of its table.
        result_schema: name and version of what one point computes.
        inputs: what a point may say.
        columns: of the table.
        check_file: raises InputError for a file that no point can use.
        said: cells that say what a point was asked for; its row has them where it has no result.
        result: computes cells of a point from its inputs and the folder of the study file; what it leaves out is empty.
        order: inputs that points are put in order by, the one with the most in common first.
        shared: points that agree in these share most of the work, and are computed by the same process if possible.
    """

    name: str
    schema: str
    result_schema: str
    inputs: tuple[Input, ...]
    columns: tuple[SheetColumn, ...]
    check_file: Callable[[Path], None]
    said: Callable[[Values], dict[str, Any]]
    result: Callable[[Values, Path], dict[str, Any]]
    order: tuple[str, ...]
    shared: tuple[str, ...]

    def input_named(self, name: str, where: str) -> Input:
        """Return an input.

        Raises:
            InputError: there is none of this name; the message names the nearest.
        """
        for declared in self.inputs:
            if declared.name == name:
                return declared
        names = [declared.name for declared in self.inputs]
        raise unknown_name(f"key in {where}:", name, names, "any other key would have no effect")

    @property
    def defaults(self) -> dict[str, Any]:
        """What a point has where the study says nothing."""
        return {declared.name: declared.default for declared in self.inputs}

    @property
    def file_inputs(self) -> tuple[Input, ...]:
        """Inputs whose value may be the path of a file."""
        return tuple(declared for declared in self.inputs if declared.names_file is not None)


KINDS = {
    "estimate": Kind(
        name="estimate",
        schema="groverattn.sweep.estimate/1",
        result_schema=estimate_points.RESULT_SCHEMA,
        inputs=estimate_points.INPUTS,
        columns=estimate_points.COLUMNS,
        check_file=estimate_points.check_file,
        said=estimate_points.said,
        result=estimate_points.result,
        order=estimate_points.ORDER,
        shared=estimate_points.SHARED,
    ),
    "simulate": Kind(
        name="simulate",
        schema="groverattn.sweep.simulate/1",
        result_schema=simulate_points.RESULT_SCHEMA,
        inputs=simulate_points.INPUTS,
        columns=simulate_points.COLUMNS,
        check_file=simulate_points.check_file,
        said=simulate_points.said,
        result=simulate_points.result,
        order=simulate_points.ORDER,
        shared=simulate_points.SHARED,
    ),
}
