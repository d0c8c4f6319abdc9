"""Sizes that come from a model: a preset or a configuration file, and head counts as people write them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from groverattn.classical.lines import classical_lines
from groverattn.errors import InputError
from groverattn.inputs import Check, Input, checked
from groverattn.models.configuration.model_config import read_config
from groverattn.models.k_choice import KLawChoice, k_by_law
from groverattn.models.preset import HEADS, Preset
from groverattn.models.presets import PRESETS, preset
from groverattn.show.numbers import number_text

OF_A_MODEL = (
    *("name", "source", "note", "n_keys", "d_head", "n_marked"),
    *("layers", "query_heads", "gqa_group", "key_numbers", "index_heads", "pool", "context", "window"),
    "window_layers",
)
"""Inputs that a preset or a configuration gives."""


def sources(count: Check) -> tuple[Input, ...]:
    """Return the inputs that give others; `count` checks numbers of heads."""
    of_model = {"optional": True, "default": None, "stands_for": OF_A_MODEL}
    of_heads = {"type": int, "optional": True, "default": None, "check": count}
    return (
        Input("preset", str, help="A name that `groverattn presets` lists.", check=checked(preset), **of_model),
        Input("config", str, help="The config.json of a model of your own, or its folder.", **of_model),
        Input(
            "heads", help="Query heads per layer, the same as --query-heads.", stands_for=("query_heads",), **of_heads
        ),
        Input(
            "kv_heads",
            help="Key heads per layer; --heads / --kv-heads is --gqa-group.",
            stands_for=("gqa_group",),
            **of_heads,
        ),
    )


def completed_sizes(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs of a row with those of the preset or configuration, if there is one; what is given stays.

    Raises:
        InputError: a preset and a configuration, sizes that are missing, numbers of heads that do not agree, or a law
            of k beside a k that is given or trained.

    >>> completed_sizes({"preset": "gpt2", "kv_heads": 4})["gqa_group"]
    3
    """
    choice = KLawChoice(**{name: given.get(name) for name in ("k_law", "k_weight")})
    if choice.law is None:
        return _completed(given)
    if "n_marked" in given:
        raise InputError(
            given=f"n_marked = {given['n_marked']}, k_law = {choice.k_law}",
            allowed="one of them",
            why="each says how many keys are marked",
            do="leave one out",
        )
    sizes = _completed({**given, "n_marked": 1})  # in place of the k that follows from the sizes
    return sizes | k_by_law(choice, sizes)


def _completed(given: Mapping[str, Any]) -> dict[str, Any]:
    inputs = dict(given)
    heads = inputs.pop("heads", None)
    _same(inputs, f"heads = {heads}", "query_heads", heads)
    model = _model(inputs)
    of_model: dict[str, Any] = {} if model is None else _inputs_of(model)
    kv_heads = inputs.pop("kv_heads", None)
    if kv_heads is not None:
        heads = inputs.get("query_heads", of_model.get("query_heads"))
        _same(inputs, f"kv_heads = {kv_heads}", "gqa_group", _group(heads, kv_heads))
    if model is not None:
        return of_model | inputs
    _check_sizes(inputs)
    if "gqa_group" not in inputs and "note" not in inputs:
        inputs |= _note_on_groups(inputs)
    return inputs


def _model(inputs: dict[str, Any]) -> Preset | None:
    """The model that is named, taken out of the inputs."""
    name, path = inputs.pop("preset", None), inputs.pop("config", None)
    if name is not None and path is not None:
        raise InputError(
            given=f"preset = {name}, config = {path}",
            allowed="one of them",
            why="each gives all sizes of a model",
            do="leave one out",
        )
    if path is not None:
        return _in_context(read_config(path).preset(inputs), inputs)
    return None if name is None else _in_context(PRESETS[name], inputs)


def _in_context(model: Preset, inputs: dict[str, Any]) -> Preset:
    """The model at the context that is given; where no layer sees all keys, that is not the keys of a row."""
    if model.search_layers or "n_keys" not in inputs:
        return model
    return model.at(inputs.pop("n_keys"))


