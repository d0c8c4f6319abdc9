"""The command as a process: what it imports, and how it ends when its reader or its user has had enough."""

import json
import os
import signal
import subprocess
import sys

import pytest

import groverattn

COMMAND = (sys.executable, "-c", "from groverattn.cli.app import main; main()")


def test_the_top_level_imports_no_heavy_library():
    code = "import sys, groverattn.cli.app as app; app.call(['--help']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Usage: groverattn COMMAND" in done.stdout
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    assert not loaded & {"cirq", "qualtran", "scipy", "numpy", "sympy", "pandas", "matplotlib"}


def test_it_is_a_module_too():
    done = subprocess.run([sys.executable, "-m", "groverattn", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == groverattn.__version__


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


def _listen_to_interrupts():
    """What a shell starts in the background ignores SIGINT, and so does what it starts: not so here."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def interrupted(arguments, *, in_group):
    """Run a command, send it SIGINT after its first line of progress, and return status, output and messages."""
    with subprocess.Popen(
        [*COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_listen_to_interrupts,
    ) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        assert first.startswith("rows searched"), first + process.stderr.read()
        (os.killpg if in_group else os.kill)(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=120)
    assert "Traceback" not in err
    return process.returncode, out, err


@pytest.mark.parametrize(("workers", "in_group"), [("2", True), ("1", False)])  # a terminal reaches the workers as well
def test_an_interrupt_leaves_what_is_finished(cli, bundled, workers, in_group):
    small = ("--key-bits", "4", "--query-bits", "4", "--workers", workers, "--seed", "6")
    command = ("simulate", str(bundled), "--n-marked", "16", *small, "--format", "json")
    status, out, err = interrupted(command, in_group=in_group)
    assert status == 130, err
    result = json.loads(out)
    assert 0 < result["rows"] < result["rows_asked"] == 128
    assert result["inputs"]["rows"] == [0, result["rows"]]
    assert (result["missed"], result["passed"]) == (0, True)
    again = cli(*command, "--rows", f"0:{result['rows']}")
    assert again.status == 0
    assert again.json == result | {"rows_asked": result["rows"]}


def test_an_interrupted_table_says_so(bundled):
    status, out, _ = interrupted(("simulate", str(bundled), "--key-bits", "4", "--query-bits", "4"), in_group=True)
    assert status == 130
    assert "INTERRUPTED: 128 were asked for" in " ".join(out.split())


def test_no_display_and_no_utf8():
    """A table in a terminal that knows ASCII only."""
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C", "TERM": "dumb"}
    done = subprocess.run([*COMMAND, "presets"], capture_output=True, text=True, env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.isascii()
