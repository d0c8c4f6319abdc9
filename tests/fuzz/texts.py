"""TOML and JSON: valid files that were edited badly, and files made of odd values."""

from __future__ import annotations

import functools
import json
import math
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from .odd import LONG, REAL, TEXT, WHOLE

_JUNK = (
    *(
        "[",
        "]",
        "{",
        "}",
        "=",
        '"',
        "'",
        '"""',
        "#",
        ",",
        "\n",
        "\r",
        "\t",
        "\\",
        "\\u",
        "\\uD800",
        "\x00",
        "\x7f",
        "[[x]]",
    ),
    *(
        "\ufeff",
        "[fixed]",
        "[grid]",
        "[[points]]",
        "[points]",
        "base = 1",
        'base = "me"',
        "nan",
        "inf",
        "1e999",
        "9" * 5000,
    ),
    *(
        "[" * 2000,
        "{a=" * 500,
        "a." * 2000 + "b=1",
        "[a." + "b." * 900 + "c]",
        "null",
        "NaN",
        "Infinity",
        "-",
        "0x",
        "0x" + "f" * 5000,
        "1979-05-27",
    ),
)


@functools.cache
def valid_machines() -> tuple[str, ...]:
    """The machines that are shipped, and one of a user."""
    folder = files("groverattn.physical") / "machines"
    shipped = [item.read_text("utf-8") for item in folder.iterdir() if item.name.endswith(".toml")]
    return (*sorted(shipped), 'base = "gidney-2025"\ncycle_time_us = 2.0\nphysical_error_rate = 1e-4\n')


VALID_STUDIES = (
    (Path(__file__).parents[2] / "docs" / "examples" / "sweep.toml").read_text("utf-8"),
    'kind = "simulate"\n[fixed]\nn_keys = 16\nd_head = 2\nn_marked = 2\n[grid]\nseed = { from = 0, to = 4, step = 2 }',
    'kind = "estimate"\n[[points]]\npreset = "gpt2"\n[[points]]\nn_keys = 64\nd_head = 4\nn_marked = 3\n',
    'kind = "simulate"\n[[grid]]\nfile = ["head.npz"]\nengine = "law"\ntau = [0.5, 1]\n[[grid]]\nn_keys = [8, 9]\n',
)

VALID_COUNTS = (
    '{"numQubits": 100, "cczCount": 7, "measurementCount": 9}',
    '{"schema": "groverattn.counts/1", "toffoli": 1000000, "t": 0, "rotation": 3, "clifford": 5, "measurement": 9, '
    '"logical_qubits": 100, "toffoli_depth": 1000, "measurement_depth": 2000, "error_budget": 0.01}',
)


@st.composite
def edited(draw: st.DrawFn, texts: tuple[str, ...]) -> bytes:
    """A valid text with numbers, pieces and lines changed."""
    text = draw(st.sampled_from(texts))
    for _ in range(draw(st.integers(1, 3))):
        pieces = re.split("([ ,\n]+)", text)
        numbers = [at for at, piece in enumerate(pieces) if re.fullmatch("[0-9.e+-]+", piece)]
        at = draw(st.integers(0, len(pieces) - 1))
        kind = draw(st.integers(0, 9))
        if kind <= 5 and numbers:
            pieces[draw(st.sampled_from(numbers))] = draw((WHOLE | REAL).map(toml))
        elif kind <= 6:
            pieces[at] = draw(TOML_VALUE.map(toml))
        elif kind == 7:
            pieces[at] += draw(st.sampled_from(_JUNK))
        elif kind == 8:
            del pieces[at]
        else:
            pieces.insert(at, draw(st.sampled_from(pieces)))
        text = "".join(pieces)
    content = text.encode("utf-8", "surrogatepass")
    if draw(st.integers(0, 9)) == 0:
        content += draw(st.binary(max_size=6))
    return content


# From it on Python neither reads nor writes a decimal number; hexadecimal ones of TOML it reads at any length.
_DECIMAL_MAX = 10**4000

TOML_VALUE = st.recursive(
    WHOLE | REAL | TEXT | st.booleans() | LONG,
    lambda values: st.lists(values, max_size=4) | st.dictionaries(TEXT, values, max_size=3),
    max_leaves=5,
)


def toml(value: Any) -> str:
    """Write a value in TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return str(value) if math.isfinite(value) else "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(key)} = {toml(entry)}" for key, entry in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    return str(value) if abs(value) < _DECIMAL_MAX else hex(value)


def _with_source(values: st.SearchStrategy) -> st.SearchStrategy:
    return values | st.fixed_dictionaries({"value": values, "source": TEXT})


@st.composite
def machine(draw: st.DrawFn, fields: Mapping[str, Any], bases: tuple[str, ...]) -> bytes:
    """A machine of a user: a base, and odd values for some fields; `fields` are those of a machine that is shipped."""
    lines = [f"base = {toml(draw(st.sampled_from(bases)))}"] if draw(st.integers(0, 9)) else []
    for name in draw(st.lists(st.sampled_from(sorted(fields)), unique=True, max_size=6)):
        near = REAL.map(lambda factor, value=fields[name]: _times(value, factor))
        lines.append(f"{name} = {toml(draw(_with_source(near | WHOLE | REAL | TOML_VALUE)))}")
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def _times(value: Any, factor: float) -> Any:
    return value * factor if isinstance(value, float) else value


@st.composite
def study(draw: st.DrawFn, inputs: Mapping[str, tuple[str, ...]]) -> bytes:
    """A study of either kind: some inputs in tables, with values, lists and ranges; `inputs` are names by kind."""
    kind = draw(st.sampled_from(sorted(inputs)))
    lines = [f"kind = {toml(kind)}"]
    for header in draw(st.lists(st.sampled_from(("[fixed]", "[grid]", "[[grid]]", "[[points]]")), max_size=3)):
        lines.append(header)
        for name in draw(st.lists(st.sampled_from(inputs[kind]), unique=True, max_size=4)):
            values = (
                draw(TOML_VALUE | st.lists(TOML_VALUE, max_size=5) | _RANGE) if "grid" in header else draw(TOML_VALUE)
            )
            lines.append(f"{name} = {toml(values)}")
    return "\n".join(lines).encode("utf-8", "surrogatepass")


_END = st.integers(0, 9) | WHOLE | REAL | LONG
_RANGE = st.fixed_dictionaries({"from": _END, "to": _END}, optional={"step": _END, "factor": _END})


@st.composite
def counts(draw: st.DrawFn, names: tuple[str, ...]) -> bytes:
    """A JSON object with some of the names of counts and odd values."""
    known = st.sampled_from(names)
    values = (
        WHOLE | st.integers(0, 10**31) | st.integers(1, 10**6) | REAL | TEXT | st.none() | st.lists(WHOLE, max_size=2)
    )
    record = draw(st.dictionaries(known | TEXT, values, max_size=4))
    record |= draw(st.dictionaries(known, st.integers(0, 10**9), max_size=6))
    return json.dumps(record).encode()
