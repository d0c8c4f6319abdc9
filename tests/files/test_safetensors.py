"""Heads in .safetensors files: written and read again, types, and files that claim what is not so."""

import importlib.util
import json
import struct
import tracemalloc

import numpy as np
import pytest

from groverattn.errors import InputError
from groverattn.files.arrays import stored_heads
from groverattn.files.head_file import head_file, open_arrays
from groverattn.files.safetensors import HEADER_BYTES_MAX, header_bytes, place_of
from groverattn.problem.heads import all_heads, load_head

RNG = np.random.default_rng(7)
GOOD = {name: RNG.standard_normal((12, 3)) for name in "QKV"}


def packed(arrays):
    """A valid file of these arrays, by the description of the form alone."""
    header, data = {}, b""
    for name, array in arrays.items():
        code = {"f": "F", "i": "I", "u": "U", "b": "BOOL"}[array.dtype.kind]
        kind = code if code == "BOOL" else f"{code}{8 * array.itemsize}"
        header[name] = {
            "dtype": kind,
            "shape": list(array.shape),
            "data_offsets": [len(data), len(data) + array.nbytes],
        }
        data += array.tobytes()
    return with_header(json.dumps(header), data)


def with_header(text, data=b"", length=None):
    text = text if isinstance(text, bytes) else text.encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


@pytest.fixture
def saved(tmp_path):
    def save(content):
        path = tmp_path / "head.safetensors"
        path.write_bytes(content if isinstance(content, bytes) else packed(content))
        return path

    return save


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"])
def test_types(saved, dtype):
    arrays = {name: np.abs(9 * array).astype(f"<{dtype}") for name, array in GOOD.items()}
    head = load_head(saved(arrays))
    assert (head.queries == arrays["Q"]).all()
    assert (head.keys == arrays["K"]).all()
    assert head.score_scale == pytest.approx(3**-0.5)


def test_bfloat16_is_widened(saved):
    """The upper half of a float32, whatever it is; here of numbers that have no other half."""
    exact = np.float32([[1.0, -2.5, 3.0e38], [1e-40, -0.0, 0.1]])
    exact = (exact.view(np.uint32) & 0xFFFF0000).view(np.float32)
    halves = (exact.view(np.uint32) >> 16).astype("<u2")
    header = {"K": {"dtype": "BF16", "shape": [2, 3], "data_offsets": [0, 12]}}
    with open_arrays(saved(with_header(json.dumps(header), halves.tobytes()))) as arrays:
        assert arrays.header("K").n_bytes == 24  # as it is loaded
        read = arrays.read("K")
    assert read.dtype == np.float32
    assert (read.view(np.uint32) == exact.view(np.uint32)).all()


def test_metadata_padding_and_other_types_do_no_harm(saved):
    header = {"__metadata__": {"format": "pt"}, "x": {"dtype": "F8_E4M3", "shape": [4], "data_offsets": [0, 4]}}
    data = b"1234"
    for name, array in GOOD.items():
        end = len(data) + array.nbytes
        header[name] = {"dtype": "F64", "shape": [12, 3], "data_offsets": [len(data), end]}
        data += array.tobytes()
    path = saved(with_header(json.dumps(header) + " " * 50, data))
    assert (load_head(path).keys == GOOD["K"]).all()
    with open_arrays(path) as arrays, pytest.raises(InputError, match="array x has type F8_E4M3"):
        arrays.header("x")


def test_settings_and_layers(saved):
    arrays = {f"{name}_{layer}": RNG.standard_normal((2, 6, 3)) for name in "QKV" for layer in (0, 1)}
    arrays |= {"score_scale": np.array([0.5, 0.25]), "causal": np.array([True, False])}
    path = saved(arrays)
    with open_arrays(path) as opened:
        assert stored_heads(opened) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert [(head.score_scale, head.causal) for head in all_heads(path)] == [(0.5, True)] * 2 + [(0.25, False)] * 2


def written(path, layers, dtype="float32"):
    with head_file(path, dtype=dtype) as writer:
        for arrays in layers:
            writer.add_layer(*arrays, score_scale=0.5, causal=True)
        writer.add_array("token_ids", [1, 2, 3])
    return path


