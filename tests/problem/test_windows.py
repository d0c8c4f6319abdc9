"""Layers with a sliding window, as `capture` names them in a file: refused when read, left out of lists of heads."""

import numpy as np
import pytest

from groverattn.diagnosis.survey import model_sizes, survey_heads
from groverattn.errors import InputError
from groverattn.problem.heads import load_head, places_of_heads

RNG = np.random.default_rng(8)


@pytest.fixture
def file(tmp_path):
    """A file of three layers with two query heads and one key head, n = 12, and windows."""

    def write(window):
        shapes = {"Q": (2, 12, 4), "K": (1, 12, 4), "V": (1, 12, 4)}
        arrays = {f"{letter}_{at}": RNG.standard_normal(shapes[letter]) for letter in shapes for at in range(3)}
        np.savez(tmp_path / "heads.npz", **arrays, causal=np.ones(3), window=window)
        return tmp_path / "heads.npz"

    return write


def test_a_layer_without_a_window_is_read(file):
    path = file([5, 0, 5])
    assert load_head(path, layer=1, head=1).causal
    assert places_of_heads(path) == [(1, 0), (1, 1)]
    assert [(head.layer, head.head) for head in survey_heads(path, 2).heads] == [(1, 0), (1, 1)]
    assert model_sizes(path)["layers"] == 1


def test_a_layer_with_a_window_is_refused(file):
    with pytest.raises(InputError, match=r"layer 2 .* last 5 keys only; allowed: a layer without a window: 1;"):
        load_head(file([5, 0, 5]), layer=2, head=0)


def test_windows_in_every_layer(file):
    path = file([5, 5, 5])
    for read in (places_of_heads, survey_heads):
        with pytest.raises(InputError, match="this file has none"):
            read(path)


@pytest.mark.parametrize("window", [[5, 0], 5, [5, 0, -1], [5.0, 0.0, 0.0], [[5], [0], [0]]])
def test_windows_that_are_none(file, window):
    path = file(window)
    with pytest.raises(InputError, match="3 whole numbers"):
        load_head(path, layer=1, head=0)
    with pytest.raises(InputError, match="3 whole numbers"):
        places_of_heads(path)
