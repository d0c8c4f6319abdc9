"""A file is there whole or not at all, whatever goes wrong while it is written."""

import errno
import os

import pytest

from groverattn.errors import InputError
from groverattn.files.whole import check_target, whole_file


@pytest.fixture
def old(tmp_path):
    path = tmp_path / "old.csv"
    path.write_bytes(b"old")
    return path


def names(path):
    return sorted(entry.name for entry in path.parent.iterdir())


@pytest.mark.parametrize(
    "failure", [OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), KeyboardInterrupt(), ValueError()]
)
def test_what_fails_while_it_is_written_leaves_the_old_file(old, failure):
    def write_half():
        with whole_file(old) as file:
            file.write(b"half of the n")
            raise failure

    with pytest.raises((InputError, KeyboardInterrupt, ValueError)) as raised:
        write_half()
    assert (old.read_bytes(), names(old)) == (b"old", ["old.csv"])
    if isinstance(failure, OSError):
        assert "free some space" in str(raised.value)


def test_a_full_disk_at_the_last_moment_leaves_the_old_file(old, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("groverattn.files.whole.os.fsync", full)
    with pytest.raises(InputError, match="No space left"), whole_file(old) as file:
        file.write(b"new")
    assert (old.read_bytes(), names(old)) == (b"old", ["old.csv"])


def test_a_name_of_240_bytes_and_one_that_ends_well(tmp_path):
    path = tmp_path / ("ä" * 120)
    with whole_file(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new"
    assert names(path) == ["ä" * 120]


def test_what_is_no_plain_file_is_never_replaced(old, tmp_path):
    link = tmp_path / "link.csv"
    link.symlink_to(old)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path, word in ((link, "symbolic link"), (pipe, "pipe"), (tmp_path, "folder")):
        with pytest.raises(InputError, match=word):
            check_target(path, force=True)
        with pytest.raises(InputError, match=word), whole_file(path):
            pass
    assert old.read_bytes() == b"old"
    assert link.is_symlink()


def test_an_existing_file_is_replaced_only_by_force(old):
    with pytest.raises(InputError, match="--force"):
        check_target(old, force=False)
    check_target(old, force=True)
    with pytest.raises(InputError, match="no folder"):
        check_target(old.parent / "none" / "x.csv", force=True)
