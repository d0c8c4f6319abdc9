"""Sizes of a model from its Hugging Face `config.json`: read as JSON, bounded, without code and without a network."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs

from groverattn.errors import ContentsError, InputError, check_between, shown, unknown_name, whole_number
from groverattn.files.json_file import read_object
from groverattn.models.configuration.families import FAMILIES, Family
from groverattn.models.configuration.names import FILE, file_label, model_name
from groverattn.models.preset import INDEXER, TRAINED, Preset
from groverattn.models.presets import PRESETS
from groverattn.problem.shapes import N_KEYS_MAX

# A text model's takes a few kB, and 100 kB with the name of every label of a classifier.
FILE_BYTES_MAX = 1 << 20

_DO = "check the path, or give --layers, --heads, --kv-heads, --d-head, --n-keys and --n-marked"
_OPTIONS = {"query_heads": "--heads"}
_KINDS_SHOWN, _KIND_SHOWN = 4, 40


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
            named = ", ".join(f"{self.layers_of_kind[kind]} {kind[:_KIND_SHOWN]}" for kind in others[:_KINDS_SHOWN])
            yield f"the configuration says layer_types with {named}: these layers search nothing here"
        if self.no_rope_layers:
            yield f"{self.no_rope_layers} layers have no rotary embedding: their scores know no position"
        if not self.causal:
            yield "an encoder, whose rows all see n keys; --whole-model counts causal rows"


_SEARCHING_KINDS = ("full_attention", "deepseek_sparse_attention")
_LOCAL_KINDS = ("sliding_attention", "chunked_attention")
_PLAIN_KINDS = (*_SEARCHING_KINDS, *_LOCAL_KINDS)


@attrs.frozen
class ModelConfig:
    """What a configuration says of attention.

    Attributes:
        name: what to call the model.
        file: where its sizes are from: folder and file, or the file alone.
        model_type: key of `FAMILIES`.
        sizes: those that it gives, by the names of inputs: layers, query_heads, kv_heads, d_head, n_keys, key_numbers.
        missing: the field that would give each of the others.
        keys_seen: what it says of the keys that a row sees.
    """

    name: str
    file: str
    model_type: str
    sizes: Mapping[str, int]
    missing: Mapping[str, str]
    keys_seen: KeysSeen

    def preset(self, given: Mapping[str, Any]) -> Preset:
        """Return the sizes as those of a model that comes with the package; everything else is priced from it.

        Args:
            given: inputs that fill what the configuration leaves out; all others may be there too.

        Raises:
            InputError: a size that neither has; the message names its field and its option.
        """
        known = dict(given) | dict(self.sizes)
        group = given.get("gqa_group")
        if "kv_heads" not in known and group is not None and "query_heads" in known:
            known["kv_heads"] = max(1, known["query_heads"] // group)
        lacking = {size: field for size, field in self.missing.items() if size not in known}
        if lacking:
            options = (_OPTIONS.get(size, "--" + size.replace("_", "-")) for size in lacking)
            raise InputError(
                given=f"{self.file} without {', '.join(lacking.values())}",
                allowed=f"a configuration of model type {self.model_type} that states them",
                why="what its class takes by default is not guessed",
                do=f"give {', '.join(options)}, or add the fields",
            )
        n_keys, n_marked = int(given.get("n_keys", known["n_keys"])), self._n_marked(given)
        if "n_marked" not in given and n_marked >= n_keys:
            raise InputError(
                given=f"{self.file} with index_topk = {n_marked} of {n_keys} keys",
                allowed="index_topk below the number of keys, or --n-marked K",
                why="a row that keeps all of its keys searches for none",
                do="give --n-keys or --n-marked",
            )
        try:
            return self._preset(known, n_keys, n_marked)
        except InputError as error:
            # sizes may be options too
            raise InputError(**error.parts | {"given": f"{self.file}: {error.parts['given']}"}) from None

    def _preset(self, known: Mapping[str, Any], n_keys: int, n_marked: int) -> Preset:
        return Preset(
            name=self.name,
            layers=known["layers"],
            query_heads=known["query_heads"],
            kv_heads=known.get("kv_heads") if "key_numbers" not in self.sizes else None,
            d_head=known["d_head"],
            n_keys=n_keys,
            n_marked=n_marked,
            note="; ".join(self._notes(n_keys)),
            **self.keys_seen.attention(known["layers"], n_keys),
            source=f"{self.file}, model type {self.model_type}; an option that is given replaces what it says",
            key_numbers=self.sizes.get("key_numbers", known["d_head"]),
        )

    def _n_marked(self, given: Mapping[str, Any]) -> int:
        n_marked = given.get("n_marked", self.keys_seen.index_topk)
        if n_marked is None:
            few, many = (PRESETS[name] for name in ("llama3-8b", "llama3.1-8b"))
            raise InputError(
                given=f"{self.file} and no --n-marked",
                allowed="--n-marked K, less than the number of keys",
                why="it does not say how many keys of a row are to be found, as a model with index_topk does",
                do=f"add --n-marked: the presets assume {few.n_marked} of {few.n_keys:,} keys, {many.n_marked} of "
                f"{many.n_keys:,}",
            )
        return n_marked

    def _notes(self, n_keys: int) -> Iterator[str]:
        yield from self.keys_seen.sentences()
        window, layers = self.keys_seen.sliding_window, self.sizes.get("layers")
        if window and layers and self.keys_seen.attention(layers, n_keys).get("search_layers") == 0:
            yield f"sliding_window = {window:,} in all layers: no row sees more keys"
        positions = self.sizes.get("n_keys")
        if positions is not None and positions < n_keys:
            yield f"the configuration has {positions:,} positions, fewer than n"


def read_config(path: str | Path) -> ModelConfig:
    """Read a model's configuration.

    Args:
        path: a `config.json`, or the folder that it is in.

    Raises:
        InputError: no such file, one that is too large or not JSON, a model type that is not known here, or a size that
            is not a whole number above 0.
    """
    path = Path(path)
    file = path / FILE if os.path.isdir(path) else path
    try:
        return _config(read_object(file, FILE_BYTES_MAX, _DO), file)
    except InputError as error:
        if str(file) in error.parts["given"]:
            raise
        raise ContentsError.at(str(file), error) from None


def _config(record: Mapping[str, Any], path: Path) -> ModelConfig:
    inner = record.get("text_config")
    if isinstance(inner, Mapping) and record.get("model_type") not in FAMILIES:
        record = inner
    model_type = record.get("model_type")
    if not isinstance(model_type, str):
        raise _wrong("model_type", model_type, "the name of a model type", "it says what the other fields mean")
    if model_type not in FAMILIES:
        unknown = unknown_name("model_type", model_type[:_KIND_SHOWN], FAMILIES, "its fields are not known here").parts
        raise InputError(**unknown | {"do": f"{unknown['do']} Or give the sizes as options: {_DO.split('give ')[1]}"})
    family = FAMILIES[model_type]
    found = dict(_sizes(record, family))
    fields = {name: field for name, (field, _) in found.items()}
    sizes = {name: size for name, (_, size) in found.items() if size is not None}
    _check_groups(sizes, fields)
    seen = _keys_seen(record, family)
    missing = {name: field for name, field in fields.items() if name not in sizes}
    return ModelConfig(model_name(path), file_label(path), model_type, sizes, missing, seen)


def _sizes(record: Mapping[str, Any], family: Family) -> Iterator[tuple[str, tuple[str, int | None]]]:
    """Yield name of the input, field and number of every size; None: the configuration does not state it."""
    yield "layers", (family.layers, _size(record, family.layers))
    heads = _size(record, family.heads)
    yield "query_heads", (family.heads, heads)
    if family.kv_heads is not None:
        computed = _is_computed(record, family.kv_heads, family.kv_heads_unstated)
        yield "kv_heads", (family.kv_heads, heads if computed else _size(record, family.kv_heads))
    elif not family.latent:
        yield "kv_heads", (family.heads, heads)
    if family.latent:
        no_position, position, rank = (
            _size(record, field) for field in ("qk_nope_head_dim", "qk_rope_head_dim", "kv_lora_rank")
        )
        yield "d_head", ("qk_nope_head_dim or qk_rope_head_dim", _sum(no_position, position))
        yield "key_numbers", ("kv_lora_rank or qk_rope_head_dim", _sum(rank, position))
    elif family.d_head is None or _is_computed(record, family.d_head, family.d_head_unstated):
        yield "d_head", (f"{family.width} or {family.heads}", _share(record, family, heads))
    else:
        yield "d_head", (family.d_head, _size(record, family.d_head))
    yield "n_keys", _positions(record, family)


def _sum(first: int | None, second: int | None) -> int | None:
    return None if first is None or second is None else first + second


def _is_computed(record: Mapping[str, Any], field: str, unstated: str) -> bool:
    return record.get(field) is None and (unstated == "absent" or (unstated == "null" and field in record))


def _share(record: Mapping[str, Any], family: Family, heads: int | None) -> int | None:
    width = _size(record, family.width)
    if width is None or heads is None:
        return None
    if width % heads:
        given = f"{family.width} = {width}, {family.heads} = {heads}"
        raise _divided(given, f"{family.width} that is a multiple of {family.heads}")
    return width // heads


def _positions(record: Mapping[str, Any], family: Family) -> tuple[str, int | None]:
    positions = _size(record, family.context)
    if family.first_position is None or positions is None:
        return family.context, positions
    before = _size(record, family.first_position, least=0)
    if before is None:
        return family.first_position, None
    if positions - before - 1 < 1:
        raise _wrong(family.context, positions, f"more than {family.first_position} + 1", "these are not used")
    return family.context, positions - before - 1


def _size(record: Mapping[str, Any], field: str, least: int = 1) -> int | None:
    """A whole number above 0; None where the field is absent or null."""
    value = record.get(field)
    if value is None:
        return None
    number = whole_number(field, value)
    check_between(field, number, least, N_KEYS_MAX, "it is a size of the model", "correct the configuration")
    return number


def _check_groups(sizes: Mapping[str, int], fields: Mapping[str, str]) -> None:
    heads, kv_heads = sizes.get("query_heads"), sizes.get("kv_heads")
    if heads is not None and kv_heads is not None and heads % kv_heads:
        given = f"{fields['query_heads']} = {heads}, {fields['kv_heads']} = {kv_heads}"
        raise _divided(given, f"{fields['query_heads']} that is a multiple of {fields['kv_heads']}")


def _keys_seen(record: Mapping[str, Any], family: Family) -> KeysSeen:
    switch = family.window_switch
    is_off = record.get("use_sliding_window") is False or (switch is not None and record.get(switch) is not True)
    n_layers = _size(record, family.layers)
    indexers, rotary = (_listed(record, field, n_layers) for field in ("indexer_types", "no_rope_layers"))
    kinds = Counter(map(str, _listed(record, "layer_types", n_layers)))
    if indexers and "full" not in indexers:
        raise _wrong("indexer_types", indexers, "at least one layer that is full", "the others take over what it chose")
    if kinds and (len(kinds.keys() & set(_LOCAL_KINDS)) > 1 or not kinds.keys() & set(_PLAIN_KINDS)):
        known = f"{', '.join(_PLAIN_KINDS)}, and not both of {' and '.join(_LOCAL_KINDS)}"
        raise _wrong("layer_types", dict(kinds), f"layers of the kinds {known}", "others are not known to search")
    window = None if is_off else _size(record, "sliding_window", least=0) or None
    if kinds.get("sliding_attention") and not window and not is_off:
        raise _wrong("sliding_window", None, "a number of keys", "layer_types has layers of the kind sliding_attention")
    if window and not kinds and n_layers is not None:
        kinds = _windowed(record, family, n_layers)
    return KeysSeen(
        sliding_window=window,
        chunk=_size(record, "attention_chunk_size", least=0) or None,
        index_topk=_size(record, "index_topk"),
        index_n_heads=_size(record, "index_n_heads"),
        index_head_dim=_size(record, "index_head_dim"),
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
    stated = [_size(record, field, least) for field in fields.get(family.windowed, ()) if record.get(field) is not None]
    if family.windowed == "alternate":
        n_full = n_layers // 2
    elif stated and stated[0] is not None:
        n_full = min(stated[0], n_layers) if family.windowed == "after" else n_layers // stated[0]
    else:
        either = " or ".join([*fields.get(family.windowed, ())[:1], "layer_types"])
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
        raise _wrong(field, listed, "a list with an entry for every layer", "it says which layers are of which kind")
    if n_layers is not None and len(listed) != n_layers:
        given = f"{len(listed)} entries of {n_layers} layers"
        raise _wrong(field, given, f"{n_layers} entries", "it says which layers are of which kind")
    return listed


def _wrong(field: str, value: object, allowed: str, why: str) -> InputError:
    given = f"no {field}" if value is None else f"{field} = {shown(value)}"
    return InputError(given=given, allowed=allowed, why=why, do="correct the configuration")


def _divided(given: str, allowed: str) -> InputError:
    return InputError(given=given, allowed=allowed, why="heads have equal shares", do="correct the configuration")
