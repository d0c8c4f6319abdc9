"""Counts in JSON: what is read, what is refused, and that qdk reads what we write."""

import json
import os

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qdk.estimator import LogicalCounts as QdkCounts
from qdk.qre.application import QSharpApplication
from qdk.qre.instruction_ids import CCX, MEAS_Z, RZ

from groverattn.costs.logical import LogicalCounts
from groverattn.errors import InputError
from groverattn.files.text_file import FILE_BYTES_MAX
from groverattn.physical.counts_file import QDK_NAMES, CountsRecord, counts_from, counts_from_object, read_counts
from groverattn.physical.demand import COUNT_MAX

COUNTS = LogicalCounts(70, 5, 3, 900, 80, logical_qubits=40, toffoli_depth=60, measurement_depth=90, control_bits=11)
RECORD = CountsRecord(of="oracle", inputs={"n_keys": 8}, counts=COUNTS, error_budget=0.25).as_json()


def test_what_is_written_is_read():
    read = counts_from_object(json.loads(json.dumps(RECORD)))
    assert (read.counts, read.error_budget) == (COUNTS, 0.25)


def test_qdk_takes_the_object():
    """The classic estimator's own class keeps its keys of ours, and the new one makes a trace of them."""
    theirs = QdkCounts(RECORD)
    assert theirs == {name: RECORD[name] for name in QDK_NAMES}
    gates = QSharpApplication(theirs).get_trace().gate_counts
    assert (gates[CCX], gates[RZ], gates[MEAS_Z]) == (70, 3, 80)


def test_qdk_prices_the_object():
    assert QdkCounts(RECORD).estimate()["logicalCounts"] == {name: RECORD[name] for name in QDK_NAMES}


def test_an_object_of_qdk():
    """Toffolis follow each other and Clifford gates are not known: qdk has no number for either."""
    plain = json.loads(QdkCounts(RECORD | {"ccixCount": 7}).json)
    read = counts_from_object(plain)
    expected = LogicalCounts(77, 5, 3, clifford=0, measurement=80, logical_qubits=40, toffoli_depth=77)
    assert (read.counts, read.error_budget) == (expected, None)


def test_the_least_that_a_file_says():
    assert counts_from_object({"logical_qubits": 9}).counts == LogicalCounts(0, 0, 0, 0, 0, 9, 0)


def without(*names):
    return {name: value for name, value in RECORD.items() if name not in names}


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ([RECORD], "a list"),
        (RECORD | {"tofoli": 5}, "did you mean toffoli"),
        (RECORD | {"numqubits": 5}, "did you mean numQubits"),
        (RECORD | {"x" * 5000: 5}, "'" + "x" * 40 + "'"),
        (RECORD | {"schema": "groverattn.counts/2"}, "groverattn.counts/2"),
        (RECORD | {"toffoli": 70.0}, "whole number"),
        (RECORD | {"toffoli": True}, "whole number"),
        (RECORD | {"toffoli": "70"}, "whole number"),
        (RECORD | {"toffoli": None}, "whole number"),
        (RECORD | {"clifford": -1}, "clifford = -1"),
        (RECORD | {"clifford": COUNT_MAX + 1}, "1e\\+45"),
        (RECORD | {"cczCount": 71}, "toffoli = 70 and cczCount \\+ ccixCount = 71"),
        (RECORD | {"numQubits": 41}, "logical_qubits = 40 and numQubits = 41"),
        (without("logical_qubits", "numQubits"), "neither"),
        (RECORD | {"toffoli_depth": 71}, "1 to 70"),
        (RECORD | {"measurement_depth": 59}, "60 to 150"),
        (RECORD | {"measurement_depth": 151}, "60 to 150"),
        (RECORD | {"rotationDepth": 4}, "rotationDepth = 4"),
        (RECORD | {"numComputeQubits": 4}, "no memory beside"),
        (RECORD | {"external_calls": 2.5}, "estimate --data-access qram"),
        (RECORD | {"external_calls": False}, "estimate --data-access qram"),
        (RECORD | {"error_budget": 0}, "error_budget = 0"),
        (RECORD | {"error_budget": True}, "error_budget = True"),
        (RECORD | {"error_budget": "1"}, "error_budget = '1'"),
    ],
)
def test_what_is_refused(record, words):
    with pytest.raises(InputError, match=words) as refused:
        counts_from_object(record)
    assert len(str(refused.value)) < 1000


