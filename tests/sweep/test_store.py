"""The folder of a study: no line is lost or half there, and nobody else is in it."""

import csv
import errno
import io
import os
import signal

import pytest

from groverattn.errors import InputError
from groverattn.sweep import store as store_module
from groverattn.sweep.compute import row_with
from groverattn.sweep.kinds import KINDS
from groverattn.sweep.points import Point
from groverattn.sweep.store import JOURNAL, LOCK, TABLE, open_store

KIND = KINDS["simulate"]


def rows(*names, **found):
    return [row_with(KIND, Point(name, KIND.defaults), found) for name in names]


def filled(folder, *names):
    with open_store(folder, KIND) as store:
        store.append(rows(*names))
    return folder


def there(folder):
    with open_store(folder, KIND) as store:
        return list(store.places)


def cells(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_rows_are_kept_and_found_again(tmp_path):
    folder = filled(tmp_path / "new" / "folder", "a", "b")
    with open_store(folder, KIND) as store:
        assert list(store.places) == ["a", "b"]
        store.append(rows("c", error="=1+1, \"two\"\nlines, 'three'"))
        assert [place.failed for place in store.places.values()] == [False, False, True]
        assert store.write_table(["c", "a", "not there"]) == 2
    assert [row["id"] for row in cells(folder / TABLE)] == ["c", "a"]
    assert cells(folder / TABLE)[0]["error"] == "'=1+1, \"two\" lines, 'three'"
    assert cells(folder / TABLE)[0].keys() == {column.name for column in KIND.columns}
    assert {row["schema"] for row in cells(folder / JOURNAL)} == {KIND.schema}


@pytest.mark.parametrize(
    "damage",
    [
        lambda line: line.replace(b"\n", b"\r\n"),
        lambda line: line.replace(KIND.schema.encode(), b"other/1"),
        lambda line: line.replace(b"a,", b"a" * 140_000 + b",", 1),  # more than a reader of CSV takes
        lambda line: line.replace(b"a,", b"a\r,", 1),
    ],
)
def test_a_line_that_is_no_row_is_refused(tmp_path, damage):
    header, line = (filled(tmp_path, "a") / JOURNAL).read_bytes().splitlines(keepends=True)
    (tmp_path / JOURNAL).write_bytes(header + damage(line))
    with pytest.raises(InputError, match="line 2: b'a"), open_store(tmp_path, KIND):
        pass


@pytest.mark.parametrize("name", [TABLE, "manifest.json"])
def test_a_table_without_a_journal_is_somebody_elses(tmp_path, name):
    (tmp_path / name).write_text("theirs")
    with pytest.raises(InputError, match=f"which holds {name}"), open_store(tmp_path, KIND):
        pass
    assert (tmp_path / name).read_text() == "theirs"


def test_a_table_that_is_a_link_is_refused_at_once(tmp_path):
    filled(tmp_path / "study", "a")
    (tmp_path / "theirs.csv").write_text("theirs")
    (tmp_path / "study" / TABLE).symlink_to(tmp_path / "theirs.csv")
    with pytest.raises(InputError, match="it is a symbolic link"), open_store(tmp_path / "study", KIND):
        pass


def test_every_beginning_of_a_journal_can_be_gone_on_with(tmp_path):
    """Cut anywhere, as a kill in the middle of a write leaves it: the whole lines stay, the rest is dropped."""
    whole = (filled(tmp_path, "a", "b") / JOURNAL).read_bytes()
    ends = [at for at, byte in enumerate(whole, start=1) if byte == ord("\n")]
    header = ends[0]
    for length in {0, 1, header - 1, *range(header, len(whole), 37), *ends, *(end - 1 for end in ends)}:
        (tmp_path / JOURNAL).write_bytes(whole[:length])
        with open_store(tmp_path, KIND) as store:
            kept = [name for name, end in zip("ab", ends[1:], strict=True) if end <= length]
            assert list(store.places) == kept
            assert bool(store.dropped) == (length not in (0, *ends))
            store.append(rows(*[name for name in "ab" if name not in kept]))
        assert (tmp_path / JOURNAL).read_bytes() == whole


def test_of_two_rows_of_a_point_the_later_counts(tmp_path):
    filled(tmp_path, "a")
    with open_store(tmp_path, KIND) as store:
        store.append(rows("b"))
        store.append(rows("a", error="late"))
        store.write_table(["a", "b"])
    assert [(row["id"], row["error"]) for row in cells(tmp_path / TABLE)] == [("a", "late"), ("b", "")]
    assert there(tmp_path) == ["a", "b"]


def test_what_is_not_of_this_study_is_refused(tmp_path):
    filled(tmp_path, "a")
    with pytest.raises(InputError, match="another kind of study"), open_store(tmp_path, KINDS["estimate"]):
        pass
    with (tmp_path / JOURNAL).open("ab") as file:
        file.write(b"b,c\n")
    with pytest.raises(InputError, match="line 3: b'b,c"), open_store(tmp_path, KIND):
        pass
    (tmp_path / JOURNAL).write_text("some text of others")
    with pytest.raises(InputError, match="another kind of study"), open_store(tmp_path, KIND):
        pass
    assert (tmp_path / JOURNAL).read_text() == "some text of others"


def test_a_folder_of_other_things_is_refused(tmp_path):
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(InputError, match=r"holds thesis\.tex"), open_store(tmp_path, KIND):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]
    with pytest.raises(InputError, match="File exists"), open_store(tmp_path / "thesis.tex", KIND):
        pass


