"""Exported OpenQASM 3 in readers of others: the reference parser, qdk, Qiskit and pyqasm.

The readers beside qdk are the extra `readers`, so `python -m studies readers` writes the sheet where it is installed.
"""

from __future__ import annotations

import importlib
import importlib.metadata
from collections.abc import Callable, Iterator
from typing import Any

import attrs

from groverattn.bloqs.lookup.data_access import DATA_ACCESSES
from groverattn.costs.counting import count
from groverattn.errors import InputError
from groverattn.export.circuits import ChosenCircuit
from groverattn.export.openqasm import openqasm_program
from groverattn.export.request import CIRCUITS
from groverattn.verification.row import SearchedRow
from studies.sheet import Sheet

SIZES = {"n_keys": 11, "d_head": 2, "n_marked": 2, "key_bits": 3, "query_bits": 3}
"""Not a power of two: the search has rotations and a global phase, and some rows of a table are beyond the last key."""


@attrs.frozen
class ReaderRecord:
    """One program, read by one reader: 11 keys of two numbers of 3 bits, two of them marked.

    Attributes:
        circuit: lookup, oracle, iterate or search.
        data_access: how the keys are loaded.
        reader: package that reads.
        version: its version.
        qubits: logical qubits as counted here.
        qubits_read: qubits of the program as the reader has it.
        measurements: measurements as counted here; a search measures the index as well.
        measurements_read: measurements as the reader has them.
    """

    circuit: str
    data_access: str
    reader: str
    version: str
    qubits: int
    qubits_read: int
    measurements: int
    measurements_read: int


def by_reference(text: str) -> tuple[int, int]:
    """Qubits and measurements in the syntax tree of the reference parser.

    Raises:
        InputError: openqasm3 is not installed.
    """
    openqasm3 = _required("openqasm3")
    statements, ast = openqasm3.parse(text).statements, openqasm3.ast
    n_qubits = sum(each.size.value for each in statements if isinstance(each, ast.QubitDeclaration))
    return n_qubits, sum(isinstance(each, ast.QuantumMeasurementStatement) for each in statements)


def by_qdk(text: str) -> tuple[int, int]:
    """Qubits and measurements as qdk's estimator counts them."""
    from qdk.openqasm import estimate

    counts = estimate(text)["logicalCounts"]
    return counts["numQubits"], counts["measurementCount"]


def by_qiskit(text: str) -> tuple[int, int]:
    """Qubits and measurements of Qiskit's circuit.

    Raises:
        InputError: Qiskit or its importer is not installed.
    """
    _required("qiskit_qasm3_import")
    circuit = _required("qiskit.qasm3").loads(text)
    return circuit.num_qubits, circuit.count_ops().get("measure", 0)


def by_pyqasm(text: str) -> tuple[int, int]:
    """Qubits and measurements of the program that pyqasm has unrolled.

    Raises:
        InputError: pyqasm is not installed.
    """
    pyqasm = _required("pyqasm")
    module = pyqasm.loads(text)
    module.unroll()
    return module.num_qubits, pyqasm.dumps(module).count("= measure ")


READERS: dict[str, Callable[[str], tuple[int, int]]] = {
    "openqasm3": by_reference,
    "qdk": by_qdk,
    "qiskit": by_qiskit,
    "pyqasm": by_pyqasm,
}
"""Function of each reader, by the package that it is in."""


def _required(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise InputError(
            given=f"no module {module}",
            allowed="an environment with the readers",
            why=f"they read what is exported ({error})",
            do="pip install -c constraints.txt -e '.[readers]'",
        ) from None


def programs() -> Iterator[tuple[str, str, int, int, str]]:
    """Circuit, data access, qubits and measurements as counted, and text of every program."""
    for access in sorted(set(DATA_ACCESSES) - {"qram"}):
        chosen = ChosenCircuit.of(SearchedRow.random(**SIZES, data_access=access))
        for circuit in CIRCUITS:
            bloq = chosen.bloq(circuit)
            counts = count(bloq)
            n_index = chosen.iterate.oracle.lookup.table.index_bits if circuit == "search" else 0
            text = openqasm_program(bloq, chosen.inputs)
            yield circuit, access, counts.logical_qubits, counts.measurement + n_index, text


def records() -> Iterator[ReaderRecord]:
    """Every program in every reader; one that refuses a program raises."""
    for circuit, access, n_qubits, n_measurements, text in programs():
        for reader, read in READERS.items():
            found = read(text)
            version = importlib.metadata.version(reader)
            yield ReaderRecord(circuit, access, reader, version, n_qubits, found[0], n_measurements, found[1])


SHEET = Sheet("openqasm_readers.csv", ReaderRecord, records)
