"""Writer of a file of heads, layer by layer; the file is there whole or not at all. `files/npz.py` has its form."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs
import numpy as np
from numpy.lib import format as npy
from numpy.typing import ArrayLike, NDArray

from groverattn.errors import InputError
from groverattn.files.npz import CAUSAL, SCORE_SCALE
from groverattn.files.whole import check_target, unwritable, whole_file

DTYPES = ("float16", "float32")


@attrs.define(eq=False)
class HeadFileWriter:
    """An open file of heads: each layer goes to disk when it is added, and no array stays in memory.

    Attributes:
        path: the name that the file takes in the end, for messages.
        archive: the zip file, under its temporary name.
        dtype: float16 or float32.
        settings: scale and mask of each layer that was added.
    """

    path: Path
    archive: zipfile.ZipFile
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
        # Stored, not deflated: the low bits of trained numbers are noise. Without a time: same numbers, same bytes.
        try:
            with self.archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
                npy.write_array(member, np.asarray(array), allow_pickle=False)
            if self.archive.fp is not None:
                self.archive.fp.flush()
        except OSError as failure:
            raise unwritable(self.path, failure) from failure


@contextmanager
def head_file(path: Path, *, dtype: str, force: bool = False) -> Iterator[HeadFileWriter]:
    """File of heads open for writing beside `path`, which takes that name when the block ends well.

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
    with whole_file(path) as stream, zipfile.ZipFile(stream, "w") as archive:
        writer = HeadFileWriter(path, archive, dtype)
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