def test_links_are_not_followed(tmp_path):
    (tmp_path / "precious").write_text("old")
    folder = tmp_path / "folder"
    filled(folder, "a")
    for name in (LOCK, JOURNAL):
        (folder / name).rename(folder.with_name(name))
        (folder / name).symlink_to(tmp_path / "precious")
        with pytest.raises(InputError, match="symbolic links"), open_store(folder, KIND):
            pass
        (folder / name).unlink()
        folder.with_name(name).rename(folder / name)
    with open_store(folder, KIND) as store:
        (folder / TABLE).symlink_to(tmp_path / "precious")  # while it is at work
        with pytest.raises(InputError, match="a symbolic link to"):
            store.write_table(["a"])
    assert (tmp_path / "precious").read_text() == "old"


def test_a_second_process_is_refused(tmp_path):
    with (
        open_store(tmp_path, KIND),
        pytest.raises(InputError, match="another process is at work"),
        open_store(tmp_path, KIND),
    ):
        pass
    with open_store(tmp_path, KIND):
        pass


def test_a_disk_that_is_full(tmp_path, monkeypatch):
    """The message says so; the rows before are whole, and the next attempt goes on after them."""
    filled(tmp_path, "a")
    whole = (tmp_path / JOURNAL).read_bytes()

    class FullDisk(io.FileIO):
        room = 100

        def write(self, data):
            if not self.room:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            written = super().write(data[: self.room])
            self.room -= written
            return written

    with monkeypatch.context() as patch:
        patch.setattr(store_module.io, "FileIO", FullDisk)
        with open_store(tmp_path, KIND) as store:
            with pytest.raises(InputError, match=r"No space left on device.*make room"):
                store.append(rows("b"))
            assert (tmp_path / JOURNAL).read_bytes()[: len(whole)] == whole
            FullDisk.room = 10**6
            store.journal.room = 10**6
            store.append(rows("c"))
    assert there(tmp_path) == ["a", "c"]


def test_an_old_table_stays_until_the_new_one_is_whole(tmp_path, monkeypatch):
    filled(tmp_path, "a")
    (tmp_path / TABLE).write_text("old")
    with open_store(tmp_path, KIND) as store, monkeypatch.context() as patch:

        def fails(*_):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        patch.setattr(os, "pread", fails)
        with pytest.raises(InputError, match="No space left"):
            store.write_table(["a"])
    assert (tmp_path / TABLE).read_text() == "old"
    assert {path.name for path in tmp_path.iterdir()} == {TABLE, JOURNAL, LOCK}


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_without_permission(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="Permission denied"), open_store(tmp_path / "new", KIND):
        pass
    tmp_path.chmod(0o700)


def test_rows_are_counted_if_ctrl_c_comes_while_they_are_written(tmp_path, monkeypatch):
    with open_store(tmp_path, KIND) as store:
        fsync = os.fsync

        def interrupted(number):
            os.kill(os.getpid(), signal.SIGINT)
            fsync(number)

        monkeypatch.setattr(store_module.os, "fsync", interrupted)
        with pytest.raises(KeyboardInterrupt):
            store.append(rows("a", "b"))
        assert (store.appended, list(store.places)) == (2, ["a", "b"])
