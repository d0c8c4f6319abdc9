"""Archives that are small and claim, or unpack to, far more; nothing large is allocated before they are refused."""

import bz2
import io
import math
import tracemalloc
import warnings
import zipfile

import numpy as np
import pytest

from groverattn.errors import InputError
from groverattn.files import npz as npz_headers
from groverattn.files.arrays import stored_heads
from groverattn.files.head_file import open_arrays
from groverattn.problem.heads import load_head

GOOD = "{'descr': '<f8', 'fortran_order': False, 'shape': (12, 3), }"


def npy(header=GOOD, data=bytes(288), version=1, length=None):
    """A member with this header, which says that it has `length` bytes."""
    size = (len(header) if length is None else length).to_bytes(2 if version == 1 else 4, "little")
    return b"\x93NUMPY" + bytes((version, 0)) + size + header.encode() + data


def archive(path, members, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as file:
        for name, content in members.items():
            file.writestr(f"{name}.npy", content)
    return path


def peak_of_refusal(path, word):
    """Read a file that is refused, and return the most memory that Python's objects took."""
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match=word):
            load_head(path)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_header_that_unpacks_to_gigabytes(tmp_path):
    header = npy(" " * (1 << 26), version=2, length=(1 << 32) - 1)
    path = archive(tmp_path / "head.npz", dict.fromkeys("QKV", header))
    assert path.stat().st_size < 300_000
    assert peak_of_refusal(path, "it has 4294967295 bytes") < 1 << 20


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_are_unpacked_without_a_limit(tmp_path, method):
    assert len(bz2.compress(bytes(1 << 26))) < 100  # which is why
    path = archive(tmp_path / "head.npz", dict.fromkeys("QKV", npy()), method)
    assert peak_of_refusal(path, "packed by another method") < 1 << 20


def test_a_list_of_members_that_is_too_long(tmp_path, monkeypatch):
    path = archive(tmp_path / "head.npz", {f"Q_{layer}": npy() for layer in range(40)})
    with open_arrays(path) as arrays:
        assert len(arrays.members) == 40
    monkeypatch.setattr(npz_headers, "_DIRECTORY_BYTES_MAX", 2000)
    with pytest.raises(InputError, match="list of members takes more than 2,000 bytes"):
        load_head(path)


@pytest.mark.parametrize(
    "header",
    [
        *("(" * 3000, "-" * 9000 + "1", "[" * 90 + "]" * 90, "{1: 2, 'a': 3}", "'" * 3, "{'descr': ", "\x00", "\\\n\\"),
        *("1", "{'descr': [], 'fortran_order': False, 'shape': ()}", GOOD.replace("(12, 3)", "(True, -36)")),
        *(GOOD.replace("(12, 3)", shape) for shape in ("(-12, -3)", "(36.0,)", "[12, 3]", "(0, -1)", f"(0, {2**63})")),
        *(GOOD.replace("'<f8'", kind) for kind in ("'|O'", "'V8'", "'<M8[ns]'", "8", "None", "'f8,f8'", "('<f8', 2)")),
    ],
)
def test_headers_that_are_none(tmp_path, header):
    path = archive(tmp_path / "head.npz", {"Q": npy(header), "K": npy(), "V": npy()})
    with pytest.raises(InputError, match="array Q"):
        load_head(path)


def test_a_header_of_python_2_is_read_without_a_warning(tmp_path):
    header = npy(GOOD.replace("(12, 3)", "(12L, 3L)").ljust(118) + "\n", np.arange(36.0).tobytes())
    path = archive(tmp_path / "head.npz", dict.fromkeys("QKV", header))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert load_head(path).keys[11, 2] == 35


def test_the_later_of_two_members_of_one_name_is_checked_and_read(tmp_path):
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.ones((12, 3)))
    with zipfile.ZipFile(tmp_path / "head.npz", "w") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in "QKVK":
            file.writestr(f"{name}.npy", buffer.getvalue())
        file.writestr("K.npy", npy(data=np.full(36, 2.0).tobytes()))
    assert load_head(tmp_path / "head.npz").keys[0, 0] == 2


@pytest.mark.parametrize("name", ["Q", "Q_0"])
@pytest.mark.parametrize("shape", [(10**12, 4, 0, 3), (10**12, 0, 3), (2, 2, 2, 6, 3), (36,)])
def test_heads_without_numbers_are_not_listed(tmp_path, name, shape):
    """A shape may have any number of heads if another size is 0."""
    path = archive(tmp_path / "head.npz", {name: npy(GOOD.replace("(12, 3)", str(shape)), bytes(8 * math.prod(shape)))})
    with open_arrays(path) as arrays, pytest.raises(InputError, match=f"{name} of shape"):
        stored_heads(arrays)
