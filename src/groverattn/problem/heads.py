"""Attention heads, and their reader for .npz and .safetensors files that may be damaged or hostile."""

from __future__ import annotations

import importlib.resources
import math
import os
from collections.abc import Iterator
from pathlib import Path

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from groverattn.errors import InputError
from groverattn.files.arrays import (
    CAUSAL,
    GIB,
    SCORE_SCALE,
    SIZE_MAX_BYTES,
    StoredArrays,
    check_window,
    count_layer_arrays,
    stored_heads,
    stored_settings,
)
from groverattn.files.head_file import open_arrays
from groverattn.problem.free_memory import check_memory
from groverattn.problem.key_table import KeyContext

Shapes = dict[str, tuple[int, ...]]  # of Q, K and V, as stored
# Their squares stay finite, and sums of as many of them as there are tokens.
_MAGNITUDE_MAX = 1e140

Labels = dict[str, NDArray]  # `layer` and `head` of each entry


@attrs.frozen(eq=False, repr=False)
class AttentionHead(KeyContext):
    """Queries, keys and values of one attention head; row i attends with weights softmax_j(score_scale <q_i, k_j>).

    Attributes:
        queries: float64 of shape (n, d).
        keys: float64 of shape (n, d).
        values: float64 of shape (n, d_v).
        score_scale: factor of the scores, usually 1/sqrt(d); positive.
        causal: whether row i sees keys 0 to i only.
        name: what reports call it.

    Raises:
        InputError: shapes that do not fit, fewer than two tokens, NaN or infinity, a scale that is not positive.

    >>> head = AttentionHead(np.eye(3), np.eye(3), np.ones((3, 2)), score_scale=1.0, causal=True, name="identity")
    >>> head.n_keys, head.d_head, head.visible_keys(0)
    (3, 3, 1)
    """

    queries: NDArray[np.float64] = attrs.field(converter=lambda x: np.asarray(x, dtype=np.float64))
    keys: NDArray[np.float64] = attrs.field(converter=lambda x: np.asarray(x, dtype=np.float64))
    values: NDArray[np.float64] = attrs.field(converter=lambda x: np.asarray(x, dtype=np.float64))
    score_scale: float
    causal: bool
    name: str

    def __attrs_post_init__(self) -> None:
        self._check_shapes()
        for name in ("queries", "keys", "values"):
            (tokens,) = np.nonzero(~np.isfinite(getattr(self, name)).all(axis=1))
            if tokens.size:
                raise InputError(
                    given=f"{name} of head {self.name!r} with NaN or infinity in {tokens.size:,} of {self.n_keys:,} "
                    f"tokens, the first of them token {tokens[0]}",
                    allowed="finite numbers",
                    why="a score that is NaN can be neither compared nor weighted",
                    do="export the head again; float16 overflows above 65504",
                )
        if not (math.isfinite(self.score_scale) and self.score_scale > 0):
            raise InputError(
                given=f"score_scale = {self.score_scale}",
                allowed="a positive finite number",
                why="the largest scores have to stay the largest when they are scaled",
                do="leave it out for 1/sqrt(d)",
            )
        self._check_magnitudes()

    def _check_magnitudes(self) -> None:
        """Refuse numbers whose sums of products or squares, at most sizes times largest entries, could overflow."""
        largest = {name: float(np.abs(getattr(self, name)).max()) for name in ("queries", "keys", "values")}
        with np.errstate(over="ignore", invalid="ignore"):
            scaled = np.float64(largest["queries"]) * max(self.score_scale, 1.0)
            score = scaled * largest["keys"] * self.d_head * self.n_keys
        if np.isinf(score) or max(scaled, *largest.values()) > _MAGNITUDE_MAX:
            raise InputError(
                given=f"largest magnitudes {largest} and score_scale = {self.score_scale:g} in head {self.name!r}",
                allowed=f"numbers, scaled queries among them, up to {_MAGNITUDE_MAX:g} and scores below 1e308",
                why="an infinite score can be neither compared nor weighted",
                do="check how the head was exported, or scale it",
            )

    def _check_shapes(self) -> None:
        q, k, v = self.queries.shape, self.keys.shape, self.values.shape
        if not (len(q) == len(v) == 2 and q == k and v[0] == k[0] and k[0] >= 2 and k[1] >= 1 and v[1] >= 1):
            raise InputError(
                given=f"queries {q}, keys {k}, values {v} in head {self.name!r}",
                allowed="(n, d), (n, d) and (n, d_v) with the same n >= 2",
                why="every query is compared with every key, and every key has one value",
                do="give one head"
                if len(q) == 3
                else "check the order of the axes: tokens first, then numbers per token",
            )

    def __repr__(self) -> str:
        mask = "causal" if self.causal else "bidirectional"
        return f"AttentionHead({self.name!r}, n={self.n_keys}, d={self.d_head}, {mask})"


