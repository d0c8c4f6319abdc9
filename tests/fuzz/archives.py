""".npz files: valid ones with damaged bytes, and ones made of members that claim what they like."""

from __future__ import annotations

import functools
import io
import warnings
import zipfile

import attrs
import numpy as np
from hypothesis import strategies as st

from .odd import REAL

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_NAMES = ("Q", "K", "V", "Q_0", "K_0", "V_0", "Q_1", "K_1", "V_1", "layer", "head", "score_scale", "causal")
_ODD_NAMES = ("", "Q.npy", "../Q", "/etc/Q", "q", "Q_00", "Q_-1", "\x1b[31m", "Q\n", "a" * 1000, "\u202eQ", "Q\\K")
_SHAPES = (
    *("()", "(0,)", "(3,)", "(12, 3)", "(2, 12, 3)", "(1, 2, 12, 3)", "(3, 12)", "(0, 3)", "(12, 0)", "(1, 3)"),
    *("(-1, 3)", "(-12, -3)", "(12, -3)", "(1000000000000, 0)", "(1000000000000, 0, 12, 3)", "(9223372036854775807,)"),
    *("(9223372036854775808, 0)", "(2, 10000000000000000000000)", "(1000000000, 1000)", "(True, 3)", "(1.0, 3)"),
    *("None", "12", "[12, 3]", "('a',)", "(12L, 3L)", "(1,) * 9", f"({'1, ' * 70})", f"({'1, ' * 3000})", "(" * 90),
    *("(" * 3000, "-" * 9000 + "1", "[" * 300 + "]" * 300, "(nan, 3)", "(12, 3", "12, 3)", "__import__('os')", "1e5"),
)
_DESCRS = (
    *("'<f8'", "'<f4'", "'<f2'", "'|i1'", "'<i8'", "'<u8'", "'>f8'", "'>i2'", "'<f16'", "'<g'", "'|b1'", "'<c16'"),
    *("'|O'", "'O8'", "'|S3'", "'<U3'", "'<M8[ns]'", "'V8'", "'(2,)f8'", "'f8,f8'", "[('a', '<f8')]", "[('a', '|O')]"),
    *(
        "[]",
        "()",
        "''",
        "'\\x00'",
        "None",
        "8",
        "{'a': 1}",
        "'<f8\\n'",
        "'" + "f" * 3000 + "'",
        "[" * 100,
        "('<f8', {})",
    ),
)
_HEADERS = (
    *(
        "",
        "{}",
        "[]",
        "None",
        "{'descr': '<f8'}",
        "{1: 2, 'a': 3}",
        "\x00",
        "\xff" * 20,
        "{" * 500,
        "'" * 3,
        "\\\n" * 9,
    ),
    *("{'descr': '<f8', 'fortran_order': 0, 'shape': (12, 3), }", "{'descr': '<f8', 'fortran_order': False, 'shape': "),
    *("{'descr': '<f8', 'fortran_order': False, 'shape': (12, 3), 'x': 1}", "{'shape': ()}\n\n\n", "(1", "\tx\n y\n"),
)


@attrs.frozen
class Member:
    """One member of an archive: its name, its bytes and how they are packed."""

    name: str
    content: bytes
    method: int

    def __repr__(self) -> str:
        content = self.content if len(self.content) < 400 else self.content[:200]
        return f"Member({self.name[:20]!r}, {content!r} of {len(self.content)}, {self.method})"


@attrs.frozen
class Choice:
    """What `load_head` is asked for."""

    layer: int | None
    head: int | None
    causal: bool | None
    score_scale: float | None


_INDEX = st.sampled_from((None,) * 4 + (0,) * 6 + (1, 1, 3, -1, 5, 10**30))

CHOICES = st.builds(
    Choice, _INDEX, _INDEX, st.sampled_from((None, True, False)), st.sampled_from((None, None, 0.5)) | REAL
)
"""Mostly what some valid file has."""


@functools.cache
def valid_archives() -> tuple[bytes, ...]:
    """Every form of file that is read, small."""
    rng = np.random.default_rng(0)
    one = {name: rng.standard_normal((12, 3)) for name in "QKV"}
    grouped = {name: rng.standard_normal((2, heads, 12, 3)) for name, heads in (("Q", 4), ("K", 2), ("V", 2))}
    labelled = {name: rng.standard_normal((2, 12, 3)) for name in "QKV"} | {"layer": [0, 3], "head": [1, 1]}
    layers = {f"{name}_{layer}": rng.standard_normal((2, 12, 3)) for name in "QKV" for layer in range(2)}
    settings = {"score_scale": np.array([0.5, 0.25]), "causal": np.array([1, 0], dtype=np.uint8)}
    halves = {name: array.astype(np.float16) for name, array in one.items()}
    integers = {name: (9 * array).astype(np.int8) for name, array in one.items()}
    archives = [one, grouped, labelled, layers | settings, halves, integers, one | {"score_scale": 0.1}]
    return tuple(_saved(save, arrays) for save in (np.savez, np.savez_compressed) for arrays in archives)


