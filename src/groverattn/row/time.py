"""Lower bound on the time of a row with any number of factories, as a function of n."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import attrs

from groverattn.bloqs.score.key_score import KeyScore
from groverattn.costs.iterate_waits import IterateWaits, iterate_waits
from groverattn.errors import InputError
from groverattn.physical.machines.hardware import hardware
from groverattn.problem.shapes import N_KEYS_MAX
from groverattn.reference.search.cost import IterateShare
from groverattn.row.request import RowRequest
from groverattn.row.search import RowSearch


@attrs.frozen
class WaitTimes:
    """How long one wait of each kind takes.

    Attributes:
        reaction_s: from a logical measurement to the operation that depends on it, seconds.
        memory_s: one call of a memory outside the circuit, seconds.
        control_bits_per_s: rate at which the control computer reads the key table, bits per second.
    """

    reaction_s: float
    memory_s: float
    control_bits_per_s: float


@attrs.frozen
class RowTime:
    """The row of n keys at its limits.

    Gates, factories, Clifford traffic, preparations and classical checks cost no time here: it is a lower bound for one
    machine with every number of factories. Several machines that share the keys are on the frontier.

    Attributes:
        n_keys: number of keys n.
        iterates: expected iterates of the row.
        waits: what the mean iterate waits for.
        times: how long one wait of each kind takes.
    """

    n_keys: int
    iterates: float
    waits: IterateWaits
    times: WaitTimes

    @property
    def iterate_parts_s(self) -> dict[str, float]:
        """What the mean iterate spends on reactions, on calls of the memory and on the control computer, seconds."""
        return {
            "reaction": self.waits.reactions * self.times.reaction_s,
            "memory": self.waits.external_calls * self.times.memory_s,
            "control": self.waits.control_bits / self.times.control_bits_per_s,
        }

    @property
    def iterate_s(self) -> float:
        """Time of the mean iterate, seconds: the three wait for each other."""
        return sum(self.iterate_parts_s.values())

    @property
    def duration_s(self) -> float:
        """Time of the row, seconds."""
        return self.iterates * self.iterate_s

    @property
    def without_control_s(self) -> float:
        """The same with a control computer that reads in no time: the most optimistic reading, seconds."""
        return self.duration_s - self.iterates * self.iterate_parts_s["control"]


@attrs.frozen
class RowLimits:
    """The search of one row at its limits, as a function of the number of keys; the number of marked keys stays.

    Attributes:
        request: law, machine, data access and error budget, all of which is left to the search.
        score: the score of one query.
        times: how long one wait of each kind takes.
    """

    request: RowRequest
    score: KeyScore
    times: WaitTimes

    @classmethod
    def of(cls, request: RowRequest, score: KeyScore) -> RowLimits:
        """Return the row of a request."""
        machine = hardware(request.hardware)
        times = WaitTimes(machine.reaction_time_us * 1e-6, request.qram.latency_us * 1e-6, machine.control_bits_per_s)
        return cls(request, score, times)

    def with_free_control(self) -> RowLimits:
        """Return the row with a control computer that reads at once."""
        return attrs.evolve(self, times=attrs.evolve(self.times, control_bits_per_s=math.inf))

    def at(self, n_keys: int) -> RowTime:
        """Return the row of `n_keys` keys, filled up with dead keys to a power of two where that is faster.

        Raises:
            InputError: sizes or a law that make no sense, or a memory that fails more often than the budget allows.
        """
        row, filled_up = self._searching(n_keys, n_keys), self._filled_up(n_keys)
        if filled_up > max(n_keys, 2) and filled_up <= N_KEYS_MAX:
            row = min(row, self._searching(filled_up, n_keys), key=lambda each: each.duration_s)
        budget, p_error = self.request.error_budget, self.request.qram.p_error
        p_memory = row.iterates * row.waits.external_calls * p_error
        if p_memory >= budget:
            raise InputError(
                given=f"a memory that fails with p = {p_error:.2g} a call",
                allowed=f"a failure below {budget:.2g} in all calls of a row",
                why=f"its calls at n = {n_keys} would fail with p = {p_memory:.2g}",
                do="assume a better memory, or allow a larger error budget",
            )
        return row

    def _filled_up(self, n_keys: int) -> int:
        """Number of keys with dead ones, to a power of two of keys or of blocks."""
        u = self.request.design.u or 1
        return u << (-(-n_keys // u) - 1).bit_length()

    def _searching(self, n_searched: int, n_keys: int) -> RowTime:
        iterates, waits = self._waits_at(n_searched)
        return RowTime(n_keys, iterates, waits, self.times)

    @functools.cached_property
    def _waits_at(self) -> Callable[[int], tuple[float, IterateWaits]]:
        """What the search waits for, whatever the machine, the model and the row's own number of keys."""
        request = self.request
        searched = RowRequest(
            shape=attrs.evolve(request.shape, n_keys=request.shape.n_marked + 1),
            design=request.design,
            search_law=request.search_law,
            error_budget=request.error_budget,
        )
        return _waits_of_search(searched, self.score)


# Points that follow each other in a sweep differ in their machine; each of the searches has some 180 sizes.
@functools.lru_cache(maxsize=64)
def _waits_of_search(request: RowRequest, score: KeyScore) -> Callable[[int], tuple[float, IterateWaits]]:
    """Return a function that knows the iterates and the mean iterate's waits of this search at each number of keys."""
    access, words = request.design.data_access, request.design.words_at_once

    def waits_of(share: IterateShare, score: KeyScore, *, phased: bool = False) -> IterateWaits:
        u = share.keys_per_query
        return iterate_waits(access, share.n_blocks * u, score, phased=phased, keys_per_query=u, words_at_once=words)

    @functools.cache
    def at(n_keys: int) -> tuple[float, IterateWaits]:
        search = RowSearch.at_limits(request, score, n_keys)
        cost = search.cost_at_scale(request.error_budget)
        whole = IterateShare("exact", n_keys, 1, cost.iterates_expected - cost.phased_expected, 0.0)
        parts = [(share.iterates, waits_of(share, search.score_of(share))) for share in cost.shares or (whole,)]
        if cost.phased_expected:
            parts.append((cost.phased_expected, waits_of(whole, score, phased=True)))
        return cost.iterates_expected, IterateWaits.mean(parts)

    return at
