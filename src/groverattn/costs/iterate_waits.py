"""Waits of one Grover iterate: for measurements and for memory, with any number of magic state factories."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import attrs

from groverattn.bloqs.costed import reading
from groverattn.bloqs.score.key_score import KeyScore
from groverattn.bloqs.search.block_oracle import oracle_of
from groverattn.bloqs.search.grover import GroverIterate
from groverattn.costs.counting import ControlBits, cost_of
from groverattn.costs.search_totals import phased_iterate
from groverattn.problem.key_table import KeyTable

# Twice the sizes that the verdicts of all presets, accesses and both kinds of iterate need.
_REMEMBERED = 16_384


@attrs.frozen
class IterateWaits:
    """Reactions one after the other by part, calls of an outside memory, and bits that the control computer reads.

    A reaction is from a measurement to the operation that depends on it; see `CostedGate.measurement_depth`.

    Attributes:
        load, score, predicate, unload, diffusion: measurement depth of each part; the score is done and undone.
        external_calls: calls of a memory outside the circuit.
        control_bits: bits of the key table behind the measured unload (`ControlBits`).
    """

    load: float
    score: float
    predicate: float
    unload: float
    diffusion: float
    external_calls: float
    control_bits: float

    @property
    def reactions_by_part(self) -> dict[str, float]:
        """Measurement depth by part."""
        return {name: getattr(self, name) for name in ("load", "score", "predicate", "unload", "diffusion")}

    @property
    def reactions(self) -> float:
        """Measurement depth of the iterate."""
        return self.load + self.score + self.predicate + self.unload + self.diffusion

    @classmethod
    def mean(cls, parts: Sequence[tuple[float, IterateWaits]]) -> IterateWaits:
        """Return the mean iterate of numbers of iterates of several kinds.

        >>> kinds = IterateWaits(1, 0, 0, 0, 0, 0, 0), IterateWaits(5, 0, 0, 0, 0, 0, 0)
        >>> IterateWaits.mean([(3, kinds[0]), (1, kinds[1])]).load
        2.0
        """
        if len(parts) == 1:
            return parts[0][1]
        total = sum(number for number, _ in parts) or 1.0
        weights = [number / total for number, _ in parts]
        columns = zip(*(attrs.astuple(waits) for _, waits in parts), strict=True)
        return cls(*(sum(w * x for w, x in zip(weights, column, strict=True)) for column in columns))


@functools.lru_cache(maxsize=_REMEMBERED)
def iterate_waits(
    data_access: str,
    n_keys: int,
    score: KeyScore,
    *,
    phased: bool = False,
    keys_per_query: int = 1,
    words_at_once: int = 1,
    unload: str = "measured",
) -> IterateWaits:
    """Return what an iterate over `n_keys` keys waits for, from its bloqs, once for each size.

    Args:
        data_access: how it reaches the keys.
        n_keys: number of keys n.
        score: the score of one query, which knows d and the bits.
        phased: whether it is one of the fixed-point search.
        keys_per_query, words_at_once, unload: see `oracle_of`.

    Raises:
        InputError: an unknown data access, or a form that it does not have.

    >>> from groverattn.bloqs.score.methods import score
    >>> iterate_waits("qrom", 1024, score("shared-sums", (3, -1), 2, 4)).load
    2044
    """
    table = KeyTable(n_keys, len(score.query), score.key_bits)
    oracle = oracle_of(
        data_access, table, score, keys_per_query=keys_per_query, words_at_once=words_at_once, unload=unload
    )
    iterate = GroverIterate(oracle)
    if phased:
        iterate = phased_iterate(iterate)
    oracle = iterate.oracle
    load, unloaded = (
        sum(times * reading(part, "measurement_depth") for part, times in parts)
        for parts in (oracle.loads, oracle.unloads)
    )
    flips = oracle.predicate.measurement_depth
    return IterateWaits(
        load=load,
        score=oracle.measurement_depth - load - unloaded - flips,
        predicate=flips,
        unload=unloaded,
        diffusion=iterate.diffusion.measurement_depth,
        external_calls=oracle.external_calls,
        control_bits=sum(int(times * cost_of(part, ControlBits())) for part, times in (*oracle.loads, *oracle.unloads)),
    )