def head_of(
    Q: ArrayLike | AttentionHead | None, K: ArrayLike | None = None, V: ArrayLike | None = None
) -> AttentionHead:
    """Return the head of three arrays, bidirectional and with scores scaled by 1/sqrt(d); or a head as it is.

    Args:
        Q: queries, shape (n, d); or a head.
        K: keys, shape (n, d).
        V: values, shape (n, d_v).

    Raises:
        InputError: arrays that are missing, are not of numbers, or make no head.

    >>> head_of(np.eye(4), np.eye(4), np.ones((4, 2))).score_scale
    0.5
    """
    if isinstance(Q, AttentionHead):
        if K is None and V is None:
            return Q
        raise _three_arrays("a head and arrays beside it")
    if Q is None or K is None or V is None:
        raise _three_arrays("not all of Q, K and V")
    try:
        queries, keys, values = (np.asarray(array, dtype=np.float64) for array in (Q, K, V))
    except (TypeError, ValueError) as error:
        raise _three_arrays(str(error), _CONVERT if "ScalarType" in str(error) else _PASS) from None
    return AttentionHead(
        queries, keys, values, 1 / math.sqrt(max(queries.shape[-1:] or (1,), (1,))[0]), False, "arrays"
    )


_PASS = "pass Q, K and V, or the result of load_head"
# PyTorch refuses to hand NumPy a bfloat16 or float8, and names its ScalarType
_CONVERT = "convert them first: tensor.float()"


def _three_arrays(given: str, do: str = _PASS) -> InputError:
    return InputError(
        given=given,
        allowed="arrays of numbers Q (n, d), K (n, d) and V (n, d_v), or one head",
        why="B is made from all three",
        do=do,
    )


