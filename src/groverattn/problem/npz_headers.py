"""Reading .npz files whose every size is known, and bounded, before anything is allocated."""

from __future__ import annotations

import math
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import attrs
import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from groverattn.problem.errors import InputError

GIB = 1 << 30
# Our assumption: the largest head worth a simulation (n = 131072, d = 128, Q, K and V in float64) takes 0.4 GiB.
SIZE_MAX_BYTES = 2 * GIB

# What zipfile, zlib and NumPy raise on bytes that are not what the container says.
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError, OSError)


@attrs.frozen
class ArrayHeader:
    """What an array in the archive says of itself: its shape and its NumPy type."""

    shape: tuple[int, ...]
    dtype: np.dtype

    @property
    def n_bytes(self) -> int:
        """Bytes of the loaded array."""
        return math.prod(self.shape) * self.dtype.itemsize


@attrs.frozen(eq=False)
class ArchivedArrays:
    """The arrays of an open .npz file, by name; only the headers are read until `read` is called."""

    archive: zipfile.ZipFile
    name: str
    headers: dict[str, ArrayHeader]

    def __contains__(self, array: str) -> bool:
        return array in self.headers

    def require(self, *arrays: str) -> None:
        """Raise InputError unless the file has all these arrays."""
        missing = [array for array in arrays if array not in self.headers]
        if missing:
            raise InputError(
                given=f"{self.name} with arrays {', '.join(sorted(self.headers)) or 'none'}",
                allowed=f"arrays {', '.join(arrays)}",
                why=f"{', '.join(missing)} is missing",
                do="save it with numpy.savez(path, Q=..., K=..., V=...)",
            )

    def shape(self, array: str) -> tuple[int, ...]:
        """Return the shape that the header states."""
        return self.headers[array].shape

    def n_bytes(self, array: str) -> int:
        """Return the bytes that the array takes when it is loaded."""
        return self.headers[array].n_bytes

    def read(self, array: str) -> NDArray:
        """Load one array. Raises InputError if it is too large or its data is cut off."""
        if self.n_bytes(array) > SIZE_MAX_BYTES:
            raise _unusable(self.name, f"{array} alone takes {self.n_bytes(array) / GIB:.1f} GiB, more than 2 GiB")
        try:
            with self.archive.open(f"{array}.npy") as member:
                return npy.read_array(member, allow_pickle=False)
        except _DAMAGE as damage:
            raise _unusable(self.name, f"array {array} cannot be read: {damage}") from damage


@contextmanager
def open_arrays(path: str | os.PathLike[str]) -> Iterator[ArchivedArrays]:
    """Open an .npz file and read the headers of its arrays.

    Raises:
        InputError: the file is missing or unreadable, is not a zip archive, is cut off, or holds an array of anything
            but integers and real numbers (Python objects are never unpickled).

    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "two.npz"
    >>> np.savez(file, K=np.zeros((5, 3), dtype=np.float16))
    >>> with open_arrays(file) as arrays:
    ...     arrays.shape("K"), arrays.n_bytes("K")
    ((5, 3), 30)
    """
    name = os.path.basename(os.fspath(path)) or os.fspath(path)
    if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
        # a pipe would be waited for, and a device such as /dev/zero read for ever
        raise _unusable(name, "it is a pipe or a device, which cannot be read from its end, as zip archives are")
    try:
        archive = zipfile.ZipFile(path)
    except OSError as failure:
        raise InputError(
            given=name, allowed="a readable .npz file", why=failure.strerror or str(failure), do="check the path"
        ) from failure
    except _DAMAGE as damage:
        raise _unusable(name, f"it is not a zip archive, or is cut off: {damage}") from damage
    with archive:
        members = [info for info in archive.infolist() if info.filename.endswith(".npy")]
        headers = {info.filename.removesuffix(".npy"): _header(archive, info, name) for info in members}
        yield ArchivedArrays(archive, name, headers)


def _header(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> ArrayHeader:
    array = info.filename.removesuffix(".npy")
    try:
        with archive.open(info) as member:
            header = _read_header(member)
            data_starts_at = member.tell()
    except _DAMAGE as damage:
        raise _unusable(name, f"the header of array {array} cannot be read: {damage}") from damage
    if header.dtype.hasobject or header.dtype.kind not in "iuf":
        raise _unusable(name, f"array {array} has type {header.dtype}; only integers and real numbers are read")
    if info.file_size - data_starts_at != header.n_bytes:
        stored = info.file_size - data_starts_at
        raise _unusable(name, f"array {array} claims {header.n_bytes} bytes and the file holds {stored}")
    return header


def _read_header(member: IO[bytes]) -> ArrayHeader:
    version = npy.read_magic(member)
    readers = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
    if version not in readers:  # version 3 is for field names of structured types, which are not read anyway
        raise ValueError(f"format version {version} is for structured types")
    shape, _, dtype = readers[version](member)
    return ArrayHeader(shape, dtype)


def _unusable(name: str, why: str) -> InputError:
    return InputError(
        given=name,
        allowed="a whole .npz file of integer or real arrays, as numpy.savez writes it",
        why=why,
        do="save or copy the file again",
    )
