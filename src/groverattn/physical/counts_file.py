"""Logical counts read from a JSON file: our own schema, or the object of qdk.estimator.LogicalCounts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import attrs

from groverattn.costs.logical import LogicalCounts
from groverattn.errors import InputError, unknown_name
from groverattn.physical.demand import COUNT_MAX

SCHEMA = "groverattn.counts/1"


# The keys of qdk.estimator.LogicalCounts, which leaves all others alone (qdk 1.33).
QDK_NAMES: dict[str, Callable[[LogicalCounts], int]] = {
    "numQubits": lambda counts: counts.logical_qubits,
    "tCount": lambda counts: counts.t,
    "rotationCount": lambda counts: counts.rotation,
    # our assumption: rotations follow each other
    "rotationDepth": lambda counts: counts.rotation,
    # an And, a Toffoli and a controlled swap alike
    "cczCount": lambda counts: counts.toffoli,
    "ccixCount": lambda counts: 0,
    "measurementCount": lambda counts: counts.measurement,
}


@attrs.frozen(kw_only=True)
class CountsRecord:
    """Counts and what they are of.

    Attributes:
        of: a circuit, or all rows of a head or a model.
        inputs: what it was made from.
        counts: the counts.
        external_calls: calls of a memory that is no part of the circuit; no other number here knows of them.
        error_budget: failure probability that the search leaves to the machine; None where nobody has split it.
    """

    of: str
    inputs: dict[str, Any]
    counts: LogicalCounts
    external_calls: float = 0
    error_budget: float | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the object: our names, those of qdk, and what is beside them."""
        budget = {} if self.error_budget is None else {"error_budget": self.error_budget}
        return {
            "schema": SCHEMA,
            "of": self.of,
            "inputs": self.inputs,
            **attrs.asdict(self.counts),
            "external_calls": self.external_calls,
            **budget,
            **{name: value(self.counts) for name, value in QDK_NAMES.items()},
        }


# An exported file takes 2 kB.
FILE_BYTES_MAX = 64 * 1024


_NAME_SHOWN = 40


_OURS = tuple(field.name for field in attrs.fields(LogicalCounts))


_BESIDE = ("schema", "of", "inputs", "external_calls", "error_budget")


_MEMORY = ("numComputeQubits", "readFromMemoryCount", "writeToMemoryCount")


# Our name, and the keys of qdk that add up to the same.
_SAME = {
    "toffoli": ("cczCount", "ccixCount"),
    "t": ("tCount",),
    "rotation": ("rotationCount",),
    "measurement": ("measurementCount",),
    "logical_qubits": ("numQubits",),
}


@attrs.frozen
class CountsFile:
    """What a file says.

    Attributes:
        counts: the counts; Toffolis follow each other and measurements wait for them unless it says otherwise.
        error_budget: failure probability that they may have; None if it does not say.
    """

    counts: LogicalCounts
    error_budget: float | None


def read_counts(path: Path) -> CountsFile:
    """Read a file of counts.

    Raises:
        InputError: no such file, one that is too large or no JSON, a key that is unknown, a value out of range, or
            values that contradict each other.
    """
    try:
        return counts_from_object(_parse(_read(path)))
    except InputError as error:
        raise InputError(**error.parts | {"given": f"{path}: {error.parts['given']}"}) from None


def counts_from_object(record: object) -> CountsFile:
    """Take the counts from an object with our keys, those of qdk, or both.

    Raises:
        InputError: as in `read_counts`.

    >>> counts_from_object({"numQubits": 100, "cczCount": 7, "measurementCount": 9}).counts.toffoli_depth
    7
    """
    if not isinstance(record, dict):
        raise _refused(f"a {type(record).__name__}", "one JSON object", "the counts are its members")
    _check_keys(record)
    counts = {name: _count(record, name) for name in (*_OURS, *QDK_NAMES) if name in record}
    merged = {name: _merged(counts, name) for name in _OURS}
    if merged["logical_qubits"] is None:
        raise _refused("neither logical_qubits nor numQubits", "one of them", "the machine has to hold them")
    given = {name: value for name, value in merged.items() if value is not None}
    toffoli = given.setdefault("toffoli", 0)
    given.setdefault("toffoli_depth", toffoli)
    found = LogicalCounts(**dict.fromkeys(("t", "rotation", "clifford", "measurement"), 0) | given)
    _check_depths(found, counts)
    return CountsFile(found, _error_budget(record))


