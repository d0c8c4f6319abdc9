"""The folder of a study: no row is lost or half there, and no other process is in it."""

import csv
import os
import shutil
import signal
import sqlite3
import subprocess
import sys

import pytest

from groverattn.errors import InputError
from groverattn.sweep.kinds import KINDS
from groverattn.sweep.store import JOURNAL, MANIFEST, TABLE, interrupts_wait, open_store

KIND = KINDS["simulate"]


def rows(*names, **found):
    return [KIND.row(name, KIND.defaults, found) for name in names]


def filled(folder, *names):
    with open_store(folder, KIND) as store:
        store.append(rows(*names))
    return folder


def there(folder):
    with open_store(folder, KIND) as store:
        return list(store.outcomes)


def cells(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def is_refused(folder, *words, kind=KIND):
    with pytest.raises(InputError) as refusal, open_store(folder, kind):
        pass
    for word in words:
        assert word in str(refusal.value)


def test_rows_are_kept_and_found_again(tmp_path):
    folder = filled(tmp_path / "new" / "folder", "a", "b")
    with open_store(folder, KIND) as store:
        store.append(
            rows("c", error="=1+1, \"two\"\nlines, 'three'") + rows("d", passed=False) + rows("e", passed=True)
        )
        assert store.outcomes == {"a": "", "b": "", "c": "failed", "d": "refuted", "e": ""}
        assert store.appended == 3
    with open_store(folder, KIND) as store:
        assert store.outcomes == {"a": "", "b": "", "c": "failed", "d": "refuted", "e": ""}
        assert store.write_table(["c", "a", "not there"]) == 2
    table = cells(folder / TABLE)
    assert [row["id"] for row in table] == ["c", "a"]
    assert table[0]["error"] == "'=1+1, \"two\" lines, 'three'"
    assert list(table[0]) == list(KIND.columns)
    assert {row["schema"] for row in table} == {KIND.schema}
    assert {path.name for path in folder.iterdir()} == {JOURNAL, TABLE}


def test_of_two_rows_of_a_point_the_later_counts(tmp_path):
    filled(tmp_path, "a", "b")
    with open_store(tmp_path, KIND) as store:
        store.append(rows("a", error="late"))
        store.write_table(["a", "b"])
    assert [(row["id"], row["error"]) for row in cells(tmp_path / TABLE)] == [("a", "late"), ("b", "")]
    assert sorted(there(tmp_path)) == ["a", "b"]


_KILLED_IN_MID_WRITE = """
import os, sys
from pathlib import Path
from groverattn.sweep.kinds import KINDS
from groverattn.sweep.store import open_store

kind = KINDS["simulate"]
with open_store(Path(sys.argv[1]), kind) as store:
    store.append([kind.row("a", kind.defaults, {})])
    store.journal.execute("PRAGMA cache_size = 1")  # so that pages of the transaction are on the disk before its end
    store.journal.execute("BEGIN")
    marks = ", ".join("?" * len(kind.columns))
    for at in range(2000):
        store.journal.execute(f"INSERT INTO rows VALUES ({marks})", [str(at)] + ["x" * 20] * (len(kind.columns) - 1))
    os.kill(os.getpid(), 9)
"""


def test_a_kill_in_the_middle_of_a_write_leaves_the_rows_before(tmp_path):
    killed = subprocess.run([sys.executable, "-c", _KILLED_IN_MID_WRITE, tmp_path], timeout=120)
    assert killed.returncode == -signal.SIGKILL
    assert (tmp_path / JOURNAL).stat().st_size > 500_000  # the half is there
    assert there(tmp_path) == ["a"]


@pytest.mark.parametrize("contents", [b"some text of others", b"SQLite format 3\0" + b"x" * 5000])
def test_what_is_not_a_journal_is_refused(tmp_path, contents):
    (tmp_path / JOURNAL).write_bytes(contents)
    is_refused(tmp_path, "not a journal", "choose another folder")
    assert (tmp_path / JOURNAL).read_bytes() == contents


@pytest.mark.parametrize("made", ["CREATE TABLE letters (text)", "CREATE TABLE about (x); CREATE TABLE rows (id)"])
def test_a_database_of_something_else_is_refused(tmp_path, made):
    with sqlite3.connect(tmp_path / JOURNAL) as theirs:
        theirs.executescript(made)
    theirs.close()
    before = (tmp_path / JOURNAL).read_bytes()
    is_refused(tmp_path, JOURNAL, "from another kind of study")
    assert (tmp_path / JOURNAL).read_bytes() == before


def test_another_kind_of_study_and_another_version_of_its_table_are_refused(tmp_path):
    filled(tmp_path, "a")
    is_refused(tmp_path, f"with rows of {KIND.schema}", "another kind of study", kind=KINDS["estimate"])
    with sqlite3.connect(tmp_path / JOURNAL) as journal:
        journal.execute("UPDATE about SET schema = 'groverattn.sweep.simulate/0'")
    journal.close()
    is_refused(tmp_path, "with rows of groverattn.sweep.simulate/0", "another version")


@pytest.mark.parametrize("name", [TABLE, MANIFEST, "thesis.tex"])
def test_a_folder_of_other_things_is_refused(tmp_path, name):
    (tmp_path / name).write_text("theirs")
    is_refused(tmp_path, f"which holds {name}")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(name, "theirs")]
    is_refused(tmp_path / name, "File exists")


def test_the_journal_of_an_earlier_version_is_left_alone(tmp_path):
    for name in ("journal.csv", TABLE):
        (tmp_path / name).write_text("id,schema\n")
    is_refused(tmp_path, "journal.csv", "choose a new folder; the table in this one stays")
    assert {path.name for path in tmp_path.iterdir()} == {"journal.csv", TABLE}


