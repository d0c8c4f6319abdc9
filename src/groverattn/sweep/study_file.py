"""The study file: TOML with the kind, common inputs, grids and single points, checked before anything is computed."""

from __future__ import annotations

import hashlib
import itertools
import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs

from groverattn.errors import InputError, shown, unknown_name
from groverattn.inputs import Input
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
    """The cross product of the values of some inputs; the last one changes fastest."""

    axes: Mapping[str, tuple[Any, ...]]

    @property
    def size(self) -> int:
        """Number of points."""
        return math.prod(len(values) for values in self.axes.values())

    def at(self, index: int) -> Values:
        """Return what point `index` says.

        >>> Grid({"n_keys": (64, 128), "d_head": (4, 8)}).at(1)
        {'n_keys': 64, 'd_head': 8}
        """
        said = {}
        for name, values in reversed(list(self.axes.items())):
            index, place = divmod(index, len(values))
            said[name] = values[place]
        return {name: said[name] for name in self.axes}

    def in_order(self, names: tuple[str, ...]) -> Iterator[int]:
        """Yield all indices so that the inputs named first change last.

        >>> list(Grid({"n_keys": (64, 128), "d_head": (4, 8)}).in_order(("d_head",)))
        [0, 2, 1, 3]
        """
        rank = {name: at for at, name in enumerate(names)}
        strides, stride = {}, 1
        for name, values in reversed(list(self.axes.items())):
            strides[name] = range(0, stride * len(values), stride)
            stride *= len(values)
        slowest_first = sorted(self.axes, key=lambda name: rank.get(name, len(rank)))
        return map(sum, itertools.product(*(strides[name] for name in slowest_first)))


@attrs.frozen
class Study:
    """A study that was read and checked.

    Attributes:
        kind: what is computed for every point.
        fixed: what every point says, unless its grid or the point says otherwise.
        grids: cross products.
        points: single points, as a list.
        path: where the file is; paths in it are relative to its folder.
        sha256: of the file.
    """

    kind: Kind
    fixed: Values
    grids: tuple[Grid, ...]
    points: tuple[Values, ...]
    path: Path
    sha256: str

    @property
    def size(self) -> int:
        """Number of points, those that say the same included."""
        return sum(grid.size for grid in self.grids) + len(self.points)

    @property
    def folder(self) -> Path:
        """The folder that paths in the study are relative to."""
        return self.path.resolve().parent

    def at(self, index: int) -> Values:
        """Return the inputs of a point, defaults included."""
        said = self.kind.defaults | self.fixed
        for grid in self.grids:
            if index < grid.size:
                return said | grid.at(index)
            index -= grid.size
        return said | self.points[index]

    def in_order(self) -> Iterator[int]:
        """Yield the indices of all points so that those that share work follow each other."""
        first = 0
        for grid in self.grids:
            for index in grid.in_order(self.kind.order):
                yield first + index
            first += grid.size
        yield from sorted(range(first, self.size), key=self._place)

    def _place(self, index: int) -> tuple[tuple[bool, Any], ...]:
        """What single points are sorted by; what is left out comes first."""
        values = self.at(index)
        return tuple((values[name] is not None, values[name]) for name in self.kind.order)

    def named_files(self) -> set[str]:
        """Return the paths that points name, as they are written."""
        said = [self.fixed, *self.points]
        said += [{name: value} for grid in self.grids for name in self.kind.files for value in grid.axes.get(name, ())]
        return {path for values in said for path in self.kind.named_files(values).values()}


