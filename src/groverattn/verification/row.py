"""One query row with its keys, and the oracle's circuit of it for any threshold."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.bloqs.score.methods import score as make_score
from groverattn.errors import InputError
from groverattn.problem.families import planted, planted_indexer
from groverattn.problem.indexers import IndexerQuery, Query, as_query, scores_of
from groverattn.problem.instance import Instance
from groverattn.problem.key_table import KeyTable
from groverattn.problem.shapes import Shape
from groverattn.reference.blocks.dealing import check_keys_per_query, odd_blocks
from groverattn.verification.limits import check_circuit

if TYPE_CHECKING:
    from groverattn.bloqs.score.finding import FindingScore
    from groverattn.bloqs.score.key_score import KeyScore
    from groverattn.bloqs.search.block_oracle import BlockOracle
    from groverattn.bloqs.search.phase_oracle import PhaseOracle


@attrs.frozen(eq=False)
class SearchedRow:
    """One query row.

    Attributes:
        keys: integer keys that the row sees, shape (n, d).
        key_bits: bits per number of a key.
        query: the d integers of the query, or an `IndexerQuery`.
        threshold: integer threshold of the row.
        data_access: how the circuit reaches the keys, by name.
        score_method: how it adds up the score, by name.
        query_bits: bits per number of the query.
        keys_per_query: keys that one call tests, u.
        words_at_once: with a kept address, words that are loaded and scored side by side.
        n_read: keys of the row that are read before the search, and are not among `keys`.
        origin: head and row, as results print them; empty: the row is random.

    Raises:
        InputError: more keys per query than half of the keys.
    """

    keys: NDArray[np.integer]
    key_bits: int
    query: Query = attrs.field(converter=as_query)
    threshold: int
    data_access: str = "qrom"
    score_method: str = "shared-sums"
    query_bits: int = 16
    keys_per_query: int = attrs.field(default=1, kw_only=True)
    words_at_once: int = attrs.field(default=1, kw_only=True)
    n_read: int = attrs.field(default=0, kw_only=True)
    origin: dict[str, Any] = attrs.field(factory=dict, kw_only=True)
    _other_scores: dict[FindingScore, NDArray[np.bool_]] = attrs.field(factory=dict, init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        check_keys_per_query(self.keys_per_query, self.n_keys)

    @classmethod
    def of(cls, instance: Instance, row: int, data_access: str, **circuit: Any) -> SearchedRow:
        """Take row `row` of an instance; `circuit` are further attributes that its circuits depend on."""
        return cls(
            keys=instance.keys.values[: instance.visible_keys(row)],
            key_bits=instance.keys.bits,
            query=instance.query(row),
            threshold=int(instance.thresholds[row]),
            data_access=data_access,
            query_bits=instance.queries.bits,
            origin={"head": instance.head.name, "row": row},
            **circuit,
        )

    @classmethod
    def checked(cls, instance: Instance, row: int | None, data_access: str = "qrom", **circuit: Any) -> SearchedRow:
        """Take a row whose circuit can be run gate by gate; None: the last row that is searched.

        Raises:
            InputError: no such row, one that is read whole, or a key memory too large to run gate by gate.

        >>> from groverattn.problem.heads import bundled_head
        >>> SearchedRow.checked(Instance.from_target(bundled_head(), 16, 8, 8), None).origin["row"]
        127
        """
        rows = instance.searchable_rows
        row = int(rows[-1]) if row is None else row
        if row not in rows:
            raise InputError(
                given=f"row {row}",
                allowed=f"a row that is searched, such as {rows[-1]}",
                why=f"the head has rows 0 to {instance.n_keys - 1}, and those with too few keys are read whole",
                do="choose another row",
            )
        check_circuit(instance.visible_keys(row), instance.d_head, instance.keys.bits, instance.n_heads)
        return cls.of(instance, row, data_access, **circuit)

    @classmethod
    def random(
        cls,
        n_keys: int,
        d_head: int,
        n_marked: int | None = None,
        *,
        key_bits: int = 8,
        query_bits: int = 8,
        data_access: str = "qrom",
        index_heads: int | None = None,
        weight_bits: int = 8,
        seed: int = 0,
        **circuit: Any,
    ) -> SearchedRow:
        """Return a seeded row in which `n_marked` keys are marked, by default one of 16 and at least one.

        With `index_heads`, the row of an indexer.

        Raises:
            InputError: a size out of range (see `planted`), or a key memory too large to run gate by gate.

        >>> int(SearchedRow.random(64, 4).is_marked.sum())
        4
        """
        check_circuit(n_keys, d_head, key_bits, index_heads or 1)
        n_marked = max(1, n_keys // 16) if n_marked is None else n_marked
        if index_heads is None:
            row = planted(n_keys, d_head, n_marked, key_bits, query_bits, seed)
        else:
            shape = Shape(n_keys, d_head, n_marked, key_bits, query_bits, index_heads, weight_bits)
            row = planted_indexer(shape, seed)
        sizes = {"key_bits": key_bits, "query_bits": query_bits}
        return cls(row.keys, query=row.query, threshold=row.threshold, data_access=data_access, **sizes, **circuit)

    def without(self, is_read: NDArray[np.bool_]) -> SearchedRow:
        """Return the row of the keys that are not read, in their order: a smaller table, and smaller circuits.

        Args:
            is_read: which keys are read before the search, shape (n,).

        >>> SearchedRow.random(64, 4).without(np.arange(64) < 10).oracle().lookup.table.n_keys
        54
        """
        return attrs.evolve(self, keys=self.keys[~is_read], n_read=self.n_read + int(is_read.sum()))

    def inputs(self, **of_sizes: int) -> dict[str, Any]:
        """Return what the row is, as results print it; `of_sizes` are put beside the sizes."""
        return {
            **self.origin,
            "n_keys": self.n_keys,
            "d_head": len(self.query),
            **({"index_heads": self.query.n_heads} if isinstance(self.query, IndexerQuery) else {}),
            **({"keys_read_first": self.n_read} if self.n_read else {}),
            **of_sizes,
            "key_bits": self.key_bits,
            "query_bits": self.query_bits,
            "data_access": self.data_access,
            "score_method": self.score_method,
            **({"keys_per_query": self.keys_per_query} if self.keys_per_query > 1 else {}),
            **({"words_at_once": self.words_at_once} if self.words_at_once > 1 else {}),
        }

    @property
    def n_keys(self) -> int:
        """Number of keys in view."""
        return len(self.keys)

    def exact_score(self, threshold: int) -> KeyScore:
        """Return the circuit that compares the score with a threshold."""
        return make_score(self.score_method, self.query, threshold, self.key_bits)

    def score(self, key: int) -> int:
        """Return the score of one key: the classical check of a measured index, one inner product."""
        return int(scores_of(self.query, self.keys[key][None])[0])

    @cached_property
    def scores(self) -> NDArray[np.int64]:
        """All scores, for engines that stand in for a circuit and for comparison with one; shape (n,)."""
        return scores_of(self.query, self.keys)

    def marked(
        self,
        threshold: int,
        excluded: Collection[int] = (),
        places: NDArray[np.integer] | None = None,
        score: FindingScore | None = None,
    ) -> NDArray[np.bool_]:
        """Return which indices an oracle marks, by plain arithmetic: keys, shape (n,), or odd blocks, shape (N,).

        Args: see `oracle`.
        """
        marked = (self.scores >= threshold) if score is None else self._by_other_score(score)
        marked[list(excluded)] = False
        return marked if places is None else odd_blocks(marked, places.astype(np.int64))

    def _by_other_score(self, score: FindingScore) -> NDArray[np.bool_]:
        if score not in self._other_scores:
            self._other_scores[score] = score.approximate(self.keys) >= score.threshold
        return self._other_scores[score].copy()

    @property
    def is_marked(self) -> NDArray[np.bool_]:
        """Which keys reach the row's own threshold, shape (n,)."""
        return self.marked(self.threshold)

    @cached_property
    def table(self) -> KeyTable:
        """The key memory with every key live."""
        return KeyTable.from_keys(self.keys, self.key_bits)

    @property
    def n_blocks(self) -> int:
        """Indices of the search: blocks of `keys_per_query` keys."""
        return -(-self.n_keys // self.keys_per_query)

    def oracle(
        self,
        threshold: int | None = None,
        excluded: Collection[int] = (),
        places: NDArray[np.integer] | None = None,
        score: KeyScore | None = None,
    ) -> PhaseOracle | BlockOracle:
        """Return the oracle's circuit with the keys `excluded` not live.

        Args:
            threshold: from which a key is marked; by default the row's own.
            excluded: keys that are not live.
            places: which key is where in the blocks, shape (N, u), -1 where there is none; by default in their order.
            score: another score than the exact one, with its own threshold.

        Raises:
            InputError: an unknown data access or score method.
        """
        # Only here: rows that cannot be searched are refused before Qualtran is imported.
        from groverattn.bloqs.search.block_oracle import oracle_of

        table = self.table.without(excluded) if excluded else self.table
        if score is None:
            threshold = self.threshold if threshold is None else threshold
            score = self.exact_score(threshold)
        if places is not None:
            table = table.in_blocks(self.keys_per_query, places)
        return oracle_of(
            self.data_access,
            table,
            score,
            keys_per_query=self.keys_per_query if places is None else 1,
            words_at_once=self.words_at_once,
        )
