"""The command as a process: what it imports, and how it ends when its reader or its user has had enough."""

import os
import signal
import subprocess
import sys

import pytest

COMMAND = (sys.executable, "-c", "from groverattn.cli.app import main; main()")


def test_the_top_level_imports_no_heavy_library():
    code = "import sys, groverattn.cli.app as app; app.call(['--help']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Usage: groverattn COMMAND" in done.stdout
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    assert not loaded & {"cirq", "qualtran", "scipy", "numpy", "sympy", "pandas", "matplotlib"}


@pytest.mark.parametrize("form", ["table", "json"])
def test_a_closed_reader_is_no_error(form):
    with subprocess.Popen(
        [*COMMAND, "presets", "--format", form], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode in (0, 1)  # rich ends with 1 by itself


@pytest.mark.skipif(sys.platform == "win32", reason="no process groups")
def test_an_interrupt_is_reported_in_a_line(bundled):
    small = ("--key-bits", "4", "--query-bits", "4", "--workers", "2")
    command = [*COMMAND, "simulate", str(bundled), "--n-marked", "16", *small]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        assert first.startswith("rows searched"), first + process.stderr.read()
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does it: to the workers as well
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert out == ""
    assert err.splitlines()[-1] == "groverattn: interrupted; nothing was written"
    assert "Traceback" not in err


def test_no_display_and_no_utf8():
    """A table in a terminal that knows ASCII only."""
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C", "TERM": "dumb"}
    done = subprocess.run([*COMMAND, "presets"], capture_output=True, text=True, env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.isascii()
