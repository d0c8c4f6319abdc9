"""Files with one array per layer, and files that state the scale and the mask of their scores."""

import numpy as np
import pytest

from groverattn.errors import InputError
from groverattn.files.arrays import stored_heads
from groverattn.files.head_file import open_arrays
from groverattn.problem.heads import all_heads, load_head

RNG = np.random.default_rng(4)
N_KEYS = 6


def layer_arrays(layer, q_heads, kv_heads, d) -> dict[str, np.ndarray]:
    heads = {"Q": q_heads, "K": kv_heads, "V": kv_heads}
    return {f"{name}_{layer}": RNG.standard_normal((heads[name], N_KEYS, d)) for name in "QKV"}


@pytest.fixture
def arrays() -> dict[str, np.ndarray]:
    """Three layers of other sizes: grouped heads, as many keys as queries, one key head for all."""
    return layer_arrays(0, 4, 2, 3) | layer_arrays(1, 2, 2, 5) | layer_arrays(2, 3, 1, 4)


def saved(folder, arrays):
    np.savez(folder / "heads.npz", **arrays)
    return folder / "heads.npz"


def test_each_layer_is_read_from_its_own_arrays(tmp_path, arrays) -> None:
    path = saved(tmp_path, arrays)
    for layer, (q_heads, kv_heads) in enumerate([(4, 2), (2, 2), (3, 1)]):
        for head in range(q_heads):
            read = load_head(path, layer=layer, head=head)
            shared = head // (q_heads // kv_heads)
            assert (read.queries == arrays[f"Q_{layer}"][head]).all()
            assert (read.keys == arrays[f"K_{layer}"][shared]).all()
            assert (read.values == arrays[f"V_{layer}"][shared]).all()
            assert read.name == f"heads layer {layer} head {head}"


def test_every_head_is_listed(tmp_path, arrays) -> None:
    path = saved(tmp_path, arrays)
    with open_arrays(path) as opened:
        assert stored_heads(opened) == [(0, h) for h in range(4)] + [(1, 0), (1, 1)] + [(2, h) for h in range(3)]
    assert [head.d_head for head in all_heads(path)] == [3] * 4 + [5] * 2 + [4] * 3


@pytest.mark.parametrize(
    ("lead", "heads"), [((), [(None, 0)]), ((2,), [(None, 0), (None, 1)]), ((2, 1), [(0, 0), (1, 0)])]
)
def test_every_head_of_the_other_forms_is_listed(tmp_path, lead, heads) -> None:
    path = saved(tmp_path, {name: RNG.standard_normal((*lead, N_KEYS, 3)) for name in "QKV"})
    with open_arrays(path) as opened:
        assert stored_heads(opened) == heads
    assert len(list(all_heads(path))) == len(heads)


@pytest.mark.parametrize(("axes", "n_heads"), [((), 1), ((3,), 3), ((2, 3), 6)])
def test_all_heads_of_a_file(tmp_path, axes, n_heads) -> None:
    Q, K, V = RNG.standard_normal((3, *axes, 6, 4))
    heads = list(all_heads(saved(tmp_path, {"Q": Q, "K": K, "V": V})))
    assert len({head.name for head in heads}) == len(heads) == n_heads
    assert np.array_equal(heads[-1].queries, Q.reshape(-1, 6, 4)[-1])


def test_a_file_without_heads(tmp_path) -> None:
    with open_arrays(saved(tmp_path, {"X": np.ones(3)})) as opened, pytest.raises(InputError, match="no Q"):
        stored_heads(opened)


@pytest.mark.parametrize(
    ("layer", "head", "word"), [(3, 0, "layer 0 to 2"), (None, 0, "layer 0 to 2"), (1, 2, "head 0 to 1")]
)
def test_layers_and_heads_that_are_not_there(tmp_path, arrays, layer, head, word) -> None:
    with pytest.raises(InputError, match=f"allowed: {word}"):
        load_head(saved(tmp_path, arrays), layer=layer, head=head)


