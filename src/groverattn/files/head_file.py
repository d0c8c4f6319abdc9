"""Files of heads, .npz or .safetensors: opened with their arrays listed, and written layer by layer.

`files/arrays.py` says which arrays they have. A file that is written is there whole or not at all.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, Protocol

import attrs
import numpy as np
from numpy.lib import format as npy
from numpy.typing import ArrayLike, NDArray

from groverattn.errors import InputError
from groverattn.files.arrays import CAUSAL, SCORE_SCALE, StoredArrays
from groverattn.files.npz import open_npz
from groverattn.files.safetensors import (
    SUFFIX,
    Place,
    header_bytes,
    looks_like_safetensors,
    open_safetensors,
    place_of,
)
from groverattn.files.whole import check_target, unwritable, whole_file

DTYPES = ("float16", "float32")

# Of a .safetensors file that is written: its header comes first, and is known last. 100 bytes for each of 1,200 arrays.
_HEADER_BYTES = 1 << 17


def open_arrays(path: str | os.PathLike[str]) -> AbstractContextManager[StoredArrays]:
    """Open a file of arrays, .safetensors by its name and .npz by any other.

    Raises:
        InputError: as `open_npz` and `open_safetensors`; a file that is named as one and is the other.
    """
    is_named = os.path.splitext(os.fspath(path))[1].lower() == SUFFIX
    beginning = _beginning(path)
    if beginning.startswith(b"PK\x03\x04") if is_named else looks_like_safetensors(beginning):
        form, said = (".npz", "says .safetensors") if is_named else (SUFFIX, "does not say .safetensors")
        raise InputError(
            given=os.path.basename(os.fspath(path)),
            allowed=f"a name that ends in {form} for what is in this file",
            why=f"it is a {form} file, and its name {said}",
            do=f"rename it to end in {form}",
        )
    return open_safetensors(path) if is_named else open_npz(path)


def _beginning(path: str | os.PathLike[str]) -> bytes:
    """First bytes of a plain file; none of anything else, which is refused where it is opened."""
    if not os.path.isfile(path):
        return b""
    try:
        with open(path, "rb") as file:
            return file.read(9)
    except OSError:
        return b""


class _Writer(Protocol):
    """What takes the arrays of a file one after the other."""

    def add(self, name: str, array: NDArray) -> None: ...


@attrs.define(eq=False)
class _Npz:
    """Members of a zip archive: stored, not deflated, as the low bits of trained numbers are noise."""

    archive: zipfile.ZipFile

    def add(self, name: str, array: NDArray) -> None:
        # Without a time: same numbers, same bytes.
        with self.archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
            npy.write_array(member, array, allow_pickle=False)
        if self.archive.fp is not None:
            self.archive.fp.flush()


@attrs.define(eq=False)
class _Tensors:
    """Numbers after a header for which room is left, and which is written last."""

    path: Path
    file: IO[bytes]
    places: dict[str, Place] = attrs.field(factory=dict)
    n_bytes: int = 0

    def add(self, name: str, array: NDArray) -> None:
        array = np.ascontiguousarray(array).reshape(array.shape)  # which makes an axis where there is none
        self.places[name] = place_of(array, self.n_bytes)
        self.n_bytes += array.nbytes
        self.file.write(array.tobytes())
        self.file.flush()

    def finish(self) -> None:
        """Write the header into its room."""
        header = header_bytes(self.places, _HEADER_BYTES)
        if header is None:
            raise InputError(
                given=f"{len(self.places):,} arrays for {self.path}",
                allowed=f"as many as {_HEADER_BYTES:,} bytes describe",
                why="the header of a .safetensors file comes before the numbers, and its room is fixed",
                do="choose a name that ends in .npz",
            )
        self.file.seek(0)
        self.file.write(header)
        self.file.seek(0, os.SEEK_END)


@contextmanager
def _writer(path: Path, stream: IO[bytes]) -> Iterator[_Writer]:
    """The writer of the form that the name asks for; its file is complete when the block ends well."""
    if path.suffix.lower() != SUFFIX:
        with zipfile.ZipFile(stream, "w") as archive:
            yield _Npz(archive)
        return
    stream.write(bytes(_HEADER_BYTES))
    tensors = _Tensors(path, stream)
    yield tensors
    tensors.finish()


@attrs.define(eq=False)
class HeadFileWriter:
    """An open file of heads: each layer goes to disk when it is added, and no array stays in memory.

    Attributes:
        path: the name that the file takes in the end, for messages.
        writer: of the file under its temporary name.
        dtype: float16 or float32.
        settings: scale and mask of each layer that was added.
    """

    path: Path
    writer: _Writer
    dtype: str
    settings: list[tuple[float, bool]] = attrs.field(factory=list)

    def add_layer(self, Q: NDArray, K: NDArray, V: NDArray, *, score_scale: float, causal: bool) -> None:
        """Write one layer: Q of shape (heads, n, d), K (key heads, n, d) and V (key heads, n, d_v).

        Raises:
            InputError: a number that the type cannot hold, or a disk that is full.
        """
        for letter, array in (("Q", Q), ("K", K), ("V", V)):
            self._add_numbers(f"{letter}_{len(self.settings)}", array, self.dtype)
        self.settings.append((score_scale, causal))

    def add_indexer(self, queries: NDArray, keys: NDArray, weights: NDArray) -> None:
        """Write the indexer of the layer that is added next: shapes (n, heads, d), (n, d) and (n, heads).

        In float32 whatever the type of the heads: that is what its scores are computed in, and their order counts.

        Raises:
            InputError: NaN or infinity, or a disk that is full.
        """
        for letter, array in (("Q", queries), ("K", keys), ("W", weights)):
            self._add_numbers(f"index_{letter}_{len(self.settings)}", array, "float32")

    def _add_numbers(self, name: str, array: NDArray, dtype: str) -> None:
        with np.errstate(over="ignore"):  # reported below
            stored = array.astype(dtype, order="C")
        if not np.isfinite(stored).all():
            raise _not_finite(name, array, dtype)
        self.add_array(name, stored)

    def add_array(self, name: str, array: ArrayLike) -> None:
        """Write one more array of integers or floats. Raises InputError if the disk is full."""
        try:
            self.writer.add(name, np.asarray(array))
        except OSError as failure:
            raise unwritable(self.path, failure) from failure


@contextmanager
def head_file(path: Path, *, dtype: str, force: bool = False) -> Iterator[HeadFileWriter]:
    """File of heads open for writing beside `path`, which takes that name when the block ends well.

    It is a .safetensors file if its name ends so, and else an .npz file.

    After an error or Ctrl-C in the block nothing is left, and what was at `path` is unchanged.

    Raises:
        InputError: `path` exists and `force` is False, it cannot be written, or `dtype` is unknown.
    """
    check_target(path, force=force)
    if dtype not in DTYPES:
        raise InputError(
            given=f"dtype = {dtype}",
            allowed=" or ".join(DTYPES),
            why="these are the types that the heads are stored in",
            do="choose one of them",
        )
    with whole_file(path) as stream, _writer(path, stream) as arrays:
        writer = HeadFileWriter(path, arrays, dtype)
        yield writer
        scales, masks = zip(*writer.settings, strict=True) if writer.settings else ((), ())
        writer.add_array(SCORE_SCALE, np.array(scales, dtype=np.float64))
        writer.add_array(CAUSAL, np.array(masks, dtype=np.uint8))


def _not_finite(name: str, array: NDArray, dtype: str) -> InputError:
    if np.isfinite(array).all():
        largest = float(np.abs(array).max())
        return InputError(
            given=f"{name} with numbers up to {largest:.6g}",
            allowed=f"at most {float(np.finfo(dtype).max):.6g}",
            why=f"{dtype} does not hold larger ones",
            do="pass --dtype float32",
        )
    return InputError(
        given=f"{name} with NaN or infinity",
        allowed="finite numbers",
        why="a score that is NaN can be neither compared nor weighted",
        do="check the weights of the model, and whether it runs in float16",
    )
