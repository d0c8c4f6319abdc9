"""Files of heads (.npz), read with every size known and bounded before anything is allocated.

Beside Q, K and V a file may hold the scale and the mask of the scores. A model that is run layer by layer is written as
Q_0, K_0, V_0, Q_1, ..., each (heads, n, d): layers may differ in size, and reading a head loads its own layer only.
"""

from __future__ import annotations

import io
import itertools
import math
import os
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import IO, NamedTuple

import attrs
import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from groverattn.errors import InputError

GIB = 1 << 30
# Our assumption: the largest head worth a simulation (n = 131072, d = 128, Q, K and V in float64) takes 0.4 GiB.
SIZE_MAX_BYTES = 2 * GIB
SCORE_SCALE, CAUSAL = "score_scale", "causal"

# The longest header that NumPy reads, and all that it writes for an array without field names.
_HEADER_BYTES_MAX = 10_000
# Our assumption: a model of 1,000 layers takes 200 kB. zipfile keeps some 20 bytes for each of them.
_DIRECTORY_BYTES_MAX = 1 << 20
# numpy.savez writes these. zipfile unpacks the others without a limit, and LZMA allocates what a damaged byte asks for.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What zipfile, zlib and NumPy raise on bytes that are not what the container says, or where memory is short.
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, ArithmeticError, RuntimeError, OSError, MemoryError)


class ArrayHeader(NamedTuple):
    """Shape and type of an array, as the archive states them."""

    shape: tuple[int, ...]
    dtype: np.dtype

    @property
    def n_bytes(self) -> int:
        """Bytes of the loaded array."""
        return math.prod(self.shape) * self.dtype.itemsize


@attrs.define(eq=False)
class ArchivedArrays:
    """Arrays of an open .npz file, by name; a header is read when it is asked for, an array by `read` alone.

    Arrays that are not asked for may be of any type: names of tokens as text do no harm, Python objects stay unread.
    """

    archive: zipfile.ZipFile
    name: str
    members: dict[str, zipfile.ZipInfo]
    _headers: dict[str, ArrayHeader] = attrs.field(factory=dict)

    def __contains__(self, array: str) -> bool:
        return array in self.members

    def require(self, *arrays: str) -> None:
        """Raise InputError unless the file has all these arrays."""
        missing = [array for array in arrays if array not in self.members]
        if missing:
            lower = {name.lower() for name in self.members} >= {array.lower() for array in arrays}
            raise InputError(
                given=f"{self.name} with arrays {', '.join(sorted(self.members)) or 'none'}",
                allowed=f"arrays {', '.join(arrays)}" + (", in capital letters" if lower else ""),
                why=f"there is no {' and no '.join(missing)}",
                do="save it with numpy.savez(path, Q=..., K=..., V=...)",
            )

    def header(self, array: str) -> ArrayHeader:
        """Shape and type of an array of numbers; `causal` may be of true and false.

        Raises:
            InputError: it is damaged, claims another size than it has, or holds anything but numbers.
        """
        if array not in self._headers:
            self._headers[array] = self._checked_header(array)
        header = self._headers[array]
        if header.dtype.kind not in ("iufb" if array == CAUSAL else "iuf"):
            why = f"array {array} has type {header.dtype}; only integers and real numbers are read"
            raise _unusable(self.name, why)
        return header

    def shape(self, array: str) -> tuple[int, ...]:
        """Shape that the header states."""
        return self.header(array).shape

    def read(self, array: str) -> NDArray:
        """Load one array. Raises InputError if its header is refused, it is too large or its data is cut off."""
        if self.header(array).n_bytes > SIZE_MAX_BYTES:
            size = self.header(array).n_bytes / GIB
            raise _unusable(self.name, f"{array} alone takes {size:.1f} GiB, more than 2 GiB")
        with _refusing(self.name, f"array {array} cannot be read"), self.archive.open(f"{array}.npy") as member:
            return npy.read_array(member, allow_pickle=False)

    def _checked_header(self, array: str) -> ArrayHeader:
        info = self.members[array]
        if info.compress_type not in _METHODS:
            raise _unusable(self.name, f"array {array} is packed by another method than numpy.savez uses")
        with _refusing(self.name, f"the header of array {array} cannot be read"), self.archive.open(info) as member:
            header = _read_header(member)
            stored = info.file_size - member.tell()
        if header.dtype.hasobject:  # its bytes are a pickle, of any length
            return header
        if any(not 0 <= size < 1 << 63 for size in header.shape):
            raise _unusable(self.name, f"array {array} claims the shape {header.shape}")
        if stored != header.n_bytes:
            raise _unusable(self.name, f"array {array} claims {header.n_bytes} bytes and the file holds {stored}")
        return header


