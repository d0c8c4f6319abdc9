"""Headers of GGUF files, read before a library sees the file: what is there, with every number and length bounded.

The form, from the description in ggml (docs/gguf.md): magic, version and two counts; names with values; name, sizes,
type and place of each tensor; numbers, from the next multiple of the alignment on. All little-endian.
"""

from __future__ import annotations

import io
import math
import os
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import attrs

from groverattn.errors import InputError

_MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_ALIGNMENT = 32  # where `general.alignment` does not say another

# Our assumptions. Gemma 3 has 262,144 tokens, whose names, scores, types and merges are 1.3 million values in 18 MB.
# The library keeps an object of some hundred bytes for each value.
_HEADER_BYTES_MAX = 1 << 26
_VALUES_MAX = 1 << 22
_ENTRIES_MAX = 1 << 16  # names, and tensors
_NAME_BYTES_MAX = 1 << 10
_AXES_MAX = 4  # as ggml

_SCALARS = ("B", "b", "H", "h", "I", "i", "f", "?", None, None, "Q", "q", "d")  # by number of their type
_STRING, _ARRAY = 8, 9

# Type of tensors that can be widened to floats: name, numbers in a block, bytes of a block (GGML_QUANT_SIZES in
# gguf-py, with which a test compares).
_TYPES = {
    **{0: ("F32", 1, 4), 1: ("F16", 1, 2), 30: ("BF16", 1, 2), 2: ("Q4_0", 32, 18), 3: ("Q4_1", 32, 20)},
    **{6: ("Q5_0", 32, 22), 7: ("Q5_1", 32, 24), 8: ("Q8_0", 32, 34), 10: ("Q2_K", 256, 84)},
    **{11: ("Q3_K", 256, 110), 12: ("Q4_K", 256, 144), 13: ("Q5_K", 256, 176), 14: ("Q6_K", 256, 210)},
    **{16: ("IQ2_XXS", 256, 66), 17: ("IQ2_XS", 256, 74), 18: ("IQ3_XXS", 256, 98), 19: ("IQ1_S", 256, 50)},
    **{20: ("IQ4_NL", 32, 18), 21: ("IQ3_S", 256, 110), 22: ("IQ2_S", 256, 82), 23: ("IQ4_XS", 256, 136)},
    **{29: ("IQ1_M", 256, 56), 34: ("TQ1_0", 256, 54), 35: ("TQ2_0", 256, 66), 39: ("MXFP4", 32, 17)},
    40: ("NVFP4", 64, 36),
}


class Tensor(NamedTuple):
    """What the header says of a tensor: its axes, the fastest first; its bytes begin at `offset` after the header."""

    name: str
    sizes: tuple[int, ...]
    n_bytes: int
    offset: int


@attrs.frozen
class GgufHeader:
    """What a GGUF file says that it holds.

    Attributes:
        architecture: its `general.architecture`.
        numbers: its single numbers by name, such as `llama.block_count`.
        sizes: axes of each tensor by name, the fastest first.
    """

    architecture: str
    numbers: Mapping[str, Any] = attrs.field(repr=False)
    sizes: Mapping[str, tuple[int, ...]] = attrs.field(repr=False)

    @property
    def n_tensors(self) -> int:
        """Tensors in the file."""
        return len(self.sizes)

    @property
    def n_numbers(self) -> int:
        """Numbers in all of them."""
        return sum(map(math.prod, self.sizes.values()))

    @property
    def n_numbers_largest(self) -> int:
        """Numbers in the largest."""
        return max(map(math.prod, self.sizes.values()))


def read_gguf_header(path: Path) -> GgufHeader:
    """Read the header of a GGUF file; all that it claims to hold has been compared with the bytes that are there.

    Raises:
        InputError: it is missing, no GGUF file, cut off, too large a header, or has tensors of a type that is not read.

    >>> read_gguf_header(Path("no_such_file.gguf"))
    Traceback (most recent call last):
    ...
    groverattn.errors.InputError: given: no_such_file.gguf; allowed: a GGUF file...; why: there is no such file; do: ...
    """
    if not path.is_file():
        why = "it is a folder, a pipe or a device" if path.exists() else "there is no such file"
        raise _unusable(path, why, "name the file with the model, often called NAME.Q4_K_M.gguf")
    try:
        with path.open("rb") as file:
            return _Reader(path, file, os.fstat(file.fileno()).st_size).header()
    except OSError as failure:
        raise _unusable(path, failure.strerror or str(failure)) from failure


