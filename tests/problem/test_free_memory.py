"""The memory that is free, and the refusal of what needs more."""

import subprocess
import sys

import numpy as np
import pytest

from groverattn.errors import InputError
from groverattn.problem import free_memory
from groverattn.problem.heads import load_head

LIMITED = """
import resource
from groverattn.problem.free_memory import free_bytes
limit = 3 << 30
resource.setrlimit(resource.{name}, (limit, limit))
before = free_bytes()
held = bytearray(400 << 20)
print(before, before - free_bytes())
"""


@pytest.mark.parametrize("name", ["RLIMIT_AS", "RLIMIT_DATA"])
def test_limits_of_the_process_count_and_what_it_has_taken(name):
    done = subprocess.run([sys.executable, "-c", LIMITED.format(name=name)], capture_output=True, text=True, check=True)
    free, taken = map(int, done.stdout.split())
    assert 1 << 30 < free < 3 << 30
    assert 400 << 20 <= taken < 420 << 20


def test_a_control_group_counts_without_what_it_gives_back(tmp_path, monkeypatch):
    inner = tmp_path / "jobs" / "mine"
    inner.mkdir(parents=True)
    for name, text in (
        ("memory.max", "1000"),
        ("memory.current", "900"),
        ("memory.stat", "anon 1\ninactive_file 300\n"),
    ):
        (inner.parent / name).write_text(text)
    (inner / "memory.max").write_text("max\n")
    monkeypatch.setattr(free_memory, "_GROUPS", tmp_path)
    names = free_memory._GROUP_FILES[""][1:]
    assert list(free_memory._of_group(inner.parent, *names)) == [400]
    assert list(free_memory._of_group(inner, *names)) == []
    assert list(free_memory._of_group(tmp_path / "none", *names)) == []


def test_what_does_not_fit_is_refused_with_both_numbers(monkeypatch):
    monkeypatch.setattr(free_memory, "free_bytes", lambda: 3 << 30)
    free_memory.check_memory(3 << 30, "a head", "cut it")
    with pytest.raises(InputError, match=r"a head, which would take about 4.50 GiB of memory; allowed: the 3.00 GiB"):
        free_memory.check_memory(4.5 * 2**30, "a head", "cut it")
    monkeypatch.setattr(free_memory, "free_bytes", lambda: None)
    free_memory.check_memory(1e30, "a head", "cut it")


def test_a_file_that_does_not_fit_is_not_read(tmp_path, monkeypatch):
    np.savez(tmp_path / "head.npz", **{name: np.ones((1000, 8)) for name in "QKV"})
    monkeypatch.setattr(free_memory, "free_bytes", lambda: 300_000)
    monkeypatch.setattr("groverattn.files.npz.npy.read_array", lambda *_, **__: pytest.fail("allocated"))
    with pytest.raises(InputError, match="what is read of the file"):
        load_head(tmp_path / "head.npz")
