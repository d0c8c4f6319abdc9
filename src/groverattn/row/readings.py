"""From how many keys on the quantum row is faster: three readings, each of the best circuit at every number of keys.

They differ in the hardware that stands on the two sides, and none of them is the verdict by itself.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from typing import Any

import attrs

from groverattn.bloqs.score.key_score import KeyScore
from groverattn.costs.crossover import Crossover, find_crossover
from groverattn.errors import InputError
from groverattn.physical.machines.hardware import PRICED_BY_QDK, Hardware, hardware
from groverattn.row.at_limits import (
    Chosen,
    CircuitRow,
    PartDesign,
    Volume,
    best_in_parts,
    best_whole,
    circuit_rows,
    named_design,
)
from groverattn.row.reading import Point, Reading, Readings, first_compared
from groverattn.row.request import RowRequest
from groverattn.row.time import RowTime, fastest_s, slowest_s, tau_s
from groverattn.show.numbers import number_text

# from a short prompt to far more keys than any memory holds
N_MIN, N_MAX = 1 << 8, 1 << 56
OCTAVES = 4
"""Readings are compared at every so many powers of two, and at all of them around a crossover."""

MULTIPLY_ADDS_PER_QUBIT_CYCLE = 1.0
"""Classical multiply-adds that the electronics of a physical qubit could do in a code cycle: our assumption.

