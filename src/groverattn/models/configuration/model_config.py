"""Sizes of a model from its Hugging Face `config.json`: read as JSON, bounded, without code and without a network."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs

from groverattn.errors import ContentsError, InputError, unknown_name
from groverattn.files.json_file import read_object
from groverattn.models.configuration.families import FAMILIES, Family
from groverattn.models.configuration.keys_seen import KIND_SHOWN, KeysSeen, keys_seen, size_of, wrong
from groverattn.models.configuration.names import FILE, file_label, model_name
from groverattn.models.preset import Preset
from groverattn.models.presets import PRESETS

# A text model's takes a few kB, and 100 kB with the name of every label of a classifier.
FILE_BYTES_MAX = 1 << 20

_DO = "check the path, or give --layers, --heads, --kv-heads, --d-head, --n-keys and --n-marked"
_OPTIONS = {"query_heads": "--heads"}


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
                given=f"{self.file} without {', '.join(dict.fromkeys(lacking.values()))}",
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
    if isinstance(inner, Mapping) and record.get("model_type") not in tuple(FAMILIES):  # a list has no hash
        record = inner
    model_type = record.get("model_type")
    if not isinstance(model_type, str):
        raise wrong("model_type", model_type, f"one of {', '.join(FAMILIES)}", "it says what the other fields mean")
    if model_type not in FAMILIES:
        unknown = unknown_name("model_type", model_type[:KIND_SHOWN], FAMILIES, "its fields are not known here").parts
        raise InputError(**unknown | {"do": f"{unknown['do']} Or give the sizes as options: {_DO.split('give ')[1]}"})
    family = FAMILIES[model_type]
    found = dict(_sizes(record, family))
    fields = {name: field for name, (field, _) in found.items()}
    sizes = {name: size for name, (_, size) in found.items() if size is not None}
    _check_groups(sizes, fields)
    seen = keys_seen(record, family)
    missing = {name: field for name, field in fields.items() if name not in sizes}
    return ModelConfig(model_name(path), file_label(path), model_type, sizes, missing, seen)


def _sizes(record: Mapping[str, Any], family: Family) -> Iterator[tuple[str, tuple[str, int | None]]]:
    """Yield name of the input, field and number of every size; None: the configuration does not state it."""
    yield "layers", (family.layers, size_of(record, family.layers))
    heads = size_of(record, family.heads)
    yield "query_heads", (family.heads, heads)
    if family.kv_heads is not None:
        computed = _is_computed(record, family.kv_heads, family.kv_heads_unstated)
        yield "kv_heads", (family.kv_heads, heads if computed else size_of(record, family.kv_heads))
    elif not family.latent:
        yield "kv_heads", (family.heads, heads)
    if family.latent:
        no_position, position, rank = (
            size_of(record, field) for field in ("qk_nope_head_dim", "qk_rope_head_dim", "kv_lora_rank")
        )
        yield "d_head", (_absent(record, "qk_nope_head_dim", "qk_rope_head_dim"), _sum(no_position, position))
        yield "key_numbers", (_absent(record, "kv_lora_rank", "qk_rope_head_dim"), _sum(rank, position))
    elif family.d_head is None or _is_computed(record, family.d_head, family.d_head_unstated):
        yield "d_head", (_absent(record, family.width, family.heads), _share(record, family, heads))
    else:
        yield "d_head", (family.d_head, size_of(record, family.d_head))
    yield "n_keys", _positions(record, family)


def _absent(record: Mapping[str, Any], *fields: str) -> str:
    """Those of the fields that make up a size which are not there; where all are, all of them."""
    return " and ".join([field for field in fields if record.get(field) is None] or fields)


def _sum(first: int | None, second: int | None) -> int | None:
    return None if first is None or second is None else first + second


def _is_computed(record: Mapping[str, Any], field: str, unstated: str) -> bool:
    return record.get(field) is None and (unstated == "absent" or (unstated == "null" and field in record))


def _share(record: Mapping[str, Any], family: Family, heads: int | None) -> int | None:
    width = size_of(record, family.width)
    if width is None or heads is None:
        return None
    if width % heads:
        given = f"{family.width} = {width}, {family.heads} = {heads}"
        raise _divided(given, f"{family.width} that is a multiple of {family.heads}")
    return width // heads


def _positions(record: Mapping[str, Any], family: Family) -> tuple[str, int | None]:
    positions = size_of(record, family.context)
    if family.first_position is None or positions is None:
        return family.context, positions
    before = size_of(record, family.first_position, least=0)
    if before is None:
        return family.first_position, None
    if positions - before - 1 < 1:
        raise wrong(family.context, positions, f"more than {family.first_position} + 1", "these are not used")
    return family.context, positions - before - 1


def _check_groups(sizes: Mapping[str, int], fields: Mapping[str, str]) -> None:
    heads, kv_heads = sizes.get("query_heads"), sizes.get("kv_heads")
    if heads is not None and kv_heads is not None and heads % kv_heads:
        given = f"{fields['query_heads']} = {heads}, {fields['kv_heads']} = {kv_heads}"
        raise _divided(given, f"{fields['query_heads']} that is a multiple of {fields['kv_heads']}")


def _divided(given: str, allowed: str) -> InputError:
    return InputError(given=given, allowed=allowed, why="heads have equal shares", do="correct the configuration")