def test_a_layer_that_is_not_whole(tmp_path, arrays) -> None:
    del arrays["V_1"]
    path = saved(tmp_path, arrays)
    assert load_head(path, layer=0, head=0).n_keys == N_KEYS
    with pytest.raises(InputError, match="no V_1"):
        load_head(path, layer=1, head=0)


def test_only_the_layer_that_is_read_has_to_fit(tmp_path, arrays, monkeypatch) -> None:
    path = saved(tmp_path, arrays)
    one_layer = sum(arrays[f"{name}_0"].nbytes for name in "QKV") + 8 * 3 * N_KEYS * 3
    assert one_layer < sum(array.nbytes for array in arrays.values())
    monkeypatch.setattr("groverattn.problem.heads.SIZE_MAX_BYTES", one_layer)
    assert load_head(path, layer=0, head=0).d_head == 3
    monkeypatch.setattr("groverattn.problem.heads.SIZE_MAX_BYTES", one_layer - 1)
    with pytest.raises(InputError, match="GiB"):
        load_head(path, layer=0, head=0)


def test_the_file_states_scale_and_mask_of_each_layer(tmp_path, arrays) -> None:
    stated = {"score_scale": np.array([0.5, 0.25, 2.0]), "causal": np.array([1, 0, 1], dtype=np.uint8)}
    path = saved(tmp_path, arrays | stated)
    for layer in range(3):
        read = load_head(path, layer=layer, head=0)
        assert (read.score_scale, read.causal) == (stated["score_scale"][layer], bool(stated["causal"][layer]))
    read = load_head(path, layer=0, head=0, causal=False, score_scale=3.0)
    assert (read.score_scale, read.causal) == (3.0, False)


def test_the_file_states_them_once(tmp_path) -> None:
    arrays = {name: RNG.standard_normal((2, N_KEYS, 4)) for name in "QKV"}
    read = load_head(saved(tmp_path, arrays | {"score_scale": 0.125, "causal": 1}), head=1)
    assert (read.score_scale, read.causal) == (0.125, True)
    read = load_head(saved(tmp_path, arrays), head=1)
    assert (read.score_scale, read.causal) == (0.5, False)


@pytest.mark.parametrize("mask", [True, np.bool_(True), np.array([False, True, False])])
def test_the_mask_may_be_true_or_false(tmp_path, arrays, mask) -> None:
    assert load_head(saved(tmp_path, arrays | {"causal": mask}), layer=1, head=0).causal
    if np.ndim(mask):
        assert not load_head(saved(tmp_path, arrays | {"causal": mask}), layer=0, head=0).causal


def test_a_scale_of_true_is_refused(tmp_path, arrays) -> None:
    with pytest.raises(InputError, match="score_scale has type bool"):
        load_head(saved(tmp_path, arrays | {"score_scale": True}), layer=1, head=0)


@pytest.mark.parametrize(
    ("stated", "word"),
    [
        ({"causal": 2}, "causal = 2"),
        ({"causal": np.nan}, "causal = nan"),
        ({"causal": np.array([1, 0])}, "one for every layer"),
        ({"causal": np.array([1, 0, 1, 0])}, r"causal of shape \(4,\) in heads.npz, 3 layers"),
        ({"score_scale": np.ones(5)}, r"score_scale of shape \(5,\) in heads.npz, 3 layers"),
        ({"score_scale": np.ones((3, 1))}, "one for every layer"),
        ({"score_scale": 0.0}, "score_scale = 0"),
        ({"score_scale": np.inf}, "score_scale = inf"),
    ],
)
def test_scales_and_masks_that_say_nothing(tmp_path, arrays, stated, word) -> None:
    with pytest.raises(InputError, match=word):
        load_head(saved(tmp_path, arrays | stated), layer=2, head=0)
