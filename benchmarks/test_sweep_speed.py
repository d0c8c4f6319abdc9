"""How long a study of 10,000 different estimates takes, start of the processes and writing of the table included."""

import itertools

import pytest

from groverattn.bloqs.lookup.data_access import DATA_ACCESSES
from groverattn.models.presets import PRESETS
from groverattn.physical.machines.hardware import HARDWARE
from groverattn.reference.search.laws import LAWS
from groverattn.sweep.executors import Processes
from groverattn.sweep.sweep import sweep

AXES = {
    "preset": [name for name in PRESETS if name != "toy"][:10],
    "data_access": [name for name in DATA_ACCESSES if name != "qram"],
    "search_law": list(LAWS),
    "hardware": sorted(HARDWARE)[:4],
    "error_budget": [0.1, 0.05, 0.03, 0.02, 0.01, 0.005, 0.002, 0.001],
}


@pytest.mark.parametrize("workers", [2])
def test_ten_thousand_points(benchmark, tmp_path, workers):
    study = tmp_path / "study.toml"
    study.write_text('kind = "estimate"\n[grid]\n' + "".join(f"{axis} = {AXES[axis]}\n" for axis in AXES), "utf-8")
    result = benchmark.pedantic(sweep, args=(study, tmp_path / "out", lambda: Processes(workers)), rounds=1)
    assert (result.points, result.failed, result.complete) == (10_240, 0, True)
    assert result.points == len(list(itertools.product(*AXES.values())))
