import math

import numpy as np
import pytest

from groverattn.bloqs.flat.flattening import flatten
from groverattn.bloqs.search.diffusion import Diffusion
from groverattn.bloqs.search.reflect_zero import ReflectZero
from groverattn.bloqs.search.uniform import PrepareUniform
from groverattn.costs.counting import count
from groverattn.verification.state_vector import final_amplitudes


@pytest.mark.parametrize("n_keys", [*range(2, 34), 47, 100])
def test_uniform_superposition_of_any_number_of_indices(n_keys):
    bloq = PrepareUniform(n_keys)
    state = final_amplitudes(bloq)
    assert abs(np.vdot(bloq.reference_columns()[:, 0], state)) == pytest.approx(1, abs=1e-7)


@pytest.mark.parametrize("n_keys", [2, 3, 5, 7, 13])
@pytest.mark.parametrize(("angle", "has_ctrl"), [(math.pi, False), (math.pi, True), (1.2, False), (-2.7, True)])
def test_diffusion_reflects_about_the_uniform_superposition(n_keys, angle, has_ctrl):
    bloq = Diffusion(n_keys, angle=angle, has_ctrl=has_ctrl)
    columns = bloq.reference_columns()
    found = np.stack([final_amplitudes(bloq, initial=j, seed=j) for j in range(len(columns))], axis=1)
    phase = np.vdot(columns, found)
    np.testing.assert_allclose(found, columns * phase / abs(phase), atol=1e-6)


@pytest.mark.parametrize("n_bits", [1, 2, 3, 4, 9, 17, 20])
def test_reflection_takes_two_toffolis_fewer_than_qubits_in_logarithmic_depth(n_bits):
    """15 at 17 and 18 at 20 index qubits: as in a first prototype."""
    reflect = ReflectZero(n_bits)
    assert count(reflect).toffoli == max(n_bits - 2, 0)
    circuit = flatten(reflect)
    assert (circuit.toffoli_depth, circuit.n_wires) == (reflect.toffoli_depth, reflect.peak_qubits)
    assert reflect.toffoli_depth <= 5


@pytest.mark.parametrize("n_bits", [3, 4, 9, 17, 20])
@pytest.mark.parametrize(
    ("angle", "has_ctrl", "more", "rotations"), [(1, False, 1, 1), (math.pi, True, 1, 0), (1, True, 2, 1)]
)
def test_an_angle_and_a_control_take_one_toffoli_more_each(n_bits, angle, has_ctrl, more, rotations):
    found = count(ReflectZero(n_bits, angle=angle, has_ctrl=has_ctrl))
    assert (found.toffoli, found.rotation) == (n_bits - 2 + more, rotations)


@pytest.mark.parametrize("n_keys", range(2, 70))
def test_depth_and_width_are_those_of_the_flat_circuit(n_keys):
    bloq = Diffusion(n_keys)
    circuit = flatten(bloq)
    assert circuit.n_wires == bloq.peak_qubits
    assert circuit.toffoli_depth <= bloq.toffoli_depth