@attrs.define(eq=False)
class _Reader:
    """Goes through a header once, from its first byte, and keeps its single numbers and one text."""

    path: Path
    file: io.BufferedReader
    n_file: int
    n_values: int = 0
    architecture: str = ""
    alignment: int = _ALIGNMENT
    numbers: dict[str, Any] = attrs.field(factory=dict)

    def header(self) -> GgufHeader:
        if self.file.read(len(_MAGIC)) != _MAGIC:
            raise self.refused("its first four bytes are not GGUF", "name the .gguf file itself, not one beside it")
        version, n_tensors, n_names = self.unpack("<IQQ")
        if version not in _VERSIONS:
            raise self.refused(f"version {version} of the format is not read", "convert the model again, to version 3")
        if max(n_tensors, n_names) > _ENTRIES_MAX:
            raise self.refused(f"it claims {n_tensors:,} tensors and {n_names:,} names, more than {_ENTRIES_MAX:,}")
        for _ in range(n_names):
            self.read_value()
        tensors = [self.tensor() for _ in range(n_tensors)]
        self.check_places(tensors)
        if not self.architecture:
            raise self.refused("it has no general.architecture, or it is no text")
        sizes = {tensor.name: tensor.sizes for tensor in tensors}
        if len(sizes) < len(tensors):
            raise self.refused("two of its tensors have the same name")
        return GgufHeader(self.architecture, self.numbers, sizes)

    def read_value(self) -> None:
        name, (kind,) = self.text(_NAME_BYTES_MAX), self.unpack("<I")
        if kind == _ARRAY:
            of, length = self.unpack("<IQ")
            self.count_values(length)
            if of == _STRING:
                for _ in range(length):
                    self.skip(*self.unpack("<Q"))
            else:
                self.skip(length * struct.calcsize(self.scalar(of)))
        elif kind == _STRING:
            text = self.text(_HEADER_BYTES_MAX)
            if name == "general.architecture":
                self.architecture = text
        else:
            (number,) = self.unpack(self.scalar(kind))
            self.numbers[name] = number
            if name == "general.alignment":
                self.set_alignment(number)

    def count_values(self, length: int) -> None:
        self.n_values += length
        if self.n_values > _VALUES_MAX:
            raise self.refused(f"its lists claim {self.n_values:,} values, more than {_VALUES_MAX:,}")

    def scalar(self, kind: int) -> str:
        code = _SCALARS[kind] if kind < len(_SCALARS) else None
        if code is None:
            raise self.refused(f"a value in its header has type {kind}; lists of lists are not read")
        return f"<{code}"

    def set_alignment(self, number: Any) -> None:
        if isinstance(number, bool) or number not in (1 << power for power in range(3, 17)):
            raise self.refused(f"its alignment is {number}, no power of two from 8 to 65,536")
        self.alignment = number

    def tensor(self) -> Tensor:
        name, (n_axes,) = self.text(_NAME_BYTES_MAX), self.unpack("<I")
        if not 1 <= n_axes <= _AXES_MAX:
            raise self.refused(f"tensor {name} has {n_axes:,} axes; 1 to {_AXES_MAX} are read")
        *sizes, kind, offset = self.unpack(f"<{n_axes}QIQ")
        if kind not in _TYPES:
            raise self.unread(name, kind)
        _, per_block, block_bytes = _TYPES[kind]
        if 0 in sizes or sizes[0] % per_block:
            raise self.refused(f"tensor {name} has sizes {sizes}, which are not rows of whole blocks of {per_block}")
        return Tensor(name, tuple(sizes), math.prod(sizes) // per_block * block_bytes, offset)

    def check_places(self, tensors: list[Tensor]) -> None:
        """Refuse tensors that lie outside the file or on each other: a few bytes could stand for any number of them."""
        if not tensors:
            raise self.refused("it holds no tensors", "name a file with the weights, not one with a vocabulary alone")
        start = -(-self.file.tell() // self.alignment) * self.alignment
        end = 0
        for tensor in sorted(tensors, key=lambda tensor: tensor.offset):
            if tensor.offset < end:
                raise self.refused(f"tensor {tensor.name} overlaps another one")
            end = tensor.offset + tensor.n_bytes
            if start + end > self.n_file:
                raise self.cut_off(f"tensor {tensor.name} ends at byte {start + end:,} of {self.n_file:,}")

    def text(self, n_bytes_max: int) -> str:
        (length,) = self.unpack("<Q")
        if length > n_bytes_max:
            raise self.refused(f"a name or a text in its header claims {length:,} bytes, more than {n_bytes_max:,}")
        return self.bytes(length).decode("utf-8", "replace")

    def unpack(self, code: str) -> tuple[Any, ...]:
        return struct.unpack(code, self.bytes(struct.calcsize(code)))

    def bytes(self, n_bytes: int) -> bytes:
        self.check_left(n_bytes)
        return self.file.read(n_bytes)

    def skip(self, n_bytes: int) -> None:
        self.check_left(n_bytes)
        self.file.seek(n_bytes, os.SEEK_CUR)

    def check_left(self, n_bytes: int) -> None:
        end = self.file.tell() + n_bytes
        if end > self.n_file:
            raise self.cut_off(f"its header goes on to byte {end:,} of {self.n_file:,}")
        if end > _HEADER_BYTES_MAX:
            raise self.refused(f"its header has more than {_HEADER_BYTES_MAX:,} bytes")

    def cut_off(self, what: str) -> InputError:
        return self.refused(f"it is cut off: {what}", "download or copy the file again, whole")

    def unread(self, tensor: str, kind: int) -> InputError:
        names = ", ".join(name for name, _, _ in _TYPES.values())
        return InputError(
            given=f"{self.path} with tensor {tensor} of type {kind}",
            allowed=f"tensors of types {names}",
            why="a quantisation of another type cannot be widened to floats",
            do="take another quantisation of the model, for example Q8_0 or Q4_K_M",
        )

    def refused(self, why: str, do: str = "download or convert the file again") -> InputError:
        return _unusable(self.path, why, do)


def _unusable(path: Path, why: str, do: str = "check the path") -> InputError:
    return InputError(given=str(path), allowed="a GGUF file of a language model, whole", why=why, do=do)
