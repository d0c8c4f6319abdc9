"""Arrays in a file, with shapes and types known before any of them is loaded, and the heads that they make up.

Beside Q, K and V a file may hold the scale and the mask of the scores. A model that is run layer by layer is written as
Q_0, K_0, V_0, Q_1, ..., each (heads, n, d): layers may differ in size, and reading a head loads its own layer only.
"""

from __future__ import annotations

import abc
import difflib
import itertools
import math
import re
from collections.abc import Collection
from typing import NamedTuple

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.errors import ContentsError, InputError

GIB = 1 << 30
# Our assumption: the largest head worth a simulation (n = 131072, d = 128, Q, K and V in float64) takes 0.4 GiB.
SIZE_MAX_BYTES = 2 * GIB
SCORE_SCALE, CAUSAL, WINDOW = "score_scale", "causal", "window"
# Arrays that change what is read, and how alike a name has to be to be taken for one of them (our choice: `scale` is).
_SETTINGS = (SCORE_SCALE, CAUSAL, WINDOW, "layer", "head")
_ALIKE, _LONGEST = 0.65, 24
_LAYER_ARRAY = re.compile(r"([QKV])_(0|[1-9]\d{0,8})")
_NEARLY_LAYER_ARRAY = re.compile(r"([QKV])[_.-]?0*(\d{1,9})", re.IGNORECASE)

CONVERT = "convert it before it is saved: array.astype(numpy.float32), or tensor.float().numpy() in PyTorch"


class ArrayHeader(NamedTuple):
    """Shape and type of an array once it is loaded, as the file states them."""

    shape: tuple[int, ...]
    dtype: np.dtype

    @property
    def n_bytes(self) -> int:
        """Bytes of the loaded array."""
        return math.prod(self.shape) * self.dtype.itemsize


@attrs.define(eq=False)
class StoredArrays(abc.ABC):
    """Arrays of an open file, by name; a header is read when it is asked for, an array by `read` alone.

    Arrays that are not asked for may be of any type: names of tokens as text do no harm, Python objects stay unread.

    Attributes:
        name: the file, for messages.
    """

    name: str
    _headers: dict[str, ArrayHeader] = attrs.field(factory=dict, init=False)

    @abc.abstractmethod
    def names(self) -> Collection[str]:
        """Names of all arrays."""

    @abc.abstractmethod
    def checked_header(self, array: str) -> ArrayHeader:
        """Read a header and compare it with the bytes that are there. Raises InputError if they differ."""

    @abc.abstractmethod
    def load(self, array: str) -> NDArray:
        """Load an array of a size that was checked. Raises InputError if its bytes are damaged."""

    @abc.abstractmethod
    def unusable(self, why: str, do: str = "save or copy the file again") -> InputError:
        """Error for a file of this kind that is damaged, or holds what cannot be used."""

    def __contains__(self, array: str) -> bool:
        return array in self.names()

    def require(self, *arrays: str) -> None:
        """Raise InputError unless the file has all these arrays."""
        missing = [array for array in arrays if array not in self]
        if missing:
            lower = {name.lower() for name in self.names()} >= {array.lower() for array in arrays}
            raise InputError(
                given=f"{self.name} with arrays {', '.join(sorted(self.names())) or 'none'}",
                allowed=f"arrays {', '.join(arrays)}" + (", in capital letters" if lower else ""),
                why=f"there is no {' and no '.join(missing)}",
                do="save it with numpy.savez(path, Q=..., K=..., V=...), or as safetensors with these names",
            )

    def header(self, array: str) -> ArrayHeader:
        """Shape and type of an array of numbers; `causal` may be of true and false.

        Raises:
            InputError: it is damaged, claims another size than it has, or holds anything but numbers.
        """
        if array not in self._headers:
            self._headers[array] = self.checked_header(array)
        header = self._headers[array]
        if header.dtype.kind not in ("iufb" if array == CAUSAL else "iuf"):
            # what NumPy has no type for is stored as bytes without one: bfloat16 as V2, float8 as V1
            raw = header.dtype.kind == "V" and header.dtype.names is None
            other = ", which may be bfloat16 or float8 without its name" if raw else ""
            why = f"array {array} has type {header.dtype}{other}; only integers and real numbers are read"
            raise self.unusable(why, CONVERT) if raw else self.unusable(why)
        return header

    def shape(self, array: str) -> tuple[int, ...]:
        """Shape that the header states."""
        return self.header(array).shape

    def read(self, array: str) -> NDArray:
        """Load one array. Raises InputError if its header is refused, it is too large or its data is cut off."""
        if self.header(array).n_bytes > SIZE_MAX_BYTES:
            size = self.header(array).n_bytes / GIB
            raise self.unusable(f"{array} alone takes {size:.1f} GiB, more than 2 GiB")
        return self.load(array)


