"""Bloqs that the shared tests check: the `bloq_example` of every class, and further sizes and kinds of each."""

import importlib
import math
import pkgutil

import attrs
import numpy as np
from qualtran import Adjoint, BloqExample

import groverattn.bloqs
from groverattn.bloqs.lookup.block_contents import BlockContents
from groverattn.bloqs.lookup.bucket_brigade import BucketBrigadeLookup
from groverattn.bloqs.lookup.kept_address import KeptAddress, WordLoad, WordUnload
from groverattn.bloqs.lookup.one_hot import OneHot
from groverattn.bloqs.lookup.phase_fixup import PhaseFixup
from groverattn.bloqs.lookup.qroam import QROAMLookup
from groverattn.bloqs.lookup.qroam_dirty import DirtyQROAMLookup
from groverattn.bloqs.lookup.qrom import QROMLookup
from groverattn.bloqs.score.approximate import ApproximateScore
from groverattn.bloqs.score.full_adder import FullAdder
from groverattn.bloqs.score.in_place import AddInto
from groverattn.bloqs.score.score import Score
from groverattn.bloqs.search.block_oracle import BlockOracle, _block_oracle, oracle_of
from groverattn.bloqs.search.diffusion import Diffusion
from groverattn.bloqs.search.fixed_point import FixedPointSearch
from groverattn.bloqs.search.grover import GroverIterate, GroverSearch
from groverattn.bloqs.search.phase_on_ones import PhaseOnOnes
from groverattn.bloqs.search.phase_oracle import Predicate, _phase_oracle
from groverattn.bloqs.search.quantum_counting import InverseQFT
from groverattn.bloqs.search.reflect_zero import AllZero, ReflectZero
from groverattn.bloqs.search.uniform import PrepareUniform
from groverattn.problem.key_table import KeyTable

PACKAGE = groverattn.bloqs
MODULES = [
    importlib.import_module(info.name) for info in pkgutil.walk_packages(PACKAGE.__path__, f"{PACKAGE.__name__}.")
]
OF_CLASSES = [value for module in MODULES for value in vars(module).values() if isinstance(value, BloqExample)]


def of_numbers(*numbers, found=()):
    return KeyTable.from_keys(np.array(numbers)[:, None], key_bits=2, found=found)


ELEVEN_KEYS = KeyTable.from_keys(np.arange(22).reshape(11, 2) % [5, 7] - 2, key_bits=4, found=[4])
ORACLE = _phase_oracle.make()
BLOCKS, SCORE = _block_oracle.make(), Score((3, -2), threshold=5, key_bits=4)
PHASED, CONTROLLED = attrs.evolve(ORACLE, angle=2.4), attrs.evolve(ORACLE, controlled_flip=True)

