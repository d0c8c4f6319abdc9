import math

import numpy as np
import pytest

from groverattn.errors import InputError
from groverattn.reference.search.fixed_point import fixed_point_iterates, fixed_point_phases, fixed_point_success


def evolved_success(n: int, t: int, oracle, diffusion) -> float:
    """The state vector, with the first t keys marked."""
    state = np.full(n, 1 / math.sqrt(n), dtype=complex)
    for phase, angle in zip(oracle, diffusion, strict=True):
        state[:t] *= np.exp(1j * phase)
        state = -(state - (1 - np.exp(1j * angle)) * state.mean())
    return float((np.abs(state[:t]) ** 2).sum())


@pytest.mark.parametrize("n", [1, 2, 3, 8, 13])
@pytest.mark.parametrize(
    ("n_iterates", "p_failure"), [(0, 0.3), (1, 0.5), (2, 0.25), (5, 1e-3), (9, 0.999), (12, 1e-9)]
)
def test_success_is_what_the_state_vector_with_the_phases_gives(n, n_iterates, p_failure) -> None:
    phases = fixed_point_phases(n_iterates, p_failure)
    evolved = [evolved_success(n, t, *phases) for t in range(n + 1)]
    assert fixed_point_success(n, np.arange(n + 1), n_iterates, p_failure) == pytest.approx(evolved, abs=1e-12)


@pytest.mark.parametrize("p_failure", [0.999, 0.5, 0.01, 1e-9])
@pytest.mark.parametrize(("n", "t_min"), [(2, 1), (7, 1), (64, 1), (64, 5), (1000, 1), (1000, 999), (9, 9)])
def test_the_least_number_of_iterates_finds_every_number_from_t_min_on(n, t_min, p_failure) -> None:
    n_iterates = fixed_point_iterates(n, t_min, p_failure)
    found = fixed_point_success(n, np.arange(t_min, n + 1), n_iterates, p_failure)
    assert (found >= 1 - p_failure - 1e-12).all()
    if n_iterates > 0:
        assert fixed_point_success(n, t_min, n_iterates - 1, p_failure) < 1 - p_failure


def test_a_number_below_t_min_is_found_less_often() -> None:
    found = fixed_point_success(1024, np.arange(9), fixed_point_iterates(1024, 8, 1e-6), 1e-6)
    assert (np.diff(found) > 0).all()
    assert found[7] < 1 - 1e-6 <= found[8]


def test_the_published_size() -> None:
    """n = 131072, eps = 1e-9: 2001 iterates, and failure 9.5e-10 at t = 1, as the amplitudes say too."""
    n, p_failure = 131072, 1e-9
    n_iterates = fixed_point_iterates(n, 1, p_failure)
    assert n_iterates == 2001
    assert 1 - float(fixed_point_success(n, 1, n_iterates, p_failure)) == pytest.approx(9.5e-10, abs=5e-12)
    marked, rest = 1 / math.sqrt(n), math.sqrt(1 - 1 / n)  # amplitudes on the marked and on all other keys
    u = np.array([marked, rest])
    state = u.astype(complex)
    for oracle, diffusion in zip(*fixed_point_phases(n_iterates, p_failure), strict=True):
        state[0] *= np.exp(1j * oracle)
        state = -(state - (1 - np.exp(1j * diffusion)) * (u @ state) * u)
    assert abs(state[1]) ** 2 == pytest.approx(9.5e-10, abs=5e-12)


@pytest.mark.parametrize(("n", "t_min", "p_failure"), [(10**4, 1, 1e-3), (2**17, 4, 1e-9), (2**60, 1, 1e-12)])
def test_iterates_are_half_ln_2_over_delta_sqrt_n_over_t(n, t_min, p_failure) -> None:
    about = 0.5 * math.log(2 / math.sqrt(p_failure)) * math.sqrt(n / t_min)
    assert fixed_point_iterates(n, t_min, p_failure) == pytest.approx(about, rel=0.01)


@pytest.mark.parametrize("share", [0.1, 0.9, 1.0, 1.1, 30.0])
def test_huge_numbers_of_keys_keep_their_precision(share) -> None:
    """For small t/n, success is 1 - p cosh^2 sqrt(a^2 - (L theta)^2) with a = arccosh(1/delta)."""
    n, t, p_failure = 2**60, 3, 1e-6
    a = math.acosh(1 / math.sqrt(p_failure))
    n_iterates = int(share * a / math.sqrt(t / n) / 2)
    arc = np.sqrt(complex(a**2 - ((2 * n_iterates + 1) ** 2) * t / n))
    expected = 1 - p_failure * abs(np.cosh(arc)) ** 2
    assert 1 - fixed_point_success(n, t, n_iterates, p_failure) == pytest.approx(1 - expected, rel=1e-6, abs=1e-15)


def test_the_phases_are_matched_in_opposite_order() -> None:
    oracle, diffusion = fixed_point_phases(7, 0.01)
    assert oracle.tolist() == diffusion[::-1].tolist()
    assert len(oracle) == 7


def test_without_failure_allowed_it_is_nearly_grover_s_search() -> None:
    """As p_failure nears 1, gamma nears 1 and every angle nears pi."""
    oracle, diffusion = fixed_point_phases(5, 1 - 1e-14)
    assert oracle == pytest.approx(np.full(5, np.pi), abs=1e-5)
    assert diffusion == pytest.approx(np.full(5, np.pi), abs=1e-5)


@pytest.mark.parametrize(
    "call",
    [
        lambda: fixed_point_iterates(8, 0, 0.1),
        lambda: fixed_point_iterates(8, 9, 0.1),
        lambda: fixed_point_iterates(8, 1, 0.0),
        lambda: fixed_point_iterates(8, 1, 1.0),
        lambda: fixed_point_iterates(8, 1, math.nan),
        lambda: fixed_point_success(8, -1, 2, 0.1),
        lambda: fixed_point_success(8, [1, 9], 2, 0.1),
        lambda: fixed_point_success(8, 1, 2, 1.0),
        lambda: fixed_point_phases(3, 0.0),
    ],
)
def test_what_is_refused(call) -> None:
    with pytest.raises(InputError):
        call()