def count_layer_arrays(arrays: StoredArrays) -> int:
    """Number of layers with arrays of their own: Q_0, Q_1 and so on; 0 if the file has Q.

    Raises:
        InputError: a name that is nearly one of those that are read, a layer without Q below the last one, or Q beside
            Q_0.
    """
    layers: set[int] = set()
    for name in arrays.names():
        layer_array = _LAYER_ARRAY.fullmatch(name)
        if layer_array:
            layers.add(int(layer_array[2]))
        else:
            _check_name(arrays, name)
    if layers and "Q" in arrays:
        raise _misnamed(arrays, f"Q beside {_some_layers(layers)}", "Q, or Q_0, Q_1, ...", "each of them is all layers")
    missing = next(layer for layer in itertools.count() if f"Q_{layer}" not in arrays)
    if layers and max(layers) >= missing:
        given = f"{_some_layers(layers)} and no Q_{missing}"
        raise _misnamed(arrays, given, "layers 0, 1, 2, ... without a gap", f"layer {missing} is missing")
    return missing


def _check_name(arrays: StoredArrays, name: str) -> None:
    """Refuse an unknown name that is close to a known one."""
    nearly = _NEARLY_LAYER_ARRAY.fullmatch(name)
    if nearly:
        nearest = f"{nearly[1].upper()}_{int(nearly[2])}"
    elif name in _SETTINGS or len(name) > _LONGEST:
        return
    else:
        plain = {setting.replace("_", ""): setting for setting in _SETTINGS}
        likely = difflib.get_close_matches(re.sub(r"\W|_", "", name).lower(), plain, n=1, cutoff=_ALIKE)
        if not likely:
            return
        nearest = plain[likely[0]]
    why = "an array of this name is not read, and one of that name would be"
    raise _misnamed(arrays, f"array {name!r}", nearest, why, f"rename it to {nearest}, or leave it out")


def _some_layers(layers: set[int]) -> str:
    some = sorted(layers)[:4]
    return ", ".join(f"layer {layer}" for layer in some) + (", ..." if len(layers) > len(some) else "")


def _misnamed(arrays: StoredArrays, given: str, allowed: str, why: str, do: str = "") -> InputError:
    do = do or "rename the arrays, or save the layer that you need as Q, K and V in a file of its own"
    return ContentsError(given=f"{given} in {arrays.name}", allowed=allowed, why=why, do=do)


def stored_heads(arrays: StoredArrays) -> list[tuple[int | None, int]]:
    """Layer and query head of every head in a file, in the order stored; the layer is None where it has none.

    Heads of layers with a window are left out, as `check_window` refuses them.

    Raises:
        InputError: the file has neither Q nor Q_0, or one of another shape; every layer has a window.
    """
    n_layer_arrays = count_layer_arrays(arrays)
    if n_layer_arrays:
        windows = stored_windows(arrays, n_layer_arrays)
        if all(windows):
            check_window(arrays, 0, n_layer_arrays)
        leads = {layer: _lead(arrays, f"Q_{layer}") for layer in range(n_layer_arrays) if not windows[layer]}
        return [(layer, head) for layer, lead in leads.items() for head in range((1, *lead)[-1])]
    arrays.require("Q")
    *layers, n_heads = _lead(arrays, "Q") or (1,)
    return list(itertools.product(range(*layers) if layers else [None], range(n_heads)))


