import pytest
from qualtran.resource_counting import get_cost_value

from groverattn.bloqs.lookup.data_access import DATA_ACCESSES, key_lookup
from groverattn.bloqs.score.methods import score as make_score
from groverattn.bloqs.search.grover import GroverIterate
from groverattn.bloqs.search.phase_oracle import PhaseOracle
from groverattn.costs.counting import ControlBits
from groverattn.costs.depth import MeasurementDepth
from groverattn.costs.iterate_waits import IterateWaits, iterate_waits
from groverattn.costs.search_totals import phased_iterate
from groverattn.problem.key_table import KeyTable

_SCORE = make_score("shared-sums", (5, -3, 2), 4, 4)


@pytest.mark.parametrize("phased", [False, True])
@pytest.mark.parametrize("n_keys", [1000, 4096])
@pytest.mark.parametrize("access", sorted(DATA_ACCESSES))
def test_the_parts_add_up_to_the_costs_of_the_iterate(access, n_keys, phased):
    iterate = GroverIterate(PhaseOracle(key_lookup(access, KeyTable(n_keys, 3, 4)), _SCORE))
    iterate = phased_iterate(iterate) if phased else iterate
    waits = iterate_waits(access, n_keys, _SCORE, phased=phased)
    assert waits.reactions == get_cost_value(iterate, MeasurementDepth())
    assert waits.control_bits == get_cost_value(iterate, ControlBits())
    assert waits.external_calls == (2 if access == "qram" else 0)


def test_every_measured_unload_reads_the_table_once():
    for access in DATA_ACCESSES:
        table_bits = 0 if access == "qram" else 4096 * (3 * 4 + 1)
        assert iterate_waits(access, 4096, _SCORE).control_bits == table_bits


def test_a_mixed_iterate_lies_between_its_kinds():
    plain, phased = (iterate_waits("qrom", 1000, _SCORE, phased=kind) for kind in (False, True))
    assert plain.reactions < phased.reactions
    mean = IterateWaits.mean([(3, plain), (1, phased)])
    assert mean.reactions == pytest.approx(0.75 * plain.reactions + 0.25 * phased.reactions)
    assert IterateWaits.mean([(2, phased)]) == phased