@contextmanager
def open_arrays(path: str | os.PathLike[str]) -> Iterator[ArchivedArrays]:
    """Open .npz file with its arrays listed.

    Raises:
        InputError: the file is missing or unreadable, is not a zip archive, or is cut off. Arrays that are asked for
            raise it if they hold anything but integers and real numbers (Python objects are never unpickled).

    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "two.npz"
    >>> np.savez(file, K=np.zeros((5, 3), dtype=np.float16))
    >>> with open_arrays(file) as arrays:
    ...     arrays.shape("K"), arrays.header("K").n_bytes
    ((5, 3), 30)
    """
    name = os.path.basename(os.fspath(path)) or os.fspath(path)
    if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
        # a pipe would be waited for, and a device such as /dev/zero read for ever
        raise _unusable(name, "it is a pipe or a device, which cannot be read from its end, as zip archives are")
    with ExitStack() as stack:
        with _refusing(name, "it is not a zip archive, or is cut off"):
            try:
                file = stack.enter_context(_BoundedReads(io.FileIO(path)))
                archive = stack.enter_context(zipfile.ZipFile(file))
            except OSError as failure:
                why = failure.strerror or str(failure)
                raise InputError(given=name, allowed="a readable .npz file", why=why, do="check the path") from failure
        members = [info for info in archive.infolist() if info.filename.endswith(".npy")]
        yield ArchivedArrays(archive, name, {info.filename.removesuffix(".npy"): info for info in members})


class _BoundedReads(io.BufferedReader):
    """A file that is read in pieces; the one large piece that zipfile asks for is the list of members."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _DIRECTORY_BYTES_MAX:
            raise zipfile.BadZipFile(f"its list of members takes more than {_DIRECTORY_BYTES_MAX:,} bytes")
        return super().read(size)


def _read_header(member: IO[bytes]) -> ArrayHeader:
    """Read the length first: NumPy would unpack a header of 4 GB before it says that this is too long."""
    version = npy.read_magic(member)
    if version not in ((1, 0), (2, 0)):  # version 3 is for field names of structured types, which are not read anyway
        raise ValueError(f"format version {version} is for structured types")
    length = member.read(2 if version == (1, 0) else 4)
    n_bytes = int.from_bytes(length, "little")
    if n_bytes > _HEADER_BYTES_MAX:
        raise ValueError(f"it has {n_bytes} bytes")
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    try:
        shape, _, dtype = read(io.BytesIO(length + member.read(n_bytes)))
    except Exception as error:  # the header is a Python literal: its parser and NumPy's raise what they like
        raise ValueError(f"it is not a header: {error}") from error
    return ArrayHeader(shape, dtype)


@contextmanager
def _refusing(name: str, what: str) -> Iterator[None]:
    """Turn what damaged bytes raise into an InputError; warnings of headers that Python 2 wrote are not shown."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except InputError:
        raise
    except _DAMAGE as damage:
        raise _unusable(name, f"{what}: {damage}") from damage


def _unusable(name: str, why: str) -> InputError:
    return InputError(
        given=name,
        allowed="a whole .npz file of integer or real arrays, as numpy.savez writes it",
        why=why,
        do="save or copy the file again",
    )


def count_layer_arrays(arrays: ArchivedArrays) -> int:
    """Number of layers with arrays of their own: Q_0, Q_1 and so on without a gap; 0 if the file has Q."""
    return 0 if "Q" in arrays else next(layer for layer in itertools.count() if f"Q_{layer}" not in arrays)


def stored_heads(arrays: ArchivedArrays) -> list[tuple[int | None, int]]:
    """Layer and query head of every head in a file, in the order stored; the layer is None where it has none.

    Raises:
        InputError: the file has neither Q nor Q_0, or one of another shape.
    """
    n_layer_arrays = count_layer_arrays(arrays)
    if n_layer_arrays:
        leads = [_lead(arrays, f"Q_{layer}") for layer in range(n_layer_arrays)]
        return [(layer, head) for layer, lead in enumerate(leads) for head in range((1, *lead)[-1])]
    arrays.require("Q")
    *layers, n_heads = _lead(arrays, "Q") or (1,)
    return list(itertools.product(range(*layers) if layers else [None], range(n_heads)))


def _lead(arrays: ArchivedArrays, name: str) -> tuple[int, ...]:
    """Axes of Q that count layers and heads; an array without numbers may claim any length of them."""
    shape = arrays.shape(name)
    if not 2 <= len(shape) <= 4 or math.prod(shape[:-2]) > arrays.header(name).n_bytes:
        raise InputError(
            given=f"{name} of shape {shape} in {arrays.name}",
            allowed="(n, d), (heads, n, d) or (layers, heads, n, d), none of them 0",
            why="the axes say which numbers belong to which head",
            do="save it in this order",
        )
    return shape[:-2]


def stored_settings(arrays: ArchivedArrays, layer: int) -> tuple[float | None, bool | None]:
    """Factor of the scores of a layer, and whether its row i sees keys 0 to i only; None where the file states none.

    Raises:
        InputError: not one number or one for every layer, or a mask other than 0 and 1.
    """
    scale, causal = (_setting(arrays, name, layer) for name in (SCORE_SCALE, CAUSAL))
    if causal not in (None, 0, 1):
        raise InputError(
            given=f"causal = {causal} in {arrays.name}",
            allowed="0 or 1, once or for every layer",
            why="it says whether row i sees keys 0 to i only",
            do="save it again",
        )
    return scale, None if causal is None else bool(causal)


def _setting(arrays: ArchivedArrays, name: str, layer: int) -> float | None:
    if name not in arrays:
        return None
    values = np.asarray(arrays.read(name), dtype=np.float64)
    if values.ndim > 1 or (values.ndim and not 0 <= layer < values.size):
        raise InputError(
            given=f"{name} of shape {values.shape} in {arrays.name}, layer {layer}",
            allowed="one number, or one for every layer",
            why="every head of a layer has the same",
            do="save it again, or leave it out of the file",
        )
    return float(values[layer] if values.ndim else values)
