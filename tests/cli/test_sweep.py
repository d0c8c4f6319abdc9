"""`groverattn sweep`: what a study leaves behind, however it ends, and how it is gone on with."""

import csv
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import tomllib
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import numpy as np
import pytest

from groverattn.row.request import ONE_KEY
from groverattn.sweep.kinds import KINDS
from groverattn.sweep.store import JOURNAL, MANIFEST, TABLE, Store, open_store
from groverattn.sweep.study_file import read_study

COMMAND = (sys.executable, "-c", "from groverattn.cli.app import main; main()")
ROOT = Path(__file__).parents[2]

# some 20 ms a point: every number of keys is a circuit of its own, of a design that need not be chosen
FIXED = "".join(f"{name} = {json.dumps(value)}\n" for name, value in ({"preset": "toy"} | ONE_KEY).items())
GRID = f'kind = "estimate"\n[fixed]\n{FIXED}[grid]\nn_keys = {{{{ from = 16, to = {{last}}, step = 1 }}}}\n'


@pytest.fixture
def study(tmp_path):
    """Write a study and return its path."""

    def write(text, name="study.toml"):
        (tmp_path / name).write_text(text, "utf-8")
        return tmp_path / name

    return write


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "out"


def cells(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def n_keys(path):
    return [int(row["n_keys"]) for row in cells(path)]


def journal(folder):
    """The number of keys of each row, in the order in which they were written."""
    with closing(sqlite3.connect(folder / JOURNAL)) as opened:
        return [int(row[0]) for row in opened.execute("SELECT n_keys FROM rows ORDER BY rowid")]


def wait_for(what, seconds=60.0):
    """Wait until something is true."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited for too long"
        time.sleep(0.01)


def test_a_study_becomes_a_table(cli, study, folder):
    path = study(
        'kind = "estimate"\ntitle = "=1+1"\n[fixed]\nd_head = 4\nn_marked = 3\nname = "=cmd|calc"\n'
        '[grid]\nn_keys = [64, 100]\ndata_access = ["qrom", "qroam"]\n[[points]]\npreset = "toy"\nn_marked = 2\n'
    )
    outcome = cli("sweep", path, "-o", folder, "--workers", 0, "--format", "json")
    assert outcome.status == 0
    assert outcome.json == {
        "schema": "groverattn.sweep/1",
        "kind": "estimate",
        "folder": str(folder),
        **{"points": 5, "found": 0, "computed": 5, "failed": 0, "refuted": 0},
        "complete": True,
        "table": str(folder / TABLE),
    }
    table = cells(folder / TABLE)
    assert [(row["n_keys"], row["data_access"]) for row in table] == [
        *(("64", "qrom"), ("64", "qroam"), ("100", "qrom"), ("100", "qroam"), ("16", "auto"))
    ]
    assert {row["preset"] for row in table} == {"'=cmd|calc"}
    assert len({row["id"] for row in table}) == 5
    assert {path.name for path in folder.iterdir()} == {JOURNAL, TABLE, MANIFEST}


def test_the_manifest_says_how_the_table_was_made(cli, study, folder):
    path = study('kind = "estimate"\n[[points]]\npreset = "toy"\n[[points]]\nn_keys = 3\n')
    assert cli("sweep", path, "-o", folder, "--workers", 0).status == 0
    manifest = json.loads((folder / MANIFEST).read_text())
    assert manifest["command"] == ["groverattn", "sweep", str(path), "-o", str(folder), "--workers", "0"]
    assert manifest["study"] == {"file": "study.toml", "sha256": read_study(path).sha256}
    assert manifest["table"] == {"file": TABLE, "rows": 2, "failed": 1, "checks_failed": 0}
    assert manifest["versions"]["libraries"]["numpy"] == np.__version__
    assert list(manifest["columns"]) == list(cells(folder / TABLE)[0])
    assert all(manifest["columns"].values())


def test_real_heads(cli, study, folder, bundled, grouped):
    """Files relative to the study, layers and heads; a point whose file lacks the head is a row with its error."""
    path = study(
        'kind = "simulate"\n[fixed]\nfile = "grouped.npz"\nn_marked = 2\nkey_bits = 4\nquery_bits = 4\nrows = "0:2"\n'
        "[grid]\nlayer = [0, 1, 2]\nhead = [0, 3]\n"
        f'[[points]]\nfile = "{bundled}"\nengine = "law"\ncausal = true\nrows = "120:128"\n'
    )
    outcome = cli("sweep", path, "-o", folder, "--workers", 0, "--format", "json")
    assert (outcome.status, outcome.json["failed"], outcome.json["refuted"]) == (0, 2, 0)
    table = cells(folder / TABLE)
    assert [(row["layer"], row["head"], bool(row["error"])) for row in table] == [
        *(("0", "0", False), ("0", "3", False), ("1", "0", False), ("1", "3", False)),
        *(("2", "0", True), ("2", "3", True), ("", "", False)),
    ]
    assert "layer = 2" in table[4]["error"]
    assert (table[6]["causal"], table[6]["rows_begin"], table[6]["passed"]) == ("True", "120", "True")
    alone = cli(
        *("simulate", grouped, "--layer", 1, "--head", 3, "--n-marked", 2, "--key-bits", 4, "--query-bits", 4),
        *("--rows", "0:2", "--format", "json"),
    )
    assert table[3]["iterates"] == str(alone.json["iterates"])


def test_a_point_that_fails_is_a_row_and_can_be_tried_again(cli, study, folder):
    path = study('kind = "estimate"\n[fixed]\nn_keys = 64\nd_head = 4\n[grid]\nn_marked = [3, 64, 100]\n')
    outcome = cli("sweep", path, "-o", folder, "--workers", 0)
    assert outcome.status == 0
    assert "2 failed, see the column error" in outcome.out
    assert [bool(row["error"]) for row in cells(folder / TABLE)] == [False, True, True]
    again = cli("sweep", path, "-o", folder, "--workers", 0, "--format", "json")
    assert (again.json["computed"], again.json["failed"]) == (0, 2)
    again = cli("sweep", path, "-o", folder, "--workers", 0, "--retry-failed", "--format", "json")
    assert (again.json["found"], again.json["computed"], again.json["failed"]) == (1, 2, 2)
    assert [row["n_marked"] for row in cells(folder / TABLE)] == ["3", "64", "100"]


def test_a_changed_study_computes_what_is_new(cli, study, folder):
    """Points that are there are kept, those no longer asked for stay in the journal alone."""
    cli("sweep", study(GRID.format(last=19)), "-o", folder, "--workers", 0)
    path = study(GRID.format(last=21).replace("from = 16", "from = 18").replace("[fixed]\n", "[fixed]\nkey_bits = 8\n"))
    outcome = cli("sweep", path, "-o", folder, "--workers", 0, "--format", "json")
    assert (outcome.status, outcome.json["found"], outcome.json["computed"]) == (0, 2, 2)
    assert "2 of 4 points are there" in outcome.err
    assert "2 rows in" in outcome.err
    assert journal(folder) == [16, 17, 18, 19, 20, 21]
    assert n_keys(folder / TABLE) == [18, 19, 20, 21]


def is_refused(outcome, *words):
    assert outcome.status == 2
    assert outcome.out == ""
    (line,) = outcome.err.splitlines()
    assert line.startswith("groverattn: given: ")
    for word in words:
        assert word in line


def test_another_kind_of_study_in_the_same_folder(cli, study, folder):
    cli("sweep", study(GRID.format(last=16)), "-o", folder, "--workers", 0)
    other = study("kind = 'simulate'\n[fixed]\nn_keys = 8\n", "other.toml")
    is_refused(cli("sweep", other, "-o", folder, "--workers", 0), "from another kind of study", "choose another folder")


def test_a_bad_study_file(cli, study, folder):
    refused = cli("sweep", study('kind = "estimate"\n[grid]\nn_kyes = [2]\n'), "-o", folder, "--workers", 0)
    is_refused(refused, "'n_kyes'", "did you mean n_keys")
    is_refused(cli("sweep", "none.toml", "-o", folder, "--workers", 0), "none.toml: no file of this name")
    is_refused(cli("sweep", study(GRID.format(last=16))), "--output")
    assert not folder.exists()


def test_bad_options(cli, study, folder):
    path = study(GRID.format(last=16))
    is_refused(cli("sweep", path, "-o", folder, "--workers", -1), "--workers -1")
    is_refused(cli("sweep", path, "-o", folder, "--workers", 2, "--scheduler", "tcp://127.0.0.1:9"), "one of them")


def test_two_at_a_time(cli, study, folder):
    path = study(GRID.format(last=16))
    with open_store(folder, KINDS["estimate"]):
        is_refused(cli("sweep", path, "-o", folder, "--workers", 0), "another process is at work")
    assert cli("sweep", path, "-o", folder, "--workers", 0).status == 0


def started(path, folder):
    """Begin a study with two workers, in a process group of its own that listens to Ctrl-C."""
    return subprocess.Popen(
        [*COMMAND, "sweep", str(path), "-o", str(folder), "--workers", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def group_is_gone(group):
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def test_kill_9_loses_no_row(cli, study, folder, tmp_path):
    """Killed in mid-study: the same command goes on, and the table is that of one run."""
    path, last = study(GRID.format(last=115)), 115
    with started(path, folder) as process:
        assert process.stderr is not None
        assert re.match(r"points, 2 processes: 10 of 100", process.stderr.readline())
        process.kill()  # not its workers
        process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert not (folder / TABLE).exists()
    outcome = cli("sweep", path, "-o", folder, "--workers", 0, "--format", "json")  # the lock went with the process
    found = outcome.json["found"]
    assert 10 <= found < last - 15
    assert (outcome.status, outcome.json["computed"]) == (0, last - 15 - found)
    assert f"{found} of 100 points are there" in outcome.err
    assert sorted(journal(folder)) == n_keys(folder / TABLE) == list(range(16, last + 1))
    assert not any(row["error"] for row in cells(folder / TABLE))
    cli("sweep", path, "-o", tmp_path / "at once", "--workers", 0)
    assert (folder / TABLE).read_bytes() == (tmp_path / "at once" / TABLE).read_bytes()
    wait_for(lambda: group_is_gone(process.pid))  # the workers end with what they were working for


def test_ctrl_c_says_how_to_go_on(study, folder):
    path = study(GRID.format(last=315))
    with started(path, folder) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        assert re.match(r"points, 2 processes: 30 of 300", first), first
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    there = len(journal(folder))
    assert 30 <= there < 300
    assert f"interrupted; {there} of 300 points are there; to go on: groverattn sweep {path} -o {folder}" in err
    assert "INTERRUPTED" in out
    assert not (folder / TABLE).exists()
    assert json.loads((folder / MANIFEST).read_text())["table"] is None
    wait_for(lambda: group_is_gone(process.pid))


def test_the_studies_in_the_document(study):
    """They are read; the first is the example beside it."""
    example = ROOT / "docs/examples/sweep.toml"
    blocks = re.findall(r"```toml\n(.*?)```", (ROOT / "docs/sweep.md").read_text("utf-8"), re.DOTALL)
    read = [read_study(study(block)) for block in blocks]
    assert [each.size for each in (read_study(example), *read)] == [19, 19, 72]
    assert tomllib.loads(blocks[0]) == {
        key: entry for key, entry in tomllib.loads(example.read_text("utf-8")).items() if key != "title"
    }


@contextmanager
def dask_cluster():
    """Yield the address of a scheduler, and its two workers as processes."""
    distributed = pytest.importorskip("distributed")
    with ExitStack() as stack:
        cluster = stack.enter_context(
            distributed.LocalCluster(n_workers=0, dashboard_address=":0", silence_logs="CRITICAL")
        )
        worker = [sys.executable, "-m", "distributed.cli.dask_worker", cluster.scheduler_address]
        worker += ["--no-nanny", "--nthreads", "1", "--no-dashboard"]
        processes = []
        for _ in range(2):
            processes.append(
                stack.enter_context(subprocess.Popen(worker, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            )
            stack.callback(processes[-1].kill)
        wait_for(lambda: len(cluster.scheduler.workers) == 2)
        yield cluster.scheduler_address, processes


def test_a_dask_cluster_of_which_one_worker_is_killed(cli, study, folder, monkeypatch):
    """Every point comes out, each once, those too that the killed worker had in hand."""
    path, append = study(GRID.format(last=95)), Store.append
    with dask_cluster() as (address, workers):
        killed_at = []

        def append_and_kill(store, rows):
            append(store, rows)
            if store.appended > 5 and not killed_at:
                workers[0].kill()
                killed_at.append(store.appended)

        monkeypatch.setattr(Store, "append", append_and_kill)
        outcome = cli("sweep", path, "-o", folder, "--scheduler", address, "--format", "json")
    assert (outcome.status, outcome.json["computed"], outcome.json["failed"]) == (0, 80, 0), outcome.err
    assert killed_at[0] < 70
    assert "points, 1 Dask worker: 80 of 80" in outcome.err
    assert sorted(journal(folder)) == n_keys(folder / TABLE) == list(range(16, 96))


def test_no_scheduler_at_the_address(cli, study, folder, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("groverattn.sweep.executors._SECONDS_TO_CONNECT", 0.2)
    refused = cli("sweep", study(GRID.format(last=16)), "-o", folder, "--scheduler", "tcp://127.0.0.1:9")
    is_refused(refused, "no connection", "dask scheduler")
