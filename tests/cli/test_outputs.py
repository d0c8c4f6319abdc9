"""Where verbs write: never over a link, a folder or a device, and on a full disk the old file stays."""

import os
import resource
import stat
import subprocess
import sys

import numpy as np
import pytest

PROGRAM = "from groverattn.cli.app import main; main()"


@pytest.fixture
def head(tmp_path):
    np.savez(tmp_path / "head.npz", **{name: np.random.default_rng(0).standard_normal((12, 3)) for name in "QKV"})
    return tmp_path / "head.npz"


@pytest.fixture
def old(tmp_path):
    (tmp_path / "old.svg").write_text("old")
    return tmp_path / "old.svg"


def draw(cli, head, figure, *more):
    return cli("diagnose", head, "--n-marked", 3, "--figure", figure, *more)


def test_links_folders_and_devices_are_not_replaced(cli, head, old, tmp_path):
    (tmp_path / "link.svg").symlink_to(old)
    (tmp_path / "nowhere.svg").symlink_to(tmp_path / "none")
    (tmp_path / "folder.svg").mkdir()
    os.mkfifo(tmp_path / "pipe.svg")
    before = sorted(tmp_path.iterdir())
    for name, word in (
        ("link.svg", "a symbolic link to"),
        ("nowhere.svg", "a symbolic link to"),
        ("folder.svg", "a folder"),
        ("pipe.svg", "a pipe"),
        ("none/x.svg", "there is no folder"),
        ("head.npz/x.svg", "Not a directory"),
        ("x" * 300 + ".svg", "File name too long"),
    ):
        refused = draw(cli, head, tmp_path / name, "--force")
        assert (refused.status, refused.out) == (2, "")
        assert word in refused.err, name
    assert sorted(tmp_path.iterdir()) == before
    assert old.read_text() == "old"


def test_a_device_stays_one(cli, head, tmp_path):
    """As root, a file put in the place of /dev/null would be one for every other program."""
    for command in (
        ("export", "--to", "counts", "--n-keys", 64, "--d-head", 4, "--n-marked", 3, "-o", "/dev/null", "--force"),
        ("capture", "--model", tmp_path, "--text", head, "-o", "/dev/null", "--force"),
    ):
        refused = cli(*command)
        assert refused.status == 2
        assert "/dev/null; " in refused.err
        assert "it is a device" in refused.err
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


@pytest.mark.skipif(os.access("/sys", os.W_OK) and os.geteuid() != 0, reason="no folder that nobody may write to")
@pytest.mark.skipif(not os.path.isdir("/sys/kernel"), reason="no such folder")
def test_a_folder_that_may_not_be_written_to(cli, head):
    refused = draw(cli, head, "/sys/kernel/figure.svg")
    assert refused.status == 2
    assert "Permission denied" in refused.err or "Read-only" in refused.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_folder(cli, head, tmp_path):
    (tmp_path / "closed").mkdir(mode=0o500)
    refused = draw(cli, head, tmp_path / "closed" / "figure.svg")
    assert refused.status == 2
    assert "Permission denied" in refused.err


def _no_file_longer_than_1_kib():
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))


def test_a_write_that_the_system_refuses_leaves_the_old_file(head, old, tmp_path):
    """The limit of a file's size stands for a full disk: it refuses in the middle of the writing, as root too."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "diagnose", head, "--n-marked", "3", "--figure", old, "--force"],
        capture_output=True,
        text=True,
        preexec_fn=_no_file_longer_than_1_kib,
        env=os.environ | {"MPLCONFIGDIR": str(tmp_path / "cache"), "COLUMNS": "500"},
    )
    assert done.returncode == 2, done.stderr
    lines = done.stderr.splitlines()
    assert f"  given: {old}" in lines
    assert "  why: File too large" in lines
    assert old.read_text() == "old"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["cache", "head.npz", "old.svg"]
