"""Designs of a row that a request leaves open."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

import attrs

from groverattn.bloqs.lookup.data_access import DATA_ACCESSES
from groverattn.errors import InputError
from groverattn.problem.key_table import KeyTable
from groverattn.problem.shapes import N_KEYS_MAX
from groverattn.row.request import AUTO, RowRequest

# What is tried, our choice: circuits that differ in kind. A `qroam` has any block; `qram` is no circuit; `qroam-dirty`
# borrows qubits that a search has no use for, and `bucket-brigade-wide` is `bucket-brigade` with other copies.
_ACCESSES = ("qrom", "qroam", "bucket-brigade", "one-hot")
_SCORES = ("shared-sums", "in-place")
_UNLOADS = ("measured", "again")
_COPIES = (64, 1, 4096)
N_COPIES = len(_COPIES)
_BLOCK_QUBITS_MAX = 1 << 22
# Parts hold 8, 16, 32, ... keys; an undivided row is padded with dead keys to a number of 1, 4 or 8 significant bits.
# Both round up, so a shorter row never has more or larger parts.
_LEAST_KEYS = 8
_SIGNIFICANT_BITS = (1, 4, 8)


Record = TypeVar("Record")


def replaced(record: Record, **values: Any) -> Record:
    """Return the request with other values in some fields, which are not read and checked again: ours, no user's.

    `attrs.evolve` does both for every field, and one estimate looks at hundreds of designs.

    >>> from groverattn.row.request import Design
    >>> replaced(Design(), block=4) == attrs.evolve(Design(), block=4)
    True
    """
    other = object.__new__(type(record))
    for name in attrs.fields_dict(type(record)):
        object.__setattr__(other, name, values[name] if name in values else getattr(record, name))
    return other


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
        design, own = request.design, attrs.asdict(self)
        fields = _lookup_fields(self.data_access)
        unloads = _UNLOADS if "unload" in fields else _UNLOADS[:1]
        numbers = _COPIES if "control_copies" in fields else (None,)
        for score in _SCORES if design.score_method == AUTO else (design.score_method,):
            for unload in unloads if design.unload == AUTO else (design.unload,):
                for copies in numbers if design.control_copies is None else (design.control_copies,):
                    chosen = own | {"unload": unload, "control_copies": copies, "score_method": score}
                    yield replaced(request, design=replaced(design, **chosen))


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
    request = request.left
    design, shape = request.design, request.shape
    may_divide = (design.method, design.first_score, request.search_law) == ("unknown", "exact", "expected")
    for n_machines, n_parts, n_keys in _dealings(request) if may_divide else _undivided(request):
        n_searched = n_machines * n_parts * n_keys
        if n_searched > max(N_KEYS_MAX, shape.n_keys) or design.n_searched not in (None, n_searched):
            continue
        table = KeyTable(n_keys, shape.d_head, shape.key_bits)
        for u in _keys_per_query(request, table, n_machines * n_parts):
            for access, block, at_once in _accesses(request, table, u):
                yield Load(n_searched, n_parts, n_machines, access, block, u, at_once)


def nothing_to_choose(request: RowRequest) -> InputError:
    """Return the refusal of a request that leaves no load open."""
    design, own = request.design, ("n_machines", "n_parts", "n_searched")
    dealt = {name: getattr(design, name) for name in own if getattr(design, name) is not None}
    sizes = {"n_keys": request.shape.n_keys, "data_access": design.data_access} | dealt
    return InputError(
        given=", ".join(f"{name} = {value}" for name, value in sizes.items()),
        allowed="equal parts that hold all keys; for qroam, 4 keys or more in each",
        why="the keys are dealt in equal parts, and a block of qroam is at most half of one",
        do=f"leave out {' or '.join(dealt)}" if dealt else "choose another data access, for example qrom",
    )


def _undivided(request: RowRequest) -> Iterator[tuple[int, int, int]]:
    """Machines, parts of each, and keys of a part, where neither is open."""
    n_machines, n_parts = request.design.n_machines or 1, request.design.n_parts or 1
    for n_keys in _filled_up(request, n_machines * n_parts):
        yield n_machines, n_parts, n_keys


def _dealings(request: RowRequest) -> Iterator[tuple[int, int, int]]:
    """Machines, parts of each, and keys of a part. For the least time each part has a machine; else one is never worse.

    Parts are of a few sizes, and as many as hold the keys: fewer keys are fewer parts of a size, and never cost more.
    """
    design = request.design
    yield from _undivided(request)
    if design.n_machines and design.n_parts:
        return
    given = design.n_machines or design.n_parts or 1
    keys = -(-(design.n_searched or request.shape.n_keys) // given)
    by_machines = design.n_parts or (not design.n_machines and request.optimise == "time")
    size = _LEAST_KEYS
    while size < keys:
        more = -(-keys // size)
        yield (more, given, size) if by_machines else (given, more, size)
        size *= 2


def _filled_up(request: RowRequest, parts: int) -> Sequence[int]:
    """Keys of a part: the least number that holds all, rounded up to few significant bits."""
    least = -(-(request.design.n_searched or request.shape.n_keys) // parts)
    return list(dict.fromkeys(_rounded_up(least, bits) for bits in _SIGNIFICANT_BITS))


def _rounded_up(number: int, bits: int) -> int:
    """The least number of at most this many significant bits that is not below, a power of two for one bit."""
    shift = max((number - 1).bit_length() - bits, 0)
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
    keys = (design.n_searched or request.left.shape.n_keys) // (n_machines * n_parts)
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
