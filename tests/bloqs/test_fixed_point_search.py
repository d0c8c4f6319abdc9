"""Fixed-point search at sizes that are counted, and what an angle costs."""

import math

import attrs
import numpy as np
import pytest

from groverattn.bloqs.flat.circuit import Op
from groverattn.bloqs.flat.flattening import flatten
from groverattn.bloqs.lookup.data_access import DATA_ACCESSES, key_lookup
from groverattn.bloqs.score.methods import SCORES, score
from groverattn.bloqs.search.fixed_point import FixedPointSearch
from groverattn.bloqs.search.grover import GroverIterate, GroverSearch
from groverattn.bloqs.search.phase_oracle import PhaseOracle
from groverattn.costs.counting import count, count_iterate
from groverattn.errors import InputError
from groverattn.problem.key_table import KeyTable
from groverattn.reference.search.fixed_point import fixed_point_phases, fixed_point_success
from groverattn.verification.oracle_check import flat_counts
from groverattn.verification.sparse_state import run_sparse

QUERY, THRESHOLD = (1, -2, 3), 2


def oracle(n_keys=12, access="qrom", method="shared-sums"):
    keys = np.random.default_rng(n_keys).integers(-4, 4, (n_keys, 3))
    return PhaseOracle(key_lookup(access, KeyTable.from_keys(keys, 3)), score(method, QUERY, THRESHOLD, 3))


def phased(n_iterates, p_failure=0.1, **which):
    return FixedPointSearch(oracle(**which), *fixed_point_phases(n_iterates, p_failure))


@pytest.mark.parametrize("n_iterates", range(8))
@pytest.mark.parametrize("p_failure", [1e-9, 0.01, 0.5])
def test_reference_state_has_the_chebyshev_probability(n_iterates, p_failure):
    """For every number of marked keys, by thresholds from the lowest score to above the highest."""
    search = phased(n_iterates, p_failure)
    n_keys, seen = 12, set()
    for threshold in range(-20, 21):
        bloq = attrs.evolve(search, oracle=attrs.evolve(search.oracle, score=score("in-place", QUERY, threshold, 3)))
        marked = np.array([bloq.oracle.is_marked(j) for j in range(n_keys)])
        state = bloq.reference_columns()[:, 0]
        expected = fixed_point_success(n_keys, marked.sum(), n_iterates, p_failure)
        assert np.sum(np.abs(state[:n_keys][marked]) ** 2) == pytest.approx(expected, abs=1e-9)
        seen.add(int(marked.sum()))
    assert {0, n_keys} < seen
    assert len(seen) > 5


@pytest.mark.parametrize("access", sorted(DATA_ACCESSES))
@pytest.mark.parametrize("method", sorted(SCORES))
@pytest.mark.parametrize(("angle", "controlled"), [(math.pi, True), (1.0, False), (1.0, True)])
def test_counts_of_an_iterate_are_those_of_its_gates(access, method, angle, controlled):
    changed = attrs.evolve(oracle(11, access, method), angle=angle, controlled_flip=controlled)
    for bloq in (changed, GroverIterate(changed, diffusion_angle=angle)):
        counted, run = count(bloq), flat_counts(flatten(bloq))
        assert run.toffoli_depth <= counted.toffoli_depth
        assert run.measurement_depth <= counted.measurement_depth
        depths = {name: getattr(run, name) for name in ("toffoli_depth", "measurement_depth")}
        assert attrs.evolve(counted, **depths) == run


@pytest.mark.parametrize("access", sorted(DATA_ACCESSES))
def test_a_phased_iterate_takes_two_toffolis_and_two_rotations_more(access):
    """One each for the flip and for the reflection."""
    plain = GroverIterate(oracle(16, access))
    changed = GroverIterate(attrs.evolve(plain.oracle, angle=1.0), diffusion_angle=2.0)
    before, after = count_iterate(plain), count_iterate(changed)
    assert after.total.toffoli - before.total.toffoli == 2
    assert after.total.rotation - before.total.rotation == 2
    more = {name: after.toffoli_parts[name] - before.toffoli_parts[name] for name in before.toffoli_parts}
    assert more == {"load": 0, "unload": 0, "score": 0, "predicate": 1, "diffusion": 1}


def test_angles_of_pi_are_grovers_search():
    search = oracle()
    fixed, grover = FixedPointSearch(search, [math.pi] * 3, [math.pi] * 3), GroverSearch(GroverIterate(search), 3)
    assert count(fixed) == count(grover)
    overlap = np.vdot(fixed.reference_columns(), grover.reference_columns())
    assert abs(overlap) == pytest.approx(1)


def test_rotations_carry_their_angles_in_the_flat_circuit():
    search = phased(2, n_keys=16)
    found = [gate.parameter for gate in flatten(search).gates if gate.op is Op.ROTATION]
    expected = [a for both in zip(search.oracle_angles, search.diffusion_angles, strict=True) for a in both]
    assert found == expected


@pytest.mark.parametrize(("access", "n_keys"), [("qrom", 100), ("qroam", 128), ("bucket-brigade", 60)])
def test_every_gate_run_at_a_larger_size(access, n_keys):
    """The state from the sparse simulator, on circuits that no state vector holds."""
    search = phased(6, 0.01, n_keys=n_keys, access=access)
    circuit = flatten(search)
    assert circuit.n_wires == search.peak_qubits > 24
    found = run_sparse(circuit, np.random.default_rng(n_keys)).amplitudes("selection")
    expected = search.reference_columns()[:, 0]
    phase = np.vdot(expected, found)
    np.testing.assert_allclose(found, expected * phase, atol=1e-9)
    marked = np.array([search.oracle.is_marked(j) for j in range(n_keys)])
    p_success = fixed_point_success(n_keys, marked.sum(), 6, 0.01)
    assert np.sum(np.abs(found[:n_keys][marked]) ** 2) == pytest.approx(p_success)
    assert p_success > 0.98


def test_search_without_failure_at_a_size_that_is_only_counted():
    """Twice the iterates are twice the Toffolis beside the preparation, which takes none at a power of two."""
    table = KeyTable(1 << 17, 128, 8)
    big = PhaseOracle(key_lookup("qroam", table), score("shared-sums", tuple(range(-64, 64)), 10, 8))
    one, many = (FixedPointSearch(big, *fixed_point_phases(n, 1e-9)) for n in (1, 40))
    assert count(many).toffoli == 40 * count(one).toffoli
    assert count(many).rotation == 80
    assert count(many).measurement_depth == 40 * count(one).measurement_depth
    assert count(many).logical_qubits == count(one).logical_qubits


@pytest.mark.parametrize(
    "make",
    [
        lambda: FixedPointSearch(oracle(), (1.0,), (1.0, 2.0)),
        lambda: FixedPointSearch(attrs.evolve(oracle(), controlled_flip=True), (1.0,), (2.0,)),
    ],
)
def test_what_is_refused(make):
    with pytest.raises(InputError, match="without control"):
        make()
