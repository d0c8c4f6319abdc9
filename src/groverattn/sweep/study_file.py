"""The study file: TOML with the kind, common inputs, grids and single points, checked before anything is computed."""

from __future__ import annotations

import bisect
import hashlib
import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from groverattn.errors import ContentsError, InputError, shown, unknown_name
from groverattn.files.text_file import parse_text, read_file, refused
from groverattn.files.toml_text import entries_of_toml
from groverattn.inputs import Input, typed
from groverattn.sweep.kinds import KINDS, Kind

# A file of a hundred thousand single points takes about 4 MB; grids are short.
FILE_BYTES_MAX = 8 << 20

POINTS_MAX = 1_000_000
"""Points of one study: our assumption, the rows that a spreadsheet still opens."""

_KEYS = ("kind", "title", "fixed", "grid", "points")
_RANGE_KEYS = ("from", "to", "step", "factor")

# A factor such as the square root of 10 is itself rounded, and its powers miss the end by a hair.
_ROUNDING = Decimal("1e-9")

Values = dict[str, Any]


@attrs.frozen
class Grid:
    """The cross product of the values of some inputs; the last one changes fastest. A single point is one as well."""

    axes: Mapping[str, tuple[Any, ...]]

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of values of each input."""
        return tuple(len(values) for values in self.axes.values())

    def at(self, index: int) -> Values:
        """Return what point `index` says.

        >>> Grid({"n_keys": (64, 128), "d_head": (4, 8)}).at(1)
        {'n_keys': 64, 'd_head': 8}
        """
        places = np.unravel_index(index, self.shape)
        return {name: values[place] for (name, values), place in zip(self.axes.items(), places, strict=True)}


@attrs.frozen
class Study:
    """A study that was read and checked.

    Attributes:
        kind: what is computed for every point.
        grids: the points; each grid says what is fixed too.
        path: where the file is; paths in it are relative to its folder.
        sha256: of the file.
    """

    kind: Kind
    grids: tuple[Grid, ...]
    path: Path
    sha256: str

    @property
    def size(self) -> int:
        """Number of points, those that say the same included."""
        return self._begins[-1]

    @cached_property
    def _begins(self) -> list[int]:
        """Number of points before each grid, and of all."""
        return list(itertools.accumulate((math.prod(grid.shape) for grid in self.grids), initial=0))

    @property
    def folder(self) -> Path:
        """The folder that paths in the study are relative to."""
        return self.path.resolve().parent

    def at(self, index: int) -> Values:
        """Return the inputs of a point, defaults included."""
        which = bisect.bisect_right(self._begins, index) - 1
        return self.kind.defaults | self.grids[which].at(index - self._begins[which])

    def in_order(self) -> list[int]:
        """Return the indices of all points so that those that share work follow each other."""
        seen: dict[str, dict[Any, int]] = {name: {} for name in self.kind.order}

        def place(index: int) -> tuple[int, ...]:
            values = self.at(index)
            return tuple(ranks.setdefault(values[name], len(ranks)) for name, ranks in seen.items())

        return sorted(range(self.size), key=place)

    def named_files(self) -> set[tuple[str, str]]:
        """Return the inputs that name files, each with a path as it is written."""
        files = self.kind.files.items()
        named = ((name, is_path, grid.axes.get(name, ())) for grid in self.grids for name, is_path in files)
        return {(name, value) for name, is_path, values in named for value in values if is_path(value)}


def read_study(path: Path) -> Study:
    """Read and check a study.

    Raises:
        InputError: no such file, one that is too large or not TOML, an unknown key (the message names the nearest), a
            value of the wrong type or out of range, or too many points.
    """
    with _in_messages(lambda given: f"{path}: {given}"):
        data = read_file(path, "TOML", FILE_BYTES_MAX)
        entries = parse_text(data, "TOML", entries_of_toml)
        kind = _kind(entries)
        (fixed,) = _tables(entries, "fixed", kind) or [{}]
        tables = _tables(entries, "grid", kind) + _tables(entries, "points", kind)
        if fixed and not tables:
            tables = [{}]
        # what is fixed changes slowest, and a table that says otherwise is right
        grids = (Grid({name: fixed[name] for name in fixed if name not in table} | table) for table in tables)
        study = Study(kind, tuple(grids), path, hashlib.sha256(data).hexdigest())
        _check_size(study)
    for name, path_in_study in sorted(study.named_files()):
        kind.check_file(name, study.folder / path_in_study)
    return study


@contextmanager
def _in_messages(place: Callable[[str], str]) -> Iterator[None]:
    """Say in messages where in the file the input stands that they are about."""
    try:
        yield
    except InputError as error:
        raise ContentsError(**error.parts | {"given": place(error.parts["given"])}) from None


def _kind(entries: Mapping[str, Any]) -> Kind:
    name = entries.get("kind")
    if name is None:
        raise refused("no kind", 'kind = "estimate" or kind = "simulate"', "it says what is computed")
    kind = KINDS[name if isinstance(name, str) else shown(name)]
    for key in entries:
        if key in kind.inputs:
            raise refused(f"{key} outside of a table", "[fixed], [grid], [[points]]", "inputs stand in them")
        if key not in _KEYS:
            raise unknown_name("key", key, _KEYS, "any other key would have no effect")
    if not isinstance(entries.get("title", ""), str):
        raise refused("a title that is not text", "text in quotes", "it is for people")
    return kind


def _tables(entries: Mapping[str, Any], key: str, kind: Kind) -> list[dict[str, tuple[Any, ...]]]:
    """Return the values of each input in the tables under a key; only a grid has several."""
    found = entries.get(key, [])
    tables = [found] if isinstance(found, dict) else found
    is_list = isinstance(tables, list) and all(isinstance(table, dict) for table in tables)
    if not is_list or (tables is found and key == "fixed" and found) or (tables is not found and key == "points"):
        allowed = {"fixed": "one table [fixed]", "grid": "[grid], or several [[grid]]", "points": "[[points]]"}[key]
        raise refused(f"{key} of another form", allowed, "a table says one thing about each input")
    values = []
    for number, table in enumerate(tables, start=1):
        where = f"[[{key}]] number {number}" if tables is found else f"[{key}]"
        with _in_messages(lambda given, where=where: f"{given} in {where}"):
            for name in table:
                if name not in kind.inputs:
                    raise unknown_name("key", name, kind.inputs, "any other key would have no effect")
            read = axis_values if key == "grid" else lambda declared, value: (declared.read(value),)
            values.append({name: read(kind.inputs[name], value) for name, value in table.items()})
    return values


def axis_values(declared: Input, entry: Any) -> tuple[Any, ...]:
    """Return the values of one axis of a grid, in order.

    Args:
        declared: the input.
        entry: a list, `{from, to, step}` or `{from, to, factor}`, both ends included; a single value is a list of one.

    Raises:
        InputError: no value, too many, a range that makes no sense, or a value that the input refuses.

    >>> axis_values(Input("n_keys", int, False, 64, ""), {"from": 1024, "to": 8192, "factor": 2})
    (1024, 2048, 4096, 8192)
    """
    if isinstance(entry, Mapping):
        entry = _range_values(declared, entry)
    listed = entry if isinstance(entry, list) else [entry]
    if not listed:
        raise refused(f"{declared.name} = []", "one value or more", "a grid without a value has no point")
    return tuple(map(declared.read, listed))


def _range_values(declared: Input, entry: Mapping[str, Any]) -> list[Any]:
    first, last, by, change = _checked_range(declared, entry)
    if declared.type is float:  # in decimals, as they are written: 0.1 to 0.3 in steps of 0.1 has three values
        first, last, change = (Decimal(repr(float(number))) for number in (first, last, change))
        last += _ROUNDING * (change if by == "step" else last)
    upward = (first + i * change if by == "step" else first * change**i for i in itertools.count())
    values = itertools.islice(itertools.takewhile(lambda value: value <= last, upward), POINTS_MAX + 1)
    listed = [declared.type(value) for value in values]
    if len(listed) > POINTS_MAX:
        most = f"{POINTS_MAX:,}"
        raise refused(f"{declared.name} with more than {most} values", f"up to {most}", "a study has no more points")
    return listed


def _checked_range(declared: Input, entry: Mapping[str, Any]) -> tuple[Any, Any, str, Any]:
    """Return both ends, and by what it goes from one to the other."""
    for key in entry:
        if key not in _RANGE_KEYS:
            raise unknown_name(f"key of {declared.name}:", key, _RANGE_KEYS, "a range has no other")
    if declared.type not in (int, float):
        raise refused(f"a range of {declared.name}", "a list", "only numbers have ranges")
    if not {"from", "to"} <= entry.keys() or ("step" in entry) == ("factor" in entry):
        keys = ", ".join(entry) or "nothing"
        raise refused(f"{declared.name} with {keys}", "from, to, and step or factor", "these make a range")
    first, last = declared.read(entry["from"]), declared.read(entry["to"])
    by = "step" if "step" in entry else "factor"
    change = typed(f"{by} of {declared.name}", declared.type, entry[by])
    if not (first <= last and change > (0 if by == "step" else 1) and (by == "step" or first > 0)):
        raise refused(
            f"{declared.name} from {first} to {last} with {by} {shown(change)}",
            "from <= to, and a step above 0, or a factor above 1 and from above 0",
            "a range goes up from one end to the other",
        )
    return first, last, by, change


def _check_size(study: Study) -> None:
    if not study.size:
        raise refused("no point", "[grid], [[points]] or [fixed]", "there is nothing to compute")
    if study.size > POINTS_MAX:
        axes = [[f"{len(values)} {name}" for name, values in grid.axes.items() if values[1:]] for grid in study.grids]
        sizes = "; ".join(" x ".join(each) for each in axes if each)
        given, do = f"{study.size:,} points ({sizes})", "leave values out, or make several studies"
        raise refused(given, f"up to {POINTS_MAX:,}", "the table has a row for each", do)
