"""What is around a process: who reads its messages, settings of libraries, the working folder, little memory."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from groverattn.cli.app import call

HEAD = Path(__file__).parents[2] / "data" / "minilm_l6_n128.npz"
PROGRAM = "from groverattn.cli.app import main; main()"
SIMULATE = ("simulate", "--n-keys", "40", "--d-head", "4", "--n-marked", "2", "--workers", "1", "--engine", "law")


def program(*arguments, **options):
    """Run a command line in a process of its own."""
    command = [sys.executable, "-c", PROGRAM, *arguments]
    return subprocess.run(command, **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options)


@pytest.fixture
def no_reader():
    """A pipe whose reader has gone."""
    reading, writing = os.pipe()
    os.close(reading)
    yield writing
    os.close(writing)


def test_nobody_reads_the_messages(no_reader):
    """The work goes on, the result is written, and the status is what it would be."""
    expected = program(*SIMULATE, "--format", "json")
    assert b"rows searched: 40 of 40" in expected.stderr
    done = program(*SIMULATE, "--format", "json", stderr=no_reader)
    assert (done.returncode, done.stdout) == (0, expected.stdout)
    assert program("estimate", "--n-keys", "10", stderr=no_reader).returncode == 2


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
def test_a_full_disk_behind_the_messages():
    with open("/dev/full", "w") as full:
        done = program(*SIMULATE, stderr=full)
        assert (done.returncode, b"verdict" in done.stdout) == (0, True)
        assert program("presets", "--format", "xml", stderr=full).returncode == 2


def test_nobody_reads_the_result(no_reader):
    done = program("presets", stdout=no_reader)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_failure_of_the_system_without_a_name_is_not_standard_output(cli, monkeypatch):
    def fail(*_, **__):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("groverattn.cli.price.show", fail)
    refused = cli("presets")
    assert refused.status == 2
    assert "Input/output error" in refused.err
    assert "standard output" not in refused.err


@pytest.mark.parametrize("mib", [150, 300, 450])
def test_little_address_space_is_refused_before_libraries_are_loaded(mib):
    import resource

    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (mib << 20, mib << 20))

    done = program(*SIMULATE, preexec_fn=limit, timeout=60)
    assert (done.returncode, done.stdout) == (2, b"")
    assert f"{mib} MiB of address space" in done.stderr.decode()
    assert "ulimit -v 524288" in done.stderr.decode()


@pytest.mark.parametrize(
    ("name", "verb"),
    [
        ("NUMPY_MADVISE_HUGEPAGE", SIMULATE),
        ("MPLBACKEND", ("verify", "--n-keys", "8", "--d-head", "2")),
        ("SYMPY_DEBUG", ("verify", "--n-keys", "8", "--d-head", "2")),
    ],
)
def test_a_setting_that_a_library_refuses_is_named(name, verb):
    done = program(*verb, env=os.environ | {name: "nonsense"})
    message = done.stderr.decode()
    assert (done.returncode, done.stdout, "Traceback" in message) == (2, b"", False)
    assert f"unset {name}" in message


def test_what_fails_in_this_package_is_no_setting(monkeypatch):
    monkeypatch.setattr("groverattn.cli.price.show", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        call(["presets"])


@pytest.mark.parametrize("search_path", [None, os.pathsep])
def test_no_code_from_the_working_folder_runs(tmp_path, search_path):
    """Neither under `python -m`, nor with an empty entry of PYTHONPATH."""
    for name in ("attrs", "cyclopts", "numpy", "random", "groverattn"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('code of the working folder ran')")
    environment = os.environ | (
        {} if search_path is None else {"PYTHONPATH": search_path + os.environ.get("PYTHONPATH", "")}
    )
    scripts = {"module": ["-m", "groverattn"], "script": [str(tmp_path / "bin" / "groverattn")]}
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "groverattn").write_text(PROGRAM)
    (tmp_path / "groverattn.py").unlink()  # that one is found before any code of the package can say no
    for start in scripts.values():
        done = subprocess.run(
            [sys.executable, *start, *SIMULATE], cwd=tmp_path, capture_output=True, env=environment, text=True
        )
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("text", ["x = 1", "raise SystemExit(7)"])
def test_a_library_that_another_module_hides(tmp_path, text):
    (tmp_path / "numpy.py").write_text(text)
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    done = program("presets", env=os.environ | {"PYTHONPATH": path})
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"one of them failed while it was imported" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_working_folder_that_was_deleted(tmp_path):
    script = tmp_path / "groverattn"
    script.write_text(f"import os; os.rmdir(os.getcwd()); {PROGRAM}")
    (tmp_path / "gone").mkdir()
    done = subprocess.run([sys.executable, script, "--version"], cwd=tmp_path / "gone", capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_width_of_thousands_of_digits_is_none():
    assert program("--version", env=os.environ | {"COLUMNS": "9" * 5000}).returncode == 0


@pytest.mark.parametrize(
    ("before", "status"), [("", 130), ("from groverattn.cli.app import end_at_ctrl_c as end; end(3);", 3)]
)
def test_ctrl_c_while_libraries_are_loaded_and_when_all_is_done(before, status):
    code = f"import os, signal, sys; sys.argv = ['groverattn']; import groverattn.cli; {before} os.kill(os.getpid(), 2)"
    wait = "import time; time.sleep(60)"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; {wait}"],
        capture_output=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert (done.returncode, done.stderr) == (status, b"")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("simulate", "n_keys.npz"), "given: n_keys.npz;"),
        (("verify", "read_first.npz"), "given: read_first.npz;"),
        (("report", "--preset", "toy", "-o", "n_marked.txt"), "given: n_marked.txt;"),
        (("estimate", "--config", "data_access/config.json"), "data_access/config.json"),
        (("physical", "--counts", "{folder}/counts.json"), "did you mean logical_qubits"),
        (("simulate", "{folder}/causal.npz", "--n-marked", "2"), "given: causal = 2.0 in causal.npz;"),
    ],
)
def test_names_of_files_and_in_files_are_no_options(cli, tmp_path, arguments, said):
    (tmp_path / "counts.json").write_text('{"numQubits": 5, "logical_qubitz": 5}')
    np.savez(tmp_path / "causal.npz", **dict.fromkeys("QKV", np.eye(4)), causal=2)
    outcome = cli(*(word.format(folder=tmp_path) for word in arguments))
    assert outcome.status == 2
    assert said in outcome.err


# the plainest kernels that every x86-64 has, and another number of threads; elsewhere the libraries keep their own
PLAIN = {"OPENBLAS_CORETYPE": "Nehalem", "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3", "OPENBLAS_NUM_THREADS": "2"}


@pytest.mark.parametrize(
    "verb",
    [
        ("simulate", str(HEAD), "--layer", "5", "--head", "0", "--rows", "0:8", "--engine", "law", "--workers", "1"),
        ("diagnose", str(HEAD), "--layer", "5", "--head", "0"),
        ("estimate", "--preset", "llama3.1-8b"),
    ],
    ids=lambda verb: verb[0],
)
def test_json_has_the_same_bytes_on_every_processor(verb):
    """In which order BLAS and NumPy add depends on their kernels and threads: the last digits are not printed.

    Without rounding, `iterates_expected_of_method` and `error_max` of the tails differ here.
    """
    usual, plain = (program(*verb, "--format", "json", env=os.environ | kernels) for kernels in ({}, PLAIN))
    assert usual.returncode == plain.returncode == 0
    assert usual.stdout == plain.stdout
