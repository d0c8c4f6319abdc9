"""Logical counts of a circuit that is not ours: from options, or from a JSON file of ours or of qdk."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import attrs

from groverattn.costs.logical import LogicalCounts
from groverattn.errors import InputError, check_error_budget, shown, unknown_name
from groverattn.files.text_file import parse_file, refused
from groverattn.physical.demand import check_count, check_depth, check_depths

SCHEMA = "groverattn.counts/1"

# The keys of qdk.estimator.LogicalCounts, which ignores all others (qdk 1.33).
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
# Our name, and the keys of qdk that add up to the same.
_SAME = {
    "toffoli": ("cczCount", "ccixCount"),
    "t": ("tCount",),
    "rotation": ("rotationCount",),
    "measurement": ("measurementCount",),
    "logical_qubits": ("numQubits",),
}
_OURS = tuple(field.name for field in attrs.fields(LogicalCounts))
_KEYS = (*_OURS, *QDK_NAMES, "schema", "of", "inputs", "external_calls", "error_budget")
_MEMORY = ("numComputeQubits", "readFromMemoryCount", "writeToMemoryCount")
_NAME_SHOWN = 40


@attrs.frozen(kw_only=True)
class CountsRecord:
    """Counts and what they are of.

    Attributes:
        of: a circuit, or all rows of a head or a model.
        inputs: what it was made from.
        counts: the counts.
        external_calls: calls of a memory outside the circuit; no other number here includes them.
        error_budget: failure probability that the search leaves to the machine; None if it was not split.
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


@attrs.frozen
class CountsFile:
    """Counts that were read.

    Attributes:
        counts: the counts; Toffolis follow each other and measurements wait for them unless it says otherwise.
        error_budget: failure probability that they may have; None if it does not say.
    """

    counts: LogicalCounts
    error_budget: float | None = None


def counts_from(file: Path | None, options: Mapping[str, int | None]) -> CountsFile:
    """Take counts from a file or from options, which are None where they were not given, but not from both.

    Raises:
        InputError: a file and an option, neither a file nor a number of qubits, or a file that cannot be used.

    >>> counts_from(None, {"logical_qubits": 9, "toffoli": 5, "toffoli_depth": None}).counts.toffoli_depth
    5
    """
    given = {name: value for name, value in options.items() if value is not None}
    if file is not None and given:
        raise InputError(
            given="--counts and " + ", ".join("--" + name.replace("_", "-") for name in given),
            allowed="counts from the file or from options",
            why="a count of one circuit beside those of another prices neither",
            do="leave the options out, or write the numbers into the file",
        )
    if file is not None:
        return read_counts(file)
    if "logical_qubits" not in given:
        raise InputError(
            given="no --logical-qubits and no --counts",
            allowed="one of them",
            why="the machine has to hold the qubits",
            do="give the number of logical qubits, before routing",
        )
    return CountsFile(_completed(given))


def read_counts(path: Path) -> CountsFile:
    """Read a file of counts.

    Raises:
        InputError: no such file, one that is too large or not JSON, a key that is unknown or there twice, a value out
            of range, or values that contradict each other.
    """
    return parse_file(path, "JSON", lambda text: counts_from_object(_parse(text)))


def _parse(text: str) -> object:
    def without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        record: dict[str, Any] = {}
        for name, value in pairs:
            if name in record:
                raise refused(f"{shown(name)} twice", "every key once", "the two may differ")
            record[name] = value
        return record

    def no_constant(name: str) -> float:
        raise refused(name, "finite numbers", "it is not a count")

    return json.loads(text, object_pairs_hook=without_repeats, parse_constant=no_constant)


def counts_from_object(record: object) -> CountsFile:
    """Take the counts from an object with our keys, those of qdk, or both.

    Raises:
        InputError: as in `read_counts`.

    >>> counts_from_object({"numQubits": 100, "cczCount": 7, "measurementCount": 9}).counts.toffoli_depth
    7
    """
    if not isinstance(record, dict):
        raise refused(f"a {type(record).__name__}", "one JSON object", "the counts are its members")
    _check_keys(record)
    given = {name: check_count(name, record[name]) for name in (*_OURS, *QDK_NAMES) if name in record}
    merged = {name: _merged(given, name) for name in _OURS if {name, *_SAME.get(name, ())} & set(given)}
    if "logical_qubits" not in merged:
        raise refused("neither logical_qubits nor numQubits", "one of them", "the machine has to hold them")
    counts = _completed(merged)
    check_depths(counts)
    check_depth("rotationDepth", given.get("rotationDepth", 0), 0, counts.rotation)
    budget = record.get("error_budget")
    if budget is None:
        return CountsFile(counts)
    check_error_budget(budget)
    return CountsFile(counts, float(budget))


def _check_keys(record: Mapping[str, Any]) -> None:
    schema = record.get("schema", SCHEMA)
    if schema != SCHEMA:
        raise refused(f"schema {shown(schema)}", SCHEMA, "the keys of another schema may mean something else")
    for name in record:
        if name in _MEMORY:
            raise refused(name, "counts without it", "our machines have no memory beside the qubits that compute")
        if name not in _KEYS:
            raise unknown_name("key", name[:_NAME_SHOWN], _KEYS, "it would have no effect")
    calls = record.get("external_calls", 0)
    if calls != 0 or isinstance(calls, bool):
        raise refused(
            f"external_calls = {shown(calls)}",
            "0",
            "a memory outside the circuit has a time and a failure of its own, which counts do not hold",
            "run `groverattn estimate --data-access qram`, which asks for them",
        )


def _merged(given: Mapping[str, int], name: str) -> int:
    """The value by our name, by qdk's, or by both if they agree."""
    theirs = [given[key] for key in _SAME.get(name, ()) if key in given]
    if name in given and theirs and given[name] != sum(theirs):
        same = " + ".join(_SAME[name])
        raise refused(f"{name} = {given[name]} and {same} = {sum(theirs)}", "the same number", "both count the same")
    return given.get(name, sum(theirs))


def _completed(given: Mapping[str, int]) -> LogicalCounts:
    zeros = dict.fromkeys(("toffoli", "t", "rotation", "clifford", "measurement"), 0)
    return LogicalCounts(**{"toffoli_depth": given.get("toffoli", 0)} | zeros | dict(given))