def _lead(arrays: StoredArrays, name: str) -> tuple[int, ...]:
    """Axes of Q that count layers and heads; an array without numbers may claim any length of them."""
    shape = arrays.shape(name)
    if not 2 <= len(shape) <= 4 or math.prod(shape[:-2]) > arrays.header(name).n_bytes:
        raise ContentsError(
            given=f"{name} of shape {shape} in {arrays.name}",
            allowed="(n, d), (heads, n, d) or (layers, heads, n, d), none of them 0",
            why="the axes say which numbers belong to which head",
            do="save it in this order",
        )
    return shape[:-2]


def stored_settings(arrays: StoredArrays, layer: int, n_layers: int | None) -> tuple[float | None, bool | None]:
    """Factor of the scores of a layer, and whether its row i sees keys 0 to i only; None where the file states none.

    Args:
        arrays: the file.
        layer: number of the layer.
        n_layers: layers that the file has; None: it labels some heads of them, and does not say.

    Raises:
        InputError: not one number or one for every layer, or a mask other than 0 and 1.
    """
    scale, causal = (_setting(arrays, name, layer, n_layers) for name in (SCORE_SCALE, CAUSAL))
    if causal not in (None, 0, 1):
        raise ContentsError(
            given=f"causal = {causal} in {arrays.name}",
            allowed="0 or 1, once or for every layer",
            why="it says whether row i sees keys 0 to i only",
            do="save it again",
        )
    return scale, None if causal is None else bool(causal)


def stored_windows(arrays: StoredArrays, n_layers: int) -> list[int]:
    """Keys that a causal row of each layer sees at most, its last ones; 0 for all, as where the file states none.

    Raises:
        InputError: not one whole number of 0 or more for every layer.
    """
    if WINDOW not in arrays:
        return [0] * n_layers
    windows = np.asarray(arrays.read(WINDOW))
    if windows.shape != (n_layers,) or windows.dtype.kind not in "iu" or (windows < 0).any():
        raise ContentsError(
            given=f"{WINDOW} of shape {windows.shape} and type {windows.dtype} in {arrays.name}",
            allowed=f"{n_layers} whole numbers, one for every layer, 0 where it sees all keys",
            why="it says how many keys a row of a layer sees at most",
            do="save it again, or leave it out of the file",
        )
    return windows.tolist()


def check_window(arrays: StoredArrays, layer: int, n_layers: int) -> None:
    """Raise InputError if the rows of a layer see a window of their keys only."""
    windows = stored_windows(arrays, n_layers)
    if windows[layer]:
        whole = ", ".join(str(other) for other, window in enumerate(windows) if not window)
        raise InputError(
            given=f"layer {layer} of {arrays.name}, whose rows see their last {windows[layer]:,} keys only",
            allowed=f"a layer without a window: {whole or 'this file has none'}",
            why="scores with keys outside the window are not the model's, and heads are read with all keys",
            do="choose one of these layers, or capture a text no longer than the window (--max-tokens)",
        )


def _setting(arrays: StoredArrays, name: str, layer: int, n_layers: int | None) -> float | None:
    if name not in arrays:
        return None
    values = np.asarray(arrays.read(name), dtype=np.float64)
    if values.ndim > 1 or (values.ndim and not (0 <= layer < values.size and n_layers in (None, values.size))):
        layers = f"layer {layer}" if n_layers is None else f"{n_layers:,} layer{'' if n_layers == 1 else 's'}"
        raise ContentsError(
            given=f"{name} of shape {values.shape} in {arrays.name}, {layers}",
            allowed="one number, or one for every layer",
            why="every head of a layer has the same",
            do="save it again, or leave it out of the file",
        )
    return float(values[layer] if values.ndim else values)
