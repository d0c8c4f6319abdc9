"""The bits that the control computer reads are those that the circuit's classical part is computed from."""

import numpy as np
import pytest
from qualtran.resource_counting import get_cost_value

from groverattn.bloqs.lookup.data_access import DATA_ACCESSES, key_lookup
from groverattn.bloqs.lookup.kept_address import KeptAddress
from groverattn.bloqs.lookup.qroam import QROAMLookup
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


def parities_from_planes(contents, outcome, planes):
    """The parities from stored XORs of bit planes, and how many stored bits were read: no bit twice."""
    n, width = contents.table.n_keys, contents.table.word_bits
    groups = [contents.table.bits()[:, first : first + planes] for first in range(0, width, planes)]
    stored = [
        np.array([group @ [int(c) for c in f"{mask:0{group.shape[1]}b}"] % 2 for mask in range(1 << group.shape[1])])
        for group in groups
    ]
    outcomes = outcome.reshape(contents.block, width)
    parities, read = np.zeros(n, dtype=int), set()
    for j in range(n):
        for place, origin in enumerate(contents.origin[j % contents.block]):
            at = j - j % contents.block + origin
            for g, sums in enumerate(stored if at < n else ()):
                mask = int("".join(map(str, outcomes[place, g * planes : (g + 1) * planes])), 2)
                parities[j] ^= sums[mask, at]
                read.add((g, place, at))
    return parities, len(read)


@pytest.mark.parametrize("block", [1, 2, 4])
@pytest.mark.parametrize("planes", [2, 4, 8])
def test_stored_sums_of_bit_planes_give_the_same_parities(block, planes):
    """Where the sums would be more bits than the words, the words are read."""
    lookup = QROAMLookup(KeyTable.from_keys(np.arange(24).reshape(12, 2) % [5, 7] - 2, key_bits=4), block=block)
    contents = lookup.contents
    outcome = np.random.default_rng(block).integers(0, 2, contents.n_bits).astype(np.uint8)
    parities, read = parities_from_planes(contents, outcome, planes)
    np.testing.assert_array_equal(parities, contents.parities(outcome))
    counted = get_cost_value(lookup.adjoint(), ControlBits(planes=planes))
    assert counted == min(read, lookup.table.bits().size)
    assert (counted < read) == ((block, planes) in {(2, 2), (4, 2)})


def test_bits_read_at_head_size():
    """By hand: 129 groups of 8 planes for 1,025 bits, and 4 places of a word in a block of 8."""
    table = KeyTable(1 << 17, 128, 8)
    by_block = {block: QROAMLookup(table, block=block).adjoint() for block in (1, 8)}
    bits = {block: get_cost_value(unload, ControlBits(planes=8)) for block, unload in by_block.items()}
    assert bits == {1: 129 << 17, 8: 4 * 129 << 17}
    assert table.n_keys * table.word_bits / bits[1] == pytest.approx(7.95, abs=0.005)
