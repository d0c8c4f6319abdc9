"""What one model searches: its layers and heads or its indexer, the keys that a row sees, and how many it looks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from groverattn.errors import InputError, check_between, whole_number
from groverattn.inputs import Check
from groverattn.problem.shapes import D_HEAD_MAX, INDEX_HEADS_MAX, N_KEYS_MAX, Shape

HEADS, INDEXER = "heads", "indexer"
TRAINED, ASSUMED = "trained", "assumed"
READ, CITED, OURS = "read", "cited", "ours"

_LAYERS_MAX = 1 << 20  # our assumption: no model has more layers, or heads in one


@attrs.frozen
class Source:
    """Where a field of a model is from.

    Attributes:
        text: the source, with a locator.
        checked: `READ`: we read it there; `CITED`: second-hand, or not read by us; `OURS`: our choice or assumption.
    """

    text: str
    checked: str


@attrs.frozen
class RowKind:
    """Rows of one kind that a generated token takes.

    Attributes:
        what: which layers they are in.
        layers: number of these layers.
        heads: rows in each of them.
        n_keys: keys that such a row sees at the full context.
        n_marked: keys that it looks for.
    """

    what: str
    layers: int
    heads: int
    n_keys: int
    n_marked: int

    @property
    def searched(self) -> bool:
        """Whether there is something to search: a row that sees no more keys than it looks for reads all of them."""
        return self.n_marked < self.n_keys

    @property
    def per_token(self) -> int:
        """Rows of this kind that a generated token takes."""
        return self.layers * self.heads


def _size(low: int, high: int, why: str, default: Any = attrs.NOTHING, optional: bool = False) -> Any:
    def read(value: Any, field: Any) -> Any:
        return None if optional and value is None else whole_number(field.name, value)

    def check(_: Any, field: Any, value: Any) -> None:
        if value is not None:
            check_between(field.name, value, low, high, why)

    return attrs.field(default=default, converter=attrs.Converter(read, takes_field=True), validator=check)  # pyright: ignore


def _one_of(*choices: str) -> Check:
    def check(_: Any, field: Any, value: Any) -> None:
        if value not in choices:
            raise _refused(f"{field.name} = {value!r}", " or ".join(choices), "nothing else is modelled")

    return check


def _of_self(compute: Any) -> Any:
    return attrs.Factory(compute, takes_self=True)


@attrs.frozen(kw_only=True)
class Preset:
    """One model at one context length: its attention, and what of it is searched.

    A model searches by its heads, one row for each query head of a searching layer, or by an indexer, one row for each
    such layer, whose k keys all heads of the layer attend to. Layers that neither search nor have a window take over
    what another layer found, attend to all of few pooled keys, or are recurrent: they cost no search.

    Attributes:
        name: what it is called on the command line.
        layers: layers of the model.
        query_heads: query heads per layer.
        kv_heads: key and value heads per layer; None for multi-head latent attention (MLA).
        d_head: numbers in the score of a head, d; for MLA with the part that carries the position.
        n_keys: context length, tokens.
        n_marked: keys that a row looks for, k: pooled ones where keys are pooled.
        note: what to know before the numbers are used.
        source: where the sizes are from, in words.
        key_numbers: numbers that a kernel reads per key when it generates a token; for MLA those of the compressed key,
            else d_head.
        searches: `HEADS` or `INDEXER`.
        search_layers: layers that search all keys; by default all without a window.
        pool: tokens whose keys are pooled into one key before the search.
        window: keys that a row sees in the layers with a window, the nearest; None: there are none.
        chunk: tokens of a chunk, in layers whose rows see their own chunk only; None: there are none.
        local_layers: layers with a window or a chunk.
        index_heads: heads of the indexer; None where heads search.
        index_dim: numbers in each of its queries and in its key; None where heads search.
        k: whether n_marked is `TRAINED`, the model's own, or `ASSUMED`, ours.
        sources: source of each field that a file gives.

    Raises:
        InputError: sizes out of range or that contradict each other.

    >>> sizes = {"layers": 32, "query_heads": 32, "kv_heads": 8, "d_head": 128, "n_keys": 131072, "n_marked": 512}
    >>> model = Preset(name="mine", note="", source="our choice", window=1024, local_layers=24, **sizes)
    >>> [(rows.what, rows.per_token, rows.n_keys) for rows in model.rows]
    [('all keys', 256, 131072), ('window', 768, 1024)]
    """

    name: str
    layers: int = _size(1, _LAYERS_MAX, "a model has at least one")
    query_heads: int = _size(1, _LAYERS_MAX, "a layer has at least one")
    kv_heads: int | None = _size(1, _LAYERS_MAX, "a layer has at least one", optional=True)
    d_head: int = _size(1, D_HEAD_MAX, "published heads have at most some hundred numbers per key")
    n_keys: int = _size(2, N_KEYS_MAX, "a search has at least two keys")
    n_marked: int = _size(1, N_KEYS_MAX, "a search looks for at least one key")
    note: str
    source: str
    key_numbers: int = _size(1, _LAYERS_MAX, "a key has numbers", _of_self(lambda self: self.d_head))
    searches: str = attrs.field(default=HEADS, validator=_one_of(HEADS, INDEXER))
    window: int | None = _size(1, N_KEYS_MAX, "a row sees itself", None, optional=True)
    chunk: int | None = _size(1, N_KEYS_MAX, "a row sees itself", None, optional=True)
    local_layers: int = _size(0, _LAYERS_MAX, "layers are counted", 0)
    search_layers: int = _size(
        0, _LAYERS_MAX, "layers are counted", _of_self(lambda self: self.layers - self.local_layers)
    )
    pool: int = _size(1, N_KEYS_MAX, "one token makes one key at most", 1)
    index_heads: int | None = _size(1, INDEX_HEADS_MAX, "published indexers have 4 to 64", None, optional=True)
    index_dim: int | None = _size(1, D_HEAD_MAX, "published indexers have 128", None, optional=True)
    k: str = attrs.field(default=ASSUMED, validator=_one_of(TRAINED, ASSUMED))
    sources: Mapping[str, Source] = attrs.field(factory=dict, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        indexer = {self.index_heads is not None, self.index_dim is not None}
        if indexer != {self.searches == INDEXER}:
            given = f"searches = {self.searches}, index_heads = {self.index_heads}, index_dim = {self.index_dim}"
            raise _refused(given, "both sizes for an indexer, and neither for heads", "they are the score of a row")
        if self.kv_heads is not None and self.query_heads % self.kv_heads:
            given = f"query_heads = {self.query_heads}, kv_heads = {self.kv_heads}"
            raise _refused(given, "query_heads that are a multiple of kv_heads", "a group shares each key head")
        local = [size for size in (self.window, self.chunk) if size is not None]
        if len(local) != (1 if self.local_layers else 0):
            given = f"window = {self.window}, chunk = {self.chunk}, local_layers = {self.local_layers}"
            raise _refused(given, "a window or a chunk, and the number of layers that have it", "both are needed")
        if not 1 <= self.search_layers + self.local_layers <= self.layers:
            given = f"search_layers = {self.search_layers}, local_layers = {self.local_layers}"
            raise _refused(given, f"together 1 to {self.layers}", "the model has no more layers")
        most = self.rows[0].n_keys - 1
        check_between("n_marked", self.n_marked, 1, most, "a row leaves out some of the keys that it sees")

    def source_of(self, field: str) -> str:
        """Return where a field is from, and whether that is second-hand."""
        source = self.sources.get(field)
        if source is None:
            return self.source
        return source.text + (" (cited)" if source.checked == CITED else "")

    @property
    def rows_per_layer(self) -> int:
        """Rows that a generated token takes in a layer that searches: one for each query head, or the indexer's."""
        return self.query_heads if self.searches == HEADS else 1

    @property
    def rows(self) -> tuple[RowKind, ...]:
        """The kinds of rows that a token takes; what is searched is named after the first."""
        kinds = []
        if self.search_layers:
            n_pooled = self.n_keys // self.pool
            kinds.append(RowKind("all keys", self.search_layers, self.rows_per_layer, n_pooled, self.n_marked))
        if self.local_layers:
            n_local = min(self.window or self.chunk or self.n_keys, self.n_keys)
            # beside an indexer the heads of such a layer attend to all of these keys: nothing is chosen
            n_marked = n_local if self.searches == INDEXER else min(self.n_marked, n_local)
            what = "window" if self.chunk is None else "chunk"
            kinds.append(RowKind(what, self.local_layers, self.query_heads, n_local, n_marked))
        return tuple(kinds)

    @property
    def keys_in_view(self) -> int:
        """Keys that a searching row sees at the full context."""
        return self.rows[0].n_keys

    @property
    def rows_per_token(self) -> int:
        """Rows that are searched for one generated token."""
        return sum(kind.per_token for kind in self.rows if kind.searched)

    @property
    def group_size(self) -> int:
        """Rows that read the same memory of keys: query heads of a group, all of a layer for MLA, one of an indexer.

        The memory of MLA holds compressed keys of `key_numbers` numbers; the d_head of a score are a head's own.
        """
        if self.searches == INDEXER:
            return 1
        return self.query_heads if self.kv_heads is None else self.query_heads // self.kv_heads

    @property
    def n_searches(self) -> int:
        """Rows over all keys of all layers that search, for all tokens of a full context."""
        return self.rows[0].per_token * self.n_keys

    @property
    def score_numbers(self) -> int:
        """Numbers per key of the score that is searched: those of the indexer's key, or of a head's."""
        return self.d_head if self.index_dim is None else self.index_dim

    def shape(self, key_bits: int, query_bits: int) -> Shape:
        """Return the sizes of one row's search at the chosen bit widths."""
        return Shape(
            self.keys_in_view, self.score_numbers, self.n_marked, key_bits, query_bits, index_heads=self.index_heads
        )

    def at(self, n_keys: int) -> Preset:
        """Return the model at another context, if no layer of it sees all keys; n_keys is then that of a row."""
        return self if self.search_layers else attrs.evolve(self, n_keys=n_keys)

    def row_inputs(self) -> dict[str, Any]:
        """Return what a request of a row takes from the model, by the names of its inputs."""
        first, *local = self.rows
        inputs: dict[str, Any] = {
            "name": self.name,
            "n_keys": first.n_keys,
            "d_head": self.score_numbers,
            "n_marked": self.n_marked,
            "layers": first.layers,
            "query_heads": first.heads,
            "gqa_group": self.group_size,
        }
        if self.searches == INDEXER:
            return inputs | {"index_heads": self.index_heads, "pool": self.pool}
        if not self.search_layers:
            inputs |= {"context": self.n_keys}
        if local:
            inputs |= {"window": local[0].n_keys, "window_layers": local[0].layers}
        # of MLA only: it stores another number of numbers per key than a score has
        return inputs | ({"key_numbers": self.key_numbers} if self.kv_heads is None else {})

    def as_json(self) -> dict[str, Any]:
        """Return the fields, and what follows from them."""
        kinds = [attrs.asdict(kind) | {"searched": kind.searched} for kind in self.rows]
        derived = {"keys_in_view": self.keys_in_view, "rows_per_token": self.rows_per_token, "rows": kinds}
        return attrs.asdict(self) | derived


def _refused(given: str, allowed: str, why: str) -> InputError:
    return InputError(given=given, allowed=allowed, why=why, do="correct the model")
