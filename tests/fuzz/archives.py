""".npz and .safetensors files: valid ones with damaged bytes, and ones whose headers claim what they like."""

from __future__ import annotations

import functools
import io
import json
import math
import re
import warnings
import zipfile
from typing import Any

import numpy as np
from hypothesis import strategies as st

from groverattn.files.safetensors import header_bytes, place_of

from .odd import REAL, TEXT, WHOLE, edited, split

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_NAMES = split("Q K V Q_0 K_0 V_0 Q_1 K_1 V_1 layer head score_scale causal")
_ODD_NAMES = ("", "Q.npy", "../Q", "/etc/Q", "q", "Q_00", "Q_-1", "\x1b[31m", "Q\n", "a" * 1000, "\u202eQ", "Q\\K")
_SHAPES = (
    *split(
        "() (0,) (3,) (12,3) (2,12,3) (1,2,12,3) (3,12) (0,3) (12,0) (1,3) (-1,3) (-12,-3) (12,-3) (1000000000,1000)"
    ),
    *split("(1000000000000,0) (1000000000000,0,12,3) (9223372036854775807,) (9223372036854775808,0) (2,1e22) (True,3)"),
    *("(2,10000000000000000000000)", "(1.0,3)", "None", "12", "[12,3]", "('a',)", "(12L, 3L)", "(nan,3)", "(12,3"),
    *(
        "(1000000000,1000)",
        "(True,3)",
        "12,3)",
        "1e5",
        "__import__('os')",
        "(1,)*9",
        f"({'1,' * 70})",
        f"({'1,' * 3000})",
        "(" * 90,
        "(" * 3000,
    ),
    *("-" * 9000 + "1", "__import__('os')", "[" * 300 + "]" * 300),
)
_TYPES = split("<f8 <f4 <f2 |i1 <i8 <u8 >f8 >i2 <f16 <g |b1 <c16 |O O8 |S3 <U3 <M8[ns] V8 (2,)f8 f8,f8 \\x00 <f8\\n")
_DESCRS = (
    *map(repr, _TYPES),
    *("[('a', '<f8')]", "[('a', '|O')]", "[]", "()", "''", "None", "8", "{'a': 1}", "('<f8', {})", "[" * 100),
    repr("f" * 3000),
)
_ORDERED = "{'descr': '<f8', 'fortran_order': "
_HEADERS = (
    *("", "{}", "[]", "None", "{'descr': '<f8'}", "{1: 2, 'a': 3}", "\x00", "\xff" * 20, "{" * 500, "'''", "\\\n" * 9),
    *(_ORDERED + "0, 'shape': (12, 3), }", _ORDERED + "False, 'shape': ", "{'shape': ()}\n\n\n", "(1", "\tx\n y\n"),
    _ORDERED + "False, 'shape': (12, 3), 'x': 1}",
)
_INDEX = st.sampled_from((None,) * 4 + (0,) * 6 + (1, 1, 3, -1, 5, 10**30))

CHOICES = st.fixed_dictionaries(
    {
        "layer": _INDEX,
        "head": _INDEX,
        "causal": st.sampled_from((None, True, False)),
        "score_scale": st.sampled_from((None, None, 0.5)) | REAL,
    }
)
"""What `load_head` is asked for: mostly what some valid file has."""


def _forms() -> list[dict[str, Any]]:
    """Every form of file that is read, small."""
    rng = np.random.default_rng(0)
    one: dict[str, Any] = {name: rng.standard_normal((12, 3)) for name in "QKV"}
    grouped = {name: rng.standard_normal((2, heads, 12, 3)) for name, heads in (("Q", 4), ("K", 2), ("V", 2))}
    labelled = {name: rng.standard_normal((2, 12, 3)) for name in "QKV"} | {"layer": [0, 3], "head": [1, 1]}
    layers = {f"{name}_{layer}": rng.standard_normal((2, 12, 3)) for name in "QKV" for layer in range(2)}
    settings = {"score_scale": np.array([0.5, 0.25]), "causal": np.array([1, 0], dtype=np.uint8)}
    halves = {name: array.astype(np.float16) for name, array in one.items()}
    integers = {name: (9 * array).astype(np.int8) for name, array in one.items()}
    return [one, grouped, labelled, layers | settings, halves, integers, one | {"score_scale": 0.1}]


