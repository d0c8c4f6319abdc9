"""Lower bound on the time of a row with any number of factories, as a function of n."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import attrs

from groverattn.bloqs.score.key_score import KeyScore
from groverattn.classical.lines import slowest_of
from groverattn.costs.iterate_waits import IterateWaits, iterate_waits
from groverattn.errors import InputError
from groverattn.physical.machines.hardware import hardware
from groverattn.problem.shapes import N_KEYS_MAX
from groverattn.problem.sizes import ceil_div
from groverattn.reference.search.cost import IterateShare
from groverattn.reference.search.parallel import ParallelSearch
from groverattn.row.request import AUTO, ONE_KEY, Design, RowRequest
from groverattn.row.search import RowSearch
from groverattn.show.numbers import probability_text

# Sizes of parts that are tried: four keys or more, in powers of two, as all that are priced are: our choice.
LOG2_PART_MIN = 2
_KEPT = ("data_access", "score_method", "keys_per_query", "words_at_once", "unload", "method", "reads_limit")
# Parts with more marked keys than this each are not tried: few of them gain nothing (see test).
_MARKED_PER_PART = 4

Option = TypeVar("Option")


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
    machine with every number of factories. Machines that share the keys are in `readings`.

    Attributes:
        n_keys: number of keys n.
        iterates: expected iterates of the row.
        waits: what the mean iterate waits for.
        times: how long one wait of each kind takes.
        n_parts: equal parts of the keys that are searched one after the other.
    """

    n_keys: int
    iterates: float
    waits: IterateWaits
    times: WaitTimes
    n_parts: int = 1

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


def one_key(request: RowRequest, **fixed: Any) -> RowRequest:
    """Return the request with the simplest circuit in place of what it leaves open: one key per query, no parts.

    Args:
        request: the request.
        fixed: fields of its design to have in any case.

    >>> one_key(RowRequest.of(preset="gpt2"), data_access="qroam").design.keys_per_query
    '1'
    """
    design = attrs.evolve(request.design, **fixed)
    still_open = {name: value for name, value in ONE_KEY.items() if getattr(design, name) in (AUTO, None)}
    return attrs.evolve(request, design=attrs.evolve(design, **still_open))