def layers():
    return [tuple(RNG.standard_normal((heads, 6, d)) for heads in (4, 2, 2)) for d in (3, 5)]


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_both_forms_hold_the_same(tmp_path, dtype):
    arrays = layers()
    paths = [written(tmp_path / f"heads{suffix}", arrays, dtype) for suffix in (".npz", ".safetensors", ".SafeTensors")]
    for first, *others in zip(*map(all_heads, paths), strict=True):
        for other in others:
            assert first.name == other.name
            assert (first.queries == other.queries).all()
            assert (first.values == other.values).all()
            assert (first.score_scale, first.causal) == (other.score_scale, other.causal) == (0.5, True)
    with open_arrays(paths[1]) as read:
        assert read.read("token_ids").tolist() == [1, 2, 3]
    assert sorted(tmp_path.iterdir()) == sorted(paths)


def test_the_same_numbers_make_the_same_bytes(tmp_path):
    arrays = layers()
    first, second = (written(tmp_path / f"{i}.safetensors", arrays) for i in (1, 2))
    assert first.read_bytes() == second.read_bytes()


def test_each_layer_is_on_disk_when_it_was_added(tmp_path):
    with head_file(tmp_path / "heads.safetensors", dtype="float32") as writer:
        for i in range(1, 4):
            writer.add_layer(*layers()[0], score_scale=1.0, causal=False)
            (part,) = tmp_path.iterdir()
            assert part.stat().st_size > i * 4 * 6 * 3 * (4 + 2 + 2)


def test_nothing_is_left_of_a_file_that_was_not_finished(tmp_path):
    def fail():
        with head_file(tmp_path / "heads.safetensors", dtype="float16") as writer:
            writer.add_layer(*layers()[0], score_scale=1.0, causal=False)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_more_arrays_than_there_is_room_for(tmp_path):
    tiny = tuple(np.ones((1, 2, 1)) for _ in range(3))
    with pytest.raises(InputError, match=r"choose a name that ends in \.npz"):
        written(tmp_path / "heads.safetensors", [tiny] * 700)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(importlib.util.find_spec("safetensors") is None, reason="safetensors is not installed")
def test_the_library_of_others_reads_and_writes_the_same(tmp_path):
    library = importlib.import_module("safetensors.numpy")
    path = written(tmp_path / "heads.safetensors", layers())
    theirs = library.load_file(path)
    with open_arrays(path) as ours:
        assert set(theirs) == set(ours.names())
        assert all((theirs[name] == ours.read(name)).all() for name in theirs)
    library.save_file(GOOD, tmp_path / "theirs.safetensors")
    assert (load_head(tmp_path / "theirs.safetensors").keys == GOOD["K"]).all()


def one(shape=(2, 3), offsets=(0, 48), dtype="F64", **more):
    return {"K": {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)} | more}


def two(first, second):
    return {name: one((1,), offsets)["K"] for name, offsets in (("K", first), ("V", second))}


DATA = bytes(48)
HEADERS = {
    "a negative offset": (one(offsets=(-8, 40)), "the offsets [-8, 40]"),
    "backwards": (one(offsets=(48, 0)), "is at 48 to 0"),
    "beyond the file": (one((2, 4), (0, 64)), "take 64 bytes, and the file holds 48"),
    "bytes of no array": (one((1, 3), (0, 24)), "take 24 bytes, and the file holds 48"),
    "a gap": (two((0, 8), (16, 48)), "'V' is at 16 to 48, where 8 was the end"),
    "an overlap": (two((0, 32), (24, 48)), "'V' is at 24 to 48, where 32 was the end"),
    "the same place": (two((0, 48), (0, 48)), "is at 0 to 48, where 48 was the end"),
    "more numbers than bytes": (one((20, 3)), "array K claims 480 bytes and the file holds 48"),
    "a huge shape": (one((1 << 62, 1 << 62)), "claims"),
    "a negative size": (one((-2, -3)), "the shape [-2, -3]"),
    "a size that is no number": (one((2, "3")), "the shape [2, '3']"),
    "a real size": (one((2.0, 3)), "the shape [2.0, 3]"),
    "true as a size": (one((True, 6)), "the shape [True, 6]"),
    "too large a size": (one((1 << 63, 0)), "the shape"),
    "too many axes": (one((1,) * 65), "the shape"),
    "one offset": (one(offsets=(0,)), "the offsets [0]"),
    "another key": (one(stride=1), "not described by"),
    "no type": ({"K": {"shape": [2, 3], "data_offsets": [0, 48]}}, "not described by"),
    "a type that is none": (one(dtype=3), "the type 3"),
    "an unknown type": (one(dtype="F128"), "array K has type F128"),
    "a long type": (one(dtype="F" * 10_000), "the type 'FFF"),
    "text for an array": ({"K": "here"}, "not described by"),
}


