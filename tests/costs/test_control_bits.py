"""The bits that the control computer reads are those that the circuit's classical part is computed from."""

import numpy as np
import pytest
from qualtran.resource_counting import get_cost_value

from groverattn.bloqs.lookup.data_access import DATA_ACCESSES, key_lookup
from groverattn.bloqs.lookup.kept_address import KeptAddress
from groverattn.bloqs.score.score import Score
from groverattn.bloqs.search.grover import GroverIterate
from groverattn.bloqs.search.phase_oracle import PhaseOracle
from groverattn.costs.counting import ControlBits, count
from groverattn.problem.key_table import KeyTable

TABLE = KeyTable.from_keys(np.arange(22).reshape(11, 2) % [5, 7] - 2, key_bits=4, found=[4])


@pytest.mark.parametrize("access", sorted(set(DATA_ACCESSES) - {"qram"}))
def test_an_unload_reads_every_word_once(access):
    lookup = key_lookup(access, TABLE)
    assert get_cost_value(lookup.adjoint(), ControlBits()) == TABLE.bits().size
    assert get_cost_value(lookup, ControlBits()) == 0
    iterate = GroverIterate(PhaseOracle(lookup, Score((3, -1), 2, 4)))
    assert count(iterate).control_bits == TABLE.bits().size


@pytest.mark.parametrize("lookup", [key_lookup("qram", TABLE), KeptAddress(TABLE, unload="again")])
def test_an_unload_without_measurement_has_no_fixup(lookup):
    assert get_cost_value(lookup.adjoint(), ControlBits()) == 0


def test_a_changed_word_changes_the_parities_that_are_read():
    """Each single bit of the table matters to the fix-up, so that none can be left unread."""
    contents = key_lookup("qrom", TABLE).adjoint().fixup.contents
    outcome = np.ones(contents.n_bits, dtype=np.uint8)
    parities = contents.parities(outcome)
    for j, word in enumerate(TABLE.bits()):
        assert parities[j] == word.sum() % 2