@attrs.frozen
class RowLimits:
    """The search of one row at its limits, as a function of the number of keys; k stays, or follows its law.

    Numbers of keys are of those that are searched; keys that a row reads first are no part of it.

    Attributes:
        request: law, machine, data access and error budget, all of which is left to the search.
        score: the score of one query.
        times: how long one wait of each kind takes.
    """

    request: RowRequest
    score: KeyScore
    times: WaitTimes

    @classmethod
    def of(cls, request: RowRequest, score: KeyScore, **fixed: Any) -> RowLimits:
        """Return the row of a request.

        Left open, it tests one key per query and unloads by measurement; a block or copies of controls are those that
        the data access takes by itself, since what a request fixes of them is for its own number of keys.

        Args:
            request: sizes, law and machine.
            score: the score of its query.
            fixed: fields of the design to have in place of the request's.
        """
        request = request.left
        machine = hardware(request.hardware)
        design = attrs.evolve(one_key(request).design, **fixed)
        design = Design.one_key(**{name: getattr(design, name) for name in _KEPT})
        request = attrs.evolve(request, design=design, optimise="volume")  # no limit depends on the objective
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
                given=f"a memory that fails with p = {probability_text(p_error)} a call",
                allowed=f"a failure below {probability_text(budget)} in all calls of a row",
                why=f"its calls at n = {n_keys} would fail with p = {probability_text(p_memory)}",
                do="assume a better memory, or allow a larger error budget",
            )
        return row

    @functools.cached_property
    def best_at(self) -> Callable[[int], RowTime]:
        """The fastest row of n keys: searched as one, or dealt into equal parts one after the other.

        An iterate of a part loads from its keys only, so an iterate that walks or reads its keys gets shorter, while
        the iterates of all parts together become more. Raises InputError as `at`. Equal rows share what is known:
        every line and every reading asks for the same numbers of keys.
        """
        return _best_of(self)

    @property
    def deals(self) -> bool:
        """Whether the law of dealt keys is known for this search."""
        design = self.request.design
        return (design.u, design.method, self.request.search_law) == (1, "unknown", "expected")

    def in_parts(self, n_keys: int, log2_part: int) -> RowTime | None:
        """Return the row searched in parts of 2^log2_part keys; None if it reads too many keys after measurements.

        The parts have the expected law of `ParallelSearch`, one after the other in place of side by side.
        """
        request = self.request
        n_parts = ceil_div(n_keys, 1 << log2_part)
        each, checks = dealt(n_parts, log2_part, request.n_marked_at(n_keys), request.error_budget)
        if n_parts * checks > request.design.reads_limit * n_keys:
            return None
        return RowTime(n_keys, n_parts * each, self.waits_of(1 << log2_part), self.times, n_parts)

    def iterates_of_a_part(self, n_keys: int) -> float:
        """Return the least number of iterates, expected, that a part is searched with, however many parts there are."""
        if not self.deals:
            return self.at(n_keys).iterates
        n_parts, n_marked = n_keys >> LOG2_PART_MIN, self.request.n_marked_at(n_keys)
        return dealt(n_parts, LOG2_PART_MIN, n_marked, self.request.error_budget)[0]

    def waits_of(self, n_searched: int) -> IterateWaits:
        """Return what a plain iterate over some keys waits for, one key per query."""
        design = self.request.design
        return iterate_waits(design.data_access, n_searched, self.score, unload=design.unload)

    def in_parts_at_least(self, n_keys: int, log2_part: int) -> RowTime:
        """Return a row that takes no longer than one in parts, soon known (see `dealt_at_least`)."""
        each = dealt_at_least(n_keys, self.request.n_marked_at(n_keys), self.request.error_budget)[log2_part]
        return RowTime(n_keys, each, self.waits_of(1 << log2_part), self.times, ceil_div(n_keys, 1 << log2_part))

    def fastest_in_parts(self, n_keys: int) -> RowTime | None:
        """Return the fastest row in parts; None where parts read too many keys or are too few."""

        def time_s(log2_part: int) -> float:
            row = self.in_parts(n_keys, log2_part)
            return math.inf if row is None else row.duration_s

        iterates = dealt_at_least(n_keys, self.request.n_marked_at(n_keys), self.request.error_budget)
        best = least([(each * self._part_iterate_s(log2), log2) for log2, each in iterates.items()], time_s)
        return None if best is None else self.in_parts(n_keys, best)

    @functools.cached_property
    def _part_iterate_s(self) -> Callable[[int], float]:
        """Time of an iterate over a part of 2^x keys: every number of keys asks for the same."""
        return functools.cache(lambda log2: RowTime(1 << log2, 1.0, self.waits_of(1 << log2), self.times).iterate_s)

    def _filled_up(self, n_keys: int) -> int:
        """Number of keys with dead ones, to a power of two of keys or of blocks."""
        u = self.request.design.u or 1
        return u << (-(-n_keys // u) - 1).bit_length()

    def _searching(self, n_searched: int, n_keys: int) -> RowTime:
        iterates, waits = self._waits_at(n_searched, self.request.n_marked_at(n_keys))
        return RowTime(n_keys, iterates, waits, self.times)

    @functools.cached_property
    def _waits_at(self) -> Callable[[int, int], tuple[float, IterateWaits]]:
        """What the search waits for, whatever the machine, the model and the row's own numbers of keys."""
        request = self.request
        searched = RowRequest(
            shape=attrs.evolve(request.shape, n_keys=2, n_marked=1),
            design=request.design,
            search_law=request.search_law,
            error_budget=request.error_budget,
        )
        return _waits_of_search(searched, self.score)


def part_sizes(n_keys: int, n_marked: int) -> range:
    """Return the log2 of the sizes of parts that are worth trying: at least four parts, few marked keys in each."""
    largest = n_keys * _MARKED_PER_PART // max(n_marked, _MARKED_PER_PART)
    return range(LOG2_PART_MIN, min(largest, n_keys // 4).bit_length())


def least(bounds: Iterable[tuple[float, Option]], value: Callable[[Option], float]) -> Option | None:
    """Return the option of least value, the first of equal ones; None if all are infinite.

    Args:
        bounds: the options with what each is at least; most are not looked at.
        value: of an option.

    >>> least([(0, 5), (1, 3), (9, 10)], lambda x: x)
    3
    """
    best, found = math.inf, None
    for bound, option in sorted(bounds, key=lambda each: each[0]):
        if bound > best:
            break
        if (this := value(option)) < best:
            best, found = this, option
    return found


@functools.lru_cache(maxsize=16_384)
def dealt(n_parts: int, log2_part: int, n_marked: int, p_failure: float) -> tuple[float, float]:
    """Return the expected iterates and checks of one of some parts of 2^log2_part keys; the marked keys are dealt."""
    cost = ParallelSearch(n_parts, p_failure).mean(n_parts << log2_part, n_marked)
    return cost.iterates_expected, cost.checks_expected


@functools.lru_cache(maxsize=16_384)
def dealt_at_least(n_keys: int, n_marked: int, p_failure: float) -> dict[int, float]:
    """Return iterates that a row takes at least in parts of 2^x keys: of each the round that ends its search.

    A part has none if it misses a key, at most with its share of the budget, or if all of its keys are marked.
    """
    found = {}
    for log2_part in part_sizes(n_keys, n_marked):
        part, n_parts = 1 << log2_part, ceil_div(n_keys, 1 << log2_part)
        p_none = p_failure / n_parts + (n_marked / n_keys) ** part
        found[log2_part] = n_parts * (1 - p_none) * ParallelSearch(n_parts, p_failure).of_one_machine.empty_round(part)
    return found


@functools.lru_cache(maxsize=128)
def _best_of(row: RowLimits) -> Callable[[int], RowTime]:
    """Return a function that knows the fastest row of each number of keys."""

    @functools.cache
    def best(n_keys: int) -> RowTime:
        whole = row.at(n_keys)
        if not row.deals:
            return whole
        parts = row.fastest_in_parts(n_keys)
        return whole if parts is None or whole.duration_s <= parts.duration_s else parts

    return best


# Points that follow each other in a sweep differ in their machine; each of the searches has some 180 sizes.
@functools.lru_cache(maxsize=64)
def _waits_of_search(request: RowRequest, score: KeyScore) -> Callable[[int, int], tuple[float, IterateWaits]]:
    """Return a function that knows the iterates and the mean iterate's waits of this search at each n and k."""
    access, words, unload = request.design.data_access, request.design.words_at_once or 1, request.design.unload

    def waits_of(share: IterateShare, score: KeyScore, *, phased: bool = False) -> IterateWaits:
        u = share.keys_per_query
        kind = {"phased": phased, "keys_per_query": u, "words_at_once": words, "unload": unload}
        return iterate_waits(access, share.n_blocks * u, score, **kind)

    @functools.cache
    def at(n_keys: int, n_marked: int) -> tuple[float, IterateWaits]:
        search = RowSearch.at_limits(request, score, n_keys, n_marked)
        cost = search.cost_at_scale(request.error_budget)
        whole = IterateShare("exact", n_keys, 1, cost.iterates_expected - cost.phased_expected, 0.0)
        parts = [(share.iterates, waits_of(share, search.score_of(share))) for share in cost.shares or (whole,)]
        if cost.phased_expected:
            parts.append((cost.phased_expected, waits_of(whole, score, phased=True)))
        return cost.iterates_expected, IterateWaits.mean(parts)

    return at


def slowest_s(request: RowRequest, n_keys: int) -> float:
    """Return the time of the slowest classical line, seconds: it selects from a row alone."""
    return slowest_of(request.classical(n_keys)).time_s_per_row


def fastest_s(request: RowRequest, n_keys: int) -> float:
    """Return the time of the fastest one, seconds."""
    return min(line.time_s_per_row for line in request.classical(n_keys))


def tau_s(request: RowRequest, n_keys: int) -> float:
    """Return the time of the slowest one that selects nothing, seconds: the rival where the threshold is given."""
    return slowest_of(request.classical(n_keys), selecting=False).time_s_per_row
