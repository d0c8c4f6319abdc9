"""Indexers of a whole context: queries, weights and keys of every row, from a file or random, and as integers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.errors import InputError, check_seed
from groverattn.files.arrays import SIZE_MAX_BYTES
from groverattn.files.head_file import open_arrays
from groverattn.problem.fixed_point import check_bits, largest_value
from groverattn.problem.free_memory import check_memory
from groverattn.problem.indexers import weighted_relus
from groverattn.problem.key_table import KeyContext

NAMES = ("index_Q", "index_K", "index_W")


@attrs.frozen(eq=False, repr=False)
class IndexerHead(KeyContext):
    """The indexer of one layer: row i keeps the keys of the largest sum_h weights[i, h] max(<queries[i, h], key>, 0).

    It says which keys a layer attends to, and has no values of its own.

    Attributes:
        queries: float64 of shape (n, H, d).
        weights: float64 of shape (n, H).
        keys: float64 of shape (n, d).
        causal: whether row i sees keys 0 to i only.
        name: what reports call it.

    Raises:
        InputError: shapes that do not fit, fewer than two tokens, or NaN or infinity.

    >>> IndexerHead(np.ones((3, 2, 4)), np.ones((3, 2)), np.ones((3, 4)), causal=True, name="ones")
    IndexerHead('ones', n=3, d=4, 2 heads)
    """

    queries: NDArray[np.float64] = attrs.field(converter=lambda x: np.asarray(x, dtype=np.float64))
    weights: NDArray[np.float64] = attrs.field(converter=lambda x: np.asarray(x, dtype=np.float64))
    keys: NDArray[np.float64] = attrs.field(converter=lambda x: np.asarray(x, dtype=np.float64))
    causal: bool
    name: str

    def __attrs_post_init__(self) -> None:
        q, w, k = self.queries.shape, self.weights.shape, self.keys.shape
        if not (len(q) == 3 and w == q[:2] and k == (q[0], q[2]) and q[0] >= 2 and min(q[1:]) >= 1):
            raise InputError(
                given=f"queries {q}, weights {w}, keys {k} in indexer {self.name!r}",
                allowed="(n, H, d), (n, H) and (n, d) with the same n >= 2",
                why="every row has a query and a weight of each head, and all heads read the same keys",
                do="check the order of the axes: tokens first, then heads, then numbers per head",
            )
        for name in ("queries", "weights", "keys"):
            if not np.isfinite(getattr(self, name)).all():
                raise InputError(
                    given=f"{name} of indexer {self.name!r} with NaN or infinity",
                    allowed="finite numbers",
                    why="a score that is NaN can be neither compared nor added",
                    do="capture the indexer again",
                )

    @property
    def n_heads(self) -> int:
        """Index heads H."""
        return self.queries.shape[1]

    def __repr__(self) -> str:
        return f"IndexerHead({self.name!r}, n={self.n_keys}, d={self.d_head}, {self.n_heads} heads)"


def random_indexer(n_keys: int, d_head: int, n_heads: int, seed: int, causal: bool = False) -> IndexerHead:
    """Seeded indexer of independent standard Gaussian queries, weights and keys; weights have either sign.

    Raises:
        InputError: a negative seed, a size below 1 (2 keys), or one that does not fit into memory.

    >>> random_indexer(n_keys=16, d_head=4, n_heads=2, seed=0)
    IndexerHead('random indexer n=16 d=4 H=2 seed=0', n=16, d=4, 2 heads)
    """
    check_seed(seed)
    if n_keys < 2 or d_head < 1 or n_heads < 1:
        raise InputError(
            given=f"n_keys = {n_keys}, d_head = {d_head} and {n_heads} index heads",
            allowed="at least 2 keys, 1 number and 1 head",
            why="rows compare keys by the sums of their heads",
            do="choose larger sizes",
        )
    check_memory(32 * n_keys * d_head * (n_heads + 1), "the queries of the indexer", "take fewer keys or heads")
    rng, name = np.random.default_rng(seed), f"random indexer n={n_keys} d={d_head} H={n_heads} seed={seed}"
    queries = rng.standard_normal((n_keys, n_heads, d_head))
    weights, keys = rng.standard_normal((n_keys, n_heads)), rng.standard_normal((n_keys, d_head))
    return IndexerHead(queries, weights, keys, causal, name)


def load_indexer(path: str | os.PathLike[str], layer: int | None = None, causal: bool = True) -> IndexerHead:
    """Read the indexer of one layer from a file that `groverattn capture` wrote.

    Its arrays are index_Q (n, H, d), index_K (n, d) and index_W (n, H), or one of each for a layer: index_Q_3.

    Args:
        path: the file.
        layer: layer to read, counted from 0; may be left out where there is only one.
        causal: whether row i sees keys 0 to i only.

    Raises:
        InputError: a file that cannot be read safely, without an indexer, or without one of this layer.
    """
    with open_arrays(path) as arrays:
        suffix = _suffix(tuple(arrays.names()), layer)
        names = [name + suffix for name in NAMES]
        arrays.require(*names)
        n_bytes = sum(arrays.header(name).n_bytes for name in names)
        check_memory(3 * n_bytes, "the indexer", "save the layer that you need to a file of its own")
        if n_bytes > SIZE_MAX_BYTES:
            raise InputError(
                given=f"an indexer of {n_bytes:,} bytes",
                allowed=f"{SIZE_MAX_BYTES:,} bytes",
                why="it is loaded whole, and a damaged header may claim any size",
                do="capture fewer tokens",
            )
        queries, keys, weights = (arrays.read(name) for name in names)
    name = f"{Path(path).stem} indexer" + (f" layer {suffix[1:]}" if suffix else "")
    return IndexerHead(queries, weights, keys, causal, name)


def _suffix(names: tuple[str, ...], layer: int | None) -> str:
    """What is behind the names of the arrays of a layer: nothing, or its number."""
    layers = sorted(
        int(name.rpartition("_")[2]) for name in names if name.startswith("index_Q_") and name[8:].isdigit()
    )
    if "index_Q" in names and layer is None:
        return ""
    if layer is None and len(layers) == 1:
        return f"_{layers[0]}"
    if layer in layers:
        return f"_{layer}"
    raise InputError(
        given="no layer" if layer is None else f"layer = {layer}",
        allowed=f"one of the layers with an indexer: {', '.join(map(str, layers)) or 'this file has none'}",
        why="an indexer belongs to a layer, and not every layer has one",
        do="choose one with --layer" if layers else "capture a model that has an indexer, such as DeepSeek-V3.2",
    )


@attrs.frozen(eq=False, repr=False)
class IndexerNumbers:
    """Indexer in integers, and its scores, computed as they are asked for.

    A row has a threshold of its own, so that its scores may be scaled by any positive number. Hence each query has a
    step of its own, which goes into its weight, and the weights of a row have one; keys have one for all (our
    assumption: in fp8 inference a key has its own, which would be a factor of its scores).

    Attributes:
        queries: integers of shape (n, H, d).
        weights: integers of shape (n, H).
        keys: integers of shape (n, d).
        causal: whether row i sees keys 0 to i only.
        largest: largest integer score that these widths can make.
    """

    queries: NDArray[np.int64]
    weights: NDArray[np.int64]
    keys: NDArray[np.int64]
    causal: bool
    largest: int

    @classmethod
    def of(
        cls, head: IndexerHead, keys: NDArray[np.int64], query_bits: int, key_bits: int, weight_bits: int
    ) -> IndexerNumbers:
        """Quantise queries and weights beside the integer keys.

        Raises:
            InputError: bits out of range.
        """
        check_bits("query_bits", query_bits)
        check_bits("weight_bits", weight_bits)
        queries, steps = _rounded(head.queries, query_bits)
        weights, _ = _rounded(head.weights * steps, weight_bits)
        widest = largest_value(query_bits) * largest_value(key_bits) * largest_value(weight_bits)
        return cls(queries, weights, keys, head.causal, head.d_head * head.n_heads * widest)

    def visible_keys(self, rows: NDArray[np.intp]) -> NDArray[np.int64]:
        """Number of keys that each row sees, shape (rows,)."""
        return rows.astype(np.int64) + 1 if self.causal else np.full(rows.shape, len(self.keys), dtype=np.int64)

    def of_row(self, row: int) -> NDArray[np.int64]:
        """Scores of the keys that row `row` sees, shape (visible_keys,)."""
        seen = self.keys[: row + 1 if self.causal else None]
        return weighted_relus(self.queries[row], self.weights[row], seen)

    def of_rows(self, rows: NDArray[np.intp]) -> Iterator[NDArray[np.int64]]:
        """Scores of each row over the keys that it sees, row by row."""
        return (self.of_row(int(row)) for row in rows)

    def marked_counts(self, rows: NDArray[np.intp], thresholds: NDArray[np.int64]) -> NDArray[np.int64]:
        """Number of visible keys that reach the row's threshold, for each row, shape (rows,)."""
        counted = (np.count_nonzero(s >= t) for s, t in zip(self.of_rows(rows), thresholds, strict=True))
        return np.fromiter(counted, dtype=np.int64, count=rows.size)


def _rounded(numbers: NDArray[np.float64], bits: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Integers with one step for the last axis, and the steps; numbers that are all zero have the step 0."""
    steps = np.abs(numbers).max(axis=-1) / largest_value(bits)
    scaled = np.divide(numbers, steps[..., None], out=np.zeros_like(numbers), where=steps[..., None] > 0)
    return np.rint(scaled).astype(np.int64), steps
