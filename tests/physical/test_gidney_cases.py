"""RSA-2048 in 2019 and in 2025: the authors' numbers from the same counts."""

import math

import attrs
import pytest

from groverattn.costs.logical import LogicalCounts
from groverattn.physical.factories.cultivated_ccz import cultivated_ccz
from groverattn.physical.machines.hardware import hardware
from groverattn.physical.surface_code import physical_estimate

# arXiv:1905.09749, table of parameters, n = 2048: bits of the exponent and of the multiplication window, separation of
# runways, and the bits by which the padding exceeds log2(n^2 n_e). n_e = 3 (n/2 - 1) - 2 * 20 exponent qubits.
N, WINDOWS, SEPARATION, MORE_PADDING, N_E = 2048, (5, 5), 1024, 4, 3 * 1023 - 2 * 20


def gidney_ekera():
    """Additions, Toffolis of the adders of one addition, and Toffolis of its lookup and unlookup.

    As in the authors' ancillary estimate_costs.py: 2 m - 1 Toffolis for each piece of m bits, with runways between the
    pieces; 2^10 - 1 for the lookup and twice the square root of that for its measured uncomputation.
    """
    padding = math.ceil(math.log2(N * N * N_E)) + MORE_PADDING
    additions = math.ceil(2 * N_E * (N + padding + 2) / math.prod(WINDOWS))
    pieces = N // SEPARATION
    lookup = 2 ** sum(WINDOWS) - 1
    return additions, pieces, 2 * (SEPARATION + padding) - 1, lookup + 2 * math.sqrt(lookup)


def test_toffolis_of_gidney_and_ekera():
    additions, pieces, adder, lookup = gidney_ekera()
    assert round(additions * (pieces * adder + lookup)) == 2_698_295_530
    # The formula of the abstract is of leading order, and 2.7 % below.
    abstract = 0.3 * N**3 + 0.0005 * N**3 * math.log2(N)
    assert abstract / 2_698_295_530 == pytest.approx(1 - 0.027, abs=0.001)


def test_gidney_and_ekera_by_our_model():
    # 20 million qubits and 5.1 hours are printed, with d = 27 and a layout of its own: adders wait for reactions,
    # lookups for d / 2 cycles a Toffoli. Ours lets each Toffoli on the path wait for a reaction. Qubits: abstract.
    additions, pieces, adder, lookup = gidney_ekera()
    counts = LogicalCounts(
        toffoli=round(additions * (pieces * adder + lookup)),
        t=0,
        rotation=0,
        clifford=0,
        measurement=0,
        logical_qubits=round(3 * N + 0.002 * N * math.log2(N)),
        toffoli_depth=round(additions * (adder + lookup)),
    )
    # their factory; the best of all families has 14 million qubits
    machine = attrs.evolve(hardware("gidney-fowler-2018"), factories=("ccz2t",))
    estimate = physical_estimate(counts, machine, error_budget=0.31)
    assert estimate.duration_s / 3600 == pytest.approx(5.1, rel=0.2)
    assert estimate.qubits == pytest.approx(20e6, rel=0.2)
    assert estimate.code_distance == pytest.approx(27, abs=2)


def test_gidney_2025_qubits():
    # arXiv:2505.15917, Section 3.2: 1280 * 430 + 131 * 1352 + 126 * 1352 = 897,864
    machine = hardware("gidney-2025")
    factory = next(factory for factory in cultivated_ccz(machine) if factory.name.endswith("d = 25"))
    data_qubits = machine.qubits_of_tiles(machine.data_tiles(1280 + 131), distance=25)
    assert data_qubits + 6 * factory.qubits == 897_864


def test_gidney_2025_chance_of_no_error():
    # 93.3 % for a shot of 12.07 hours with 1537 patches (the paper, second-hand): 1e-15 per patch and round.
    machine = hardware("gidney-2025")
    rounds = 12.07 * 3600e6 / machine.cycle_time_us
    p_error = rounds * (machine.exposed_tiles(1280 + 131) + 126) * machine.p_logical_per_cycle(25)
    assert math.exp(-p_error) == pytest.approx(0.933, abs=0.003)
