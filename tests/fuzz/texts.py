"""TOML and JSON: valid files that were edited badly, and files made of odd values."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from .odd import LONG, REAL, TEXT, WHOLE, edited, split

_JUNK = (
    *split('[ ] { } = " \' """ # , \\ \\u \\uD800 \ufeff [[x]] [fixed] [grid] [[points]] [points] null NaN - 0x'),
    *("\n", "\r", "\t", "\0", "\x7f", "base = 1", 'base = "me"', "nan", "inf", "1e999", "Infinity", "1979-05-27"),
    *("9" * 5000, "0x" + "f" * 5000, "[" * 2000, "{a=" * 500, "a." * 2000 + "b=1", "[a." + "b." * 900 + "c]"),
)


@functools.cache
def valid_machines() -> tuple[bytes, ...]:
    """The machines that are shipped, and one of a user."""
    folder = files("groverattn.physical") / "machines"
    shipped = sorted(item.read_bytes() for item in folder.iterdir() if item.name.endswith(".toml"))
    return (*shipped, b'base = "gidney-2025"\ncycle_time_us = 2.0\nphysical_error_rate = 1e-4\n')


VALID_STUDIES = (
    (Path(__file__).parents[2] / "docs" / "examples" / "sweep.toml").read_bytes(),
    b'kind = "simulate"\n[fixed]\nn_keys = 16\nd_head = 2\nn_marked = 2\n[grid]\nseed = { from = 0, to = 4, step = 2 }',
    b'kind = "estimate"\n[[points]]\npreset = "gpt2"\n[[points]]\nn_keys = 64\nd_head = 4\nn_marked = 3\n',
    b'kind = "simulate"\n[[grid]]\nfile = ["head.npz"]\nengine = "law"\ntau = [0.5, 1]\n[[grid]]\nn_keys = [8, 9]\n',
)

VALID_COUNTS = (
    b'{"numQubits": 100, "cczCount": 7, "measurementCount": 9}',
    b'{"schema": "groverattn.counts/1", "toffoli": 1000000, "t": 0, "rotation": 3, "clifford": 5, "measurement": 9, '
    b'"logical_qubits": 100, "toffoli_depth": 1000, "measurement_depth": 2000, "error_budget": 0.01}',
)

