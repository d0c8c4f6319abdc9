"""Standard output that is full, closed or not UTF-8, and names that a terminal would obey."""

import os
import shlex
import subprocess
import sys

import numpy as np
import pytest

from groverattn.show.terminal import printable

PROGRAM = "from groverattn.cli.app import main; main()"


def shell(line, **environment):
    """Run a line of a shell in which `groverattn` is the command."""
    command = shlex.join([sys.executable, "-c", PROGRAM])
    line = line.replace("groverattn", command, 1)
    return subprocess.run(["sh", "-c", line], capture_output=True, env=os.environ | environment)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
@pytest.mark.parametrize("form", ["table", "json"])
def test_a_full_disk_behind_standard_output(form):
    done = shell(f"groverattn presets --format {form} > /dev/full")
    assert done.returncode == 2
    cure, given, _, why = done.stderr.decode().splitlines()
    assert cure.startswith("groverattn: make room")
    assert given == "  given: standard output"
    assert "No space left on device" in why


def test_closed_streams():
    assert shell("groverattn presets >&-").returncode == 0
    done = shell("groverattn presets --preset x 2>&-")
    assert (done.returncode, done.stdout) == (2, b"")


def test_a_name_that_is_not_utf_8(tmp_path):
    path = os.fsencode(tmp_path) + b"/\xff[red]\x1b[2J\xe2\x80\xae.npz"
    with open(path, "wb") as file:
        np.savez(file, **{name: np.random.default_rng(1).standard_normal((12, 3)) for name in "QKV"})
    simulate = f"groverattn simulate {shlex.quote(os.fsdecode(path))} --n-marked 3 --rows 0:1 --engine law"
    done = shell(simulate, PYTHONIOENCODING="utf-8:strict")
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False), done.stderr
    assert r"\udcff[red]\x1b[2J\u202e: n = 12" in done.stdout.decode()
    refused = shell(f"groverattn diagnose {shlex.quote(os.fsdecode(path))} --figure {shlex.quote(os.fsdecode(path))}")
    assert refused.returncode == 2
    assert r"\udcff[red]\x1b[2J\u202e.npz" in refused.stderr.decode()
    assert "  allowed: a name that ends in .svg" in refused.stderr.decode().splitlines()


def test_what_a_terminal_would_obey_is_written_out():
    assert printable("a\tb\nc \u00e9\u4e2d") == "a\tb\nc \u00e9\u4e2d"
    assert printable("\x07\x9b\x7f\u2066\ud800") == r"\x07\x9b\x7f\u2066\ud800"
    assert printable({"a": ["\x1b", 1, None, ("\x00",)]}) == {"a": [r"\x1b", 1, None, [r"\x00"]]}