They decode a syndrome bit in that time. The argument: arXiv:2305.10310 ("opportunity cost"), with no number.
"""

# The least of "8 to 15 W per qubit", measured on a controller: aqsolotl.com, "Power consumption: the blind spot of
# quantum computing". No price of a qubit was found.
WATTS_PER_QUBIT = 8.0
WATTS_PER_GPU = 700.0  # board power of an H100 SXM, a vendor figure, second-hand; for every GPU: our assumption


def readings_of(request: RowRequest, score: KeyScore) -> Readings:
    """Return the readings of a request's sizes; its own data access and unload are not looked at.

    Args:
        request: sizes, law and machine.
        score: the score of its query.

    >>> from groverattn.row.circuit import score_of
    >>> from groverattn.row.time import one_key
    >>> request = one_key(RowRequest.of(preset="gpt2"))
    >>> readings = readings_of(request, score_of(request))
    >>> readings.one_machine.slowest.n_keys, bool(readings.by_name["equal_hardware"].never)
    (None, True)
    """
    any_circuit = {"data_access": "qrom", "unload": "measured", "words_at_once": 1, "keys_per_query": "1"}
    return _readings(attrs.evolve(request, design=attrs.evolve(request.design, **any_circuit)), score)


@functools.lru_cache(maxsize=256)
def _readings(request: RowRequest, score: KeyScore) -> Readings:
    return _Row(request, score).readings()


ONE_MACHINE = (
    "one machine with the best circuit, of one key per query unless another number is given, beside one GPU; gates, "
    "factories and Clifford traffic take no time"
)
SAME_WIDTH = (
    "machines that together have the logical qubits of that one, each with a control computer of its own, share the "
    "keys in parts, beside one GPU; law expected, one key per query"
)
EQUAL_HARDWARE = (
    f"a scan by the electronics of the same physical qubits, {MULTIPLY_ADDS_PER_QUBIT_CYCLE:g} multiply-add per qubit "
    "and code cycle (our assumption; the argument of arXiv:2305.10310), beside the row of least qubits x time on them; "
    "no factories"
)


@attrs.frozen
class _Row:
    """The best circuits at each number of keys that are searched, by time and by qubits times time."""

    request: RowRequest
    score: KeyScore

    @functools.cached_property
    def rows(self) -> tuple[CircuitRow, ...]:
        return circuit_rows(self.request, self.score)

    @functools.cached_property
    def machine(self) -> Hardware:
        return hardware(self.request.hardware)

    @functools.cached_property
    def fastest(self) -> Callable[[int], tuple[RowTime, int, dict[str, Any]]]:
        """The fastest row on one machine, its logical qubits and its design.

        Of a number of keys that is no power of two, parts in turn have fewer dead keys.
        """
        # of two scores the one in more layers is slower with every access
        depth = {row.score_method: row.limits.score.measurement_depth for row in self.rows}
        rows = [row for row in self.rows if depth[row.score_method] == min(depth.values())]
        whole_at = best_whole(rows, lambda _, time: time.iterate_s)

        @functools.cache
        def at(n_keys: int) -> tuple[RowTime, int, dict[str, Any]]:
            row, whole = whole_at(n_keys)
            parts = best_in_parts(rows, lambda _, __, time: time.duration_s, n_keys)
            time = None if parts is None else parts.row.limits.in_parts(n_keys, parts.log2_part)
            if parts is not None and time is not None and time.duration_s < whole.duration_s:
                return time, parts.width, named_design(parts.row, n_keys, parts)
            return whole, row.width(n_keys), named_design(row, n_keys)

        return at

    @functools.cached_property
    def leanest(self) -> Callable[[int], Chosen]:
        return best_whole(self.rows, lambda row, time: row.width(time.n_keys) * time.iterate_s)

    @functools.cached_property
    def sharing(self) -> Callable[[int], PartDesign | None]:
        """Machines that share the keys on the width of the fastest one; None where one machine is faster."""

        @functools.cache
        def at(n_keys: int) -> PartDesign | None:
            time, width, _ = self.fastest(n_keys)
            found = best_in_parts(self.rows, lambda _, width, time: width * time.duration_s, n_keys)
            if found is None or found.width > width:
                return None
            found = attrs.evolve(found, n_machines=width // found.width)
            return found if found.slowest_s < time.duration_s else None

        return at

    @functools.cached_property
    def volume(self) -> Callable[[int], tuple[Volume, dict[str, Any]]]:
        """The row of least qubits times time, and its design; one machine, since several take as much together."""

        def of(row: CircuitRow, width: int, time: RowTime) -> float:
            return Volume.of(self.machine, width, time).qubit_s

        @functools.cache
        def at(n_keys: int) -> tuple[Volume, dict[str, Any]]:
            found: list[tuple[Volume, dict[str, Any]]] = []
            parts = best_in_parts(self.rows, of, n_keys)
            if parts is not None:
                time = parts.row.limits.in_parts(n_keys, parts.log2_part)
                assert time is not None  # it was found so
                found.append((Volume.of(self.machine, parts.width, time), named_design(parts.row, n_keys, parts)))
            row, time = self.leanest(n_keys)
            found.append((Volume.of(self.machine, row.width(n_keys), time), named_design(row, n_keys)))
            volume, named = min(found, key=lambda each: each[0].qubit_s)
            return volume, named | volume.as_json() | {"energy_ratio": self._energy_ratio(volume, n_keys)}

        return at

    def _energy_ratio(self, volume: Volume, n_keys: int) -> float:
        """Energy of the row over that of the slowest GPU line."""
        n_keys += self.request.read.n_keys
        return volume.qubit_s * WATTS_PER_QUBIT / (slowest_s(self.request, n_keys) * WATTS_PER_GPU)

    def one_s(self, n_keys: int) -> float:
        return self.fastest(n_keys)[0].duration_s

    def shared_s(self, n_keys: int) -> float:
        """Time of the same width, seconds."""
        shared = self.sharing(n_keys)
        return self.one_s(n_keys) if shared is None else shared.slowest_s

    def scan_s(self, n_keys: int) -> float:
        """Time of a scan by the electronics of the row's qubits, seconds: n d multiply-adds, or n H d of an indexer."""
        per_s = MULTIPLY_ADDS_PER_QUBIT_CYCLE / (self.machine.cycle_time_us * 1e-6)
        qubits = self.volume(n_keys - self.request.read.n_keys)[0].qubits
        return n_keys * self.request.shape.multiply_adds_per_key / (qubits * per_s)

    def readings(self) -> Readings:
        slowest, fastest, tau = (functools.partial(end, self.request) for end in (slowest_s, fastest_s, tau_s))
        one = self._reading(ONE_MACHINE, self.one_s, slowest, fastest, self._one)
        same = self._reading(SAME_WIDTH, self.shared_s, slowest, fastest, self._same)
        one = attrs.evolve(one, why=self._why_one, given_tau=self._found(self.one_s, tau))
        same = attrs.evolve(same, why=_WHY_SAME, given_tau=self._found(self.shared_s, tau))
        return Readings(one, same, None if self.request.hardware in PRICED_BY_QDK else self._equal())

    def _equal(self) -> Reading:
        equal = self._reading(
            EQUAL_HARDWARE, lambda n: self.volume(n)[0].time_s, self.scan_s, self.scan_s, lambda n: self.volume(n)[1]
        )
        return attrs.evolve(equal, why=_WHY_EQUAL, never=self._never(equal))

    def _one(self, n_keys: int) -> dict[str, Any]:
        return self.fastest(n_keys)[2]

    def _same(self, n_keys: int) -> dict[str, Any]:
        shared = self.sharing(n_keys)
        return self._one(n_keys) if shared is None else named_design(shared.row, n_keys, shared)

    def _never(self, equal: Reading) -> str:
        """The argument for equal hardware, where its bound is above 1."""
        if not equal.points or (distance := equal.points[-1].design.get("code_distance")) is None:
            return ""
        iterates, shape = self.rows[0].limits.iterates_of_a_part(N_MAX), self.request.shape
        bound = 2 * distance**3 / shape.multiply_adds_per_key * MULTIPLY_ADDS_PER_QUBIT_CYCLE
        if bound * iterates < 1:
            return ""
        work = "d" if shape.index_heads is None else "(H d)"
        return (
            "an iterate brings every key of its part to a patch, which keeps 2 D^2 qubits busy for D cycles "
            f"(D = {distance}), where a scan takes {work} qubit cycles for a key: the ratio is at least "
            f"2 D^3 / {work} = {number_text(bound)} times the iterates of a part, {number_text(iterates)} or more"
        )

    def _found(self, quantum_s: Callable[[int], float], classical_s: Callable[[int], float]) -> Crossover:
        n_read = self.request.read.n_keys
        n_min = first_compared(self.request.left, N_MIN, N_MAX) + n_read
        return find_crossover(lambda n: quantum_s(n - n_read), classical_s, n_min=n_min, n_max=N_MAX, octaves=OCTAVES)

    def _reading(
        self,
        assumes: str,
        quantum_s: Callable[[int], float],
        slowest_s: Callable[[int], float],
        fastest_s: Callable[[int], float],
        design: Callable[[int], dict[str, Any]],
    ) -> Reading:
        lines = [self._found(quantum_s, classical_s) for classical_s in dict.fromkeys((slowest_s, fastest_s))]
        points = []
        for n in (self.request.shape.n_keys, N_MAX):
            with contextlib.suppress(InputError):  # it cannot be run at this number of keys, which the ratio says
                left = n - self.request.read.n_keys
                points.append(Point(n, quantum_s(left), slowest_s(n), fastest_s(n), design(left)))
        marked = self.request.k_from.growth(N_MAX)
        return Reading(assumes, lines[0], lines[-1], "", points=tuple(points), marked=marked)

    @property
    def _why_one(self) -> str:
        exponent = self.request.k_from.exponent
        power = "sqrt(n)" if exponent is None else f"sqrt(n k), which is n^{(1 + exponent) / 2:.2g} by the law of k"
        return f"iterates grow like {power}, and the reactions of an iterate like log n"


_WHY_SAME = (
    "the number of machines grows like n and each has parts of a fixed size, so only the slowest of more machines and "
    "the smaller error that each may have add to the time, like log n: it buys time with qubits, as many GPUs would"
)
_WHY_EQUAL = "qubits times time grow like n, as a scan's multiply-adds do: every iterate loads every key of its part"
