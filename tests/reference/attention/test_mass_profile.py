import attrs
import numpy as np
import pytest

from groverattn.errors import InputError
from groverattn.problem.heads import bundled_head
from groverattn.reference.attention import exact as attention
from groverattn.reference.attention.goodness import largest_keys
from groverattn.reference.attention.mass_profile import keys_for_mass, mass_of_largest

both_masks = pytest.mark.parametrize("causal", [False, True])


@both_masks
def test_mass_is_what_the_tail_leaves(causal) -> None:
    head = attrs.evolve(bundled_head(), causal=causal)
    masses = mass_of_largest(head, [1, 16, 128])
    np.testing.assert_allclose(masses[:, 1], 1 - largest_keys(head, 16).tail_mass, atol=1e-12)
    np.testing.assert_allclose(masses[:, 2], 1.0, rtol=1e-12)
    assert (np.diff(masses, axis=1) >= 0).all()


@both_masks
def test_k_is_the_least_that_holds_the_mass(causal) -> None:
    head = attrs.evolve(bundled_head(), causal=causal)
    masses = (0.5, 0.9, 0.99)
    needed = keys_for_mass(head, masses)
    held = mass_of_largest(head, range(1, 129))
    for column, mass in zip(needed.T, masses, strict=True):
        rows = np.arange(128)
        assert (held[rows, column - 1] >= mass - 1e-9).all()
        more = column > 1
        assert (held[rows[more], column[more] - 2] < mass).all()
    if causal:
        assert (needed <= np.arange(1, 129)[:, None]).all()


def test_blocks_change_nothing(monkeypatch) -> None:
    whole = keys_for_mass(bundled_head(), [0.9])
    monkeypatch.setattr(attention, "_BLOCK_BYTES", 8 * 128 * 7)
    assert (keys_for_mass(bundled_head(), [0.9]) == whole).all()


@both_masks
def test_some_rows_are_those_of_the_whole_head(causal) -> None:
    head, rows = attrs.evolve(bundled_head(), causal=causal), [127, 3, 64]
    assert (keys_for_mass(head, [0.5, 0.9], rows) == keys_for_mass(head, [0.5, 0.9])[rows]).all()
    np.testing.assert_allclose(mass_of_largest(head, [2, 16], rows), mass_of_largest(head, [2, 16])[rows], rtol=1e-12)


def test_equal_scores_need_a_share_of_the_keys() -> None:
    head = attrs.evolve(bundled_head(), queries=np.zeros((128, 32)))
    assert (keys_for_mass(head, [0.25, 0.5]) == [32, 64]).all()


def test_what_is_refused() -> None:
    with pytest.raises(InputError, match="1 to 128"):
        mass_of_largest(bundled_head(), [1, 129])
    for mass in (0.0, 1.0, float("nan")):
        with pytest.raises(InputError, match="strictly between 0 and 1"):
            keys_for_mass(bundled_head(), [mass])
