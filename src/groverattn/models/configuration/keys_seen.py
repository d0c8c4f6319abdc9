"""What a configuration says of the keys that a row sees: indexers, windows, chunks, and the layers with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from groverattn.errors import InputError, check_between, shown, whole_number
from groverattn.models.configuration.families import Family
from groverattn.models.preset import INDEXER, TRAINED
from groverattn.problem.shapes import N_KEYS_MAX

_KINDS_SHOWN, KIND_SHOWN = 4, 40


@attrs.frozen(kw_only=True)
class KeysSeen:
    """What a configuration says of the keys that a row sees, where it is not all of them; None or 0: nothing.

    Attributes:
        sliding_window: keys that a row of some layers sees at most, the nearest.
        chunk: keys of a chunk, beyond which a row of some layers sees nothing.
        index_topk: keys that an indexer chooses for every row.
        index_n_heads, index_head_dim: heads of the indexer, and numbers of each of their queries.
        layers_of_kind: number of layers of each kind that `layer_types` names.
        indexer_layers: layers that run the indexer, where others take over what it chose.
        no_rope_layers: layers whose keys know no position.
        causal: whether row i sees keys 0 to i only.
    """

    sliding_window: int | None = None
    chunk: int | None = None
    index_topk: int | None = None
    index_n_heads: int | None = None
    index_head_dim: int | None = None
    layers_of_kind: Mapping[str, int] = attrs.field(factory=dict)
    indexer_layers: int | None = None
    no_rope_layers: int = 0
    causal: bool = True

    def attention(self, layers: int, n_keys: int) -> dict[str, Any]:
        """Return what a `Preset` of this many layers has of it: an indexer, or layers with a window or a chunk."""
        if self.has_indexer:
            of_indexer = {"index_heads": self.index_n_heads, "index_dim": self.index_head_dim, "k": TRAINED}
            return {"searches": INDEXER, "search_layers": self.indexer_layers or layers} | of_indexer
        searching = sum(self.layers_of_kind.get(kind, 0) for kind in _SEARCHING_KINDS)
        for name, kind, size in self._local:
            n_local = self.layers_of_kind.get(kind, 0 if self.layers_of_kind else layers)
            if size is not None and size < n_keys and n_local:
                n_search = searching if self.layers_of_kind else layers - n_local
                return {name: size, "local_layers": n_local, "search_layers": n_search}
        # layers whose window holds all keys search them too
        searching += sum(self.layers_of_kind.get(kind, 0) for _, kind, _ in self._local)
        return {"search_layers": searching} if searching else {}

    @property
    def has_indexer(self) -> bool:
        """Whether an indexer searches, and all of its sizes are stated."""
        return None not in (self.index_topk, self.index_n_heads, self.index_head_dim)

    @property
    def _local(self) -> tuple[tuple[str, str, int | None], ...]:
        return ("window", "sliding_attention", self.sliding_window), ("chunk", "chunked_attention", self.chunk)

    def sentences(self) -> Iterator[str]:
        """Yield what prices by --config leave out of it."""
        if self.index_topk is not None and not self.has_indexer:
            yield (
                f"the configuration says index_topk = {self.index_topk} without index_n_heads and index_head_dim: not "
                "modelled, every head searches"
            )
        others = [kind for kind in self.layers_of_kind if kind not in _PLAIN_KINDS]
        if others:
            named = ", ".join(f"{self.layers_of_kind[kind]} {kind[:KIND_SHOWN]}" for kind in others[:_KINDS_SHOWN])
            yield f"the configuration says layer_types with {named}: these layers search nothing here"
        if self.no_rope_layers:
            yield f"{self.no_rope_layers} layers have no rotary embedding: their scores know no position"
        if not self.causal:
            yield "an encoder, whose rows all see n keys; --whole-model counts causal rows"


_SEARCHING_KINDS = ("full_attention", "deepseek_sparse_attention")
_LOCAL_KINDS = ("sliding_attention", "chunked_attention")
_PLAIN_KINDS = (*_SEARCHING_KINDS, *_LOCAL_KINDS)


def keys_seen(record: Mapping[str, Any], family: Family) -> KeysSeen:
    """Return what a configuration says of the keys that a row sees.

    Args:
        record: the configuration.
        family: what its fields mean.

    Raises:
        InputError: layers of unknown kinds, lists that do not fit the layers, or a window without the layers that have
            it.

    >>> from groverattn.models.configuration.families import FAMILIES
    >>> gemma = {"num_hidden_layers": 62, "sliding_window": 1024, "sliding_window_pattern": 6}
    >>> dict(keys_seen(gemma, FAMILIES["gemma3_text"]).layers_of_kind)
    {'full_attention': 10, 'sliding_attention': 52}
    """
    switch = family.window_switch
    is_off = record.get("use_sliding_window") is False or (switch is not None and record.get(switch) is not True)
    n_layers = size_of(record, family.layers)
    indexers, rotary = (_listed(record, field, n_layers) for field in ("indexer_types", "no_rope_layers"))
    kinds = Counter(map(str, _listed(record, "layer_types", n_layers)))
    if indexers and "full" not in indexers:
        raise wrong("indexer_types", indexers, "at least one layer that is full", "the others take over what it chose")
    if kinds and (len(kinds.keys() & set(_LOCAL_KINDS)) > 1 or not kinds.keys() & set(_PLAIN_KINDS)):
        known = f"{', '.join(_PLAIN_KINDS)}, and not both of {' and '.join(_LOCAL_KINDS)}"
        raise wrong("layer_types", dict(kinds), f"layers of the kinds {known}", "others are not known to search")
    window = None if is_off else size_of(record, "sliding_window", least=0) or None
    if kinds.get("sliding_attention") and not window and not is_off:
        raise wrong("sliding_window", None, "a number of keys", "layer_types has layers of the kind sliding_attention")
    if window and not kinds and n_layers is not None:
        kinds = _windowed(record, family, n_layers)
    return KeysSeen(
        sliding_window=window,
        chunk=size_of(record, "attention_chunk_size", least=0) or None,
        index_topk=size_of(record, "index_topk"),
        index_n_heads=size_of(record, "index_n_heads"),
        index_head_dim=size_of(record, "index_head_dim"),
        layers_of_kind=kinds,
        indexer_layers=indexers.count("full") if "shared" in indexers else None,
        no_rope_layers=sum(type(each) is int and each == 0 for each in rotary),  # 1: the layer has one
        causal=family.causal,
    )


def _windowed(record: Mapping[str, Any], family: Family, n_layers: int) -> Counter[str]:
    """Layers of each kind where only the rule of the class says which have the window; none: all have it."""
    if family.windowed == "all":
        return Counter()
    fields = {"pattern": ("sliding_window_pattern", "_sliding_window_pattern"), "after": ("max_window_layers",)}
    least = 0 if family.windowed == "after" else 1
    named = fields.get(family.windowed, ())
    stated = [size_of(record, field, least) for field in named if record.get(field) is not None]
    if family.windowed == "alternate":
        n_full = n_layers // 2
    elif stated and stated[0] is not None:
        n_full = min(stated[0], n_layers) if family.windowed == "after" else n_layers // stated[0]
    else:
        either = " or ".join([*named[:1], "layer_types"])
        raise InputError(
            given=f"sliding_window = {record['sliding_window']} without {either}",
            allowed="a configuration that says which layers have the window",
            why="what its class takes by default is not guessed",
            do=f"add {either}, or give the sizes as options, with --window and --window-layers",
        )
    return +Counter({"full_attention": n_full, "sliding_attention": n_layers - n_full})


def _listed(record: Mapping[str, Any], field: str, n_layers: int | None) -> list[Any]:
    """A list with an entry for each layer, of words or numbers."""
    listed = record.get(field)
    if listed is None:
        return []
    if not isinstance(listed, list) or not all(isinstance(each, str | int) for each in listed):
        raise wrong(field, listed, "a list with an entry for every layer", "it says which layers are of which kind")
    if n_layers is not None and len(listed) != n_layers:
        given = f"{len(listed)} entries of {n_layers} layers"
        raise wrong(field, given, f"{n_layers} entries", "it says which layers are of which kind")
    return listed


def size_of(record: Mapping[str, Any], field: str, least: int = 1) -> int | None:
    """A whole number above 0; None where the field is absent or null."""
    value = record.get(field)
    if value is None:
        return None
    number = whole_number(field, value)
    check_between(field, number, least, N_KEYS_MAX, "it is a size of the model", "correct the configuration")
    return number


def wrong(field: str, value: object, allowed: str, why: str) -> InputError:
    """Return the refusal of a field, or of one that is missing."""
    given = f"no {field}" if value is None else f"{field} = {shown(value)}"
    return InputError(given=given, allowed=allowed, why=why, do="correct the configuration")