_LLAMA = {"model_type": "llama", "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2}
_LLAMA |= {"hidden_size": 16, "head_dim": None, "max_position_embeddings": 64}
VALID_CONFIGS = tuple(
    json.dumps(config).encode()
    for config in (
        _LLAMA | {"rope_scaling": {"factor": 8.0}, "eos_token_id": [1, 2], "sliding_window": 32},
        {"model_type": "gemma3", "text_config": _LLAMA | {"model_type": "gemma3_text", "head_dim": 4}},
        {"model_type": "gpt2", "n_layer": 2, "n_head": 4, "n_embd": 16, "n_positions": 64},
        _LLAMA
        | {"model_type": "glm_moe_dsa", "kv_lora_rank": 8, "qk_rope_head_dim": 2, "qk_nope_head_dim": 4}
        | {"index_topk": 8, "index_n_heads": 2, "index_head_dim": 4, "indexer_types": ["full", "shared"]},
        _LLAMA | {"model_type": "gpt_oss", "head_dim": 4, "layer_types": ["sliding_attention", "full_attention"]},
        _LLAMA | {"model_type": "roberta", "pad_token_id": 1, "no_rope_layers": [1, 0]},
    )
)

TOML_VALUE = st.recursive(
    WHOLE | REAL | TEXT | st.booleans() | LONG,
    lambda values: st.lists(values, max_size=4) | st.dictionaries(TEXT, values, max_size=3),
    max_leaves=5,
)


def toml(value: Any) -> str:
    """Write a value in TOML."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(key)} = {toml(entry)}" for key, entry in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, str | bool):
        return json.dumps(value)
    # From 4,300 digits on Python neither reads nor writes a decimal number; hexadecimal ones TOML has at any length.
    return str(value) if isinstance(value, float) or abs(value) < 10**4000 else hex(value)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


_NUMBER, _PIECE = re.compile(rb"(?<![\w.])[0-9][0-9.e+-]*"), re.compile(rb"[^ ,\n]+")
_VALUES = (WHOLE | REAL).map(toml) | (WHOLE | REAL).map(toml) | TOML_VALUE.map(toml) | st.sampled_from(_JUNK)


def edited_texts(texts: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Valid texts with numbers and words changed, dropped or repeated, and junk between them."""
    return edited(texts, (_NUMBER, _NUMBER, _NUMBER, _PIECE), _VALUES.map(_bytes) | st.binary(max_size=6))


def machines(fields: Mapping[str, Any], bases: tuple[str, ...]) -> st.SearchStrategy[bytes]:
    """Machines of users: a base, and odd values for some fields; `fields` are those of a machine that is shipped."""

    def near(name: str) -> st.SearchStrategy[tuple[str, Any]]:
        value = fields[name]
        values = WHOLE | REAL | TOML_VALUE | (REAL.map(lambda factor: value * factor) if type(value) is float else REAL)
        sourced = st.fixed_dictionaries({"value": values, "source": TEXT})
        return st.tuples(st.just(name), values | sourced)

    base = st.sampled_from((*bases, *bases, None)).map(lambda name: [] if name is None else [("base", name)])
    return st.tuples(base, _some(sorted(fields), near, 6)).map(lambda parts: _bytes(_lines(parts[0] + parts[1])))


def studies(inputs: Mapping[str, tuple[str, ...]]) -> st.SearchStrategy[bytes]:
    """Studies: some inputs in tables, with values, lists and ranges; `inputs` are names by kind."""
    end = st.integers(0, 9) | WHOLE | REAL | LONG
    span = st.fixed_dictionaries({"from": end, "to": end}, optional={"step": end, "factor": end})
    several = TOML_VALUE | st.lists(TOML_VALUE, max_size=5) | span

    def table(kind: str, header: str) -> st.SearchStrategy[str]:
        values = several if "grid" in header else TOML_VALUE
        entries = _some(inputs[kind], lambda name: st.tuples(st.just(name), values), 4)
        return entries.map(lambda chosen: f"{header}\n{_lines(chosen)}")

    def whole(kind: str) -> st.SearchStrategy[str]:
        headers = st.sampled_from(("[fixed]", "[grid]", "[[grid]]", "[[points]]"))
        tables = st.lists(headers.flatmap(lambda header: table(kind, header)), max_size=3)
        return tables.map(lambda texts: "\n".join((f'kind = "{kind}"', *texts)))

    return st.sampled_from(sorted(inputs)).flatmap(whole).map(_bytes)


def _some(names: Sequence[str], of: Any, most: int) -> st.SearchStrategy[list[Any]]:
    chosen = st.lists(st.sampled_from(names), unique=True, max_size=most)
    return chosen.flatmap(lambda each: st.tuples(*map(of, each)).map(list))


def _lines(entries: Sequence[tuple[str, Any]]) -> str:
    return "\n".join(f"{name} = {toml(value)}" for name, value in entries)


def counts(names: tuple[str, ...]) -> st.SearchStrategy[bytes]:
    """JSON objects with some of the names of counts and odd values, with or without those of a valid file."""
    known, good = st.sampled_from(names), st.sampled_from(({}, *map(json.loads, VALID_COUNTS)))
    odd = WHOLE | st.integers(0, 10**31) | st.integers(1, 10**6) | REAL | TEXT | st.none() | st.lists(WHOLE, max_size=2)
    plain = st.dictionaries(known, st.integers(0, 10**9), max_size=6)
    parts = st.tuples(good, plain, st.dictionaries(known | TEXT, odd, max_size=4))
    return parts.map(lambda each: json.dumps(each[0] | each[1] | each[2]).encode())


def configs() -> st.SearchStrategy[bytes]:
    """Configurations of models with odd values for some of the fields of the valid ones."""
    valid = [json.loads(text) for text in VALID_CONFIGS]
    names = st.sampled_from(sorted({name for config in valid for name in config}))
    odd = WHOLE | st.integers(1, 64) | REAL | TEXT | st.none() | st.booleans() | st.lists(WHOLE | TEXT, max_size=3)
    parts = st.tuples(st.sampled_from(valid), st.dictionaries(names, odd, max_size=3))
    return parts.map(lambda each: json.dumps(each[0] | each[1]).encode())