def load_head(
    path: str | os.PathLike[str],
    *,
    layer: int | None = None,
    head: int | None = None,
    causal: bool | None = None,
    score_scale: float | None = None,
) -> AttentionHead:
    """Read one head from an .npz or .safetensors file with arrays Q, K and V.

    The arrays have shape (n, d), (heads, n, d) or (layers, heads, n, d), or there is one of shape (heads, n, d) for
    every layer, named Q_0, K_0, V_0, Q_1 and so on. K and V may have fewer heads than Q (grouped queries): query head h
    uses key head h // (query heads // key heads). A (heads, n, d) file may say which head each of its entries is in
    integer arrays `layer` and `head`: with `layer` given, the entry with these labels is read; without, `head` counts
    the entries from 0. Beside arrays for every layer, an array `window` says for each how many keys a row sees at most:
    such a layer is refused, and 0 is none. Arrays `score_scale` and `causal`, with one number or one for every layer,
    are the defaults of the arguments of that name.

    Args:
        path: the file.
        layer: layer to read, counted from 0; may be left out where there is only one.
        head: query head to read, counted from 0; may be left out where there is only one.
        causal: whether row i sees keys 0 to i only; as the file says by default, and False if it says nothing.
        score_scale: factor of the scores; as the file says by default, and 1/sqrt(d) if it says nothing.

    Raises:
        InputError: anything that keeps the file from being read safely: it is missing, of another form, is cut off,
            lacks an array, holds Python objects (never unpickled), is larger than 2 GiB once loaded (checked before
            anything is allocated), has other shapes, has no such layer and head, or has names that are nearly those
            that are read; a layer whose rows see a window.

    >>> load_head("no_such_file.npz")
    Traceback (most recent call last):
    ...
    groverattn.errors.InputError: given: no_such_file.npz; allowed: a readable .npz file; why: No such file...
    """
    with open_arrays(path) as arrays:
        n_layer_arrays = count_layer_arrays(arrays)
        if n_layer_arrays:
            at_layer = _pick("layer", layer, n_layer_arrays)
            check_window(arrays, at_layer, n_layer_arrays)
            names, layer = {name: f"{name}_{at_layer}" for name in "QKV"}, None
        else:
            at_layer, names = layer or 0, {name: name for name in "QKV"}
        entry, label = _checked_entry(arrays, names, layer, head)
        if n_layer_arrays:
            label = " ".join((f"layer {at_layer}", label)).strip()
        Q, K, V = (arrays.read(names[name])[entry[name]] for name in "QKV")
        n_layers = n_layer_arrays or _layers_in_one(arrays)
        stored_scale, stored_mask = stored_settings(arrays, at_layer, n_layers)
    if score_scale is None:
        score_scale = 1.0 / math.sqrt(max(Q.shape[1], 1)) if stored_scale is None else stored_scale
    name = " ".join((Path(path).stem, label)).strip()
    return AttentionHead(Q, K, V, score_scale, bool(stored_mask) if causal is None else causal, name)


def _layers_in_one(arrays: StoredArrays) -> int | None:
    """Layers in an array Q; None where its heads are labelled, which says nothing of other layers."""
    shape = arrays.shape("Q")
    return shape[0] if len(shape) == 4 else None if "layer" in arrays else 1


def places_of_heads(path: str | os.PathLike[str]) -> list[tuple[int | None, int]]:
    """Layer and query head of every head in a file, as `load_head` takes them; layer by layer.

    Raises:
        InputError: as `load_head`.
    """
    with open_arrays(path) as arrays:
        return stored_heads(arrays)


def all_heads(path: str | os.PathLike[str]) -> Iterator[AttentionHead]:
    """Every query head of a file that `load_head` reads, layer by layer, each loaded when it is asked for.

    Raises:
        InputError: as `load_head`.
    """
    for layer, head in places_of_heads(path):
        yield load_head(path, layer=layer, head=head)


def bundled_head() -> AttentionHead:
    """Real head that comes with the package: n = 128, d = 32; data/README.md says where it is from.

    >>> bundled_head()
    AttentionHead('minilm_l6_layer2_head2', n=128, d=32, bidirectional)
    """
    packaged = importlib.resources.files("groverattn") / "data" / "minilm_l6_layer2_head2.npz"
    with importlib.resources.as_file(packaged) as path:
        return load_head(path)


def _checked_entry(
    arrays: StoredArrays, names: dict[str, str], layer: int | None, head: int | None
) -> tuple[Shapes, str]:
    """As `_entry`, after checking by the headers that all that will be read fits into memory."""
    arrays.require(*names.values())
    shapes = {name: arrays.shape(names[name]) for name in "QKV"}
    label_names = [name for name in ("layer", "head") if name in arrays]
    settings = [name for name in (SCORE_SCALE, CAUSAL) if name in arrays]
    _check_size(sum(arrays.header(name).n_bytes for name in (*names.values(), *label_names, *settings)), shapes)
    return _entry(shapes, {name: arrays.read(name) for name in label_names}, layer, head)