def read_study(path: Path) -> Study:
    """Read and check a study.

    Raises:
        InputError: no such file, one that is too large or no TOML, an unknown key (the message names the nearest), a
            value of the wrong type or out of range, or too many points.
    """
    data = _read(path)
    try:
        entries = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise _refused(path, "bytes that are not UTF-8", "text in UTF-8", "TOML is UTF-8", "save it as UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise _refused(path, str(error), "TOML", "the file does not parse", "correct the place named") from None
    kind = _kind(path, entries)
    grids = tuple(_grid(kind, entry, where) for entry, where in _tables(path, entries, "grid", one_will_do=True))
    points = tuple(_said(kind, entry, where) for entry, where in _tables(path, entries, "points", one_will_do=False))
    (fixed,) = [_said(kind, entry, where) for entry, where in _tables(path, entries, "fixed", one_will_do=True)] or [{}]
    if not grids and not points:
        points = ({},) if fixed else ()
    study = Study(kind, fixed, grids, points, path, hashlib.sha256(data).hexdigest())
    _check_size(study)
    for name in sorted(study.named_files()):
        kind.check_file(study.folder / name)
    return study


def _kind(path: Path, entries: Mapping[str, Any]) -> Kind:
    name = entries.get("kind")
    if name is None:
        raise _refused(path, "no kind", 'kind = "estimate" or kind = "simulate"', "it says what is computed")
    if not isinstance(name, str) or name not in KINDS:
        given = name if isinstance(name, str) else shown(name)
        raise unknown_name(f"kind in {path}:", given, KINDS, KINDS.why)
    for key in entries:
        if key not in _KEYS:
            if key in KINDS[name].inputs:
                raise _refused(path, f"{key} outside of a table", "[fixed], [grid], [[points]]", "inputs stand in them")
            raise unknown_name(f"key in {path}:", key, _KEYS, "any other key would have no effect")
    if not isinstance(entries.get("title", ""), str):
        raise _refused(path, "a title that is no text", "text in quotes", "it is for people")
    return KINDS[name]


def _tables(
    path: Path, entries: Mapping[str, Any], key: str, *, one_will_do: bool
) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the tables under a key, and what to call each of them in a message."""
    found = entries.get(key, [])
    if isinstance(found, dict) and one_will_do:
        yield found, f"[{key}]"
        return
    is_list = isinstance(found, list) and all(isinstance(entry, dict) for entry in found)
    if not is_list or (key == "fixed" and found):
        allowed = {"fixed": "one table [fixed]", "grid": "[grid], or several [[grid]]", "points": "[[points]]"}[key]
        raise _refused(path, f"{key} of another form", allowed, "a table says one thing about each input")
    for number, entry in enumerate(found, start=1):
        yield entry, f"[[{key}]] number {number}"


def _grid(kind: Kind, entry: Mapping[str, Any], where: str) -> Grid:
    return Grid({name: axis_values(_input(kind, name, where), value, where) for name, value in entry.items()})


def _said(kind: Kind, entry: Mapping[str, Any], where: str) -> Values:
    return {name: read_value(_input(kind, name, where), value, where) for name, value in entry.items()}


def _input(kind: Kind, name: str, where: str) -> Input:
    if name not in kind.inputs:
        raise unknown_name(f"key in {where}:", name, kind.inputs, "any other key would have no effect")
    return kind.inputs[name]


def read_value(declared: Input, value: Any, where: str) -> Any:
    """Return a value in its type.

    Args:
        declared: the input.
        value: what the file says.
        where: its place in the file, for messages.

    Raises:
        InputError: another type, or out of range.

    >>> read_value(Input("error_budget", float, False, 0.01, ""), 1, "[fixed]")
    1.0
    """
    try:
        return declared.read(value)
    except InputError as error:
        raise InputError(**error.parts | {"given": f"{error.parts['given']} in {where}"}) from None


def axis_values(declared: Input, entry: Any, where: str) -> tuple[Any, ...]:
    """Return the values of one axis of a grid, in order.

    Args:
        declared: the input.
        entry: a list, `{from, to, step}` or `{from, to, factor}`, both ends included; a single value is a list of one.
        where: its place in the file, for messages.

    Raises:
        InputError: no value, too many, a range that makes no sense, or a value that the input refuses.

    >>> axis_values(Input("n_keys", int, False, 64, ""), {"from": 1024, "to": 8192, "factor": 2}, "[grid]")
    (1024, 2048, 4096, 8192)
    """
    if isinstance(entry, Mapping):
        listed: Sequence[Any] = _range_values(declared, entry, where)
    else:
        listed = entry if isinstance(entry, list) else [entry]
    if not listed:
        raise _wrong(f"{declared.name} = [] in {where}", "one value or more", "a grid without a value has no point")
    return tuple(read_value(declared, value, where) for value in listed)


def _range_values(declared: Input, entry: Mapping[str, Any], where: str) -> list[Any]:
    first, last, by, change = _checked_range(declared, entry, where)
    if declared.type is float:  # in decimals, as they are written: 0.1 to 0.3 in steps of 0.1 has three values
        first, last, change = (Decimal(repr(float(number))) for number in (first, last, change))
        last += _ROUNDING * (change if by == "step" else last)
    upward = (first + i * change if by == "step" else first * change**i for i in itertools.count())
    values = itertools.islice(itertools.takewhile(lambda value: value <= last, upward), POINTS_MAX + 1)
    listed = [declared.type(value) for value in values]
    if len(listed) > POINTS_MAX:
        given = f"{declared.name} in {where} with more than {POINTS_MAX:,} values"
        raise _wrong(given, f"up to {POINTS_MAX:,}", "a study has no more points")
    return listed


def _checked_range(declared: Input, entry: Mapping[str, Any], where: str) -> tuple[Any, Any, str, Any]:
    """Return both ends, and by what it goes from one to the other."""
    for key in entry:
        if key not in _RANGE_KEYS:
            raise unknown_name(f"key of {declared.name} in {where}:", key, _RANGE_KEYS, "a range has no other")
    if declared.type not in (int, float):
        raise _wrong(f"a range of {declared.name} in {where}", "a list", "only numbers have ranges")
    if not {"from", "to"} <= entry.keys() or ("step" in entry) == ("factor" in entry):
        keys = ", ".join(entry) or "nothing"
        raise _wrong(f"{declared.name} in {where} with {keys}", "from, to, and step or factor", "these make a range")
    first, last = (read_value(declared, entry[key], where) for key in ("from", "to"))
    by = "step" if "step" in entry else "factor"
    change = read_value(attrs.evolve(declared, name=f"{by} of {declared.name}", check=None), entry[by], where)
    if not (first <= last and change > (0 if by == "step" else 1) and (by == "step" or first > 0)):
        raise _wrong(
            f"{declared.name} in {where} from {first} to {last} with {by} {shown(change)}",
            "from <= to, and a step above 0, or a factor above 1 and from above 0",
            "a range goes up from one end to the other",
        )
    return first, last, by, change


def _check_size(study: Study) -> None:
    if not study.size:
        raise _refused(study.path, "no point", "[grid], [[points]] or [fixed]", "there is nothing to compute")
    if study.size > POINTS_MAX:
        sizes = [" x ".join(f"{len(values)} {name}" for name, values in grid.axes.items()) for grid in study.grids]
        raise _refused(
            study.path,
            f"{study.size:,} points ({'; '.join(sizes)})",
            f"up to {POINTS_MAX:,}",
            "the table has a row for each",
            "leave values out, or make several studies",
        )


def _read(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise _refused(path, "no file of this name", "a TOML file", "there is nothing to read", "check the path")
        # One byte more than allowed: a file that grows between a look at its size and the reading is refused as well.
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        why = error.strerror or str(error)
        raise _refused(path, "a file that cannot be read", "a TOML file", why, "check the path") from None
    if len(data) > FILE_BYTES_MAX:
        most = f"{FILE_BYTES_MAX:,} bytes"
        raise _refused(path, f"more than {most}", f"up to {most}", "a study is read whole", "use a grid or a range")
    return data


def _refused(path: Path, given: str, allowed: str, why: str, do: str = "correct the study file") -> InputError:
    return _wrong(f"{path}: {given}", allowed, why, do)


def _wrong(given: str, allowed: str, why: str, do: str = "correct the study file") -> InputError:
    return InputError(given=given, allowed=allowed, why=why, do=do)