def _check_keys(record: Mapping[str, Any]) -> None:
    if record.get("schema", SCHEMA) != SCHEMA:
        raise _refused(
            f"schema {_short(record['schema'])}", SCHEMA, "the keys of another schema may mean something else"
        )
    memory = [name for name in _MEMORY if name in record]
    if memory:
        raise _refused(memory[0], "counts without it", "our machines have no memory beside the qubits that compute")
    for name in record:
        if name not in (*_OURS, *QDK_NAMES, *_BESIDE):
            raise unknown_name("key", name[:_NAME_SHOWN], [*_OURS, *QDK_NAMES, *_BESIDE], "it would have no effect")
    calls = record.get("external_calls", 0)
    if calls != 0 or isinstance(calls, bool):
        raise _refused(
            f"external_calls = {_short(calls)}",
            "0",
            "a memory outside the circuit has a time and a failure of its own, which counts do not hold",
            "run `groverattn estimate --data-access qram`, which asks for them",
        )


def _count(record: Mapping[str, Any], name: str) -> int:
    value = record[name]
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= COUNT_MAX:
        raise _refused(f"{name} = {_short(value)}", f"a whole number from 0 to {COUNT_MAX:.0e}", "it is a count")
    return value


def _merged(counts: Mapping[str, int], name: str) -> int | None:
    """The value by our name, by qdk's, or by both if they agree."""
    theirs = [counts[key] for key in _SAME.get(name, ()) if key in counts]
    if name in counts and theirs and counts[name] != sum(theirs):
        same = " + ".join(_SAME[name])
        raise _refused(f"{name} = {counts[name]} and {same} = {sum(theirs)}", "the same number", "both count the same")
    return counts[name] if name in counts else sum(theirs) if theirs else None


def _check_depths(found: LogicalCounts, counts: Mapping[str, int]) -> None:
    limits = {
        "toffoli_depth": (0, found.toffoli, "it is a path through the Toffolis"),
        "measurement_depth": (
            found.toffoli_depth,
            found.toffoli + found.measurement,
            "every Toffoli on the path measures, and no path has more than all measurements",
        ),
    }
    for name, (least, most, why) in limits.items():
        depth = getattr(found, name)
        if not least <= depth <= most:
            raise _refused(f"{name} = {depth}", f"{least} to {most}", why, "count the depth of the same circuit")
    depth = counts.get("rotationDepth", 0)
    if depth > found.rotation:
        raise _refused(
            f"rotationDepth = {depth}", f"up to rotationCount = {found.rotation}", "it is a path through them"
        )


def _error_budget(record: Mapping[str, Any]) -> float | None:
    budget = record.get("error_budget")
    if budget is None:
        return None
    if isinstance(budget, bool) or not isinstance(budget, int | float) or not 0 < budget < 1:
        raise _refused(f"error_budget = {_short(budget)}", "above 0, below 1", "it is a probability")
    return float(budget)


def _read(path: Path) -> str:
    try:
        if not path.is_file():
            raise _refused("no file of this name", "a JSON file", "there is nothing to read", "check the path")
        # One byte more than allowed: a file that grows between a look at its size and the reading is refused as well.
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
        if len(data) <= FILE_BYTES_MAX:
            return data.decode()
    except OSError as error:
        raise _refused(error.strerror or str(error), "a file that can be read", "reading failed") from None
    except UnicodeDecodeError:
        raise _refused("bytes that are not UTF-8", "text in UTF-8", "JSON is UTF-8", "save it as UTF-8") from None
    most = f"{FILE_BYTES_MAX:,} bytes"
    raise _refused(f"more than {most}", f"up to {most}", "counts of a circuit take less")


def _parse(text: str) -> object:
    try:
        return json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_no_constant)
    except InputError:
        raise
    except (ValueError, RecursionError) as error:
        raise _refused(str(error), "JSON", "the file does not parse", "correct the place that is named") from None


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for name, value in pairs:
        if name in record:
            raise _refused(f"{_short(name)} twice", "every key once", "the two may differ")
        record[name] = value
    return record


def _no_constant(name: str) -> float:
    raise _refused(name, "finite numbers", "it is no count")


def _short(value: object) -> str:
    """A value that fits into a line."""
    text = repr(value)
    return text if len(text) <= _NAME_SHOWN else f"{text[:_NAME_SHOWN]}..."


def _refused(given: str, allowed: str, why: str, do: str = "correct the file") -> InputError:
    return InputError(given=given, allowed=allowed, why=why, do=do)