EXAMPLES = {example.name: example.make() for example in OF_CLASSES} | {
    "bucket_brigade_lookup_parallel": BucketBrigadeLookup(ELEVEN_KEYS, control_copies=math.inf),
    "bucket_brigade_lookup_again": BucketBrigadeLookup(ELEVEN_KEYS, unload="again", control_copies=2),
    "one_hot_copied_address": OneHot(13, address_copies=math.inf),
    "one_hot_two_copies": OneHot(11, address_copies=2),
    "one_hot_pair": OneHot(2),
    "one_hot_of_eleven": OneHot(11),
    "phase_fixup_two_keys": PhaseFixup(BlockContents(of_numbers(1, -1), 1)),
    "qroam_lookup_pairs": QROAMLookup(of_numbers(1, -2, 0, 1), block=2),
    "qroam_lookup_again": QROAMLookup(ELEVEN_KEYS, block=4, unload="again"),
    "qroam_lookup_again_in_turns": QROAMLookup(ELEVEN_KEYS, block=4, unload="again", control_copies=5),
    "qroam_lookup_one_at_a_time": QROAMLookup(ELEVEN_KEYS, block=4, control_copies=1),
    "qroam_lookup_copied_controls": QROAMLookup(ELEVEN_KEYS, block=4, control_copies=math.inf),
    "dirty_qroam_lookup_again_in_turns": DirtyQROAMLookup(ELEVEN_KEYS, block=4, unload="again", control_copies=4),
    "kept_address_two_copies": KeptAddress(ELEVEN_KEYS, control_copies=2),
    "dirty_qroam_lookup_single": DirtyQROAMLookup(of_numbers(1, -2, 0), block=1),
    "qrom_lookup_two_keys": QROMLookup(of_numbers(1, -2, found=[1])),
    "full_adder_negated": FullAdder(cv_a=0, cv_b=1),
    "add_into_same_width": AddInto(4, 4),
    "add_into_one_bit": AddInto(1, 1),
    "approximate_score_all_columns": ApproximateScore((3, -1, 3), threshold=1, key_bits=3),
    "score_zero_query": Score((0, 0), threshold=0, key_bits=2),
    "score_plain_heap": Score((3, -1, 2), threshold=2, key_bits=3, method="plain-heap"),
    "score_quantum_query": Score((3, -1), threshold=2, key_bits=3, method="quantum-query"),
    "all_zero_pair": AllZero(2),
    "diffusion_power_of_two": Diffusion(8),
    "diffusion_phased": Diffusion(6, angle=2.2),
    "diffusion_controlled": Diffusion(6, has_ctrl=True),
    "fixed_point_search_without_iterates": FixedPointSearch(ORACLE, (), ()),
    "grover_iterate_phased": GroverIterate(PHASED, diffusion_angle=1.3),
    "grover_iterate_controlled": GroverIterate(CONTROLLED),
    "grover_search_without_iterates": GroverSearch(GroverIterate(ORACLE), n_iterates=0),
    "inverse_qft_one_bit": InverseQFT(1),
    "phase_on_ones_pair": PhaseOnOnes(2, angle=-0.4),
    "phase_on_ones_single": PhaseOnOnes(1, angle=2.9),
    "sign_on_ones": PhaseOnOnes(4),
    "sign_on_ones_single": PhaseOnOnes(1),
    "block_oracle_controlled": attrs.evolve(BLOCKS, controlled_flip=True),
    "block_oracle_one_key_phased": attrs.evolve(
        oracle_of("one-hot", of_numbers(1, -2, 0), Score((1,), threshold=1, key_bits=2)), angle=2.4
    ),
    "block_oracle_words_at_once": oracle_of("one-hot", ELEVEN_KEYS, SCORE, keys_per_query=4, words_at_once=3),
    "block_oracle_by_cnots": BlockOracle(KeptAddress(ELEVEN_KEYS.in_blocks(3), unload="again"), SCORE),
    "block_oracle_again": oracle_of("qroam-shallow", ELEVEN_KEYS, SCORE, keys_per_query=2, unload="again"),
    "block_oracle_side_by_side": oracle_of("qrom", ELEVEN_KEYS, SCORE, keys_per_query=3),
    "block_oracle_qroam": oracle_of("qroam", ELEVEN_KEYS, SCORE, keys_per_query=2),
    "word_unload_by_cnots": WordUnload(WordLoad(ELEVEN_KEYS.in_blocks(3), unload="again")),
    "phase_oracle_controlled": CONTROLLED,
    "phase_oracle_again": attrs.evolve(ORACLE, lookup=QROAMLookup(ORACLE.lookup.table, block=2, unload="again")),
    "phase_oracle_phased": PHASED,
    "predicate_controlled": Predicate(has_ctrl=True),
    "predicate_phased": Predicate(angle=0.7),
    "predicate_phased_controlled": Predicate(has_ctrl=True, angle=0.7),
    "reflect_zero_one_bit": ReflectZero(1),
    "reflect_zero_two_bits": ReflectZero(2),
    "reflect_zero_phased": ReflectZero(4, angle=1.9),
    "reflect_zero_phased_one_bit": ReflectZero(1, angle=1.9),
    "reflect_zero_controlled": ReflectZero(3, has_ctrl=True),
    "reflect_zero_controlled_one_bit": ReflectZero(1, has_ctrl=True),
    "reflect_zero_phased_controlled": ReflectZero(3, angle=-0.6, has_ctrl=True),
    "prepare_uniform_even": PrepareUniform(12),
    "prepare_uniform_power_of_two": PrepareUniform(8),
}

BOTH_DIRECTIONS = EXAMPLES | {
    f"{name}-adjoint": bloq.adjoint()
    for name, bloq in EXAMPLES.items()
    if bloq.adjoint() != bloq and not isinstance(bloq.adjoint(), Adjoint)
}