def _inputs_of(model: Preset) -> dict[str, Any]:
    # what is known of a preset, results look up by its name
    words = {} if model.name in PRESETS else {"note": model.note, "source": model.source}
    return model.row_inputs() | words


def _same(inputs: dict[str, Any], by: str, name: str, value: int | None) -> None:
    """Set an input that has two names; `by` is the other one with its value."""
    if value is not None and inputs.setdefault(name, value) != value:
        raise InputError(
            given=f"{name} = {inputs[name]}, {by}",
            allowed=f"numbers that agree: {name} = {value}",
            why="both say the same of the heads",
            do="leave one of them out",
        )


def _group(heads: int | None, kv_heads: int) -> int:
    if heads is None or heads % kv_heads:
        raise InputError(
            given=f"kv_heads = {kv_heads} and {'no query_heads' if heads is None else f'query_heads = {heads}'}",
            allowed="query_heads that are a multiple of kv_heads",
            why="as many query heads share each key head",
            do="choose numbers that divide, for example --heads 32 --kv-heads 8"
            if heads
            else "give both, for example --heads 32 --kv-heads 8",
        )
    return heads // kv_heads


_MISSING = {"n_keys": "--n-keys", "d_head": "--d-head", "n_marked": "--n-marked or --k-law"}


def _check_sizes(inputs: Mapping[str, Any]) -> None:
    missing = [name for name in _MISSING if name not in inputs]
    if missing:
        raise InputError(
            given="no preset, and no " + ", ".join("--" + name.replace("_", "-") for name in missing),
            allowed="--preset NAME, --config FILE, or --n-keys, --d-head and --n-marked or --k-law",
            why="the cost depends on all three sizes",
            do=f"give {' and '.join(_MISSING[name] for name in missing)}"
            if len(missing) < len(_MISSING)
            else "`groverattn presets` lists the names",
        )


def _note_on_groups(inputs: Mapping[str, Any]) -> dict[str, str]:
    """Say that heads of a known model share keys, where it has these sizes and no group was given."""
    n, d = inputs["n_keys"], inputs["d_head"]
    alike = [each for each in PRESETS.values() if (each.keys_in_view, each.score_numbers) == (n, d)]
    alike = [each for each in alike if each.searches == HEADS and each.search_layers == each.layers and each.kv_heads]
    shared = sorted((each for each in alike if each.group_size > 1), key=lambda each: each.layers * each.query_heads)
    if len(shared) < len(alike) or not shared:
        return {}
    model = next((each for each in shared if each.query_heads == inputs.get("query_heads")), shared[0])
    alone, together = (
        max(line.time_s_per_row for line in classical_lines(n, d, group) if line.kind == "decode")
        for group in (1, model.group_size)
    )
    note = (
        f"d = {d} and n = {n:,} are those of {model.name}, where {model.group_size} query heads share keys: --heads "
        f"{model.query_heads} --kv-heads {model.kv_heads} makes the GPU's decode lines "
        f"{number_text(alone / together)} times "
        "shorter"
    )
    return {"note": note}


def check_heads(query_heads: int, gqa_group: int, index_heads: int | None) -> None:
    """Raise InputError unless the rows of a layer fall into groups; an indexer has one row."""
    if query_heads % gqa_group:
        raise InputError(
            given=f"query_heads = {query_heads}, gqa_group = {gqa_group}",
            allowed="query_heads that are a multiple of gqa_group",
            why="every group of query heads shares one memory of keys",
            do="give both",
        )
    if index_heads is not None and query_heads != 1:
        raise InputError(
            given=f"index_heads = {index_heads}, query_heads = {query_heads}",
            allowed="one query head with an indexer",
            why="an indexer makes one row a token and layer, whatever the heads that attend to what it chose",
            do="leave the heads out, give --heads 1 --kv-heads 1, or leave --index-heads out",
        )


def check_windows(window: int | None, window_layers: int) -> None:
    """Raise InputError unless a window and the number of its layers are given together."""
    if (window is None) != (window_layers == 0):
        raise InputError(
            given=f"window = {window}, window_layers = {window_layers}",
            allowed="both, or neither",
            why="layers with a window are counted by their number, and priced by its keys",
            do="give both",
        )
