"""Predicted memory: near what a process takes, and refused with the number where it is not free."""

import os
import subprocess
import sys

import pytest

from groverattn.problem import free_memory
from groverattn.verification.limits import circuit_bytes

# Not ru_maxrss: Linux carries that of the process that starts another one over to it.
PROGRAM = """
import sys
from groverattn.cli.app import call
assert call(sys.argv[1:]) == 0
with open("/proc/self/status") as status:
    print(next(line for line in status if line.startswith("VmHWM:")).split()[1], file=sys.stderr)
"""


def peak_bytes(*arguments):
    """Run a command line and return the most memory that its process had."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, *map(str, arguments)], capture_output=True, check=True)
    return 1024 * int(done.stderr)


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="not on Linux")
def test_the_prediction_for_a_circuit_is_an_upper_bound_and_near():
    libraries = peak_bytes("verify", "--n-keys", 16, "--d-head", 1)
    taken = peak_bytes("verify", "--n-keys", 8192, "--d-head", 16) - libraries
    predicted = circuit_bytes("verify", 8192, 16, 8)
    assert 0.4 * predicted < taken < predicted


def test_large_circuits_take_a_few_gib():
    large = {run: circuit_bytes(run, 1 << 17, 32, 8) / 2**30 for run in ("verify", "index", "sparse", "circuit")}
    assert {run: round(gib) for run, gib in large.items()} == {"verify": 1, "index": 1, "sparse": 9, "circuit": 1}


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("verify", "--n-keys", 1024, "--d-head", 64), "the circuit of 1,024 keys of 64 numbers of 8 bits"),
        (("simulate", "--n-keys", 1024, "--rows", "0:2", "--workers", 2), "the circuit of 1,024 keys"),
        (("simulate", "--n-keys", 300_000, "--engine", "law", "--rows", "0:1"), "a head of 300,000 keys of 8 numbers"),
        (
            ("simulate", "--n-keys", 4096, "--rows", "1:2", "--method", "counted", "--circuit-every", 2),
            "counting with 6 qubits of the phase beside 4,096 keys",
        ),
    ],
)
def test_what_does_not_fit_is_refused_before_it_is_computed(cli, monkeypatch, arguments, what):
    monkeypatch.setattr(free_memory, "free_bytes", lambda: 4_000_000)
    refused = cli(*arguments)
    assert (refused.status, refused.out) == (2, "")
    assert what in refused.err
    assert "GiB of memory; allowed: the 0.00373 GiB that are free" in refused.err


def test_the_processes_of_a_run_are_counted(cli, monkeypatch):
    monkeypatch.setattr(free_memory, "free_bytes", lambda: 12_000_000)
    monkeypatch.setattr("groverattn.simulation.limits.os.cpu_count", lambda: 2)
    line = ("simulate", "--n-keys", 1024, "--n-marked", 4, "--rows", "0:2", "--key-bits", 4)
    refused = cli(*line, "--workers", 2)
    assert "in each of 2 processes" in refused.err
    assert "--workers 1" in refused.err
    assert cli(*line, "--workers", 1).status == 0
