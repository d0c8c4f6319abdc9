"""Command lines made from the signatures of the verbs."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import numpy as np
from hypothesis import strategies as st

from groverattn.bloqs.lookup.data_access import DATA_ACCESSES
from groverattn.bloqs.score.methods import SCORES
from groverattn.cli.app import app
from groverattn.models.presets import PRESETS
from groverattn.physical.machines.hardware import HARDWARE
from groverattn.reference.search.laws import LAWS
from groverattn.simulation.engines import ENGINES

from .archives import valid_tensors
from .odd import WHOLE, WORD, split
from .texts import VALID_CONFIGS, VALID_COUNTS, VALID_STUDIES

MADE = (
    *split("out.svg out.png out.html out.md out.json out.npz out.safetensors out.qasm out"),
    *split("tête.svg [red].svg .svg results"),
    *("a b.html", "a b.md", "x" * 250 + ".svg", "\x1b[31m.svg", "=1.html", "=1.md"),
)
"""Names of outputs that may come into being; they are taken away after every line."""

_OUTPUTS = (
    *MADE,
    *split("folder none/out.svg link.svg nowhere.svg pipe . .. machine.toml/x /dev/full /dev/null /dev/stdout"),
    *("/proc/out.svg", "", "x" * 300 + ".svg"),
)
_INPUTS = (
    *split("head.npz heads.npz link.npz machine.toml study.toml counts.json text.txt folder pipe none.npz /dev/zero"),
    *(
        "/dev/null",
        "",
        "nowhere.npz",
        "x" * 300,
        "/proc/self/mem",
        "-",
        "odd[/].npz",
        "head.safetensors",
        "config.json",
    ),
)
_SIZES = {"--n-keys": "64", "--d-head": "4", "--n-marked": "3"}
_OWN_MODEL = {"--config": "config.json", "--n-marked": "3"}
PRICED = ("compare", "crossover", "frontier")
_FEW = {"--n-marked": "3", "--rows": "0:1", "--workers": "1"}

BASES: Mapping[str, tuple[dict[str, str], ...]] = {
    "run": ({"--n-marked": "0"}, {"--seed": "-1"}, {"--workers": "0"}),  # none is run to its end: it takes long
    "verify": ({"--n-keys": "16", "--d-head": "2"}, {"FILE": "head.npz", "--n-marked": "3"}),
    "simulate": (
        *({"FILE": "head.npz", **_FEW}, {"FILE": "heads.npz", **_FEW}, {"FILE": "head.safetensors", **_FEW}),
        {"--n-keys": "12", "--d-head": "2", **_FEW},
    ),
    "capture": (
        {"--model": "folder", "--text": "text.txt", "--output": "out.npz"},
        {"--gguf": "head.npz", "--text": "text.txt", "--output": "out.npz"},
    ),
    "diagnose": ({"FILE": "head.npz", "--n-marked": "3"}, {"FILE": "heads.npz", "--layer": "1", "--head": "3"}),
    **dict.fromkeys(("estimate", *PRICED), (_SIZES, {"--preset": "gpt2"}, _OWN_MODEL)),
    "physical": ({"--logical-qubits": "100", "--toffoli": "1000000"}, {"--counts": "counts.json"}),
    "report": ({"--output": "out.html", **_SIZES},),
    "sweep": ({"STUDY": "study.toml", "--output": "results", "--workers": "0"},),
    "export": ({"--to": "counts", **_SIZES}, {"--to": "qref", "--what": "oracle", **_SIZES}, {"--to": "openqasm3"}),
    "presets": ({}, {"--format": "json"}),
}

NAMES: Mapping[str, tuple[str, ...]] = {
    "preset": tuple(PRESETS),
    "hardware": (*HARDWARE, "machine.toml", "odd[/].toml", "./odd[/].toml"),
    "data_access": (*DATA_ACCESSES, "all"),
    "score_method": tuple(SCORES),
    "search_law": (*LAWS, "all"),
    "engine": tuple(ENGINES),
    "method": ("unknown", "expected", "counted", "known", "collector", "top-k"),
    "what": ("lookup", "oracle", "iterate", "search", "row", "head", "model"),
    "rows": (*split("0:1 0:3 11:12 3:3 2:1 -1:2 : 0: a:b 1:2:3"), "0:" + "9" * 18),
    "workers": ("1", "0", "-1", "2", str(10**9), "x", ""),
    **dict.fromkeys(("text", "model", "file", "study", "counts", "config"), _INPUTS),
    **dict.fromkeys(("output", "figure"), _OUTPUTS),
}

# Sizes that are simulated: small, or refused. What lies between may be right and take minutes.
_RUN = ("simulate", "verify", "export", "sweep")
_SMALL_OR_HUGE = st.integers(-3, 40).map(str) | st.sampled_from((str(2**27), str(2**60), str(10**30), "9" * 100))
_MARKED = WHOLE.filter(lambda number: not 5_000 < number < 10**6).map(str)  # each of them is a round
_NOT_DRAWN = ("*", "--scheduler")  # nothing is sent over a network here


@st.composite
def lines(draw: st.DrawFn, verb: str) -> tuple[str, ...]:
    """A line that would do, with up to four options set to something else and sometimes a word that is no option."""
    given = dict(draw(st.sampled_from(BASES[verb])))
    for argument in draw(st.lists(st.sampled_from(_arguments(verb)), max_size=4)):
        name = draw(st.sampled_from(argument.names))
        if verb != "run" or name not in given:
            given.pop(argument.names[0], None)
            given[name] = draw(_values(verb, argument))
    if draw(st.integers(0, 9)) == 0 and given:
        given.pop(draw(st.sampled_from(sorted(given))))
        if verb == "run":
            given["--n-marked"] = "0"
    words = [word for name, value in given.items() for word in draw(_words(name, value))]
    if draw(st.integers(0, 14)) == 0:
        extra = draw(WORD | st.sampled_from(("--help", "--version", "-h", "--no-force")))
        words.insert(draw(st.integers(0, len(words))), extra)
    return (verb, *(word.replace("\0", "") for word in words))


@functools.cache
def _arguments(verb: str) -> list[Any]:
    collection = app[verb].assemble_argument_collection()
    return [argument for argument in collection if argument.parse and argument.names[0] not in _NOT_DRAWN]


def _values(verb: str, argument: Any) -> st.SearchStrategy[str]:
    name = argument.field_info.name
    types = {kind for kind in (argument.hint, *get_args(argument.hint)) if kind is not type(None)}
    if name in NAMES:  # a path leads nowhere else
        known = st.sampled_from(NAMES[name])
        return known if Path in types or NAMES[name] in (_OUTPUTS, NAMES["workers"]) else known | known | known | WORD
    if get_origin(argument.hint) is Literal:
        return st.sampled_from(get_args(argument.hint)) | WORD
    if bool in types:
        return st.sampled_from(("", "", "", "true", "false", "3"))
    if name in ("n_keys", "d_head") and verb in _RUN:
        return _SMALL_OR_HUGE
    if name in ("n_marked", "marked_limit", "sample_size"):
        return _MARKED | WORD
    return WHOLE.map(str) | WORD if int in types else WORD


def _words(name: str, value: str) -> st.SearchStrategy[list[str]]:
    if not name.startswith("-"):
        return st.just([value])
    if value == "" and name in ("--causal", "--force", "--whole-model", "--second-opinion", "--retry-failed"):
        return st.just([name])
    return st.sampled_from(([name, value], [f"{name}={value}"]))


def make_folder(folder: Path) -> None:
    """Put the files there that command lines name."""
    rng = np.random.default_rng(0)
    np.savez(folder / "head.npz", **{name: rng.standard_normal((12, 3)) for name in "QKV"})
    np.savez(folder / "heads.npz", **{name: rng.standard_normal((2, 4, 12, 3)) for name in "QKV"})
    for name in ("odd[", "folder"):  # the first with what is in it: a tag of the markup that tables are written in
        (folder / name).mkdir()
    contents = {
        **dict.fromkeys(("odd[/].npz", "target.npz"), (folder / "head.npz").read_bytes()),
        **dict.fromkeys(("machine.toml", "odd[/].toml"), b'base = "gidney-2025"\ncycle_time_us = 2.0\n'),
        **{"study.toml": VALID_STUDIES[2], "counts.json": VALID_COUNTS[1]},
        **{"config.json": VALID_CONFIGS[0], "head.safetensors": valid_tensors()[0]},
        **{"text.txt": b"a text", "target.svg": b"old"},
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    links = {"link.npz": "target.npz", "link.svg": "target.svg", "nowhere.svg": "none", "nowhere.npz": "no"}
    for name, target in links.items():
        (folder / name).symlink_to(folder / target)
    os.mkfifo(folder / "pipe")
