"""Arrays in .safetensors files, by a reader and a writer of our own: every size is bounded, and bfloat16 is read.

The form, from the description of huggingface/safetensors (README): eight bytes with the length of the header, least
significant first; the header, a JSON object that gives type, shape and place of each array, and may be filled up with
spaces; the numbers, little-endian and row by row, without a gap and without an overlap.
"""

from __future__ import annotations

import io
import json
import math
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.errors import InputError, shown
from groverattn.files.arrays import CONVERT, ArrayHeader, StoredArrays
from groverattn.files.json_file import object_of_text

SUFFIX = ".safetensors"

# Our assumption: a model of 1,000 layers takes 300 kB. The library takes up to 100 MB.
HEADER_BYTES_MAX = 1 << 20
# As NumPy.
_AXES_MAX = 64
_LENGTH_BYTES = 8
_METADATA = "__metadata__"
_DO = "save or copy the file again"

_TYPES = {
    **{name: np.dtype(code) for name, code in (("F16", "<f2"), ("F32", "<f4"), ("F64", "<f8"), ("BOOL", "|b1"))},
    **{f"{letter}{8 * size}": np.dtype(f"<{letter.lower()}{size}") for letter in "IU" for size in (1, 2, 4, 8)},
}
_BFLOAT16 = "BF16"
_HALF = np.dtype("<u2")


class Place(NamedTuple):
    """What the header says of an array; begin and end are counted from the end of the header."""

    type: str
    shape: tuple[int, ...]
    begin: int
    end: int


@attrs.define(eq=False)
class Tensors(StoredArrays):
    """Arrays of an open .safetensors file; bfloat16 is widened to float32, which holds it exactly."""

    file: io.BufferedReader
    start: int
    places: Mapping[str, Place]

    def names(self) -> Collection[str]:
        """Names of all arrays."""
        return self.places

    def unusable(self, why: str, do: str = _DO) -> InputError:
        """Error for a file that is damaged, or holds what cannot be used."""
        return _unusable(self.name, why, do)

    def checked_header(self, array: str) -> ArrayHeader:
        """Compare shape and type with the bytes that are there. Raises InputError if they differ."""
        place = self.places[array]
        stored = _HALF if place.type == _BFLOAT16 else _TYPES.get(place.type)
        if stored is None:
            read = ", ".join((*_TYPES, _BFLOAT16))
            raise self.unusable(f"array {array} has type {place.type}; only {read} are read", CONVERT)
        claimed = ArrayHeader(place.shape, stored).n_bytes
        if claimed != place.end - place.begin:
            raise self.unusable(f"array {array} claims {claimed} bytes and the file holds {place.end - place.begin}")
        return ArrayHeader(place.shape, np.dtype("<f4") if place.type == _BFLOAT16 else stored)

    def load(self, array: str) -> NDArray:
        """Load an array of a size that was checked. Raises InputError if the file has become shorter."""
        place, header = self.places[array], self.header(array)
        is_bfloat16 = place.type == _BFLOAT16
        try:
            self.file.seek(self.start + place.begin)
            numbers = np.fromfile(self.file, _HALF if is_bfloat16 else header.dtype, math.prod(place.shape))
            if numbers.size < math.prod(place.shape):
                raise self.unusable(f"array {array} is cut off")
            numbers = numbers.reshape(place.shape)
        except InputError:
            raise
        except (OSError, ValueError, MemoryError) as damage:
            raise self.unusable(f"array {array} cannot be read: {damage}") from damage
        return (numbers.astype("<u4") << 16).view("<f4") if is_bfloat16 else numbers


@contextmanager
def open_safetensors(path: str | os.PathLike[str]) -> Iterator[Tensors]:
    """Open .safetensors file with its arrays listed.

    Raises:
        InputError: the file is missing or unreadable, its header is too long or not what it has to be, or its arrays
            overlap or leave gaps. Arrays that are asked for raise it if they hold anything but integers and reals.

    >>> import pathlib, tempfile
    >>> file, keys = pathlib.Path(tempfile.mkdtemp()) / "one.safetensors", np.zeros((5, 3), np.float16)
    >>> _ = file.write_bytes(header_bytes({"K": place_of(keys, 0)}, 80) + keys.tobytes())
    >>> with open_safetensors(file) as arrays:
    ...     arrays.shape("K"), arrays.header("K").n_bytes
    ((5, 3), 30)
    """
    name = os.path.basename(os.fspath(path)) or os.fspath(path)
    if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
        raise _unusable(name, "it is a pipe or a device")  # it would be waited for, or not end
    try:  # closed below, where errors of the caller are not caught
        file = open(path, "rb")  # noqa: SIM115
    except (OSError, ValueError) as failure:
        why = getattr(failure, "strerror", None) or str(failure)
        raise InputError(given=name, allowed="a readable .safetensors file", why=why, do="check the path") from failure
    with file:
        yield _listed(file, name)


