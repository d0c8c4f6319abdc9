"""Headers of GGUF files, written here byte by byte: what is read of a sound one, and what is refused of others."""

import importlib.util
import os
import struct
import tracemalloc

import pytest

from groverattn.errors import InputError
from groverattn.files import gguf
from groverattn.files.gguf import read_gguf_header

U8, U32, F32, STRING, ARRAY, U64 = 0, 4, 6, 8, 9, 10


def text(words):
    return struct.pack("<Q", len(words.encode())) + words.encode()


def named(name, kind, value):
    return text(name) + struct.pack("<I", kind) + value


def array_of(kind, length, content):
    return struct.pack("<IQ", kind, length) + content


def tensor(name, sizes, kind, offset):
    return text(name) + struct.pack(f"<I{len(sizes)}QIQ", len(sizes), *sizes, kind, offset)


NAMES = (
    named("general.architecture", STRING, text("llama")),
    named("tokenizer.ggml.tokens", ARRAY, array_of(STRING, 2, text("a") + text("key"))),
    named("tokenizer.ggml.scores", ARRAY, array_of(F32, 2, bytes(8))),
    named("llama.context_length", U32, struct.pack("<I", 64)),
)
TENSORS = (tensor("token_embd.weight", (32, 2), 8, 0), tensor("output_norm.weight", (3,), 0, 96))
N_BYTES = 96 + 12  # two blocks of Q8_0 of 34 bytes, filled up to 32, and three float32


def gguf_bytes(names=NAMES, tensors=TENSORS, n_bytes=N_BYTES, *, version=3, counts=None):
    n_tensors, n_names = counts or (len(tensors), len(names))
    header = b"GGUF" + struct.pack("<IQQ", version, n_tensors, n_names) + b"".join((*names, *tensors))
    return header + bytes(-len(header) % 32) + bytes(n_bytes)


@pytest.fixture
def refusal(tmp_path):
    """Write bytes and return what the reader says of them."""

    def say(content):
        (tmp_path / "model.gguf").write_bytes(content)
        with pytest.raises(InputError) as refused:
            read_gguf_header(tmp_path / "model.gguf")
        return str(refused.value)

    return say


@pytest.mark.parametrize("version", [2, 3])
def test_a_sound_file(tmp_path, version):
    (tmp_path / "model.gguf").write_bytes(gguf_bytes(version=version))
    header = read_gguf_header(tmp_path / "model.gguf")
    assert (header.architecture, header.n_tensors, header.n_numbers, header.n_numbers_largest) == ("llama", 2, 67, 64)


def test_another_alignment(tmp_path, refusal):
    aligned = named("general.alignment", U32, struct.pack("<I", 4096))
    assert "cut off: tensor token_embd.weight ends" in refusal(gguf_bytes((*NAMES, aligned)))
    (tmp_path / "model.gguf").write_bytes(gguf_bytes((*NAMES, aligned), n_bytes=8192))
    assert read_gguf_header(tmp_path / "model.gguf").n_tensors == 2
    for number in (0, 48, 1 << 20):
        assert f"alignment is {number}" in refusal(
            gguf_bytes([named("general.alignment", U32, struct.pack("<I", number))])
        )


def test_every_cut_is_refused(refusal):
    whole = gguf_bytes()
    assert all("cut off" in refusal(whole[:length]) for length in range(4, len(whole)))
    assert all("first four bytes" in refusal(whole[:length]) for length in range(4))


@pytest.mark.parametrize(("content", "words"), [
    (b"PK\x03\x04" + bytes(100), "first four bytes are not GGUF"),
    (gguf_bytes(version=1), "version 1"),
    (gguf_bytes(version=3 << 24), "version 50331648"),  # big-endian
    (gguf_bytes(NAMES[1:]), "no general.architecture"),
    (gguf_bytes([named("general.architecture", U32, bytes(4))]), "no general.architecture"),
    (gguf_bytes(tensors=()), "no tensors"),
    (gguf_bytes([named("a", 13, b"")]), "has type 13"),
    (gguf_bytes([named("a", ARRAY, array_of(ARRAY, 1, array_of(U8, 1, b"a")))]), "lists of lists"),
    (gguf_bytes(tensors=[tensor("w", (3,), 9, 0)]), "tensor w of type 9"),
    (gguf_bytes(tensors=[tensor("w", (3,), 99, 0)]), "Q4_K_M"),
    (gguf_bytes(tensors=[tensor("w", (16, 2), 2, 0)]), "whole blocks of 32"),
    (gguf_bytes(tensors=[tensor("w", (3, 0), 0, 0)]), "whole blocks"),
    (gguf_bytes(tensors=[tensor("w", (), 0, 0)]), "has 0 axes"),
    (gguf_bytes(tensors=[tensor("w", (1,) * 5, 0, 0)]), "has 5 axes"),
    (gguf_bytes(tensors=[TENSORS[0], tensor("w", (3,), 0, 64)]), "overlaps"),
    (gguf_bytes(tensors=[TENSORS[0], TENSORS[0]]), "overlaps"),
])  # fmt: skip
def test_what_is_no_model(refusal, content, words):
    assert words in refusal(content)


# Lengths that a reader would allocate or count through: each is refused at once.
@pytest.mark.parametrize(("content", "words"), [
    (gguf_bytes(counts=(1 << 60, 0)), "tensors"),
    (gguf_bytes(counts=(0, 1 << 60)), "names"),
    (gguf_bytes([struct.pack("<Q", 1 << 62)]), "claims 4,611,686"),
    (gguf_bytes([named("general.architecture", STRING, struct.pack("<Q", 1 << 62))]), "claims 4,611,686"),
    (gguf_bytes([named("a", ARRAY, array_of(U8, 1 << 60, b""))]), "its lists claim"),
    (gguf_bytes([named("a", ARRAY, array_of(STRING, 1 << 60, b""))]), "its lists claim"),
    (gguf_bytes([named("a", ARRAY, array_of(STRING, 1, struct.pack("<Q", 1 << 63)))]), "cut off"),
    (gguf_bytes(tensors=[tensor("w", (1 << 40, 1 << 20), 0, 0)]), "cut off"),
    (gguf_bytes(tensors=[tensor("w", (3,), 0, 1 << 63)]), "cut off"),
])  # fmt: skip
def test_claims_that_no_file_holds(refusal, content, words):
    tracemalloc.start()
    said = refusal(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert words in said
    assert peak < 1 << 20


def test_a_header_that_does_not_end(refusal, monkeypatch):
    monkeypatch.setattr(gguf, "_HEADER_BYTES_MAX", 100)
    assert "more than 100 bytes" in refusal(gguf_bytes())


def test_paths(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path, words in ((tmp_path, "a folder"), (tmp_path / "pipe", "a pipe"), (tmp_path / "none", "no such file")):
        with pytest.raises(InputError, match=words):
            read_gguf_header(path)


# gguf comes with the extra `capture`, which `dev` leaves out (docs/capture.md).
@pytest.mark.skipif(importlib.util.find_spec("gguf") is None, reason="the extra `capture` (gguf) is not installed")
def test_the_types_are_those_of_ggml():
    from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, quants

    floats = (GGMLQuantizationType.F32, GGMLQuantizationType.F16)
    read = {kind for kind in GGMLQuantizationType if kind in floats or kind in quants._type_traits}
    sizes = {int(kind): (kind.name, *GGML_QUANT_SIZES[kind]) for kind in read}
    assert gguf._TYPES.items() <= sizes.items()
