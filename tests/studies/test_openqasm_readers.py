"""Exported OpenQASM 3 in the readers of others, as far as they are installed; the committed sheet has all of them."""

import importlib.util
import re
import sys
from pathlib import Path

import pytest

from groverattn.bloqs.lookup.data_access import DATA_ACCESSES
from groverattn.errors import InputError
from groverattn.export.request import CIRCUITS
from studies.circuit.openqasm_readers import READERS, SHEET, programs

ROOT = Path(__file__).parents[2]
MODULES = {
    "openqasm3": ["openqasm3"],
    "qdk": ["qdk"],
    "qiskit": ["qiskit", "qiskit_qasm3_import"],
    "pyqasm": ["pyqasm"],
}


@pytest.fixture(scope="module")
def exported():
    return {(circuit, access): rest for circuit, access, *rest in programs()}


def test_every_reader_takes_every_program_in_the_sheet(exported):
    """The committed proof; qubits and measurements in it are those that the program has now."""
    rows = SHEET.read(ROOT)
    circuits = {(circuit, access) for circuit in CIRCUITS for access in DATA_ACCESSES if access != "qram"}
    assert exported.keys() == circuits
    assert len(rows) == len(circuits) * len(READERS)
    assert {(row["circuit"], row["data_access"], row["reader"]) for row in rows} == {
        (*each, reader) for each in circuits for reader in READERS
    }
    for row in rows:
        qubits, measurements, _ = exported[row["circuit"], row["data_access"]]
        assert {row["qubits"], row["qubits_read"]} == {str(qubits)}, row
        assert {row["measurements"], row["measurements_read"]} == {str(measurements)}, row
        assert re.fullmatch(r"\d+(\.\d+)+", row["version"])


def test_programs_keep_to_what_every_reader_takes(exported):
    """No subroutine, no classical arithmetic, no `output`, one bit as a condition, braces: seen without any reader."""
    statement = re.compile(
        r"(?:(?:x|z|h) q\[\d+\]|(?:cx|cz) q\[\d+\], q\[\d+\]|(?:ccx|cswap) q\[\d+\], q\[\d+\], q\[\d+\]"
        r"|rz\([-\d.e]+\) q\[\d+\]|gphase\(pi\)|\w+\[\d+\] = measure q\[\d+\]|reset q\[\d+\]"
        r"|qubit\[\d+\] q|bit\[\d+\] \w+|OPENQASM 3\.0|include \"stdgates\.inc\")"
    )
    for _, _, text in exported.values():
        code = "".join(line for line in text.splitlines() if not line.startswith("//"))
        plain = re.sub(r"if \([ru]\[\d+\]\) \{ ((?:cz q\[\d+\], q\[\d+\]; )+)\}", r"\1", code)
        assert [part for part in re.split(r";\s*", plain) if part and not statement.fullmatch(part)] == []


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("reader", READERS)
def test_a_reader_that_is_installed_takes_every_program(reader, exported):
    missing = [module for module in MODULES[reader] if importlib.util.find_spec(module) is None]
    if missing:
        pytest.skip(f"{missing[0]} is not installed: it is in the extra `readers`")
    for qubits, measurements, text in exported.values():
        assert READERS[reader](text) == (qubits, measurements)


def test_a_reader_that_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "openqasm3", None)
    with pytest.raises(InputError, match=r"no module openqasm3.*\[readers\]"):
        READERS["openqasm3"]("OPENQASM 3.0;")