@pytest.mark.parametrize("name", HEADERS)
def test_headers_that_are_wrong(saved, name):
    header, word = HEADERS[name]
    path = saved(with_header(json.dumps(header), DATA))
    with pytest.raises(InputError) as refusal, open_arrays(path) as arrays:
        arrays.read("K")
    assert word in str(refusal.value)
    assert len(str(refusal.value)) < 1000


NUMBER = '{"dtype": "F64", "shape": [6], "data_offsets": [0, 48]}'
CONTENTS = {
    "empty": (b"", "longer than the file"),
    "short": (b"\x08\0\0", "longer than the file"),
    "a header that is longer than the file": (with_header("{}", length=100), "longer than the file"),
    "a header of 2^63 bytes": (with_header("{}", length=1 << 63), "longer than the file"),
    "no header": (with_header("", DATA), "does not begin with {"),
    "spaces before it": (with_header(" {}"), "does not begin with {"),
    "no JSON": (with_header("{K: 3}"), "the header of head.safetensors"),
    "no UTF-8": (with_header(b'{"\xff": 3}'), "in UTF-8"),
    "twice": (with_header(f'{{"K": {NUMBER}, "K": {NUMBER}}}', DATA), "'K' is in one object twice"),
    "twice in an entry": (with_header('{"K": {"shape": [], "shape": []}}'), "'shape' is in one object twice"),
    "deep": (with_header('{"K": ' + "[" * 100_000), "nested too deeply"),
    "a number of 5,000 digits": (with_header(f'{{"K": {"9" * 5000}}}'), "digits"),
}


@pytest.mark.parametrize("name", CONTENTS)
def test_contents_that_are_wrong(saved, name):
    content, word = CONTENTS[name]
    with pytest.raises(InputError) as refusal:
        load_head(saved(content))
    assert word in str(refusal.value)


def test_a_huge_header_is_not_read(saved, tmp_path):
    path = saved(with_header("{}", length=HEADER_BYTES_MAX + 1))
    with path.open("r+b") as file:
        file.truncate(100_000_000)
    tracemalloc.start()
    with pytest.raises(InputError, match="1,048,577 bytes, more than 1,048,576"):
        load_head(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20


def test_an_array_that_is_too_large_is_not_allocated(saved, tmp_path):
    path = saved(with_header(json.dumps(one((1 << 29,), (0, 1 << 32))).ljust(200)))
    with path.open("r+b") as file:
        file.truncate(208 + (1 << 32))  # sparse: it takes no room on the disk
    with open_arrays(path) as arrays, pytest.raises(InputError, match=r"takes 4\.0 GiB, more than 2 GiB"):
        arrays.read("K")


def test_a_file_that_becomes_shorter(saved):
    path = saved({name: np.ones((20_000, 3)) for name in "QKV"})  # more than is read at once
    with open_arrays(path) as arrays:
        with path.open("r+b") as file:
            file.truncate(path.stat().st_size - 1)
        with pytest.raises(InputError, match="array V is cut off"):
            arrays.read("V")


def test_names_that_mislead(tmp_path):
    np.savez(tmp_path / "a.npz", **GOOD)
    (tmp_path / "a.npz").rename(tmp_path / "a.safetensors")
    with pytest.raises(InputError, match=r"it is a \.npz file, and its name says \.safetensors; do: rename it"):
        load_head(tmp_path / "a.safetensors")
    (tmp_path / "b.npz").write_bytes(packed(GOOD))
    with pytest.raises(InputError, match=r"it is a \.safetensors file, and its name does not say"):
        load_head(tmp_path / "b.npz")


def test_paths_that_are_no_files(tmp_path):
    (tmp_path / "folder.safetensors").mkdir()
    for path, word in ((tmp_path / "folder.safetensors", "directory"), (tmp_path / "no.safetensors", "No such file")):
        with pytest.raises(InputError, match=word):
            load_head(path)


def test_headers_are_filled_up():
    header = header_bytes({"K": place_of(np.zeros((2, 3)), 0)}, 128)
    assert header is not None
    assert len(header) == 128
    assert header_bytes({"K": place_of(np.zeros((2, 3)), 0)}, 64) is None
