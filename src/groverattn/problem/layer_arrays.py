"""What a file of heads may hold beside Q, K and V: one array per layer, and the scale and mask of the scores.

A model that is run layer by layer is written layer by layer: Q_0, K_0, V_0, Q_1, ..., each (heads, n, d). Layers may
then differ in their sizes, and reading a head loads its own layer only.
"""

from __future__ import annotations

import itertools
import math

import numpy as np

from groverattn.errors import InputError
from groverattn.files.npz import ArchivedArrays

SCORE_SCALE, CAUSAL = "score_scale", "causal"


def layer_array(letter: str, layer: int) -> str:
    """Return the name of an array that holds one layer.

    >>> layer_array("Q", 3)
    'Q_3'
    """
    return f"{letter}_{layer}"


def count_layer_arrays(arrays: ArchivedArrays) -> int:
    """Return how many layers have an array of their own: Q_0, Q_1 and so on without a gap; 0 if the file has Q."""
    if "Q" in arrays:
        return 0
    return next(layer for layer in itertools.count() if layer_array("Q", layer) not in arrays)


def stored_heads(arrays: ArchivedArrays) -> list[tuple[int | None, int]]:
    """Return layer and query head of every head in a file, in the order stored; the layer is None where it has none.

    Raises:
        InputError: the file has neither Q nor Q_0, or one of another shape.
    """
    n_layer_arrays = count_layer_arrays(arrays)
    if n_layer_arrays:
        leads = [_lead(arrays, layer_array("Q", layer)) for layer in range(n_layer_arrays)]
        return [(layer, head) for layer, lead in enumerate(leads) for head in range((1, *lead)[-1])]
    arrays.require("Q")
    *layers, n_heads = _lead(arrays, "Q") or (1,)
    return list(itertools.product(range(*layers) if layers else [None], range(n_heads)))


def _lead(arrays: ArchivedArrays, name: str) -> tuple[int, ...]:
    """Return the axes of Q that count layers and heads; without numbers an array may claim any number of them."""
    shape = arrays.shape(name)
    if not 2 <= len(shape) <= 4 or math.prod(shape[:-2]) > arrays.n_bytes(name):
        raise InputError(
            given=f"{name} of shape {shape} in {arrays.name}",
            allowed="(n, d), (heads, n, d) or (layers, heads, n, d), none of them 0",
            why="the axes say which numbers belong to which head",
            do="save it in this order",
        )
    return shape[:-2]


def setting_bytes(arrays: ArchivedArrays) -> int:
    """Return the bytes that `score_scale` and `causal` take when they are loaded; 0 for a file without them."""
    return sum(arrays.n_bytes(name, flags=name == CAUSAL) for name in (SCORE_SCALE, CAUSAL) if name in arrays)


def stored_score_scale(arrays: ArchivedArrays, layer: int) -> float | None:
    """Return the factor of the scores that the file states for a layer, or None."""
    return _setting(arrays, SCORE_SCALE, layer)


def stored_causal(arrays: ArchivedArrays, layer: int) -> bool | None:
    """Return whether the file states that row i of a layer sees keys 0 to i only, or None.

    Raises:
        InputError: it states something other than 0 and 1.
    """
    value = _setting(arrays, CAUSAL, layer)
    if value not in (None, 0, 1):
        raise InputError(
            given=f"causal = {value} in {arrays.name}",
            allowed="0 or 1, once or for every layer",
            why="it says whether row i sees keys 0 to i only",
            do="save it again",
        )
    return None if value is None else bool(value)


def _setting(arrays: ArchivedArrays, name: str, layer: int) -> float | None:
    """Return one number of the file, or None: stored once for all layers, or once for each."""
    if name not in arrays:
        return None
    values = np.asarray(arrays.read(name, flags=name == CAUSAL), dtype=np.float64)
    if values.ndim == 0:
        return float(values)
    if values.ndim != 1 or not 0 <= layer < values.size:
        raise InputError(
            given=f"{name} of shape {values.shape} in {arrays.name}, layer {layer}",
            allowed="one number, or one for every layer",
            why="every head of a layer has the same",
            do="save it again, or leave it out of the file",
        )
    return float(values[layer])
