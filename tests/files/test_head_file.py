"""The file that capture writes: whole or not at all, readable by `load_head`."""

import numpy as np
import pytest

from groverattn.errors import InputError
from groverattn.files.head_file import head_file
from groverattn.problem.heads import load_head

RNG = np.random.default_rng(8)


def layer(heads=4, key_heads=2, n=5, d=3):
    return tuple(RNG.standard_normal((h, n, d)).astype(np.float32) for h in (heads, key_heads, key_heads))


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_layers_are_read_as_they_were_added(tmp_path, dtype):
    layers = [layer(), layer(heads=2, d=7)]
    path = tmp_path / "heads.npz"
    with head_file(path, dtype=dtype) as writer:
        for arrays, scale in zip(layers, (0.5, 0.25), strict=True):
            writer.add_layer(*arrays, score_scale=scale, causal=scale == 0.5)
    for i, (Q, K, V) in enumerate(layers):
        head = load_head(path, layer=i, head=1)
        kept = 0 if i == 0 else 1
        assert (head.queries == Q[1].astype(dtype)).all()
        assert (head.keys == K[kept].astype(dtype)).all()
        assert (head.values == V[kept].astype(dtype)).all()
        assert (head.score_scale, head.causal) == ((0.5, True), (0.25, False))[i]
    assert list(tmp_path.iterdir()) == [path]


def test_axes_in_another_order_in_memory(tmp_path):
    """A model's heads are often a transposed view."""
    arrays = tuple(np.asfortranarray(array.transpose(1, 0, 2)).transpose(1, 0, 2) for array in layer())
    with head_file(tmp_path / "heads.npz", dtype="float32") as writer:
        writer.add_layer(*arrays, score_scale=1.0, causal=False)
    assert (load_head(tmp_path / "heads.npz", head=3).queries == arrays[0][3]).all()


def test_each_layer_is_on_disk_when_it_was_added(tmp_path):
    with head_file(tmp_path / "heads.npz", dtype="float32") as writer:
        for i in range(1, 4):
            writer.add_layer(*layer(), score_scale=1.0, causal=False)
            (part,) = tmp_path.iterdir()
            assert part.stat().st_size > i * 4 * 5 * 3 * (4 + 2 + 2)


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt])
def test_nothing_is_left_of_a_file_that_was_not_finished(tmp_path, failure):
    path = tmp_path / "heads.npz"
    path.write_bytes(b"old")

    def fail():
        with head_file(path, dtype="float16", force=True) as writer:
            writer.add_layer(*layer(), score_scale=1.0, causal=False)
            raise failure

    with pytest.raises(failure):
        fail()
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize(("value", "word"), [(7e4, "--dtype float32"), (np.nan, "NaN or infinity"), (np.inf, "NaN")])
def test_numbers_that_cannot_be_stored(tmp_path, value, word):
    Q, K, V = layer()
    K[1, 2, 0] = value
    with (
        pytest.raises(InputError, match=word) as refused,
        head_file(tmp_path / "heads.npz", dtype="float16") as writer,
    ):
        writer.add_layer(Q, K, V, score_scale=1.0, causal=False)
    assert "K_0" in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_other_types(tmp_path):
    with pytest.raises(InputError, match="float16 or float32"), head_file(tmp_path / "heads.npz", dtype="int8"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("groverattn.files.head_file.npy.write_array", full)
    with (
        pytest.raises(InputError, match="No space left"),
        head_file(tmp_path / "heads.npz", dtype="float16") as writer,
    ):
        writer.add_layer(*layer(), score_scale=1.0, causal=False)
    assert list(tmp_path.iterdir()) == []


def test_an_indexer_has_the_number_of_the_layer_that_follows(tmp_path):
    """In float32 beside heads in float16; the heads are read as ever."""
    arrays = [RNG.standard_normal(shape) for shape in ((5, 2, 7), (5, 7), (5, 2))]
    with head_file(tmp_path / "heads.npz", dtype="float16") as writer:
        writer.add_layer(*layer(), score_scale=1.0, causal=True)
        writer.add_indexer(*arrays)
        writer.add_layer(*layer(), score_scale=1.0, causal=True)
    with np.load(tmp_path / "heads.npz") as file:
        assert [name for name in file.files if name.startswith("index_")] == ["index_Q_1", "index_K_1", "index_W_1"]
        for letter, array in zip("QKW", arrays, strict=True):
            assert file[f"index_{letter}_1"].dtype == np.float32
            assert (file[f"index_{letter}_1"] == array.astype(np.float32)).all()
    assert load_head(tmp_path / "heads.npz", layer=1, head=3).n_keys == 5


def test_an_indexer_with_nan(tmp_path):
    queries, keys, weights = np.ones((5, 2, 7)), np.ones((5, 7)), np.full((5, 2), np.nan)
    with (
        pytest.raises(InputError, match="index_W_0 with NaN"),
        head_file(tmp_path / "a.npz", dtype="float16") as writer,
    ):
        writer.add_indexer(queries, keys, weights)
    assert list(tmp_path.iterdir()) == []
