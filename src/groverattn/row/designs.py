"""Designs of a row that a request leaves open."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import attrs

from groverattn.bloqs.lookup.data_access import DATA_ACCESSES
from groverattn.problem.key_table import KeyTable
from groverattn.problem.shapes import N_KEYS_MAX
from groverattn.row.request import AUTO, RowRequest

# What is tried, our choice: circuits that differ in kind. A `qroam` has any block; `qram` is no circuit; `qroam-dirty`
# borrows qubits that a search has no use for, and `bucket-brigade-wide` is `bucket-brigade` with other copies.
_ACCESSES = ("qrom", "qroam", "bucket-brigade", "one-hot")
_SCORES = ("shared-sums", "in-place")
_UNLOADS = ("measured", "again")
_COPIES = (64, 1, 4096)
_BLOCK_QUBITS_MAX = 1 << 22
_PARTS_EACH = 4
_LEAST_KEYS = 4
# Keys are filled up to numbers of at most so many significant bits, so that more keys never cost less.
_SIGNIFICANT_BITS = (1, 4, 8)


@attrs.frozen
class Load:
    """How the keys reach the score: what decides most of a row's cost.

    Attributes:
        n_searched: keys with dead ones that fill them up.
        n_parts: equal parts that each machine searches one after the other.
        n_machines: machines that share the keys.
        data_access, block, keys_per_query, words_at_once: see `Design`.
    """

    n_searched: int
    n_parts: int
    n_machines: int
    data_access: str
    block: int | None
    keys_per_query: str
    words_at_once: int

    def fixed(self, request: RowRequest) -> Iterator[RowRequest]:
        """Yield the request with this load, and with all that is then still open."""
        design = request.design
        fields = _lookup_fields(self.data_access)
        unloads = _UNLOADS if "unload" in fields else _UNLOADS[:1]
        numbers = _COPIES if "control_copies" in fields else (None,)
        for score in _SCORES if design.score_method == AUTO else (design.score_method,):
            for unload in unloads if design.unload == AUTO else (design.unload,):
                for copies in numbers if design.control_copies is None else (design.control_copies,):
                    chosen = attrs.asdict(self) | {"unload": unload, "control_copies": copies, "score_method": score}
                    yield attrs.evolve(request, design=attrs.evolve(design, **chosen))


@functools.cache
def _lookup_fields(data_access: str) -> frozenset[str]:
    """What can be chosen of the lookup of a data access, which a user may have registered."""
    lookup = DATA_ACCESSES[data_access](KeyTable(16, 2, 4))
    return frozenset(field.name for field in attrs.fields(type(lookup)) if field.init)


def loads(request: RowRequest) -> Iterator[Load]:
    """Yield the loads that a request leaves open.

    Several parts, in turn or side by side, are searched by the method `unknown` with one key per query under the law
    `expected`; with another method or law the keys are one part.
    """
    design, shape = request.design, request.shape
    may_divide = (design.method, design.first_score, request.search_law) == ("unknown", "exact", "expected")
    for n_machines, n_parts in _dealings(request) if may_divide else [(design.n_machines or 1, design.n_parts or 1)]:
        for n_searched in _filled_up(request, n_machines * n_parts):
            table = KeyTable(n_searched // (n_machines * n_parts), shape.d_head, shape.key_bits)
            for u in _keys_per_query(request, table, n_machines * n_parts):
                for access, block, at_once in _accesses(request, table, u):
                    yield Load(n_searched, n_parts, n_machines, access, block, u, at_once)


def _dealings(request: RowRequest) -> Iterator[tuple[int, int]]:
    """Machines, and parts of each. For the least time each part has a machine; else one machine is never worse."""
    design, n_keys = request.design, request.shape.n_keys
    n_parts = 1
    while n_parts == 1 or -(-n_keys // n_parts) >= _LEAST_KEYS:
        if design.n_machines is not None or design.n_parts is not None:
            yield from _with_fixed(design.n_machines, design.n_parts, n_parts)
        else:
            yield (n_parts, 1) if request.optimise == "time" else (1, n_parts)
        n_parts *= _PARTS_EACH


def _with_fixed(n_machines: int | None, n_parts: int | None, free: int) -> Iterator[tuple[int, int]]:
    if n_machines is None:
        yield free, n_parts or 1
    elif n_parts is None:
        yield n_machines, free
    elif free == 1:
        yield n_machines, n_parts


def _filled_up(request: RowRequest, parts: int) -> Sequence[int]:
    """Numbers of keys to search: the least that the parts divide, rounded up to few significant bits in each part."""
    if request.design.n_searched is not None:
        return (request.design.n_searched,) if request.design.n_searched % parts == 0 else ()
    least = -(-request.shape.n_keys // parts)
    sizes = dict.fromkeys(_rounded_up(least, bits) * parts for bits in _SIGNIFICANT_BITS)
    return [n for n in sizes if n <= max(N_KEYS_MAX, request.shape.n_keys)]


def _rounded_up(number: int, bits: int) -> int:
    """The least number of at most this many significant bits that is not below, a power of two for one bit."""
    shift = max((number - 1).bit_length() - (bits if bits > 1 else 0), 0)
    return -(-number // (1 << shift)) << shift


def _keys_per_query(request: RowRequest, table: KeyTable, parts: int) -> Iterable[str]:
    design = request.design
    if design.keys_per_query != AUTO:
        return (design.keys_per_query,)
    if parts > 1:
        return ("1",)
    if design.method != "unknown" or design.first_score != "exact":
        return (AUTO,)  # the best by a formula: the cost of each is sampled, and takes seconds
    most = max(table.n_keys // 6, 1).bit_length()
    return [str(1 << power) for power in range(most)]


def _accesses(request: RowRequest, table: KeyTable, u: str) -> Iterator[tuple[str, int | None, int]]:
    design = request.design
    for access in _ACCESSES if design.data_access == AUTO else (design.data_access,):
        for block in _blocks(request, table, 1 if u == AUTO else int(u)) if access == "qroam" else (design.block,):
            for at_once in _words_at_once(request, access, u):
                yield access, block, at_once


def _blocks(request: RowRequest, table: KeyTable, u: int) -> Iterator[int]:
    if request.design.block is not None:
        yield request.design.block
        return
    block = 2
    while 2 * block * u <= table.n_keys and block * u * table.word_bits <= _BLOCK_QUBITS_MAX:
        yield block
        block *= 2


def _words_at_once(request: RowRequest, access: str, u: str) -> Iterator[int]:
    fixed: Any = request.design.words_at_once
    most = 1 if access != "one-hot" or u == AUTO else int(u)
    at_once = 1
    while fixed is None and at_once <= most:
        yield at_once
        at_once *= 4
    if fixed is not None:
        yield fixed


def design_text(request: RowRequest) -> str:
    """Say in words how a request searches its row, from the load of the keys to the machines.

    >>> from groverattn.row.request import ONE_KEY
    >>> design_text(RowRequest.of(preset="gpt2", **ONE_KEY | {"n_parts": 4}))
    'qrom, 4 parts of 256 keys in turn, shared-sums'
    """
    design, u = request.design, request.design.u or 1
    n_machines, n_parts = design.n_machines or 1, design.n_parts or 1
    keys = (design.n_searched or request.shape.n_keys) // (n_machines * n_parts)
    at_once = f", {design.words_at_once} at once" if design.words_at_once not in (None, 1) else ""
    block = f" of block {design.block}" if design.block else ""
    words = {
        f"{design.data_access}{block}": True,
        f"{u} keys a query{at_once}": u > 1,
        f"{n_parts:,} parts of {keys:,} keys in turn": n_parts > 1,
        f"{n_machines:,} machines": n_machines > 1,
        design.score_method: True,
        "unloaded by a second load": design.unload == "again",
    }
    return ", ".join(text for text, is_so in words.items() if is_so)
