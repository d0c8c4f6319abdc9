"""Forms of a data access: how it unloads, and on how many copies of a shared control its gates take turns."""

import math

import numpy as np
import pytest
from qualtran.resource_counting import get_cost_value

from groverattn.bloqs.costed import CostedGate
from groverattn.bloqs.flat.program import program
from groverattn.bloqs.lookup.data_access import DATA_ACCESSES, UNLOADS, key_lookup
from groverattn.bloqs.lookup.load_word import LoadWord
from groverattn.bloqs.lookup.phase_fixup import FixupRow, FixupTable, PhaseFixup
from groverattn.bloqs.score.score import Score
from groverattn.bloqs.search.block_oracle import oracle_of
from groverattn.bloqs.search.grover import GroverIterate
from groverattn.costs.counting import ControlBits, count
from groverattn.costs.phases import phases_of
from groverattn.errors import InputError
from groverattn.problem.key_table import KeyTable
from groverattn.verification.oracle_check import check_oracle

KEYS = np.random.default_rng(5).integers(-4, 4, (45, 3))
QUERY, THRESHOLD = (3, -2, 1), 6
FORMS = [
    (access, unload, copies)
    for access in DATA_ACCESSES
    for unload in UNLOADS
    for copies in (None, 1, 5, math.inf)
    if access != "qram" or copies is None
]


@pytest.mark.parametrize(("access", "unload", "copies"), FORMS)
@pytest.mark.parametrize("keys_per_query", [1, 3])
def test_every_form_is_the_same_oracle(access, unload, copies, keys_per_query):
    table, score = KeyTable.from_keys(KEYS, 3, found=[7]), Score(QUERY, THRESHOLD, 3)
    oracle = oracle_of(access, table, score, keys_per_query=keys_per_query, unload=unload, control_copies=copies)
    live = np.arange(len(KEYS)) != 7
    marked = (KEYS @ np.array(QUERY) >= THRESHOLD) & live
    odd = marked.reshape(-1, keys_per_query).sum(axis=1) % 2 == 1
    assert 0 < odd.sum() < len(odd)
    check = check_oracle(oracle, odd, np.random.default_rng(0))
    assert check.passed, check
    if unload == "again":
        assert count(oracle).control_bits == check.run.control_bits == 0


@pytest.mark.parametrize("index_bits", [9, 17, 56])
def test_a_brigade_that_routes_again_takes_one_reaction_more(index_bits):
    """The referee's count: n - 2 And for n / 2 - 2, and at n = 2^56 110 reactions for 109."""
    n = 1 << index_bits
    measured, again = (key_lookup("bucket-brigade", KeyTable(n, 128, 8), unload=unload) for unload in UNLOADS)
    assert (count(measured.adjoint()).toffoli, count(again.adjoint()).toffoli) == (n // 2 - 2, n - 2)
    assert again.adjoint().measurement_depth == measured.adjoint().measurement_depth + 1 == 2 * (index_bits - 1)


@pytest.mark.parametrize("copies", [None, 1, 64, math.inf])
@pytest.mark.parametrize("n", [2, 3, 11, 100, 1 << 13])
def test_no_row_makes_the_unload_of_a_brigade_shallower(n, copies):
    lookup = key_lookup("bucket-brigade", KeyTable(n, 4, 4), control_copies=copies)
    rows = [1 << bits for bits in range(lookup.table.index_bits)]
    depths = [PhaseFixup(lookup.contents, row, address_copies=copies).toffoli_depth for row in rows]
    assert lookup.adjoint().toffoli_depth == min(depths)


def test_swaps_one_at_a_time_at_llama_31_8b():
    """Blocks of 8 words of 1,025 bits: 7 x 1,025 swaps in turns where three layers are taken; by hand."""
    table = KeyTable(1 << 17, 128, 8)
    layered, in_turn, by_64 = (key_lookup("qroam", table, control_copies=copies) for copies in (None, 1, 64))
    assert in_turn.measurement_depth - layered.measurement_depth == 7 * 1025 - 3
    assert by_64.toffoli_depth - layered.toffoli_depth == 65 + 33 + 17 - 3  # 4,100, 2,050 and 1,025 swaps by 64
    assert by_64.peak_qubits == 17 + 8 * 1025 + 63
    # rows of 256: levels of 2 to 128 And on one qubit, or on 64
    unloads = [lookup.adjoint().toffoli_depth for lookup in (layered, in_turn, by_64)]
    assert unloads == [510 + 7, 510 + 134, 510 + 8]


def parts_of(bloq):
    """The bloqs of ours that it is made of, down to rows and gates."""
    if isinstance(bloq, (LoadWord, FixupRow, FixupTable)) or not isinstance(bloq, CostedGate):
        return [bloq]
    return [part for call in program(bloq).calls for part in parts_of(call.bloq)]


@pytest.mark.parametrize("copies", [None, 1, 3, math.inf])
@pytest.mark.parametrize("unload", UNLOADS)
@pytest.mark.parametrize("access", ["qrom", "qroam", "qroam-dirty"])
def test_fan_outs_are_the_rows_and_the_copies(access, unload, copies):
    block = None if access == "qrom" else 4
    table = KeyTable.from_keys(KEYS[:32], 3)
    lookup = key_lookup(access, table, block=block, unload=unload, control_copies=copies)
    for bloq in (lookup, lookup.adjoint()):
        assert bloq.fan_outs == sum(isinstance(part, (LoadWord, FixupRow)) for part in parts_of(bloq))


@pytest.mark.parametrize("unload", UNLOADS)
@pytest.mark.parametrize("access", sorted(set(DATA_ACCESSES) - {"qram"}))
def test_phases_add_up(access, unload):
    block = 4 if access.startswith("qroam") else None
    table, score = KeyTable(64, 3, 3), Score(QUERY, THRESHOLD, 3)
    oracle = oracle_of(access, table, score, unload=unload, keys_per_query=2, block=block)
    iterate = GroverIterate(oracle)
    phases, counted = phases_of(iterate), count(iterate)
    assert sum(phase.toffoli for phase in phases) == counted.toffoli
    assert sum(phase.reactions for phase in phases) == counted.measurement_depth
    assert sum(phase.control_bits for phase in phases) == counted.control_bits
    if unload == "again" and access == "qroam":
        assert [phase.name for phase in phases] == [
            *("walk", "swaps", "score", "predicate", "unscore", "unswaps", "unwalk", "diffusion")
        ]


def test_what_an_access_does_not_offer_is_refused():
    table = KeyTable(64, 2, 3)
    with pytest.raises(InputError, match="did you mean measured"):
        key_lookup("qrom", table, unload="mesured")
    with pytest.raises(InputError, match="control_copies = 4 with the data access qram"):
        key_lookup("qram", table, control_copies=4)
    for access in set(DATA_ACCESSES) - {name for name in DATA_ACCESSES if name.startswith("qroam")}:
        with pytest.raises(InputError, match=f"block = 4 with the data access {access}"):
            key_lookup(access, table, block=4)
    for access in ("qroam", "qroam-dirty"):
        assert key_lookup(access, table, block=4).block == 4
        for block in (0, 3, 64):
            with pytest.raises(InputError, match=f"block = {block} for 64 keys"):
                key_lookup(access, table, block=block)
    for copies in (0, -1, 1.5):
        with pytest.raises(InputError, match="at least 1"):
            key_lookup("qroam", table, control_copies=copies)
    assert key_lookup("qram", table, unload="again") == key_lookup("qram", table)
    assert get_cost_value(key_lookup("qram", table).adjoint(), ControlBits()) == 0
