"""Names of arrays that are nearly right are refused with the right one; types that NumPy lacks say what to convert."""

import json

import numpy as np
import pytest

from groverattn.errors import InputError
from groverattn.files.arrays import stored_heads
from groverattn.files.head_file import open_arrays
from groverattn.problem.heads import head_of, load_head

Q, K, V = np.random.default_rng(7).normal(size=(3, 12, 4))
HEAD = {"Q": Q, "K": K, "V": V}


def saved(folder, **arrays):
    np.savez(folder / "heads.npz", **arrays)
    return folder / "heads.npz"


def layers(*numbers):
    return {f"{name}_{i}": array[None] for i in numbers for name, array in HEAD.items()}


def test_names_that_are_right(tmp_path):
    read = load_head(saved(tmp_path, **HEAD, causal=1, score_scale=0.9))
    assert (read.causal, read.score_scale) == (True, 0.9)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        *[("Causal", "causal"), ("is_causal", "causal"), ("casual", "causal"), ("causal_", "causal")],
        *[("scale", "score_scale"), ("ScoreScale", "score_scale"), ("scores_scale", "score_scale")],
        *[("layers", "layer"), ("Head", "head"), ("heads", "head")],
    ],
)
def test_a_setting_that_is_nearly_right_is_refused(tmp_path, name, nearest):
    path = saved(tmp_path, **HEAD, **{name: 1})
    with pytest.raises(InputError, match=f"'{name}' in heads.npz; allowed: {nearest};.* do: rename it to {nearest},"):
        load_head(path)
    with open_arrays(path) as arrays, pytest.raises(InputError, match=nearest):
        stored_heads(arrays)


@pytest.mark.parametrize("name", ["token_ids", "tokens", "text", "attention_mask", "labels", "model", "h" * 2000, "q"])
def test_other_arrays_do_no_harm(tmp_path, name):
    assert load_head(saved(tmp_path, **HEAD, **{name: np.array(["a", "b"])})).n_keys == 12


@pytest.mark.parametrize(("name", "nearest"), [("q_1", "Q_1"), ("Q1", "Q_1"), ("Q_01", "Q_1"), ("V.2", "V_2")])
def test_a_layer_that_is_nearly_named_is_refused(tmp_path, name, nearest):
    with pytest.raises(InputError, match=f"array '{name}'.*allowed: {nearest}"):
        load_head(saved(tmp_path, **layers(0), **{name: Q[None]}), layer=0)


@pytest.mark.parametrize("layer", [None, 0, 2])
def test_a_gap_in_the_layers_is_named(tmp_path, layer):
    with pytest.raises(InputError, match=r"layer 0, layer 2 and no Q_1.*why: layer 1 is missing"):
        load_head(saved(tmp_path, **layers(0, 2)), layer=layer)


def test_keys_of_a_layer_without_queries_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"no Q_1.*why: layer 1 is missing"):
        load_head(saved(tmp_path, **layers(0), K_1=K[None]), layer=0)


@pytest.mark.parametrize("last", [7, 999_999_999])
def test_the_first_layer_that_is_missing_is_named(tmp_path, last):
    with pytest.raises(InputError, match=r"no Q_0.*layer 0 is missing"):
        load_head(saved(tmp_path, **{f"K_{last}": K[None]}))


def test_all_layers_are_there_once(tmp_path):
    with pytest.raises(InputError, match="Q beside layer 0, layer 1"):
        load_head(saved(tmp_path, **HEAD, **layers(0, 1)), layer=0)


@pytest.mark.parametrize("size", [1, 2])
def test_what_numpy_has_no_type_for_says_what_to_convert(tmp_path, size):
    """As numpy.savez stores bfloat16 and float8 of ml_dtypes: bytes without a type."""
    raw = np.zeros((12, 4), dtype=f"V{size}")
    with pytest.raises(InputError, match=rf"type \|V{size}, which may be bfloat16.*array.astype\(numpy.float32\)"):
        load_head(saved(tmp_path, Q=raw, K=K, V=V))


@pytest.mark.parametrize("type_", ["F8_E4M3", "F8_E5M2", "F4"])
def test_float8_in_safetensors_says_what_to_convert(tmp_path, type_):
    header = json.dumps({"Q": {"dtype": type_, "shape": [2, 4], "data_offsets": [0, 8]}}).encode()
    path = tmp_path / "heads.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(8))
    with open_arrays(path) as arrays, pytest.raises(InputError, match=rf"{type_}.*do: .*tensor.float\(\).numpy\(\)"):
        arrays.header("Q")


class _Tensor:
    """A tensor as PyTorch's of bfloat16: NumPy asks, and it refuses."""

    def __array__(self, dtype=None, copy=None):
        raise TypeError("Got unsupported ScalarType BFloat16")


def test_tensors_of_bfloat16_say_what_to_convert():
    with pytest.raises(InputError, match=r"BFloat16.*tensor.float\(\)"):
        head_of(_Tensor(), K, V)
