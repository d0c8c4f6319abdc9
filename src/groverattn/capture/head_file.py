"""A file of heads written layer by layer, which is there as a whole or not at all."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from groverattn.errors import InputError
from groverattn.files.whole import check_target, unwritable, whole_file
from groverattn.problem.layer_arrays import CAUSAL, SCORE_SCALE, layer_array

DTYPES = ("float16", "float32")


@attrs.define(eq=False)
class HeadFileWriter:
    """The open file: each layer goes to disk when it is added, and no array stays in memory.

    Attributes:
        path: the name that the file takes in the end, for messages.
        archive: the zip file, under its temporary name.
        dtype: float16 or float32.
        score_scales: one per layer that was added.
        causal: the same for the mask.
    """

    path: Path
    archive: zipfile.ZipFile
    dtype: str
    score_scales: list[float] = attrs.field(factory=list)
    causal: list[bool] = attrs.field(factory=list)

    def add_layer(self, Q: NDArray, K: NDArray, V: NDArray, *, score_scale: float, causal: bool) -> None:
        """Write one layer: Q of shape (heads, n, d), K (key heads, n, d) and V (key heads, n, d_v).

        Raises:
            InputError: a number that the type cannot hold, or a disk that is full.
        """
        layer = len(self.score_scales)
        for letter, array in (("Q", Q), ("K", K), ("V", V)):
            with np.errstate(over="ignore"):  # reported below
                stored = array.astype(self.dtype, order="C")
            if not np.isfinite(stored).all():
                raise _not_finite(layer_array(letter, layer), array, self.dtype)
            self._write(layer_array(letter, layer), stored)
        self.score_scales.append(score_scale)
        self.causal.append(causal)

    def add_array(self, name: str, array: ArrayLike) -> None:
        """Write one more array of integers or floats."""
        self._write(name, np.asarray(array))

    def finish(self) -> None:
        """Write what the layers have in common in a file: the scale and the mask of each."""
        self._write(SCORE_SCALE, np.array(self.score_scales, dtype=np.float64))
        self._write(CAUSAL, np.array(self.causal, dtype=np.uint8))

    def _write(self, name: str, array: NDArray) -> None:
        # Stored, not deflated: the low bits of trained numbers are noise. Without a time: same numbers, same bytes.
        try:
            with self.archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)
            if self.archive.fp is not None:
                self.archive.fp.flush()
        except OSError as failure:
            raise unwritable(self.path, failure.strerror or str(failure)) from failure


@contextmanager
def head_file(path: Path, *, dtype: str, force: bool = False) -> Iterator[HeadFileWriter]:
    """Open a file of heads for writing, beside `path`; it takes that name when the block ends well.

    After an error or Ctrl-C in the block nothing is left, and what was at `path` is as it was.

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
        writer.finish()


def _not_finite(name: str, array: NDArray, dtype: str) -> InputError:
    if np.isfinite(array).all():
        largest = float(np.abs(array).max())
        return InputError(
            given=f"{name} with numbers up to {largest:.6g}",
            allowed=f"at most {float(np.finfo(dtype).max):.6g}",
            why=f"{dtype} holds no larger ones",
            do="pass --dtype float32",
        )
    return InputError(
        given=f"{name} with NaN or infinity",
        allowed="finite numbers",
        why="a score that is not a number can be neither compared nor weighed",
        do="check the weights of the model, and whether it runs in float16",
    )
