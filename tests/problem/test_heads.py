import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from groverattn.errors import InputError
from groverattn.problem.heads import AttentionHead, bundled_head, load_head
from groverattn.reference.attention.goodness import largest_keys

RNG = np.random.default_rng(0)


def save(path: Path, **arrays) -> Path:
    np.savez(path / "head.npz", **arrays)
    return path / "head.npz"


def qkv(*lead_q, lead_kv=None, n=5, d=3) -> dict[str, np.ndarray]:
    lead_kv = lead_q if lead_kv is None else lead_kv
    return {
        "Q": RNG.normal(size=(*lead_q, n, d)),
        "K": RNG.normal(size=(*lead_kv, n, d)),
        "V": RNG.normal(size=(*lead_kv, n, d + 1)),
    }


def test_one_head(tmp_path) -> None:
    arrays = qkv()
    head = load_head(save(tmp_path, **arrays), causal=True)
    assert (head.queries == arrays["Q"]).all()
    assert (head.values == arrays["V"]).all()
    assert head.score_scale == pytest.approx(3**-0.5)
    assert (head.causal, head.name, head.n_keys, head.d_head) == (True, "head", 5, 3)
    assert [head.visible_keys(row) for row in range(5)] == [1, 2, 3, 4, 5]


def test_grouped_heads_share_keys(tmp_path) -> None:
    arrays = qkv(2, 6, lead_kv=(2, 2))
    for h in range(6):
        head = load_head(save(tmp_path, **arrays), layer=1, head=h)
        assert (head.queries == arrays["Q"][1, h]).all()
        assert (head.keys == arrays["K"][1, h // 3]).all()
        assert (head.values == arrays["V"][1, h // 3]).all()
    assert head.name == "head layer 1 head 5"


def test_heads_without_layers_and_single_axes(tmp_path) -> None:
    arrays = qkv(4)
    assert (load_head(save(tmp_path, **arrays), head=3).keys == arrays["K"][3]).all()
    assert (load_head(save(tmp_path, **arrays), layer=0, head=3).keys == arrays["K"][3]).all()
    arrays = qkv(1, 1)
    assert (load_head(save(tmp_path, **arrays)).keys == arrays["K"][0, 0]).all()


def test_labelled_entries(tmp_path) -> None:
    arrays = qkv(3) | {"layer": np.array([0, 2, 5]), "head": np.array([7, 1, 7])}
    path = save(tmp_path, **arrays)
    assert (load_head(path, layer=5, head=7).keys == arrays["K"][2]).all()
    assert (load_head(path, head=1).keys == arrays["K"][1]).all()
    with pytest.raises(InputError, match=r"\(0, 7\), \(2, 1\), \(5, 7\)"):
        load_head(path, layer=1, head=7)


@pytest.mark.parametrize("drop", ["layer", "head"])
def test_half_of_the_labels_is_no_label(tmp_path, drop) -> None:
    arrays = qkv(3) | {"layer": np.arange(3), "head": np.arange(3)}
    del arrays[drop]
    with pytest.raises(InputError, match="one label of each kind"):
        load_head(save(tmp_path, **arrays), layer=0, head=0)


@pytest.mark.parametrize(("layer", "head"), [(None, 0), (0, None), (2, 0), (-1, 0), (0, 4), (0, -1)])
def test_layers_and_heads_out_of_range(tmp_path, layer, head) -> None:
    with pytest.raises(InputError, match=r"allowed: (layer 0 to 1|head 0 to 3)"):
        load_head(save(tmp_path, **qkv(2, 4)), layer=layer, head=head)


@pytest.mark.parametrize(
    "arrays",
    [
        qkv() | {"V": np.zeros(5)},
        qkv() | {"K": np.zeros((1, 5, 3))},
        qkv(1, 1, 1),
        qkv(2, lead_kv=(3,)),
        qkv(2, lead_kv=(0,)),
        qkv(2, 4, lead_kv=(1, 4)),
        qkv() | {"K": np.zeros((4, 3))},
        qkv() | {"K": np.zeros((5, 2))},
        qkv(n=1),
    ],
)
def test_shapes_that_do_not_fit(tmp_path, arrays) -> None:
    with pytest.raises(InputError):
        load_head(save(tmp_path, **arrays), layer=0, head=0)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite(tmp_path, bad) -> None:
    arrays = qkv()
    arrays["K"][2, 1] = bad
    with pytest.raises(InputError, match="keys of head 'head' with NaN or infinity"):
        load_head(save(tmp_path, **arrays))


@pytest.mark.parametrize("scale", [0.0, -1.0, np.nan, np.inf])
def test_scales_that_do_not_keep_the_order(scale) -> None:
    with pytest.raises(InputError, match="score_scale"):
        AttentionHead(np.eye(2), np.eye(2), np.eye(2), scale, False, "head")


def test_files_that_are_none(tmp_path) -> None:
    with pytest.raises(InputError, match="No such file"):
        load_head(tmp_path / "missing.npz")
    with pytest.raises(InputError, match="Is a directory"):
        load_head(tmp_path)
    np.save(tmp_path / "q.npy", np.zeros((4, 2)))
    with pytest.raises(InputError, match="save Q, K and V together"):
        load_head(tmp_path / "q.npy")
    (tmp_path / "text.npz").write_text("not a zip")
    with pytest.raises(InputError, match="not a zip archive, or is cut off"):
        load_head(tmp_path / "text.npz")
    with pytest.raises(InputError, match="no V"):
        load_head(save(tmp_path, Q=np.eye(2), K=np.eye(2)))


def test_every_truncation_is_an_input_error(tmp_path) -> None:
    whole = save(tmp_path, **qkv()).read_bytes()
    for size in range(0, len(whole), 7):
        (tmp_path / "cut.npz").write_bytes(whole[:size])
        with pytest.raises(InputError):
            load_head(tmp_path / "cut.npz")


def test_damaged_bytes_are_an_input_error_or_other_numbers(tmp_path) -> None:
    np.savez_compressed(tmp_path / "head.npz", **qkv())
    whole = (tmp_path / "head.npz").read_bytes()
    for at in range(0, len(whole), 3):
        damaged = bytearray(whole)
        damaged[at] ^= 0xFF
        (tmp_path / "damaged.npz").write_bytes(damaged)
        try:
            load_head(tmp_path / "damaged.npz")
        except InputError:
            continue


def test_objects_are_never_unpickled(tmp_path) -> None:
    class Bomb:
        def __reduce__(self):
            return (pytest.fail, ("unpickled",))

    arrays = qkv() | {"V": np.array([[Bomb()] * 3] * 5, dtype=object)}
    with pytest.raises(InputError, match="only integers and real numbers"):
        load_head(save(tmp_path, **arrays))


@pytest.mark.parametrize("other", [["a", "token"], [None, object()], 1j, True])
def test_arrays_that_nobody_asks_for_may_be_of_any_type(tmp_path, other) -> None:
    arrays = qkv()
    assert (load_head(save(tmp_path, **arrays, tokens=np.array(other))).values == arrays["V"]).all()


@pytest.mark.parametrize("dtype", [np.complex128, bool, "U3"])
def test_other_types_are_refused(tmp_path, dtype) -> None:
    with pytest.raises(InputError, match="only integers and real numbers"):
        load_head(save(tmp_path, **(qkv() | {"V": np.zeros((5, 3), dtype=dtype)})))


def header_only(shape: str, dtype: str = "<f8") -> bytes:
    """A .npy member that claims a shape and holds no data."""
    text = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


@pytest.mark.parametrize("shape", ["(1000000000, 1000)", "(2, 10000000000000000000000)", "(-2, -3)"])
def test_a_header_that_claims_more_than_the_file_holds(tmp_path, shape) -> None:
    with zipfile.ZipFile(tmp_path / "claims.npz", "w") as archive:
        for name in "QKV":
            archive.writestr(f"{name}.npy", header_only(shape))
    with pytest.raises(InputError, match=r"claims|cannot be read"):
        load_head(tmp_path / "claims.npz")


def test_large_files_are_refused_before_anything_is_allocated(tmp_path, monkeypatch) -> None:
    path = save(tmp_path, **qkv(2, 4))
    monkeypatch.setattr("groverattn.problem.heads.SIZE_MAX_BYTES", 2 * 4 * 50 * 8 + 400 - 1)
    monkeypatch.setattr("groverattn.files.npz.npy.read_array", lambda *_, **__: pytest.fail("allocated"))
    with pytest.raises(InputError, match="GiB"):
        load_head(path, layer=0, head=0)


def test_a_zip_of_something_else(tmp_path) -> None:
    with zipfile.ZipFile(tmp_path / "other.npz", "w") as archive:
        for name in "QKV":
            archive.writestr(f"{name}.npy", b"not an array")
    with pytest.raises(InputError, match="header of array Q"):
        load_head(tmp_path / "other.npz")


def test_version_2_headers_are_read(tmp_path) -> None:
    arrays = qkv()
    with zipfile.ZipFile(tmp_path / "v2.npz", "w") as archive:
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, array, version=(2, 0))
            archive.writestr(f"{name}.npy", buffer.getvalue())
    assert (load_head(tmp_path / "v2.npz").values == arrays["V"]).all()


def test_the_bundled_head_is_the_one_that_its_readme_names() -> None:
    head = bundled_head()
    assert head.queries.shape == head.keys.shape == head.values.shape == (128, 32)
    assert 1 - largest_keys(head, 16).tail_mass.mean() == pytest.approx(0.7232, abs=5e-5)
