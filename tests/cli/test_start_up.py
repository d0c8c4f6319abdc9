"""What needs no circuit imports no quantum library, which takes seconds: counts, diagnoses, help, refusals."""

import json
import subprocess
import sys

import pytest

from groverattn.cli.app import GROUPS

# Prints the exit status, the quantum libraries imported so far, and standard error, of each command line. Each runs in
# a process of its own, forked from one that has imported every module of verbs, and no module that those leave out.
PROGRAM = """
import contextlib, importlib, io, json, os, sys
from groverattn.cli.app import GROUPS, call
from groverattn.cli.surroundings import set_for_libraries
set_for_libraries()
for module in {verb.module for verbs in GROUPS.values() for verb in verbs}:
    importlib.import_module(f"groverattn.cli.{module}")
for line in json.loads(sys.argv[1]):
    if process := os.fork():
        os.waitpid(process, 0)
        continue
    said = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said):
        status = call(line)
    heavy = {name.split(".")[0] for name in sys.modules} & {"cirq", "qualtran", "qdk", "qsharp", "pennylane", "quimb"}
    print(json.dumps([status, sorted(heavy), said.getvalue()]), flush=True)
    os._exit(0)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory, bundled):
    """A folder with a head and files that must not be overwritten."""
    folder = tmp_path_factory.mktemp("start_up")
    (folder / "head.npz").write_bytes(bundled.read_bytes())
    for name in ("taken.html", "taken.json", "taken.svg", "taken.npz"):
        (folder / name).write_text("old")
    return folder


@pytest.fixture(scope="module")
def results(folder):
    """Exit status, quantum libraries and messages of each command line, each run in a fresh process."""
    lines = [CIRCUIT, *HELP, *ANSWERS, *REFUSALS]
    command = [sys.executable, "-c", PROGRAM, json.dumps([line.split() for line in lines])]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=True)
    return dict(zip(lines, map(json.loads, ran.stdout.splitlines()), strict=True))


CIRCUIT = "estimate --n-keys 4 --d-head 1 --n-marked 1"
HELP = ["--help", "--version", *(f"{verb.name} --help" for verbs in GROUPS.values() for verb in verbs)]
COUNTS = "physical --toffoli 2700000000 --logical-qubits 6200 --toffoli-depth 1700000000"
ANSWERS = [
    "presets",
    "presets --format json",
    COUNTS,
    f"{COUNTS} --hardware beverland-gate-ns-e3 --rotation 5 --format json",
    "diagnose head.npz",
    "diagnose head.npz --figure new.svg",
]

# By command line: words of the message. An unknown name, a missing file and an existing output are found at once.
REFUSALS = {
    "estimat": 'Did you mean "estimate"',
    "estimate": "no preset",
    "estimate --n-keys 9 --n-marked 2": "give --d-head\n",
    "estimate --n-keyz 3": "--n-keyz",
    "estimate --preset nosuch": "preset 'nosuch'",
    "estimate --preset gpt2 --data-access nosuch": "data access 'nosuch'",
    "estimate --preset gpt2 --score-method nosuch": "score method 'nosuch'",
    "estimate --preset gpt2 --search-law nosuch": "law 'nosuch'",
    "estimate --preset gpt2 --hardware nosuch": "machine 'nosuch'",
    "estimate --preset gpt2 --key-bits 1": "--key-bits 1",
    "compare --preset nosuch": "preset 'nosuch'",
    "crossover --preset nosuch": "preset 'nosuch'",
    "frontier --preset nosuch": "preset 'nosuch'",
    "report --preset nosuch -o new.html": "preset 'nosuch'",
    f"{COUNTS} --hardware nosuch": "machine 'nosuch'",
    f"{COUNTS} --hardware nosuch.toml": "no file of this name",
    f"{COUNTS} --error-budget 2": "--error-budget 2.0",
    f"{COUNTS} --format xml": '"xml"',
    f"{COUNTS} --second-opinion": "qdk.qre models",
    "physical --toffoli 5": "no --logical-qubits",
    "physical --counts nosuch.json": "no file of this name",
    "diagnose nosuch.npz": "No such file",
    "diagnose head.npz --figure taken.svg": "a file with this name exists",
    "diagnose head.npz --n-marked 0": "--n-marked 0",
    "capture --model . --text nosuch.txt -o new.npz": "No such file",
    "capture --model . --text taken.json -o taken.npz": "a file with this name exists",
    "export --to nosuch": "format 'nosuch'",
    "simulate head.npz --engine nosuch": "engine 'nosuch'",
    "simulate head.npz --method nosuch": "search method 'nosuch'",
    "simulate head.npz --search-law nosuch": "law 'nosuch'",
    "simulate head.npz --data-access nosuch": "data access 'nosuch'",
    "verify --data-access nosuch": "data access 'nosuch'",
    "verify --score-method nosuch": "score method 'nosuch'",
    "sweep nosuch.toml -o results": "no file of this name",
    "export --to qref --what nosuch -o new.json": "'nosuch'",
    "export --to qref --preset nosuch -o new.json": "preset 'nosuch'",
    "export --to qref --preset gpt2 -o taken.json": "a file with this name exists",
    "estimate --preset gpt2 --hardware nosuch.toml": "no file of this name",
    "crossover --preset gpt2 --data-access nosuch": "data access 'nosuch'",
    "frontier --preset gpt2 --figure taken.svg": "a file with this name exists",
    "report --preset gpt2 -o taken.html": "a file with this name exists",
    "report --preset gpt2 -o new.txt": "ends in .html",
    "simulate nosuch.npz": "No such file",
    "simulate head.npz --rows x": "--rows 'x'",
    "simulate head.npz --n-keys 8": "--n-keys",
    "simulate head.npz --layer 7": "--layer 7",
    "verify nosuch.npz": "No such file",
    "export --to openqasm3 nosuch.npz": "No such file",
}


def test_the_check_sees_a_circuit(results):
    status, heavy, _ = results[CIRCUIT]
    assert status == 0
    assert {"cirq", "qualtran"} <= set(heavy)


@pytest.mark.parametrize("line", [*HELP, *ANSWERS])
def test_what_needs_no_circuit(results, line):
    status, heavy, _ = results[line]
    assert (status, heavy) == (0, [])


@pytest.mark.parametrize(("line", "words"), REFUSALS.items())
def test_refusals(results, line, words):
    status, heavy, said = results[line]
    assert (status, heavy) == (2, [])
    assert words in said
