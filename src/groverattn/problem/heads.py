"""Attention heads, and how they are read from .npz files that may be damaged or hostile."""

from __future__ import annotations

import importlib.resources
import math
import os
from pathlib import Path

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.problem.errors import InputError
from groverattn.problem.npz_headers import GIB, SIZE_MAX_BYTES, open_arrays


@attrs.frozen(eq=False, repr=False)
class AttentionHead:
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
            if not np.isfinite(getattr(self, name)).all():
                raise InputError(
                    given=f"{name} of head {self.name!r} with NaN or infinity",
                    allowed="finite numbers",
                    why="a score that is not a number can be neither compared nor weighed",
                    do="export the head again; float16 overflows above 65504",
                )
        if not (math.isfinite(self.score_scale) and self.score_scale > 0):
            raise InputError(
                given=f"score_scale = {self.score_scale}",
                allowed="a positive finite number",
                why="the largest scores have to stay the largest when they are scaled",
                do="leave it out for 1/sqrt(d)",
            )

    def _check_shapes(self) -> None:
        q, k, v = self.queries.shape, self.keys.shape, self.values.shape
        if not (len(q) == len(v) == 2 and q == k and v[0] == k[0] and k[0] >= 2 and k[1] >= 1 and v[1] >= 1):
            raise InputError(
                given=f"queries {q}, keys {k}, values {v} in head {self.name!r}",
                allowed="(n, d), (n, d) and (n, d_v) with the same n >= 2",
                why="every query is compared with every key, and every key has one value",
                do="check the order of the axes: tokens first, then numbers per token",
            )

    @property
    def n_keys(self) -> int:
        """Number of keys n, which is the number of rows."""
        return self.keys.shape[0]

    @property
    def d_head(self) -> int:
        """Numbers per query and key, d."""
        return self.keys.shape[1]

    def visible_keys(self, row: int) -> int:
        """Return how many keys row `row` sees: row + 1 if causal, else n."""
        return row + 1 if self.causal else self.n_keys

    def __repr__(self) -> str:
        mask = "causal" if self.causal else "bidirectional"
        return f"AttentionHead({self.name!r}, n={self.n_keys}, d={self.d_head}, {mask})"


def load_head(
    path: str | os.PathLike[str],
    *,
    layer: int | None = None,
    head: int | None = None,
    causal: bool = False,
    score_scale: float | None = None,
) -> AttentionHead:
    """Read one head from an .npz file with arrays Q, K and V.

    The arrays have shape (n, d), (heads, n, d) or (layers, heads, n, d). K and V may have fewer heads than Q (grouped
    queries): query head h uses key head h // (query heads // key heads). A (heads, n, d) file may say which head each
    of its entries is in integer arrays `layer` and `head`: with `layer` given, the entry with these labels is read;
    without, `head` counts the entries from 0.

    Args:
        path: the file.
        layer: layer to read, counted from 0; may be left out where there is only one.
        head: query head to read, counted from 0; may be left out where there is only one.
        causal: whether row i sees keys 0 to i only.
        score_scale: factor of the scores; 1/sqrt(d) by default.

    Raises:
        InputError: anything that keeps the file from being read safely: it is missing, is no .npz file, is cut off,
            lacks an array, holds Python objects (never unpickled), is larger than 2 GiB once loaded (checked before
            anything is allocated), has other shapes, or has no such layer and head.

    >>> load_head("no_such_file.npz")
    Traceback (most recent call last):
    ...
    groverattn.problem.errors.InputError: given: no_such_file.npz; allowed: a readable .npz file; why: No such file or directory; do: check the path
    """  # noqa: E501
    with open_arrays(path) as arrays:
        arrays.require("Q", "K", "V")
        labels = {name: arrays.read(name) for name in ("layer", "head") if name in arrays}
        shapes = {name: arrays.shape(name) for name in "QKV"}
        _check_size(sum(arrays.n_bytes(name) for name in "QKV"), shapes)
        entry, label = _entry(shapes, labels, layer, head)
        Q, K, V = (arrays.read(name)[entry[name]] for name in "QKV")
    scale = 1.0 / math.sqrt(Q.shape[1]) if score_scale is None else score_scale
    return AttentionHead(Q, K, V, scale, causal, " ".join((Path(path).stem, label)).strip())


