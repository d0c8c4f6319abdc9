"""GGUF files whose tensors are not those of their header, refused from the header alone, without PyTorch."""

import struct
import sys
from pathlib import Path

import pytest

from groverattn.capture.capture import capture_heads
from groverattn.capture.gguf_sizes import check_sizes
from groverattn.errors import InputError
from groverattn.files.gguf import GgufHeader

SIZES = {"block_count": 2, "embedding_length": 32, "attention.head_count": 4, "attention.head_count_kv": 2}


def header(changed=(), **tensors):
    stated = {f"llama.{name}": size for name, size in (SIZES | dict(changed)).items() if size is not None}
    shapes = {
        f"blk.{at}.attn_{of}.weight": sizes for at in range(2) for of, sizes in (("q", (32, 32)), ("k", (32, 16)))
    }
    shapes |= {name.replace("__", "."): sizes for name, sizes in tensors.items()}
    return GgufHeader("llama", stated, {name: sizes for name, sizes in shapes.items() if sizes})


@pytest.mark.parametrize(
    "sound",
    [
        header(),
        header({"attention.key_length": 8}),
        header({"attention.head_count": None}),  # a list, one for each layer
        header({"attention.key_length": 16, "attention.key_length_swa": 8}, blk__1__attn_q__weight=(32, 64)),
        header(blk__1__attn_q__weight=(32, 64)),  # queries and their gates
    ],
)
def test_sizes_that_agree(sound):
    check_sizes(Path("m.gguf"), sound)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (header({"block_count": 3}), "its layers are 2, numbered up to 1, where its header says block_count = 3"),
        (header({"block_count": 1}), "block_count = 1"),
        (header(blk__0__attn_k__weight=(32, 32)), "blk.0.attn_k.weight is [32, 32], where its header says embedding"),
        (header(blk__1__attn_q__weight=(16, 32)), "blk.1.attn_q.weight is [16, 32]"),
        (header({"attention.head_count_kv": 4}), "which makes it [32, 32]"),
        (header({"embedding_length": 64}), "which makes it [64, 64]"),
    ],
)
def test_sizes_that_contradict_the_header(wrong, words):
    with pytest.raises(InputError, match="contradicts its own header") as refused:
        check_sizes(Path("m.gguf"), wrong)
    assert words in str(refused.value)
    assert "do: get the file again" in str(refused.value)


def test_a_file_of_several_is_not_held_to_all_layers():
    whole = header({"block_count": 4})
    check_sizes(Path("m.gguf"), GgufHeader("llama", {**whole.numbers, "split.count": 2}, whole.sizes))


def test_it_is_refused_before_any_library_is_imported(tmp_path, monkeypatch):
    def text(words):
        return struct.pack("<Q", len(words)) + words.encode()

    names = text("general.architecture") + struct.pack("<I", 8) + text("llama")
    names += b"".join(text(f"llama.{name}") + struct.pack("<II", 4, size) for name, size in SIZES.items())
    tensor = text("blk.0.attn_k.weight") + struct.pack("<I2QIQ", 2, 32, 16, 0, 0)
    content = b"GGUF" + struct.pack("<IQQ", 3, 1, 1 + len(SIZES)) + names + tensor
    (tmp_path / "m.gguf").write_bytes(content + bytes(-len(content) % 32) + bytes(4 * 32 * 16))
    (tmp_path / "t.txt").write_text("a key is a door", "utf-8")
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(InputError, match="block_count = 2"):
        capture_heads(None, tmp_path / "t.txt", tmp_path / "o.npz", gguf_file=tmp_path / "m.gguf")