def _saved(save, arrays) -> bytes:
    file = io.BytesIO()
    save(file, **arrays)
    return file.getvalue()


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A valid archive with some bytes changed, cut out, put in or repeated."""
    content = bytearray(draw(st.sampled_from(valid_archives())))
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, max(len(content) - 1, 0)))
        if draw(st.booleans()):  # where zip keeps its numbers
            at = _place_near_a_signature(draw, content) or at
        kind = draw(st.integers(0, 5))
        if kind <= 2:
            new = draw(st.binary(min_size=1, max_size=8) | st.sampled_from((b"\0\0\0\0", b"\xff" * 4, b"\xff" * 8)))
            content[at : at + len(new)] = new
        elif kind == 3:
            del content[at : at + draw(st.integers(1, 64))]
        elif kind == 4:
            content[at:at] = content[at : at + draw(st.integers(1, 64))]
        else:
            del content[at:]
    return bytes(content)


def _place_near_a_signature(draw: st.DrawFn, content: bytearray) -> int | None:
    signature = draw(st.sampled_from((b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"NUMPY", b"'shape'", b"'descr'")))
    found = content.find(signature, draw(st.integers(0, len(content))))
    return None if found < 0 else found + draw(st.integers(0, 46))


_ODD_VALUES = (0.0, -0.0, 1.0, -3.0, np.nan, np.inf, 5e-324, 1e-200, 1e-30, 1e30, 1e153, 1e155, 1e300, 1.7e308)


@st.composite
def _real_array(draw: st.DrawFn) -> bytes:
    """An array that is one, of odd shape, type and numbers."""
    shape = draw(
        st.sampled_from(((), (2,), (12, 3), (12, 3), (12, 3), (2, 12, 3), (2, 2, 12, 3), (12, 2), (2, 1), (0, 3)))
    )
    dtype = draw(st.sampled_from(("<f8", "<f8", "<f4", "<f2", ">f8", "i1", "<i8", "<u8", "g")))
    rng = np.random.default_rng(draw(st.integers(0, 9)))
    array = rng.standard_normal(shape)
    with np.errstate(over="ignore"):
        array = array * draw(st.sampled_from((1.0, 1.0, 1.0, 0.0, 1e3, 1e-160, 1e120, 1e308)))
    if array.size and draw(st.booleans()):
        array = np.array(array)
        array.flat[draw(st.integers(0, array.size - 1))] = draw(st.sampled_from(_ODD_VALUES))
    with np.errstate(all="ignore"):
        array = array.astype(dtype)
    file = io.BytesIO()
    np.lib.format.write_array(file, np.asfortranarray(array) if draw(st.booleans()) else array, draw(_VERSIONS))
    return file.getvalue()


_VERSIONS = st.sampled_from(((1, 0), (1, 0), (2, 0), (3, 0)))


@st.composite
def _claimed_array(draw: st.DrawFn) -> bytes:
    """A header that claims what it likes, before bytes of any number."""
    text = (
        f"{{'descr': {draw(st.sampled_from(_DESCRS))}, 'fortran_order': {draw(st.sampled_from(('False', 'True', '1')))}"
    )
    text += f", 'shape': {draw(st.sampled_from(_SHAPES))}, }}\n"
    if draw(st.integers(0, 3)) == 0:
        text = draw(st.sampled_from(_HEADERS))
    version = draw(st.sampled_from((1, 1, 1, 2, 3, 0, 255)))
    size = draw(st.sampled_from((None, None, None, 0, 1, 9_999, 65_535, 1 << 31, (1 << 32) - 1)))
    n_bytes = 2 if version == 1 else 4
    length = (len(text) if size is None else size) % (1 << 8 * n_bytes)
    head = b"\x93NUMPY" + bytes((version, draw(st.sampled_from((0, 0, 0, 1))))) + length.to_bytes(n_bytes, "little")
    filler = draw(st.sampled_from((b"", b"", b"\0" * 288, b"\0" * 576, b" " * 10_000, b" " * (1 << 22))))
    return head + text.encode("latin1", "replace") + filler


@functools.cache
def valid_members() -> tuple[tuple[tuple[str, bytes], ...], ...]:
    """The members of the valid archives, as they are when they are unpacked."""
    found = []
    for content in valid_archives():
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found.append(tuple((info.filename, archive.read(info)) for info in archive.infolist()))
    return tuple(found)


@st.composite
def made(draw: st.DrawFn) -> tuple[Member, ...]:
    """The members of a valid archive with some replaced, damaged, renamed, repeated or in another order."""
    members = [list(member) for member in draw(st.sampled_from(valid_members()))]
    for _ in range(draw(st.integers(0, 2))):
        member = draw(st.sampled_from(members))
        kind = draw(st.integers(0, 5))
        if kind <= 1:
            member[1] = draw(_real_array())
        elif kind == 2:
            member[1] = draw(_claimed_array())
        elif kind == 3:
            member[1] = _with_bytes(draw, member[1])
        elif kind == 4:
            ending = draw(st.sampled_from((".npy",) * 12 + ("", ".npy.npy", ".NPY")))
            member[0] = draw(st.sampled_from(_NAMES) | st.sampled_from(_ODD_NAMES)) + ending
        else:
            members.append([draw(st.sampled_from(_NAMES)) + ".npy", draw(_real_array() | _claimed_array())])
    if draw(st.integers(0, 3)) == 0:
        members = draw(st.permutations(members))
    methods = st.sampled_from((_METHODS[0], _METHODS[1]) * 12 + _METHODS)
    return tuple(Member(name, content, draw(methods)) for name, content in members)


def _with_bytes(draw: st.DrawFn, content: bytes) -> bytes:
    """Change some bytes, of the header in most cases."""
    at = draw(st.integers(0, 127) | st.integers(0, len(content)))
    new = draw(
        st.binary(min_size=1, max_size=6) | st.sampled_from((b"-", b"9" * 20, b"(", b"\0", b"O", b"L", b"'", b"\xff"))
    )
    return content[:at] + new + content[at + draw(st.sampled_from((0, len(new)))) :]


def packed(members: tuple[Member, ...]) -> bytes:
    """Return the archive of some members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # names that are there already
        for member in members:
            archive.writestr(_info(member.name), member.content, compress_type=member.method)
    return file.getvalue()


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("x")
    info.filename = name  # past the constructor, which tidies names up
    return info
