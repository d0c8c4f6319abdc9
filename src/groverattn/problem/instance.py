"""Head made ready for search: integer queries and keys, and a threshold for every row."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable
from functools import cached_property

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.errors import InputError, check_between, whole_number
from groverattn.problem.fixed_point import FixedPoint, quantise
from groverattn.problem.heads import AttentionHead
from groverattn.problem.indexer_heads import IndexerHead, IndexerNumbers
from groverattn.problem.indexers import IndexerQuery, Query
from groverattn.problem.score_blocks import ScoreBlocks
from groverattn.problem.thresholds import threshold_from_sample, threshold_from_target, threshold_from_tau

ROWS_PER_BLOCK = 1024
"""Rows whose thresholds are set by one task: of a long head some hundred tasks, each of a second."""

EachBlock = Callable[[Callable[[int], NDArray[np.int64]], range], Iterable[NDArray[np.int64]]]
"""Applies a function to the number of every block of rows and yields the results in order: `map`, or a pool's."""


@attrs.frozen(eq=False, repr=False)
class Instance:
    """Head in integers with thresholds: key j is marked in row i when <q_i, k_j> >= thresholds[i] and row i sees j.

    A row is either searched or read whole. It is read whole if every possible score reaches its threshold: there is
    nothing to search for, as in the first rows of a causal head, which see too few keys.

    Attributes:
        head: the head in float64, from which found scores are computed again exactly; or an indexer.
        queries: integer queries, values of shape (n, d); of an indexer (n, H, d), with a step of their own each.
        keys: integer keys, values of shape (n, d).
        thresholds: int64 of shape (n,), in units of the integer score.
        threshold_rule: how they were set, in words.
        numbers: integers of an indexer, its weights among them; None: the head is one of attention.

    >>> from groverattn.problem.heads import bundled_head
    >>> instance = Instance.from_target(bundled_head(), n_marked=8, query_bits=6, key_bits=6)
    >>> int(instance.marked(0).sum())
    8
    """

    head: AttentionHead | IndexerHead
    queries: FixedPoint
    keys: FixedPoint
    thresholds: NDArray[np.int64]
    threshold_rule: str
    numbers: IndexerNumbers | None = None
    _counts: NDArray[np.int64] | None = attrs.field(default=None, init=False)  # so that `evolve` forgets them

    @classmethod
    def from_target(
        cls,
        head: AttentionHead | IndexerHead,
        n_marked: int,
        query_bits: int,
        key_bits: int,
        *,
        weight_bits: int = 8,
        rows: range | None = None,
        each_block: EachBlock = map,
    ) -> Instance:
        """Mark the `n_marked` largest scores of every row, and those that tie with the last of them.

        A classical convenience: it reads all scores. Rows that see no more than `n_marked` keys, or whose scores tie
        down to the smallest (a query of zeros, as padding has), are read whole. If `rows` are given, so are all other
        rows, and their scores are not computed. `each_block` may distribute the work.

        Raises:
            InputError: n_marked < 1 or >= n, bits out of range, no row left to search.
        """
        rule = f"the {n_marked} largest scores of each row, by a classical scan"
        threshold_of = functools.partial(_target_threshold, n_marked)
        return cls._with_rule(
            cls._bare(head, query_bits, key_bits, weight_bits), rule, threshold_of, n_marked, rows, each_block
        )

    @classmethod
    def from_tau(cls, head: AttentionHead | IndexerHead, tau: float, query_bits: int, key_bits: int) -> Instance:
        """Mark the scores score_scale <q_i, k_j> >= tau, one tau for all rows (arXiv:2307.08045, (tau, k)-good).

        Rows may have no marked key, and the first row of a causal head, which sees one key, is read whole. `tau` is in
        units of the scaled score.

        Raises:
            InputError: tau not finite, bits out of range, or tau marks no key of any row, or every key of every row.
        """
        if isinstance(head, IndexerHead):
            raise InputError(
                given=f"tau = {tau:g} for an indexer",
                allowed="a number of keys to mark",
                why="an indexer is trained to keep a number of keys, and its scores have no scale of their own",
                do="leave tau out",
            )
        bare = cls._bare(head, query_bits, key_bits)
        threshold = threshold_from_tau(tau, bare.score_step)
        beyond = bare.largest_score + 1  # no score reaches it; clipping keeps the thresholds within int64
        every = np.arange(head.n_keys)
        visible = bare.score_blocks.visible_keys(every)
        thresholds = np.full(head.n_keys, np.clip(threshold, bare.lowest_threshold, beyond), dtype=np.int64)
        thresholds[visible == 1] = bare.lowest_threshold  # nothing to search among one key
        instance = attrs.evolve(bare, thresholds=thresholds, threshold_rule=f"scaled score >= {tau:g} in every row")
        instance._remember(instance.marked_counts(every))
        n_marked, n_pairs = (counts[visible > 1].sum() for counts in (instance.marked_counts(every), visible))
        if n_marked in (0, n_pairs):
            raise InputError(
                given=f"tau = {tau:g}",
                allowed="a tau that some scores reach and others do not",
                why=f"it marks {'no key of any row' if n_marked == 0 else 'every key of every row'}",
                do=f"{'lower' if n_marked == 0 else 'raise'} tau",
            )
        return instance

    @classmethod
    def from_sample(
        cls,
        head: AttentionHead | IndexerHead,
        n_marked: int,
        sample_size: int,
        seed: int,
        query_bits: int,
        key_bits: int,
        *,
        weight_bits: int = 8,
        rows: range | None = None,
        each_block: EachBlock = map,
    ) -> Instance:
        """Set each row's threshold from the scores of `sample_size` of its keys, so that about `n_marked` reach it.

        The rule needs no pass over all scores; here they are read only to count the marked keys. Every row
        draws its own sample, without repetition, from the keys it sees (all of them where it sees fewer). Rows that see
        no more than `n_marked` keys, or whose sampled scores are all the same, are read whole. `rows` and `each_block`
        are those of `from_target`.

        Raises:
            InputError: n_marked < 1 or >= n, bits out of range, a sample too small to hold a marked key.
        """
        why = "the threshold is one of the sampled scores"
        check_between("sample_size", whole_number("sample_size", sample_size), 1, math.inf, why)
        rule = f"about {n_marked} keys of each row, from a sample of {sample_size} (seed {seed})"
        threshold_of = functools.partial(_sample_threshold, n_marked, sample_size, seed)
        return cls._with_rule(
            cls._bare(head, query_bits, key_bits, weight_bits), rule, threshold_of, n_marked, rows, each_block
        )

    @classmethod
    def _bare(cls, head: AttentionHead | IndexerHead, query_bits: int, key_bits: int, weight_bits: int = 8) -> Instance:
        keys, thresholds = quantise(head.keys, key_bits), np.zeros(head.n_keys, dtype=np.int64)
        if isinstance(head, AttentionHead):
            return cls(head, quantise(head.queries, query_bits), keys, thresholds, "none")
        numbers = IndexerNumbers.of(head, keys.values, query_bits, key_bits, weight_bits)
        return cls(head, FixedPoint(numbers.queries, math.nan, query_bits), keys, thresholds, "none", numbers)

    @classmethod
    def _with_rule(
        cls,
        bare: Instance,
        rule: str,
        threshold_of: _ThresholdRule,
        n_marked: int,
        rows: range | None,
        each_block: EachBlock,
    ) -> Instance:
        """Apply a rule to the rows that see enough keys; rows that it has no threshold for are read whole."""
        why = f"of {bare.n_keys} keys, none marked means nothing to find, and all marked nothing to search for"
        check_between("n_marked", whole_number("n_marked", n_marked), 1, bare.n_keys - 1, why)
        wanted = range(bare.n_keys) if rows is None else range(max(rows.start, 0), min(rows.stop, bare.n_keys))
        blocks = range(wanted.start // ROWS_PER_BLOCK, -(-wanted.stop // ROWS_PER_BLOCK))
        of_block = functools.partial(_block_thresholds, bare, threshold_of, n_marked, wanted)
        thresholds = np.full(bare.n_keys, bare.lowest_threshold, dtype=np.int64)
        counts = bare.score_blocks.visible_keys(np.arange(bare.n_keys))
        if wanted:
            found = np.concatenate(list(each_block(of_block, blocks)), axis=1)
            thresholds[wanted.start : wanted.stop], counts[wanted.start : wanted.stop] = found
        instance = attrs.evolve(bare, thresholds=thresholds, threshold_rule=rule)
        instance._remember(counts)
        if not instance.searchable_rows.size:
            raise _nothing_to_search(bare, n_marked, wanted)
        return instance

    @cached_property
    def keys_made_equal(self) -> int:
        """Keys that differ from all others in the head, and not as integers: one large number rounds all others."""
        return _n_different(self.head.keys) - _n_different(self.keys.values)

    @property
    def is_mostly_zero(self) -> bool:
        """Whether more than half of the keys are 0 as integers, and are not in the head."""
        zero = ~self.keys.values.any(axis=1) & self.head.keys.any(axis=1)
        return 2 * int(zero.sum()) > self.n_keys

    @property
    def n_keys(self) -> int:
        """Number of keys n."""
        return self.head.n_keys

    @property
    def d_head(self) -> int:
        """Numbers per query and key, d."""
        return self.head.d_head

    @property
    def n_heads(self) -> int:
        """Inner products that make a score: 1, or the heads H of an indexer."""
        return 1 if self.numbers is None else self.numbers.queries.shape[1]

    @property
    def score_step(self) -> float:
        """What one unit of the integer score is worth as a scaled score: query step * key step * score_scale."""
        assert isinstance(self.head, AttentionHead)
        return self.queries.step * self.keys.step * self.head.score_scale

    @property
    def largest_score(self) -> int:
        """The largest integer score that d products of these widths can make."""
        return self.score_blocks.largest

    @property
    def lowest_threshold(self) -> int:
        """The threshold that every possible score reaches; it fits the width of a score."""
        return -self.largest_score

    @property
    def searchable_rows(self) -> NDArray[np.intp]:
        """The rows that are searched, ascending; the others are read whole classically."""
        return np.flatnonzero(self.thresholds > self.lowest_threshold)

    def read_whole(self, row: int) -> bool:
        """Whether row `row` is read whole classically instead of searched."""
        return bool(self.thresholds[row] <= self.lowest_threshold)

    def visible_keys(self, row: int) -> int:
        """Number of keys that row `row` sees: row + 1 if causal, else n."""
        return self.head.visible_keys(row)

    def query(self, row: int) -> Query:
        """Integer query of row `row`, d numbers; or that of an indexer, which must not be zero."""
        if self.numbers is not None:
            return IndexerQuery(self.numbers.queries[row].tolist(), self.numbers.weights[row].tolist())
        return tuple(self.queries.values[row].tolist())

    @cached_property
    def score_blocks(self) -> ScoreBlocks | IndexerNumbers:
        """All integer scores, computed as they are asked for."""
        return self.numbers or ScoreBlocks.of(self.queries, self.keys, self.head.causal)

    def scores(self, row: int) -> NDArray[np.int64]:
        """Integer scores of the keys that row `row` sees, shape (visible_keys(row),)."""
        return self.score_blocks.of_row(row)

    def marked(self, row: int) -> NDArray[np.bool_]:
        """Mask of the keys that row `row` sees and that are marked, shape (visible_keys(row),)."""
        return self.scores(row) >= self.thresholds[row]

    def marked_counts(self, rows: NDArray[np.intp]) -> NDArray[np.int64]:
        """Number of marked keys of each of the rows, shape (rows,).

        >>> from groverattn.problem.families import gaussian_head
        >>> Instance.from_target(gaussian_head(64, 8, seed=0), 5, 8, 8).marked_counts(np.array([3, 60])).tolist()
        [5, 5]
        """
        if self._counts is not None:
            return self._counts[rows]
        return self.score_blocks.marked_counts(rows, self.thresholds[rows])

    def _remember(self, counts: NDArray[np.int64]) -> None:
        """Keep the numbers of marked keys: the rules read all scores, and a long head's take most of a minute."""
        object.__setattr__(self, "_counts", counts)

    def __repr__(self) -> str:
        widths = f"{self.queries.bits}-bit queries, {self.keys.bits}-bit keys"
        return f"Instance({self.head!r}, {widths}, {self.threshold_rule})"


_ThresholdRule = Callable[[int, NDArray[np.number]], int | None]
"""From a row and the scores of the keys that it sees to a threshold; None: the row is read whole."""


def _block_thresholds(
    bare: Instance, threshold_of: _ThresholdRule, n_marked: int, wanted: range, block: int
) -> NDArray[np.int64]:
    """Apply a rule to the wanted rows of a block that see more keys than are to be marked.

    Returns:
        Thresholds, and how many of the scores reach them, shape (2, rows).
    """
    start, stop = max(block * ROWS_PER_BLOCK, wanted.start), min((block + 1) * ROWS_PER_BLOCK, wanted.stop)
    rows = np.arange(start, stop)
    thresholds, counts = results = np.empty((2, rows.size), dtype=np.int64)
    for at, scores in enumerate(bare.score_blocks.of_rows(rows)):
        threshold = threshold_of(int(rows[at]), scores) if scores.size > n_marked else None
        thresholds[at] = bare.lowest_threshold if threshold is None else threshold
        counts[at] = scores.size if threshold is None else np.count_nonzero(scores >= threshold)
    return results


def _target_threshold(n_marked: int, row: int, scores: NDArray[np.number]) -> int | None:
    try:
        return threshold_from_target(scores, n_marked)
    except InputError:  # the row sees enough keys, so the largest scores tie with the smallest
        return None


def _sample_threshold(n_marked: int, size: int, seed: int, row: int, scores: NDArray[np.number]) -> int | None:
    rng = np.random.default_rng([seed, row])
    sample = scores[rng.choice(scores.size, min(size, scores.size), replace=False, shuffle=False)]
    if sample.size > 1 and sample.min() == sample.max():
        return None
    return threshold_from_sample(sample, scores.size, n_marked)


def _nothing_to_search(bare: Instance, n_marked: int, rows: range) -> InputError:
    """Error for no row left: too few keys visible, as in the first rows of a causal head, or scores that all tie."""
    seen = bare.score_blocks.visible_keys(np.asarray(rows[-1:]))
    if seen.size and seen[0] <= n_marked:
        return InputError(
            given=f"rows {rows.start} to {rows.stop - 1} of head {bare.head.name!r}, which see at most {seen[0]} keys, "
            f"and n_marked = {n_marked}",
            allowed="a row that sees more keys than are to be marked",
            why="a row that sees no more is read whole, and none of these is left to search",
            do="choose later rows, or a smaller n_marked",
        )
    return InputError(
        given=f"head {bare.head.name!r} with {bare.queries.bits}-bit queries and {bare.keys.bits}-bit keys",
        allowed="a head in which some row's scores differ",
        why=f"in every row the {n_marked} largest scores tie with the smallest",
        do="raise query_bits or key_bits",
    )


def _n_different(rows: NDArray) -> int:
    """Number of different rows of an array."""
    return len({row.tobytes() for row in rows + 0})  # -0.0 is 0.0