@functools.cache
def valid_archives() -> tuple[bytes, ...]:
    """Each form as an .npz file, packed and not."""
    return tuple(_saved(save, arrays) for save in (np.savez, np.savez_compressed) for arrays in _forms())


@functools.cache
def valid_tensors() -> tuple[bytes, ...]:
    """Each form as a .safetensors file; their headers are 600 bytes or more."""
    return tuple(map(_tensors, _forms()))


def _tensors(arrays: dict[str, Any]) -> bytes:
    places, data = {}, b""
    for name, given in arrays.items():
        array = np.asarray(given)
        places[name] = place_of(array, len(data))
        data += array.tobytes()
    header = header_bytes(places, 1200)
    assert header is not None
    return header + data


def _saved(save: Any, arrays: dict[str, Any]) -> bytes:
    file = io.BytesIO()
    save(file, **arrays)
    return file.getvalue()


@functools.cache
def valid_members() -> tuple[tuple[tuple[str, bytes], ...], ...]:
    """Names and unpacked bytes of the members of the valid archives."""
    archives = [zipfile.ZipFile(io.BytesIO(content)) for content in valid_archives()]
    return tuple(tuple((name, archive.read(name)) for name in archive.namelist()) for archive in archives)


_BYTES = st.binary(min_size=1, max_size=8) | st.sampled_from((b"\0" * 4, b"\xff" * 4, b"\xff" * 8))
_NUMBERS = re.compile(rb"(?:PK\x03\x04|PK\x01\x02|PK\x05\x06|NUMPY|'shape'|'descr').{0,46}", re.DOTALL)  # those of zip
_ANYWHERE = re.compile(rb"\A.*\Z", re.DOTALL)
_HEADER = re.compile(rb"\A.{128}", re.DOTALL)
_SIGNS = st.sampled_from((b"-", b"9" * 20, b"(", b"\0", b"O", b"L", b"'", b"\xff")) | _BYTES

DAMAGED = st.deferred(lambda: edited(valid_archives(), [_NUMBERS, _ANYWHERE], _BYTES, longest=64))
_ODD_VALUES = (0.0, -0.0, 1.0, -3.0, np.nan, np.inf, 5e-324, 1e-200, 1e-30, 1e30, 1e153, 1e155, 1e300, 1.7e308)
_SHAPES_OF_ARRAYS = ((), (2,), (12, 3), (12, 3), (12, 3), (2, 12, 3), (2, 2, 12, 3), (12, 2), (2, 1), (0, 3))


@st.composite
def _real_array(draw: st.DrawFn) -> bytes:
    """A well-formed array of odd shape, type and numbers."""
    array = np.random.default_rng(0).standard_normal(draw(st.sampled_from(_SHAPES_OF_ARRAYS)))
    with np.errstate(all="ignore"):
        array = np.array(array * draw(st.sampled_from((1.0, 1.0, 1.0, 0.0, 1e3, 1e-160, 1e120, 1e308))))
        array.flat[: draw(st.integers(0, 1))] = draw(st.sampled_from(_ODD_VALUES))
        array = array.astype(draw(st.sampled_from(split("<f8 <f8 <f4 <f2 >f8 i1 <i8 <u8 g"))))
    file, version = io.BytesIO(), draw(st.sampled_from(((1, 0), (1, 0), (2, 0), (3, 0))))
    np.lib.format.write_array(file, np.asfortranarray(array) if draw(st.booleans()) else array, version)
    return file.getvalue()


@st.composite
def _claimed_array(draw: st.DrawFn) -> bytes:
    """A header that claims what it likes, before bytes of any number."""
    descr, order, shape = (draw(st.sampled_from(of)) for of in (_DESCRS, ("False", "True", "1"), _SHAPES))
    text = f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n"
    if draw(st.integers(0, 3)) == 0:
        text = draw(st.sampled_from(_HEADERS))
    version = draw(st.sampled_from((1, 1, 1, 2, 3, 0, 255)))
    n_bytes = 2 if version == 1 else 4
    claimed = draw(st.sampled_from((None, None, None, 0, 1, 9_999, 65_535, 1 << 31, (1 << 32) - 1)))
    length = (len(text) if claimed is None else claimed) % (1 << 8 * n_bytes)
    head = b"\x93NUMPY" + bytes((version, draw(st.sampled_from((0, 0, 0, 1))))) + length.to_bytes(n_bytes, "little")
    filler = draw(st.sampled_from((b"", b"", b"\0" * 288, b"\0" * 576, b" " * 10_000, b" " * (1 << 22))))
    return head + text.encode("latin1", "replace") + filler