def bundled_head() -> AttentionHead:
    """Return the real head that comes with the package: n = 128, d = 32; data/README.md says where it is from.

    >>> bundled_head()
    AttentionHead('minilm_l6_layer2_head2', n=128, d=32, bidirectional)
    """
    packaged = importlib.resources.files("groverattn") / "data" / "minilm_l6_layer2_head2.npz"
    with importlib.resources.as_file(packaged) as path:
        return load_head(path)


def _check_size(stored_bytes: int, shapes: dict[str, tuple[int, ...]]) -> None:
    needed = stored_bytes + 8 * sum(math.prod(shape[-2:]) for shape in shapes.values())
    if needed > SIZE_MAX_BYTES:
        raise InputError(
            given=f"arrays that need {needed / GIB:.1f} GiB: Q, K and V as stored, and one head of them as float64",
            allowed=f"{SIZE_MAX_BYTES / GIB:.0f} GiB",
            why="they are loaded whole, and a damaged header may claim any size",
            do="save the layer and head that you need to a file of their own",
        )


def _entry(shapes, labels, layer: int | None, head: int | None) -> tuple[dict[str, tuple[int, ...]], str]:
    """Return where in Q, K and V the head is, and its label; the leading axes must be none, (heads) or both."""
    leading = {name: shape[:-2] for name, shape in shapes.items()}
    n_leading = {len(lead) for lead in leading.values()}
    if len(n_leading) != 1 or not n_leading <= {0, 1, 2} or min(map(len, shapes.values())) < 2:
        raise _shape_error(shapes, "(n, d), (heads, n, d) or (layers, heads, n, d), the same for Q, K and V")
    if leading["K"] != leading["V"] or leading["Q"][:-1] != leading["K"][:-1]:
        raise _shape_error(shapes, "K and V with the same layers and heads, and Q with the same layers")
    if not leading["Q"]:
        _pick("layer", layer, 1)
        _pick("head", head, 1)
        return dict.fromkeys("QKV", ()), ""
    if labels and len(leading["Q"]) == 1 and layer is not None:
        layer_at: tuple[int, ...] = ()
        h = _labelled(labels, layer, head, leading["Q"][0])
        label = f"layer {layer} head {head}"
    else:
        layer_at = (_pick("layer", layer, leading["Q"][0]),) if len(leading["Q"]) == 2 else ()
        if not layer_at:
            _pick("layer", layer, 1)
        h = _pick("head", head, leading["Q"][-1])
        label = " ".join([f"layer {at}" for at in layer_at] + [f"head {h}"])
    group = _group_size(leading, shapes)
    kv = layer_at + (h // group,)
    return {"Q": layer_at + (h,), "K": kv, "V": kv}, label


def _group_size(leading, shapes) -> int:
    q_heads, kv_heads = leading["Q"][-1], leading["K"][-1]
    if kv_heads < 1 or q_heads % kv_heads:
        raise _shape_error(shapes, "a number of Q heads that is a multiple of the number of K heads")
    return q_heads // kv_heads


def _pick(axis: str, index: int | None, size: int) -> int:
    """Return the index to use on an axis of `size` entries; None only where there is nothing to choose."""
    chosen = 0 if index is None and size == 1 else index
    if chosen is None or not 0 <= chosen < size:
        raise InputError(
            given=f"{axis} = {index}",
            allowed=f"0 to {size - 1}",
            why=f"the file holds {size} {axis}{'' if size == 1 else 's'}",
            do=f"choose one with {axis}=",
        )
    return chosen


def _labelled(labels, layer: int, head: int | None, n_entries: int) -> int:
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


def _shape_error(shapes, allowed: str) -> InputError:
    given = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
    return InputError(
        given=given,
        allowed=allowed,
        why="the axes say which numbers belong to which head",
        do="save them in this order",
    )