TEXTS = {
    "empty": (b"", "does not parse"),
    "cut off": (b'{"toffoli": 5', "does not parse"),
    "NaN": (b'{"logical_qubits": NaN}', "NaN"),
    "infinity": (b'{"inputs": {"x": -Infinity}, "logical_qubits": 1}', "-Infinity"),
    "twice": (b'{"toffoli": 5, "toffoli": 6, "logical_qubits": 1}', "'toffoli' twice"),
    "deep": (b"[" * 60_000, "does not parse"),
    "too many digits": (b'{"toffoli": ' + b"9" * 60_000 + b"}", "does not parse"),
    "too large": (b" " * (FILE_BYTES_MAX + 1), "more than 65,536 bytes"),
    "no UTF-8": (b'{"\xff": 1}', "UTF-8"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_files_that_cannot_be_read(tmp_path, name):
    content, words = TEXTS[name]
    path = tmp_path / "counts.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words) as refused:
        read_counts(path)
    assert f"given: {path}: " in str(refused.value)
    assert len(str(refused.value)) < 1000


def test_what_is_no_file(tmp_path):
    os.mkfifo(tmp_path / "pipe")  # opening it would wait for a writer
    other = "a folder, a pipe or a device"
    for path, words in (
        (tmp_path, other),
        (tmp_path / "none.json", "no file of this name"),
        (tmp_path / "pipe", other),
    ):
        with pytest.raises(InputError, match=words):
            read_counts(path)


NUMBERS = st.one_of(st.integers(), st.floats(), st.booleans(), st.none(), st.text(max_size=3))
NAMES = st.sampled_from([*RECORD, "numComputeQubits", "", "tofoli"])


@given(st.dictionaries(NAMES, st.one_of(NUMBERS, st.lists(NUMBERS, max_size=2))), st.booleans())
def test_any_object_is_read_or_refused(record, is_change):
    try:
        read = counts_from_object(RECORD | record if is_change else record)
    except InputError:
        return
    assert min(attrs.astuple(read.counts)) >= 0
    assert read.counts.toffoli_depth <= read.counts.toffoli


def test_counts_of_options_are_those_of_a_file(tmp_path):
    path = tmp_path / "counts.json"
    path.write_text(json.dumps(RECORD))
    assert counts_from(path, {"toffoli": None}) == read_counts(path)
    assert read_counts(path).counts == COUNTS
    options = {"logical_qubits": 9, "toffoli": 5, "clifford": 3, "rotation": None}
    expected = LogicalCounts(5, 0, 0, 3, 0, logical_qubits=9, toffoli_depth=5, measurement_depth=5)
    assert counts_from(None, options).counts == expected
    assert counts_from(None, options | {"toffoli_depth": 2}).counts.toffoli_depth == 2
    with pytest.raises(InputError, match="--counts and --toffoli-depth"):
        counts_from(path, {"toffoli_depth": 0})
    with pytest.raises(InputError, match="no --logical-qubits and no --counts"):
        counts_from(None, {"toffoli": 5})


def test_what_is_written_says_what_it_is():
    assert (RECORD["schema"], RECORD["of"], RECORD["inputs"]) == ("groverattn.counts/1", "oracle", {"n_keys": 8})
    assert RECORD["external_calls"] == 0
    assert "error_budget" not in CountsRecord(of="oracle", inputs={}, counts=COUNTS).as_json()
    theirs = {"numQubits": 40, "tCount": 5, "rotationCount": 3, "cczCount": 70, "measurementCount": 80}
    assert theirs.items() <= RECORD.items()
    assert counts_from_object(without("schema", "error_budget") | {"rotationDepth": 3}).counts == COUNTS
