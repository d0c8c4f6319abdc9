"""Oracles checked on all keys."""

import numpy as np
import pytest

from groverattn.bloqs.lookup.data_access import DATA_ACCESSES
from groverattn.errors import InputError
from groverattn.inputs import asks
from groverattn.problem.families import gaussian_head
from groverattn.problem.heads import bundled_head
from groverattn.problem.instance import Instance
from groverattn.problem.limits import SCORE_PRODUCTS_MAX
from groverattn.simulation.engines import EngineChoice
from groverattn.simulation.limits import check_rows
from groverattn.verification.limits import MEMORY_BITS_MAX, N_KEYS_MAX, check_circuit
from groverattn.verification.request import VerificationRequest
from groverattn.verification.verification import verify, verify_instance

verify_row = asks(VerificationRequest)(verify_instance)
verify_random = asks(VerificationRequest)(verify)


@pytest.mark.parametrize("access", sorted(DATA_ACCESSES))
@pytest.mark.parametrize(("n_keys", "d_head", "bits"), [(2, 1, 2), (3, 1, 2), (33, 2, 5)])
def test_edges_of_the_sizes(access, n_keys, d_head, bits):
    sizes = {"n_keys": n_keys, "d_head": d_head, "key_bits": bits, "query_bits": bits}
    for seed in range(3):
        check = verify_random(**sizes, data_access=access, seed=seed).check
        assert (check.inputs_checked, check.mismatches, check.dirty_ancillas) == (n_keys, 0, 0)
        assert check.run.toffoli == check.counted.toffoli
        assert check.passed


def test_wide_numbers():
    check = verify_random(n_keys=8, d_head=2, key_bits=16, query_bits=16, data_access="qrom", seed=0).check
    assert check.passed


@pytest.mark.parametrize("access", ["qrom", "qroam"])
def test_the_real_head(access):
    """The packaged head at its own size: n = 128, d = 32, 8 bits, all 128 keys."""
    instance = Instance.from_target(bundled_head(), 16, query_bits=8, key_bits=8)
    result = verify_row(instance, row=77, data_access=access, seed=0).as_json()
    assert (result["inputs_checked"], result["mismatches"], result["dirty_ancillas"]) == (128, 0, 0)
    assert result["toffoli_run"] == result["toffoli_counted"]
    assert (result["passed"], result["first_mismatch"]) == (True, None)
    assert result["inputs"] | {"row": 77, "n_keys": 128, "d_head": 32, "marked": 16} == result["inputs"]


def test_the_last_row_is_the_default_and_a_seed_changes_no_verdict():
    instance = Instance.from_target(gaussian_head(12, 3, seed=0), 3, 4, 4)
    results = [verify_row(instance, data_access="qroam", seed=seed) for seed in range(4)]
    assert {result.inputs["row"] for result in results} == {11}
    assert all(result.check.passed for result in results)


@pytest.mark.parametrize("row", [-1, 12, 10**30])
def test_no_such_row(row):
    instance = Instance.from_target(gaussian_head(12, 3, seed=0), 3, 4, 4)
    with pytest.raises(InputError, match="rows 0 to 11"):
        verify_row(instance, row=row, data_access="qrom", seed=0)


def test_what_is_too_large_is_refused_before_it_is_built():
    check_circuit(N_KEYS_MAX, 1, 8)
    for n_keys, d_head, bits in ((N_KEYS_MAX + 1, 1, 2), (N_KEYS_MAX, MEMORY_BITS_MAX // N_KEYS_MAX, 2)):
        with pytest.raises(InputError, match="groverattn estimate"):
            check_circuit(n_keys, d_head, bits)
    with pytest.raises(InputError, match=r"--rows 0:"):
        check_rows(EngineChoice("index"), range(10**6), 4096, 64, 8)
    check_rows(EngineChoice("index"), range(1), 4096, 64, 8)
    check_rows(EngineChoice("index", 10**6), range(4096), 4096, 64, 8)  # the circuit of one of them
    check_rows(EngineChoice("law"), range(4096), 4096, 64, 8)  # no circuit
    with pytest.raises(InputError, match="amplitudes of all keys"):
        check_rows(EngineChoice("index", 10**6), range(1, 131072), 131072, 64, 8)
    assert np.log2(SCORE_PRODUCTS_MAX) == 42
