import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from groverattn.errors import InputError
from groverattn.problem.fixed_point import BITS_MAX, BITS_MIN, largest_value, quantise

bits = st.integers(BITS_MIN, BITS_MAX)
arrays = hnp.arrays(np.float64, st.tuples(st.integers(1, 6), st.integers(1, 6)), elements=st.floats(-1e6, 1e6))


@given(arrays, bits)
def test_rounding_is_within_half_a_step_and_in_range(array, bits) -> None:
    if np.abs(array).max() < 1e-300:
        return
    fixed = quantise(array, bits)
    assert np.abs(fixed.values).max() == largest_value(bits)
    assert np.abs(fixed.values * fixed.step - array).max() <= fixed.step * 0.5000001
    assert (quantise(-array, bits).values == -fixed.values).all()


def test_halves_round_to_even() -> None:
    assert quantise([[3.0, 0.5, 1.5, 2.5]], bits=3).values.tolist() == [[3, 0, 2, 2]]


@pytest.mark.parametrize("array", [np.zeros((2, 2)), np.zeros((0, 3)), [[np.nan]], [[np.inf, 1.0]]])
def test_what_has_no_step_is_refused(array) -> None:
    with pytest.raises(InputError, match="not all of them zero"):
        quantise(array, 8)


@pytest.mark.parametrize("bits", [1, 17, 0, -3])
def test_widths_out_of_range_are_refused(bits) -> None:
    with pytest.raises(InputError, match="2 to 16"):
        quantise([[1.0]], bits)