@pytest.mark.parametrize("name", [JOURNAL, TABLE, MANIFEST])
def test_links_are_not_followed(tmp_path, name):
    precious = tmp_path / "precious"
    precious.write_text("old")
    folder = filled(tmp_path / "folder", "a")
    (folder / name).unlink(missing_ok=True)
    (folder / name).symlink_to(precious)
    is_refused(folder, "it is a symbolic link")
    (folder / name).unlink()
    with open_store(filled(tmp_path / "other", "a"), KIND) as store:
        (store.folder / TABLE).symlink_to(precious)  # while it is at work
        with pytest.raises(InputError, match="a symbolic link to"):
            store.write_table(["a"])
    assert precious.read_text() == "old"


def test_a_second_process_is_refused(tmp_path):
    with open_store(tmp_path, KIND) as store:
        is_refused(tmp_path, "another process is at work")
        store.append(rows("a"))
        is_refused(tmp_path, "another process is at work")
    assert there(tmp_path) == ["a"]


def test_a_disk_that_is_full(tmp_path):
    """The message says so; the rows before are whole, and what comes later is written."""
    filled(tmp_path, "a")
    with open_store(tmp_path, KIND) as store:
        (most,) = store.journal.execute("PRAGMA max_page_count").fetchone()
        store.journal.execute("PRAGMA max_page_count = 1")  # SQLite's own way to have no more space
        with pytest.raises(InputError, match=r"disk is full.*free some space"):
            store.append(rows(*(str(at) for at in range(200))))
        assert (list(store.outcomes), store.appended) == (["a"], 0)
        store.journal.execute(f"PRAGMA max_page_count = {most}")
        store.append(rows("c"))
    assert there(tmp_path) == ["a", "c"]


def test_an_old_table_stays_until_the_new_one_is_whole(tmp_path):
    filled(tmp_path, "a")
    (tmp_path / TABLE).write_text("old")
    with open_store(tmp_path, KIND) as store:
        store.journal.execute("DROP TABLE rows")
        with pytest.raises(InputError, match="no such table"):
            store.write_table(["a"])
    assert (tmp_path / TABLE).read_text() == "old"
    assert {path.name for path in tmp_path.iterdir()} == {TABLE, JOURNAL}


def test_what_a_killed_process_left_half_written_is_removed(tmp_path):
    filled(tmp_path, "a")
    for name in (f".{TABLE}.0a.part", f".{MANIFEST}.0a.part", ".of others.part"):
        (tmp_path / name).write_text("half")
    assert there(tmp_path) == ["a"]
    assert {path.name for path in tmp_path.iterdir()} == {JOURNAL, ".of others.part"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_without_permission(tmp_path):
    tmp_path.chmod(0o500)
    is_refused(tmp_path / "new", "Permission denied")
    is_refused(tmp_path, "unable to open database file")
    tmp_path.chmod(0o700)


def test_ctrl_c_waits_for_the_end_of_a_write():
    done = []

    @interrupts_wait()
    def write():
        signal.raise_signal(signal.SIGINT)
        done.append("written")

    with pytest.raises(KeyboardInterrupt):
        write()
    assert done == ["written"]
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_rows_are_counted_if_ctrl_c_comes_while_they_are_written(tmp_path):
    with open_store(tmp_path, KIND) as store:
        press = lambda sql: sql.startswith("INSERT") and signal.raise_signal(signal.SIGINT)  # noqa: E731
        store.journal.set_trace_callback(press)
        with pytest.raises(KeyboardInterrupt):
            store.append(rows("a", "b"))
        store.journal.set_trace_callback(None)
        assert (store.appended, list(store.outcomes)) == (2, ["a", "b"])
    assert there(tmp_path) == ["a", "b"]


@pytest.mark.parametrize("done", ["renamed", "deleted", "replaced"])
def test_a_folder_that_does_not_stay_where_it_is(tmp_path, done):
    """Nothing is written where the folder was, and the rows of before are in the one that was opened."""
    folder, elsewhere = filled(tmp_path / "study", "a"), tmp_path / "elsewhere"
    with open_store(folder, KIND) as store:
        shutil.copytree(folder, elsewhere) if done == "deleted" else None
        shutil.rmtree(folder) if done == "deleted" else folder.rename(elsewhere)
        if done == "replaced":
            filled(folder, "of another study")
        for write in (
            lambda: store.append(rows("b")),
            lambda: store.write_table(["a"]),
            lambda: store.write_manifest(""),
        ):
            with pytest.raises(InputError, match="renamed, deleted or replaced while the study ran"):
                write()
    assert there(elsewhere) == ["a"]
    assert folder.exists() == (done == "replaced")
    assert not folder.exists() or (there(folder), sorted(os.listdir(folder))) == (["of another study"], [JOURNAL])


def test_rows_whose_inputs_contradict_their_id_are_refused(tmp_path):
    folder, values = filled(tmp_path, "a"), KIND.defaults | {"n_keys": 64}
    with open_store(folder, KIND) as store:
        store.append([KIND.row("b", values, {})])
        store.check_inputs([("a", KIND.defaults), ("b", values)])
    with sqlite3.connect(folder / JOURNAL) as journal:
        journal.execute("UPDATE rows SET n_keys = '640' WHERE id = 'b'")
    with open_store(folder, KIND) as store:
        store.check_inputs([("a", KIND.defaults)])
        with pytest.raises(InputError, match=r"the row b of .* n_keys = '640'; allowed: n_keys = 64, as"):
            store.check_inputs([("a", KIND.defaults), ("b", values)])
