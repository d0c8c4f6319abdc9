"""Head that a request is about, stored in a file or random, and the instance made from it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, cast, overload

import attrs

from groverattn.errors import InputError, check_seed
from groverattn.inputs import between, option
from groverattn.problem.families import gaussian_head
from groverattn.problem.heads import AttentionHead, head_of, load_head
from groverattn.problem.indexer_heads import IndexerHead, load_indexer, random_indexer
from groverattn.problem.instance import Instance
from groverattn.problem.limits import check_head, check_head_memory, check_row_range
from groverattn.problem.row_pool import in_parallel
from groverattn.problem.shapes import INDEX_HEADS_MAX, N_KEYS_MAX

_RANDOM_NUMBERS_MAX = 1 << 26  # of each of queries, keys and values: 1.5 GiB together

COUNT = between(1, N_KEYS_MAX, "it counts keys or numbers of a key")
INDEX = between(0, N_KEYS_MAX, "layers, heads, rows and keys are counted from 0")


_WHY = "without file the head is random, and with it the head is the file's"


def refuse_ignored(given: Mapping[str, object], allowed: str, why: str = _WHY) -> None:
    """Raise InputError if any of some inputs is given, because it would be ignored.

    >>> refuse_ignored({"layer": None, "causal": False}, "with file only")
    """
    names = [name for name, value in given.items() if value is not None and value is not False]
    if names:
        raise InputError(given=", ".join(names), allowed=allowed, why=why, do="leave it out")


@attrs.frozen(kw_only=True)
class StoredHead:
    """A head of an .npz or .safetensors file, see `load_head`; no file: nothing is read.

    Raises:
        InputError: layer or head without file.
    """

    file: str | None = option(
        None,
        help="An .npz or .safetensors file with arrays Q, K and V of shape (n, d), (heads, n, d) or (layers, heads, n, "
        "d), and optionally causal and score_scale; docs/commands.md, Your own arrays.",
    )
    layer: int | None = option(None, check=INDEX, help="Layer to read, from 0.")
    head: int | None = option(None, check=INDEX, help="Query head to read, from 0.")
    causal: bool = option(False, help="Row i sees keys 0 to i only, also where the file does not say so.")

    def __attrs_post_init__(self) -> None:
        if self.file is None:
            refuse_ignored({"layer": self.layer, "head": self.head}, "with file only")

    def read(self) -> AttentionHead:
        """Return the head of the file.

        Raises:
            InputError: there is no file, or it cannot be read.
        """
        if self.file is None:
            raise InputError(
                given="no file",
                allowed="an .npz or .safetensors file with arrays Q, K and V",
                why="the head is read from it",
                do="`groverattn capture` writes the heads of a model to such a file",
            )
        return load_head(self.file, layer=self.layer, head=self.head, causal=self.causal or None)


@attrs.frozen(kw_only=True)
class HeadChoice(StoredHead):
    """A head of a file, or a random one of a given size.

    Raises:
        InputError: layer or head without file, n_keys or d_head with it.

    >>> HeadChoice(n_keys=32).load(seed=0)
    AttentionHead('gaussian n=32 d=8 seed=0', n=32, d=8, bidirectional)
    """

    n_keys: int | None = option(
        None,
        check=between(2, N_KEYS_MAX, "a search has at least two keys"),
        help="Number of keys of a random head.",
    )
    d_head: int | None = option(None, check=COUNT, help="Numbers per key of a random head.")
    index_heads: int | None = option(
        None,
        check=between(1, INDEX_HEADS_MAX, "published indexers have 4 to 64 heads"),
        help="Heads of a random indexer, which scores keys by a weighted sum of ReLUs, in place of a random head.",
    )
    indexer: bool = option(
        False, help="The indexer of the file's layer, which scores keys for all of its heads, in place of a head."
    )

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if self.file is None:
            refuse_ignored({"indexer": self.indexer}, "with file only; --index-heads makes a random indexer")
        else:
            sizes = {"n_keys": self.n_keys, "d_head": self.d_head, "index_heads": self.index_heads}
            refuse_ignored(sizes, "without file only")
        if self.indexer:
            refuse_ignored({"head": self.head}, "without indexer", "a layer has one indexer for all of its heads")

    def load(self, seed: int) -> AttentionHead | IndexerHead:
        """Return the head or the indexer; a random one has 64 keys of 8 numbers unless sizes are given.

        Raises:
            InputError: the file cannot be read, or the sizes do not fit into memory.
        """
        if self.file is None:
            return random_head(self.n_keys, self.d_head, seed, self.causal, self.index_heads)
        return load_indexer(self.file, self.layer) if self.indexer else self.read()


def refuse_two_heads(choice: HeadChoice) -> None:
    """Raise InputError if a head is chosen although another one is in memory."""
    if choice != HeadChoice():
        raise InputError(
            given="a head in memory, and another by file or size",
            allowed="one of them",
            why="a request is about one head",
            do="leave out file, layer, head, causal, n_keys and d_head",
        )


@overload
def random_head(
    n_keys: int | None = None, d_head: int | None = None, seed: int = 0, causal: bool = False
) -> AttentionHead: ...


@overload
def random_head(
    n_keys: int | None, d_head: int | None, seed: int, causal: bool, index_heads: int | None
) -> AttentionHead | IndexerHead: ...


def random_head(
    n_keys: int | None = None,
    d_head: int | None = None,
    seed: int = 0,
    causal: bool = False,
    index_heads: int | None = None,
) -> AttentionHead | IndexerHead:
    """Seeded head of independent Gaussian queries and keys, or an indexer; 64 keys of 8 numbers by default.

    Raises:
        InputError: fewer than 2 keys, d_head below 1, or more than fits into memory.
    """
    check_seed(seed)
    n_keys, d_head = 64 if n_keys is None else n_keys, 8 if d_head is None else d_head
    if n_keys < 2 or d_head < 1 or n_keys * d_head > _RANDOM_NUMBERS_MAX:
        raise InputError(
            given=f"n_keys = {n_keys} and d_head = {d_head}",
            allowed=f"n_keys from 2 and d_head from 1, their product up to {_RANDOM_NUMBERS_MAX:,}",
            why="queries, keys and values are drawn and kept in memory",
            do="choose sizes in between; `groverattn estimate` costs a search of any size",
        )
    if index_heads is not None:
        return random_indexer(n_keys, d_head, index_heads, seed, causal)
    check_head_memory(n_keys, d_head)
    return attrs.evolve(gaussian_head(n_keys, d_head, seed), causal=causal)


def threshold_instance(
    head: AttentionHead | IndexerHead,
    n_marked: int,
    query_bits: int,
    key_bits: int,
    *,
    weight_bits: int = 8,
    sample_size: int | None = None,
    tau: float | None = None,
    seed: int = 0,
    rows: range | None = None,
    n_workers: int = 1,
) -> Instance:
    """Quantised head with thresholds set by one of three rules.

    From a sample of each row's keys if `sample_size` is given, one `tau` for all rows if that is given, otherwise the
    `n_marked` largest scores of every row. Only `rows` will be searched.

    Raises:
        InputError: both rules are given, rows that do not exist, a head too large for it, or what the rule refuses.
    """
    check_one_rule(sample_size, tau)
    if rows is not None:
        check_row_range(rows, head.n_keys)
    check_head(head, head.n_keys if rows is None or tau is not None else len(rows))
    each_block = functools.partial(in_parallel, n_workers=n_workers)
    if sample_size is not None:
        bits = {"query_bits": query_bits, "key_bits": key_bits, "weight_bits": weight_bits}
        return Instance.from_sample(head, n_marked, sample_size, seed, **bits, rows=rows, each_block=each_block)
    if tau is not None:
        return Instance.from_tau(head, tau, query_bits, key_bits)
    return Instance.from_target(
        head, n_marked, query_bits, key_bits, weight_bits=weight_bits, rows=rows, each_block=each_block
    )


def check_one_rule(sample_size: int | None, tau: float | None) -> None:
    """Raise InputError if two rules for the thresholds are given."""
    if sample_size is not None and tau is not None:
        raise InputError(
            given=f"sample_size = {sample_size} and tau = {tau:g}",
            allowed="one of them",
            why="each is a rule for the thresholds of the rows",
            do="leave one out",
        )


def head_instance(
    head: AttentionHead | IndexerHead, n_marked: int, query_bits: int, key_bits: int, weight_bits: int = 8
) -> Instance:
    """Quantised head in which the `n_marked` largest scores of every row are marked.

    Raises:
        InputError: a head too large for it, or what `Instance.from_target` refuses.
    """
    return threshold_instance(head, n_marked, query_bits, key_bits, weight_bits=weight_bits)


def in_memory(request: Any, Q: Any, K: Any, V: Any) -> tuple[Any, AttentionHead | IndexerHead | None]:
    """Return a request, and the head that is in memory, if one is: that rows are causal may be said of either.

    Args:
        request: with the record `head`.
        Q, K, V: arrays of shapes (n, d), (n, d) and (n, m), or a head or indexer as `Q` alone; None: the request names
            the head.

    Raises:
        InputError: arrays that make no head.
    """
    if Q is None and K is None and V is None:
        return request, None
    head = Q if isinstance(Q, IndexerHead) and K is None and V is None else head_of(cast(Any, Q), K, V)
    about = attrs.evolve(request, head=attrs.evolve(request.head, causal=False))
    return about, attrs.evolve(head, causal=head.causal or request.head.causal)
