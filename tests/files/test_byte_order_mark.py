"""Files that an editor begins with a byte order mark read as those without."""

import json
from pathlib import Path

import pytest

import groverattn
from groverattn.files.json_file import read_object
from groverattn.models.k_laws import read_k_law
from groverattn.models.preset_file import read_preset
from groverattn.physical.counts_file import read_counts
from groverattn.physical.machines.hardware import hardware
from groverattn.sweep.study_file import read_study

MARK = b"\xef\xbb\xbf"
PACKAGE = Path(groverattn.__file__).parent
COUNTS = json.dumps({"numQubits": 100, "cczCount": 7, "measurementCount": 9}).encode()
STUDY = (Path(__file__).parents[2] / "docs/examples/sweep.toml").read_bytes()


@pytest.mark.parametrize(
    ("name", "data", "read"),
    [
        ("counts.json", COUNTS, read_counts),
        ("object.json", COUNTS, lambda path: read_object(path, 1024, "correct it")),
        ("machine.toml", b'base = "gidney-2025"\ncycle_time_us = 2.0\n', lambda path: hardware(str(path))),
        ("model.toml", (PACKAGE / "models/presets/gpt2.toml").read_bytes(), read_preset),
        ("law.toml", (PACKAGE / "models/k_laws/smollm2-135m.toml").read_bytes(), read_k_law),
        ("study.toml", STUDY, lambda path: read_study(path).size),
    ],
)
def test_a_byte_order_mark_changes_nothing(tmp_path, name, data, read):
    path = tmp_path / name
    path.write_bytes(data)
    without = read(path)
    path.write_bytes(MARK + data)
    assert read(path) == without
