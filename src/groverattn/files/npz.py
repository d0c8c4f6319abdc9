"""Arrays in .npz files, read with every size known and bounded before anything is allocated."""

from __future__ import annotations

import io
import os
import warnings
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from typing import IO

import attrs
from numpy.lib import format as npy
from numpy.typing import NDArray

from groverattn.errors import InputError
from groverattn.files.arrays import ArrayHeader, StoredArrays

# The longest header that NumPy reads, and all that it writes for an array without field names.
_HEADER_BYTES_MAX = 10_000
# Our assumption: a model of 1,000 layers takes 200 kB. zipfile keeps some 20 bytes for each of them.
_DIRECTORY_BYTES_MAX = 1 << 20
# numpy.savez writes these. zipfile unpacks the others without a limit, and LZMA allocates what a damaged byte asks for.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DO = "save or copy the file again"
_TOGETHER = "save Q, K and V together: numpy.savez(FILE, Q=Q, K=K, V=V)"
# What zipfile, zlib and NumPy raise on bytes that are not what the container says, or where memory is short.
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, ArithmeticError, RuntimeError, OSError, MemoryError)


@attrs.define(eq=False)
class ArchivedArrays(StoredArrays):
    """Arrays of an open .npz file."""

    archive: zipfile.ZipFile
    members: dict[str, zipfile.ZipInfo]

    def names(self) -> Collection[str]:
        """Names of all arrays."""
        return self.members

    def unusable(self, why: str, do: str = _DO) -> InputError:
        """Error for a file that is damaged, or holds what cannot be used."""
        return _unusable(self.name, why, do)

    def load(self, array: str) -> NDArray:
        """Load an array of a size that was checked. Raises InputError if its bytes are damaged."""
        with _refusing(self.name, f"array {array} cannot be read"), self.archive.open(f"{array}.npy") as member:
            return npy.read_array(member, allow_pickle=False)

    def checked_header(self, array: str) -> ArrayHeader:
        """Read a header and compare it with the bytes that are there. Raises InputError if they differ."""
        info = self.members[array]
        if info.compress_type not in _METHODS:
            raise self.unusable(f"array {array} is packed by another method than numpy.savez uses")
        with _refusing(self.name, f"the header of array {array} cannot be read"), self.archive.open(info) as member:
            header = _read_header(member)
            stored = info.file_size - member.tell()
        if header.dtype.hasobject:  # its bytes are a pickle, of any length
            return header
        if any(not 0 <= size < 1 << 63 for size in header.shape):
            raise self.unusable(f"array {array} claims the shape {header.shape}")
        if stored != header.n_bytes:
            raise self.unusable(f"array {array} claims {header.n_bytes} bytes and the file holds {stored}")
        return header


@contextmanager
def open_npz(path: str | os.PathLike[str]) -> Iterator[ArchivedArrays]:
    """Open .npz file with its arrays listed.

    Raises:
        InputError: the file is missing or unreadable, is not a zip archive, or is cut off. Arrays that are asked for
            raise it if they hold anything but integers and real numbers (Python objects are never unpickled).

    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "two.npz"
    >>> np.savez(file, K=np.zeros((5, 3), dtype=np.float16))
    >>> with open_npz(file) as arrays:
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
                if file.peek(len(npy.MAGIC_PREFIX)).startswith(npy.MAGIC_PREFIX):
                    raise _unusable(name, "it holds one array, as numpy.save writes it", _TOGETHER)
                archive = stack.enter_context(zipfile.ZipFile(file))
            except OSError as failure:
                why = failure.strerror or str(failure)
                raise InputError(given=name, allowed="a readable .npz file", why=why, do="check the path") from failure
        members = [info for info in archive.infolist() if info.filename.endswith(".npy")]
        yield ArchivedArrays(name, archive, {info.filename.removesuffix(".npy"): info for info in members})


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


def _unusable(name: str, why: str, do: str = _DO) -> InputError:
    return InputError(
        given=name,
        allowed="a whole .npz file of integer or real arrays, as numpy.savez writes it",
        why=why,
        do=do,
    )
