import pytest
from qualtran.resource_counting import get_cost_value

from groverattn.bloqs.lookup.data_access import DATA_ACCESSES, key_lookup
from groverattn.bloqs.score.methods import score as make_score
from groverattn.bloqs.search.block_oracle import oracle_of
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
    assert iterate_waits("qrom", 1000, _SCORE) == plain
    mean = IterateWaits.mean([(3, plain), (1, phased)])
    assert mean.reactions == pytest.approx(0.75 * plain.reactions + 0.25 * phased.reactions)
    assert IterateWaits.mean([(2, phased)]) == IterateWaits.mean([(0, phased)]) == phased


def test_a_mean_of_all_kinds_weighs_each_number_and_of_none_is_nothing():
    one, other = IterateWaits(1, 2, 3, 4, 5, 6, 7), IterateWaits(11, 22, 33, 44, 55, 66, 77)
    assert IterateWaits.mean([(1, one), (1, other)]) == IterateWaits(6, 12, 18, 24, 30, 36, 42)
    assert IterateWaits.mean([(0, one), (0, other)]) == IterateWaits(0, 0, 0, 0, 0, 0, 0)
    assert one.reactions == 1 + 2 + 3 + 4 + 5
    assert one.reactions_by_part == {"load": 1, "score": 2, "predicate": 3, "unload": 4, "diffusion": 5}


def test_parts_are_those_of_the_bloqs_and_a_form_is_passed_on():
    """Each part against the bloq that it is of: loads read backwards, several keys, several words at a time."""
    for access, choices in [
        ("qrom", {"unload": "again"}),
        ("qrom", {"keys_per_query": 3}),
        ("one-hot", {"keys_per_query": 4, "words_at_once": 2}),
    ]:
        oracle = oracle_of(access, KeyTable(96, 3, 4), _SCORE, **choices)
        waits = iterate_waits(access, 96, _SCORE, **choices)
        assert waits.load == sum(times * part.measurement_depth for part, times in oracle.loads)
        assert waits.unload == sum(times * part.measurement_depth for part, times in oracle.unloads)
        assert waits.diffusion == GroverIterate(oracle).diffusion.measurement_depth
        assert waits.reactions == GroverIterate(oracle).measurement_depth
        assert waits.control_bits == get_cost_value(oracle, ControlBits())
