"""How long the three things take that a user waits for: an estimate, an oracle that is run, a long instance."""

import numpy as np
import pytest

from groverattn.estimation.estimate import estimate
from groverattn.problem.families import planted
from groverattn.row.request import RowRequest


@pytest.mark.parametrize("data_access", ["qrom", "qroam"])
def test_warm_estimate_of_a_long_context(benchmark, data_access):
    request = RowRequest.of(preset="llama3.1-8b", data_access=data_access)
    estimate(request)
    result = benchmark.pedantic(estimate, args=(request,), rounds=3)
    assert result.crossover.n_keys is None


def test_compile_and_run_an_oracle(benchmark):
    from groverattn.inputs import make
    from groverattn.verification.request import VerificationRequest
    from groverattn.verification.verification import verify

    sizes = {"n_keys": 1024, "d_head": 64, "key_bits": 8, "query_bits": 8, "data_access": "qrom"}
    seeds = iter(range(100))  # a new circuit each time: flattened lookups are cached
    result = benchmark.pedantic(lambda: verify(make(VerificationRequest, sizes | {"seed": next(seeds)})), rounds=3)
    assert result.check.passed


def test_plant_a_long_context(benchmark):
    row = benchmark.pedantic(planted, args=(1 << 17, 128, 512, 8, 8, 0), rounds=3)
    assert np.count_nonzero(row.scores() >= row.threshold) == 512