def _check_size(stored_bytes: int, shapes: Shapes) -> None:
    needed = stored_bytes + 8 * sum(math.prod(shape[-2:]) for shape in shapes.values())
    if needed > SIZE_MAX_BYTES:
        raise InputError(
            given=f"arrays that need {needed / GIB:.1f} GiB: Q, K and V as stored, and one head of them as float64",
            allowed=f"{SIZE_MAX_BYTES / GIB:.0f} GiB",
            why="they are loaded whole, and a damaged header may claim any size",
            do="save the layer and head that you need to a file of their own",
        )
    check_memory(needed, "what is read of the file", "save the layer and head that you need to a file of their own")


def _entry(shapes: Shapes, labels: Labels, layer: int | None, head: int | None) -> tuple[Shapes, str]:
    """Index of the head in each of Q, K and V, and what to call it."""
    if len({len(shape) for shape in shapes.values()}) != 1 or len(shapes["Q"]) not in (2, 3, 4):
        raise _shape_error(shapes, "(n, d), (heads, n, d) or (layers, heads, n, d), the same for Q, K and V")
    *layers, q_heads = (1, 1, *shapes["Q"][:-2])[-2:]
    if shapes["K"][:-2] != shapes["V"][:-2] or shapes["Q"][:-3] != shapes["K"][:-3]:
        raise _shape_error(shapes, "K and V with the same layers and heads, and Q with the same layers")
    if len(shapes["Q"]) == 3 and labels and layer is not None:
        at_layer, at_head = 0, _labelled(labels, layer, head, q_heads)
        label = f"layer {layer} head {head}"
    else:
        at_layer, at_head = _pick("layer", layer, *layers), _pick("head", head, q_heads)
        label = ("", "", f"head {at_head}", f"layer {at_layer} head {at_head}")[len(shapes["Q"]) - 1]
    n_axes = len(shapes["Q"]) - 2
    at = {"Q": at_head, "K": at_head // _group_size(shapes), "V": at_head // _group_size(shapes)}
    return {name: (at_layer, at[name])[2 - n_axes :] for name in "QKV"}, label


def _group_size(shapes: Shapes) -> int:
    """Number of query heads that share one key head."""
    q_heads, kv_heads = ((1, *shapes[name][:-2])[-1] for name in "QK")
    if kv_heads < 1 or q_heads % kv_heads:
        raise _shape_error(shapes, "a number of Q heads that is a multiple of the number of K heads")
    return q_heads // kv_heads


def _pick(axis: str, index: int | None, size: int) -> int:
    """Index to use on an axis of `size` entries; None only where there is nothing to choose."""
    chosen = 0 if index is None and size == 1 else index
    if chosen is None or not 0 <= chosen < size:
        raise InputError(
            given=f"{axis} = {index}" if index is not None else f"no {axis}",
            allowed=f"{axis} 0 to {size - 1}",
            why=f"the file holds {size} {axis}{'' if size == 1 else 's'}",
            do=f"choose one with {axis}= (--{axis} on the command line)",
        )
    return chosen


def _labelled(labels: Labels, layer: int, head: int | None, n_entries: int) -> int:
    layers, heads = (np.ravel(labels.get(name, [])) for name in ("layer", "head"))
    if not len(layers) == len(heads) == n_entries:
        raise InputError(
            given=f"{len(layers)} layer labels and {len(heads)} head labels for {n_entries} entries",
            allowed="one label of each kind for every entry",
            why="the labels say which entry is the layer and head asked for",
            do="leave layer out and let head count the entries",
        )
    found = np.flatnonzero((layers == layer) & (heads == head))
    if found.size != 1:
        pairs = ", ".join(f"({a}, {b})" for a, b in zip(layers, heads, strict=True))
        raise InputError(
            given=f"layer = {layer}, head = {head}",
            allowed=f"(layer, head) among {pairs}",
            why="the file holds no other heads",
            do="choose one of these",
        )
    return int(found[0])


def _shape_error(shapes: Shapes, allowed: str) -> InputError:
    given = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
    return InputError(
        given=given,
        allowed=allowed,
        why="the axes say which numbers belong to which head",
        do="save them in this order",
    )
