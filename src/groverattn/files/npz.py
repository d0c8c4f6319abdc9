"""Reading .npz files whose every size is known, and bounded, before anything is allocated."""

from __future__ import annotations

import io
import math
import os
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import IO

import attrs
import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from groverattn.errors import InputError

GIB = 1 << 30
# Our assumption: the largest head worth a simulation (n = 131072, d = 128, Q, K and V in float64) takes 0.4 GiB.
SIZE_MAX_BYTES = 2 * GIB

# The longest header that NumPy reads, and all that it writes for an array without field names.
_HEADER_BYTES_MAX = 10_000
# Our assumption: a model of 1,000 layers takes 200 kB. zipfile keeps some 20 bytes for each of them.
_DIRECTORY_BYTES_MAX = 1 << 20
# numpy.savez writes these. zipfile unpacks the others without a limit, and LZMA allocates what a damaged byte asks for.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# NumPy's letters for signed and unsigned integers and real numbers, and for true and false.
_NUMBERS, _FLAGS = "iuf", "b"

# What zipfile, zlib and NumPy raise on bytes that are not what the container says, or where memory is short.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    ValueError,
    ArithmeticError,
    NotImplementedError,
    RuntimeError,
    OSError,
    MemoryError,
)


@attrs.frozen
class ArrayHeader:
    """What an array in the archive says of itself: its shape and its NumPy type."""

    shape: tuple[int, ...]
    dtype: np.dtype

    @property
    def n_bytes(self) -> int:
        """Bytes of the loaded array."""
        return math.prod(self.shape) * self.dtype.itemsize


@attrs.define(eq=False)
class ArchivedArrays:
    """The arrays of an open .npz file, by name; a header is read when it is asked for, an array by `read` alone.

    What nobody asks for may be of any type: names of tokens as text do no harm, and Python objects are left where they
    are.
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

    def header(self, array: str, *, flags: bool = False) -> ArrayHeader:
        """Return what an array says of itself.

        Raises:
            InputError: it is damaged, claims another size than it has, or holds anything but numbers; with `flags`
                true and false are numbers too.
        """
        if array not in self._headers:
            self._headers[array] = _header(self.archive, self.members[array], self.name)
        header = self._headers[array]
        if header.dtype.kind in _NUMBERS or (flags and header.dtype.kind in _FLAGS):
            return header
        raise _unusable(self.name, f"array {array} has type {header.dtype}; only integers and real numbers are read")

    def shape(self, array: str) -> tuple[int, ...]:
        """Return the shape that the header states."""
        return self.header(array).shape

    def n_bytes(self, array: str, *, flags: bool = False) -> int:
        """Return the bytes that the array takes when it is loaded."""
        return self.header(array, flags=flags).n_bytes

    def read(self, array: str, *, flags: bool = False) -> NDArray:
        """Load one array. Raises InputError if its header is no good, it is too large or its data is cut off."""
        n_bytes = self.n_bytes(array, flags=flags)
        if n_bytes > SIZE_MAX_BYTES:
            raise _unusable(self.name, f"{array} alone takes {n_bytes / GIB:.1f} GiB, more than 2 GiB")
        try:
            with self.archive.open(f"{array}.npy") as member, _quiet():
                return npy.read_array(member, allow_pickle=False)
        except _DAMAGE as damage:
            raise _unusable(self.name, f"array {array} cannot be read: {damage}") from damage


@contextmanager
def open_arrays(path: str | os.PathLike[str]) -> Iterator[ArchivedArrays]:
    """Open an .npz file and list its arrays.

    Raises:
        InputError: the file is missing or unreadable, is not a zip archive, or is cut off. Arrays that are asked for
            raise it if they hold anything but integers and real numbers (Python objects are never unpickled).

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
    with ExitStack() as stack:
        try:
            file = stack.enter_context(_BoundedReads(io.FileIO(path)))
            archive = stack.enter_context(zipfile.ZipFile(file))
        except OSError as failure:
            raise InputError(
                given=name, allowed="a readable .npz file", why=failure.strerror or str(failure), do="check the path"
            ) from failure
        except _DAMAGE as damage:
            raise _unusable(name, f"it is not a zip archive, or is cut off: {damage}") from damage
        members = [info for info in archive.infolist() if info.filename.endswith(".npy")]
        yield ArchivedArrays(archive, name, {info.filename.removesuffix(".npy"): info for info in members})


class _BoundedReads(io.BufferedReader):
    """A file that is read in pieces; the one large piece that zipfile asks for is the list of members."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _DIRECTORY_BYTES_MAX:
            raise zipfile.BadZipFile(f"its list of members takes more than {_DIRECTORY_BYTES_MAX:,} bytes")
        return super().read(size)


def _header(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> ArrayHeader:
    array = info.filename.removesuffix(".npy")
    if info.compress_type not in _METHODS:
        raise _unusable(name, f"array {array} is packed by another method than numpy.savez uses")
    try:
        with archive.open(info) as member:
            header = _read_header(member)
            data_starts_at = member.tell()
    except _DAMAGE as damage:
        raise _unusable(name, f"the header of array {array} cannot be read: {damage}") from damage
    if header.dtype.hasobject:  # its bytes are a pickle, of any length
        return header
    if any(not 0 <= size < 1 << 63 for size in header.shape):
        raise _unusable(name, f"array {array} claims the shape {header.shape}")
    if info.file_size - data_starts_at != header.n_bytes:
        stored = info.file_size - data_starts_at
        raise _unusable(name, f"array {array} claims {header.n_bytes} bytes and the file holds {stored}")
    return header


def _read_header(member: IO[bytes]) -> ArrayHeader:
    """Read the length first: NumPy would unpack a header of 4 GB before it says that this is too long."""
    version = npy.read_magic(member)
    readers = {(1, 0): (2, npy.read_array_header_1_0), (2, 0): (4, npy.read_array_header_2_0)}
    if version not in readers:  # version 3 is for field names of structured types, which are not read anyway
        raise ValueError(f"format version {version} is for structured types")
    length_bytes, reader = readers[version]
    prefix = member.read(length_bytes)
    length = int.from_bytes(prefix, "little")
    if length > _HEADER_BYTES_MAX:
        raise ValueError(f"it has {length} bytes")
    with _quiet():
        try:
            shape, _, dtype = reader(io.BytesIO(prefix + member.read(length)))
        except Exception as error:  # the header is a Python literal: its parser and NumPy's raise what they like
            raise ValueError(f"it is no header: {error}") from error
    return ArrayHeader(shape, dtype)


@contextmanager
def _quiet() -> Iterator[None]:
    """NumPy warns of headers written by Python 2, and reads them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _unusable(name: str, why: str) -> InputError:
    return InputError(
        given=name,
        allowed="a whole .npz file of integer or real arrays, as numpy.savez writes it",
        why=why,
        do="save or copy the file again",
    )