def _listed(file: io.BufferedReader, name: str) -> Tensors:
    """Read the header."""
    try:
        n_file = os.fstat(file.fileno()).st_size
        length = file.read(_LENGTH_BYTES)
        n_header = int.from_bytes(length, "little")
        if len(length) < _LENGTH_BYTES or n_header > n_file - _LENGTH_BYTES:
            raise _unusable(name, "its header is longer than the file")
        if n_header > HEADER_BYTES_MAX:
            raise _unusable(name, f"its header has {n_header:,} bytes, more than {HEADER_BYTES_MAX:,}")
        text = file.read(n_header)
    except OSError as failure:
        raise _unusable(name, failure.strerror or str(failure)) from failure
    start = _LENGTH_BYTES + n_header
    if not text.startswith(b"{"):
        raise _unusable(name, "its header does not begin with {")
    record = object_of_text(text, f"the header of {name}", _DO)
    places = {array: _place(name, array, entry) for array, entry in record.items() if array != _METADATA}
    _check_places(name, places, n_file - start)
    return Tensors(name, file, start, places)


def _place(name: str, array: str, entry: Any) -> Place:
    if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
        raise _unusable(name, f"{shown(array)} is not described by dtype, shape and data_offsets")
    type_, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not (isinstance(type_, str) and len(type_) <= _LENGTH_BYTES * 2):
        raise _unusable(name, f"{shown(array)} has the type {shown(type_)}")
    if not _are_sizes(shape) or len(shape) > _AXES_MAX:
        raise _unusable(name, f"{shown(array)} has the shape {shown(shape)}")
    if not _are_sizes(offsets) or len(offsets) != 2:
        raise _unusable(name, f"{shown(array)} has the offsets {shown(offsets)}")
    return Place(type_, tuple(shape), *offsets)


def _are_sizes(numbers: Any) -> bool:
    return isinstance(numbers, list) and all(type(each) is int and 0 <= each < 1 << 63 for each in numbers)


def _check_places(name: str, places: Mapping[str, Place], n_bytes: int) -> None:
    """Refuse arrays that overlap, leave gaps or lie beyond the file: every byte belongs to one of them."""
    end = 0
    for array, place in sorted(places.items(), key=lambda item: (item[1].begin, item[1].end)):
        if place.begin != end or place.end < place.begin:
            raise _unusable(
                name, f"{shown(array)} is at {place.begin} to {place.end}, where {end} was the end of the one before"
            )
        end = place.end
    if end != n_bytes:
        raise _unusable(name, f"its arrays take {end} bytes, and the file holds {n_bytes}")


def _unusable(name: str, why: str, do: str = _DO) -> InputError:
    allowed = "a whole .safetensors file of integer or real arrays"
    return InputError(given=name, allowed=allowed, why=why, do=do)


def looks_like_safetensors(beginning: bytes) -> bool:
    """Whether a file that begins so may be one: a length, and a header after it.

    >>> looks_like_safetensors(b"PK\\x03\\x04"), looks_like_safetensors(bytes([2, 0, 0, 0, 0, 0, 0, 0]) + b"{}")
    (False, True)
    """
    return beginning[_LENGTH_BYTES : _LENGTH_BYTES + 1] == b"{"


def place_of(array: NDArray, begin: int) -> Place:
    """Return what the header says of an array, from its first byte.

    >>> place_of(np.zeros((5, 3), np.float16), begin=8)
    Place(type='F16', shape=(5, 3), begin=8, end=38)
    """
    (name,) = (name for name, dtype in _TYPES.items() if dtype == array.dtype)
    return Place(name, array.shape, begin, begin + array.nbytes)


def header_bytes(places: Mapping[str, Place], n_bytes: int) -> bytes | None:
    """Return the length and the header of arrays, filled up to `n_bytes` in all; None if they are longer."""
    record = {
        name: {"dtype": place.type, "shape": place.shape, "data_offsets": (place.begin, place.end)}
        for name, place in places.items()
    }
    text, n_header = json.dumps(record, separators=(",", ":")).encode(), n_bytes - _LENGTH_BYTES
    return None if len(text) > n_header else n_header.to_bytes(_LENGTH_BYTES, "little") + text.ljust(n_header)
