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
from groverattn.physical.machines.hardware import HARDWARE
from groverattn.problem.presets import PRESETS
from groverattn.reference.search.laws import LAWS
from groverattn.simulation.engines import ENGINES

from .odd import WHOLE, WORD
from .texts import VALID_COUNTS, VALID_STUDIES

Line = tuple[str, ...]

MADE = (
    *(
        "out.svg",
        "out.png",
        "out.html",
        "out.md",
        "out.json",
        "out.npz",
        "out.qasm",
        "out",
        "t\u00eate.svg",
        "[red].svg",
    ),
    *("a b.html", "a b.md", ".svg", "x" * 250 + ".svg", "\x1b[31m.svg", "=1.html", "=1.md", "results"),
)
"""Names of outputs that may come into being; they are taken away after every line."""

OUTPUTS = (
    *MADE,
    *("folder", "none/out.svg", "link.svg", "nowhere.svg", "pipe", "", ".", "..", "x" * 300 + ".svg", "machine.toml/x"),
    *("/dev/full", "/dev/null", "/dev/stdout", "/proc/out.svg"),
)
INPUTS = (
    *("head.npz", "heads.npz", "link.npz", "machine.toml", "study.toml", "counts.json", "text.txt", "folder", "pipe"),
    *("none.npz", "/dev/zero", "/dev/null", "", "nowhere.npz", "x" * 300, "/proc/self/mem", "-", "odd[/].npz"),
)

_SIZES = {"--n-keys": "64", "--d-head": "4", "--n-marked": "3"}
_FEW = {"--n-marked": "3", "--rows": "0:1", "--workers": "1"}

BASES: Mapping[str, tuple[dict[str, str], ...]] = {
    "run": (
        {"--n-marked": "0"},
        {"--seed": "-1"},
        {"--workers": "0"},
    ),  # no line of it is run to its end: it takes long
    "verify": ({"--n-keys": "16", "--d-head": "2"}, {"FILE": "head.npz", "--n-marked": "3"}),
    "simulate": (
        {"FILE": "head.npz", **_FEW},
        {"--n-keys": "12", "--d-head": "2", **_FEW},
        {"FILE": "heads.npz", **_FEW},
    ),
    "capture": ({"--model": "folder", "--text": "text.txt", "--output": "out.npz"},),
    "diagnose": ({"FILE": "head.npz", "--n-marked": "3"}, {"FILE": "heads.npz", "--layer": "1", "--head": "3"}),
    "compare": (_SIZES, {"--preset": "gpt2"}),
    "crossover": (_SIZES, {"--preset": "gpt2"}),
    "estimate": (_SIZES, _SIZES, {"--preset": "gpt2"}),
    "frontier": (_SIZES, {"--preset": "gpt2"}),
    "physical": ({"--logical-qubits": "100", "--toffoli": "1000000"}, {"--counts": "counts.json"}),
    "report": ({"--output": "out.html", **_SIZES},),
    "sweep": ({"STUDY": "study.toml", "--output": "results", "--workers": "0"},),
    "export": ({"--to": "counts", **_SIZES}, {"--to": "qref", "--what": "oracle", **_SIZES}, {"--to": "openqasm3"}),
    "presets": ({}, {"--format": "json"}),
}

_NAMES: Mapping[str, tuple[str, ...]] = {
    "preset": tuple(PRESETS),
    "hardware": (*HARDWARE, "machine.toml", "odd[/].toml", "./odd[/].toml"),
    "data_access": (*DATA_ACCESSES, "all"),
    "score_method": tuple(SCORES),
    "search_law": (*LAWS, "all"),
    "engine": tuple(ENGINES),
    "method": ("unknown", "expected", "counted", "known", "collector", "top-k"),
    "what": ("lookup", "oracle", "iterate", "search", "row", "head", "model"),
    "rows": ("0:1", "0:3", "11:12", "3:3", "2:1", "-1:2", ":", "0:", "0:" + "9" * 18, "a:b", "1:2:3"),
    "text": INPUTS,
    "model": INPUTS,
    "file": INPUTS,
    "study": INPUTS,
    "counts": INPUTS,
    "output": OUTPUTS,
    "figure": OUTPUTS,
}

# Sizes that are simulated: small, or refused. What lies between may be right and take minutes.
_RUN = ("simulate", "verify", "export", "sweep")
_SMALL_OR_HUGE = st.integers(-3, 40).map(str) | st.sampled_from((str(2**27), str(2**60), str(10**30), "9" * 100))
_MARKED = WHOLE.filter(lambda number: not 5_000 < number < 10**6).map(str)  # each of so many is a round


@st.composite
def lines(draw: st.DrawFn, verb: str) -> Line:
    """A line that would do, with up to four options set to something else and sometimes a word that is no option."""
    given = dict(draw(st.sampled_from(BASES[verb])))
    arguments = _arguments(verb)
    for argument in draw(st.lists(st.sampled_from(arguments), max_size=4)):
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
        words.insert(
            draw(st.integers(0, len(words))), draw(WORD | st.sampled_from(("--help", "--version", "-h", "--no-force")))
        )
    return (verb, *(word.replace("\0", "") for word in words))


@functools.cache
def _arguments(verb: str) -> list[Any]:
    collection = app[verb].assemble_argument_collection()
    skipped = ("*", "--scheduler")  # nothing is sent over a network here
    return [argument for argument in collection if argument.parse and argument.names[0] not in skipped]


def _values(verb: str, argument: Any) -> st.SearchStrategy[str]:
    name = argument.field_info.name
    types = {kind for kind in (argument.hint, *get_args(argument.hint)) if kind is not type(None)}
    if name in ("output", "figure"):
        return st.sampled_from(OUTPUTS)  # nowhere else
    if name in _NAMES:
        known = st.sampled_from(_NAMES[name])
        return known | known | known | (WORD if Path not in types else known)
    if get_origin(argument.hint) is Literal:
        return st.sampled_from(get_args(argument.hint)) | WORD
    if bool in types:
        return st.sampled_from(("", "", "", "true", "false", "3"))
    if name == "workers":
        return st.sampled_from(("1", "0", "-1", "2", str(10**9), "x", ""))
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
    (folder / "odd[").mkdir()  # with what is in it a tag of the markup that tables are written in
    for name in ("odd[/].npz", "target.npz"):
        (folder / name).write_bytes((folder / "head.npz").read_bytes())
    np.savez(folder / "heads.npz", **{name: rng.standard_normal((2, 4, 12, 3)) for name in "QKV"})
    for name in ("machine.toml", "odd[/].toml"):
        (folder / name).write_text('base = "gidney-2025"\ncycle_time_us = 2.0\n')
    (folder / "study.toml").write_text(VALID_STUDIES[2])
    (folder / "counts.json").write_text(VALID_COUNTS[1])
    (folder / "text.txt").write_text("a text")
    (folder / "target.svg").write_text("old")
    for name, target in (
        ("link.npz", "target.npz"),
        ("link.svg", "target.svg"),
        ("nowhere.svg", "none"),
        ("nowhere.npz", "no"),
    ):
        (folder / name).symlink_to(folder / target)
    (folder / "folder").mkdir()
    os.mkfifo(folder / "pipe")