@st.composite
def made(draw: st.DrawFn) -> bytes:
    """A valid archive with some members replaced, damaged, renamed, added or in another order, and packed anyhow."""
    members = list(draw(st.sampled_from(valid_members())))
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(members) - 1))
        (name, content), kind = members[at], draw(st.integers(0, 5))
        if kind <= 2:
            content = draw(_real_array() if kind else _claimed_array())
        elif kind == 3:
            content = draw(edited([content], [_HEADER], _SIGNS, longest=6))
        else:
            ending = draw(st.sampled_from((".npy",) * 12 + ("", ".npy.npy", ".NPY")))
            name = draw(st.sampled_from(_NAMES) | st.sampled_from(_ODD_NAMES)) + ending
        members[at : at + (kind < 5)] = [(name, content)]
    if draw(st.integers(0, 3)) == 0:
        members = draw(st.permutations(members))
    methods = st.sampled_from((_METHODS[0], _METHODS[1]) * 12 + _METHODS)
    return packed([(name, content, draw(methods)) for name, content in members])


def packed(members: list[tuple[str, bytes, int]]) -> bytes:
    """Return the archive of some members: name, content and method of compression."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # names that are there already
        for name, content, method in members:
            info = zipfile.ZipInfo("x")
            info.filename = name  # past the constructor, which tidies names up
            archive.writestr(info, content, compress_type=method)
    return file.getvalue()


_HEADER_OF_TENSORS = re.compile(rb"\A.{8}\{.*?\}\}", re.DOTALL)
_JSON_SIGNS = st.sampled_from((b"-", b"9" * 20, b"9" * 5000, b"[" * 2000, b"{", b"}", b'"', b"\xff", b"BF16", b"1e9"))
DAMAGED_TENSORS = st.deferred(
    lambda: edited(valid_tensors(), [_HEADER_OF_TENSORS, _ANYWHERE], _JSON_SIGNS | _BYTES, longest=12)
)
_TENSOR_TYPES = (*split("F64 F32 F16 BF16 BF16 I8 I16 I32 I64 U8") * 3, *split("BOOL U64 C64 f64 O"), "", "F" * 99)
_TENSOR_SIZES = {"BOOL": 1, "I8": 1, "U8": 1, "F16": 2, "BF16": 2, "I16": 2, "F32": 4, "I32": 4}
_TENSOR_SHAPES = ((12, 3), (12, 3), (3, 12), (2, 6, 3), (36,), (), (0, 3), (1 << 62, 1 << 62, 0), (1 << 40, 12))
_SETS = (tuple("QKV"), ("Q_0", "K_0", "V_0"), (*"QKV", "causal"))


@st.composite
def made_tensors(draw: st.DrawFn) -> bytes:
    """A file whose header says of some arrays what it likes, mostly where they are."""
    names, record, end = draw(st.sampled_from(_SETS)), {}, 0
    shape = draw(st.sampled_from(_TENSOR_SHAPES))
    for name in names:
        type_, begin = draw(st.sampled_from(_TENSOR_TYPES)), end
        own = draw(st.sampled_from((*[shape] * 40, *_TENSOR_SHAPES)))
        n_bytes = min(math.prod(own) * _TENSOR_SIZES.get(type_, 8), 4096)
        end += n_bytes if draw(st.integers(0, 15)) else draw(st.integers(0, 300))
        record[name] = {"dtype": type_, "shape": own, "data_offsets": [begin, end]}
    for _ in range(max(0, draw(st.integers(-3, 2)))):
        where, odd = draw(st.sampled_from(names)), WHOLE | REAL | TEXT | st.lists(WHOLE, max_size=3) | st.none()
        if draw(st.booleans()):
            key = draw(st.sampled_from(split("dtype shape data_offsets x")))
            record[where] = (record[where] if isinstance(record[where], dict) else {}) | {key: draw(odd)}
        else:
            record[draw(st.sampled_from(_NAMES) | TEXT)] = draw(odd)
    text = json.dumps(record).encode("utf-8", "surrogatepass")
    length = len(text) if draw(st.integers(0, 7)) else draw(st.sampled_from((0, 1, 1 << 20, (1 << 20) + 1, 1 << 63)))
    numbers = np.random.default_rng(0).integers(0, 60, end, dtype=np.uint8)
    return length.to_bytes(8, "little") + text + numbers.tobytes()
