"""What is given odd input: one target for everything that reads some."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import stat
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import numpy as np
from hypothesis import strategies as st

from groverattn.bloqs.lookup.data_access import DATA_ACCESSES
from groverattn.bloqs.score.methods import SCORES
from groverattn.cli.app import call
from groverattn.costs.logical import LogicalCounts
from groverattn.diagnosis.diagnosis import diagnose
from groverattn.estimation.estimate import estimate
from groverattn.files.csv_records import cell_text
from groverattn.files.whole import write_text
from groverattn.inputs import make
from groverattn.physical.bare_counts import price_bare_counts
from groverattn.physical.counts_file import read_counts
from groverattn.physical.machines.hardware import HARDWARE, hardware
from groverattn.physical.surface_code import physical_estimate
from groverattn.problem.fixed_point import quantise
from groverattn.problem.heads import AttentionHead, load_head
from groverattn.problem.shapes import Shape
from groverattn.problem.thresholds import threshold_from_tau
from groverattn.reference.search.laws import LAWS, search_cost
from groverattn.row.request import RowRequest
from groverattn.show.html import inline
from groverattn.simulation.head import simulate
from groverattn.simulation.request import SimulationRequest
from groverattn.sweep.kinds import KINDS
from groverattn.sweep.study_file import read_study

from . import archives, lines, texts
from .limits import REFUSED, RESULT, outcome, time_limit
from .odd import NUMBER, REAL, TEXT, WHOLE

VERB_SECONDS = 60.0


@attrs.frozen
class Target:
    """One reader of input.

    Attributes:
        inputs: where odd input comes from.
        run: takes one input and a folder to work in, and says what came of it; raises if that is not allowed.
        share: its part of all inputs, in thousandths.
    """

    inputs: st.SearchStrategy[Any]
    run: Callable[[Any, Path], str]
    share: int


def run_archive(given: tuple[bytes | tuple[archives.Member, ...], archives.Choice], folder: Path) -> str:
    """Read a head from an .npz file."""
    content, choice = given
    path = folder / "odd.npz"
    path.write_bytes(content if isinstance(content, bytes) else archives.packed(content))
    return outcome(lambda: load_head(path, **attrs.asdict(choice)))


def run_machine(content: bytes, folder: Path) -> str:
    """Read a machine and price a circuit on it."""
    (folder / "odd.toml").write_bytes(content)
    return outcome(lambda: physical_estimate(_COUNTS, hardware(str(folder / "odd.toml")), 0.01), 20)


_COUNTS = LogicalCounts(10**9, 10**6, 10, 10**9, 10**9, logical_qubits=1000, toffoli_depth=10**8)


def run_study(content: bytes, folder: Path) -> str:
    """Read a study, and the inputs of its first and last point."""
    (folder / "odd.toml").write_bytes(content)

    def read() -> None:
        study = read_study(folder / "odd.toml")
        study.at(0), study.at(study.size - 1)

    return outcome(read, 20)


def run_counts(content: bytes, folder: Path) -> str:
    """Read counts and price them."""
    (folder / "odd.json").write_bytes(content)

    def price() -> None:
        read = read_counts(folder / "odd.json")
        result = price_bare_counts(read.counts, "gidney-2025", 0.01 if read.error_budget is None else read.error_budget)
        json.dumps(result.as_json(), allow_nan=False)

    return outcome(price, 20)


def run_line(line: lines.Line, folder: Path) -> str:
    """Run a command line in a folder, and look at its status, its output and what it left."""
    if not (folder / "head.npz").exists():
        lines.make_folder(folder)
    out, err = io.StringIO(), io.StringIO()
    before = os.getcwd()
    os.chdir(folder)
    try:
        with time_limit(VERB_SECONDS), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = call(list(line))
    finally:
        os.chdir(before)
    assert status in (0, 1, 2), status
    if status == 2:
        (said,) = [text for text in err.getvalue().splitlines() if text.startswith("groverattn: given: ")]
        assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in said), said
        assert out.getvalue() == "", out.getvalue()
    elif ("--format=json" in line or "json" in line) and out.getvalue().startswith("{"):
        json.loads(out.getvalue(), parse_constant=_no_constant)
    assert not any(text.startswith("Traceback") for text in err.getvalue().splitlines()), err.getvalue()
    _check_folder(folder)
    return REFUSED if status == 2 else RESULT


def _no_constant(name: str) -> float:
    raise AssertionError(f"{name} in the output")


def _check_folder(folder: Path) -> None:
    assert not list(folder.rglob("*.part"))
    assert (folder / "target.svg").read_text() == "old"
    assert (folder / "link.svg").is_symlink()
    assert (folder / "nowhere.svg").is_symlink()
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    for name in lines.MADE:
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)


def run_head(given: tuple[Any, ...], folder: Path) -> str:
    """Make a head of odd numbers, search it by law and diagnose it."""
    Q, K, V, scale, causal, n_marked, bits, rule, tau = given

    def search() -> None:
        head = AttentionHead(Q, K, V, scale, causal, "odd")
        rules = {"tau": {"tau": tau}, "sample": {"sample_size": 8}, "target": {}}[rule]
        asked = {"n_marked": n_marked, "key_bits": bits, "query_bits": bits, "engine": "law", **rules}
        result = simulate(make(SimulationRequest, asked), head=head)
        json.dumps(result.as_json(), allow_nan=False)
        json.dumps(diagnose(head, n_marked).as_json(), allow_nan=False)

    return outcome(search, 20)


@st.composite
def _heads(draw: st.DrawFn) -> tuple[Any, ...]:
    """A head that would do, with up to three things that are odd."""
    n, d = draw(st.integers(2, 12)), draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    arrays = [rng.standard_normal((n, d)) for _ in range(3)]
    scale, n_marked, bits, tau = d**-0.5, draw(st.integers(1, n - 1)), draw(st.integers(2, 16)), 0.3
    for _ in range(draw(st.integers(0, 3))):
        kind, at = draw(st.integers(0, 8)), draw(st.integers(0, 2))
        if kind == 0:
            number = draw(REAL)
            arrays[at][draw(st.integers(0, n - 1)) :][:1, draw(st.integers(0, d - 1)) :] = number
        elif kind == 1:
            arrays[at][: draw(st.integers(0, n))] = 0.0
        elif kind == 2:
            arrays[at] = np.rint(arrays[at])
        elif kind == 3:
            with np.errstate(all="ignore"):  # infinite numbers are meant
                arrays[at] *= draw(st.sampled_from((0.0, 1e-320, 1e-160, 1e-8, 30.0, 1e5, 1e100, 1e139, 1e150, 1e308)))
        elif kind == 4:
            scale = draw(REAL | st.floats(1e-5, 1e3))
        elif kind == 5:
            tau = draw(REAL | st.floats(-3, 3))
        elif kind == 6:
            n_marked = draw(WHOLE)
        elif kind == 7:
            bits = draw(st.integers(1, 17))
        else:
            arrays[at] = arrays[at][:, : draw(st.integers(0, d))][: draw(st.integers(0, n))]
    rule = draw(st.sampled_from(("target", "target", "tau", "sample")))
    return (*arrays, scale, draw(st.booleans()), n_marked, bits, rule, tau)


def run_call(given: tuple[str, dict[str, Any]], folder: Path) -> str:
    """Call a function of the API."""
    name, arguments = given
    return outcome(lambda: _CALLS[name](**arguments), 30)


def _estimate(shape: dict[str, Any], qram: dict[str, Any], **choices: Any) -> None:
    priced = {"qram_" + name.removeprefix("physical_"): value for name, value in qram.items()}
    request = RowRequest.of(**shape, **priced, **choices)
    json.dumps(estimate(request).as_json(), allow_nan=False)


def _physical(counts: dict[str, Any], machine: str, **choices: Any) -> None:
    physical_estimate(LogicalCounts(**counts), HARDWARE[machine], **choices)


_CALLS: dict[str, Callable[..., Any]] = {
    "search_cost": search_cost,
    "quantise": quantise,
    "shape": Shape,
    "threshold_from_tau": threshold_from_tau,
    "estimate": _estimate,
    "physical": _physical,
    "machine": lambda machine, **fields: attrs.evolve(HARDWARE[machine], **fields),
}

_SMALL = st.integers(1, 100)
_ROUNDS = NUMBER.filter(lambda number: not 2_000 < number < 10**6)
_SHAPES = {
    "n_keys": st.integers(2, 10**6) | NUMBER,
    "d_head": _SMALL | NUMBER,
    "n_marked": _SMALL | _ROUNDS,
    "key_bits": st.integers(2, 16) | NUMBER,
    "query_bits": st.integers(2, 16) | NUMBER,
}
_PROBABILITY = st.sampled_from((0.01, 1e-9)) | NUMBER


def _mostly(defaults: dict[str, Any], others: dict[str, st.SearchStrategy]) -> st.SearchStrategy[dict[str, Any]]:
    """Known good values, and up to three others."""
    names = st.lists(st.sampled_from(sorted(others)), max_size=3, unique=True)
    changed = names.flatmap(lambda chosen: st.fixed_dictionaries({name: others[name] for name in chosen}))
    return changed.map(lambda values: defaults | values)


_COUNT_NAMES = tuple(field.name for field in attrs.fields(LogicalCounts))
_GOOD_COUNTS = attrs.asdict(_COUNTS)
_MACHINE = attrs.asdict(HARDWARE["gidney-fowler-2018"], filter=lambda field, _: field.name not in ("name", "sources"))

_SIZES = {"n_keys": 64, "d_head": 4, "n_marked": 3, "key_bits": 8, "query_bits": 8}

_CALL_INPUTS = {
    "search_cost": _mostly(
        {"law": "expected", "n_keys": 1000, "n_marked": 7, "p_failure": 0.01},
        {
            "law": st.sampled_from((*LAWS, *LAWS, "none")),
            "n_keys": st.integers(2, 2**60) | NUMBER,
            "n_marked": _SMALL | _ROUNDS,
            "p_failure": _PROBABILITY,
        },
    ),
    "quantise": st.fixed_dictionaries(
        {"array": st.lists(st.lists(REAL, min_size=2, max_size=2), max_size=3), "bits": st.integers(2, 16) | NUMBER}
    ),
    "shape": _mostly(_SIZES, _SHAPES),
    "threshold_from_tau": st.fixed_dictionaries({"tau": REAL, "step": REAL}),
    "estimate": _mostly(
        {"shape": _SIZES, "qram": {}},
        {
            "shape": _mostly(_SIZES, _SHAPES),
            "qram": _mostly({}, dict.fromkeys(("latency_us", "physical_qubits_per_bit", "p_error"), NUMBER)),
            "name": TEXT,
            **dict.fromkeys(("layers", "query_heads", "gqa_group", "key_numbers"), _SMALL | NUMBER),
            "data_access": st.sampled_from((*DATA_ACCESSES, "none")),
            "score_method": st.sampled_from((*SCORES, "none")),
            "search_law": st.sampled_from((*LAWS, "none")),
            "hardware": st.sampled_from((*HARDWARE, "none")),
            "error_budget": _PROBABILITY,
        },
    ),
    "physical": _mostly(
        {"counts": _GOOD_COUNTS, "machine": "gidney-fowler-2018", "error_budget": 0.01},
        {
            "counts": _mostly(_GOOD_COUNTS, dict.fromkeys(_COUNT_NAMES, st.integers(1, 10**12) | NUMBER)),
            "machine": st.sampled_from(tuple(HARDWARE)),
            "error_budget": _PROBABILITY,
            "n_factories": _SMALL | NUMBER,
            "waiting_s": NUMBER,
        },
    ),
    "machine": _mostly({"machine": "gidney-2025"}, dict.fromkeys(_MACHINE, NUMBER)),
}


def run_output(given: tuple[str, str], folder: Path) -> str:
    """Write a file under an odd name."""
    name, text = given
    kind = outcome(lambda: write_text(folder / "written" / name, text))
    written = list((folder / "written").iterdir())
    assert len(written) == (kind == RESULT), (kind, written)
    for path in written:
        assert path.read_bytes() == text.encode()
        path.unlink()
    return kind


_FILE_NAMES = st.text(st.characters(exclude_characters="/"), max_size=300).filter(lambda name: name not in (".", ".."))


def run_cell(text: str, folder: Path) -> str:
    """Write a text from outside into a cell of a CSV file and into a sentence of a page."""
    cell = cell_text(text)
    assert "\n" not in cell
    assert "\r" not in cell
    assert cell.lstrip()[:1] not in ("=", "+", "-", "@") or _is_number(cell), cell
    page = str(inline(text))
    for tag in ("code", "a"):
        page = page.replace(f"</{tag}>", "")
    page = page.replace("<code>", "").replace('<a href="#', "").replace('<a href="https://arxiv.org/abs/', "")
    assert "<" not in page, page
    return RESULT


def _is_number(text: str) -> bool:
    with contextlib.suppress(ValueError):
        return float(text) is not None
    return False


_FORMULAS = st.tuples(
    st.sampled_from(("=", "+", "-", "@", "\t=", "\r=", "\n-", " @", "`", "[a](#", "arXiv:1234.5678", "<", "2^3")), TEXT
)

_SWEEP_INPUTS = {name: tuple(kind.inputs) for name, kind in KINDS.items()}
_COUNT_KEYS = (*_COUNT_NAMES, "numQubits", "cczCount", "ccixCount", "tCount", "rotationCount", "rotationDepth")
_MORE_KEYS = ("measurementCount", "numComputeQubits", "schema", "error_budget", "external_calls", "of")

# Shares of the verbs: those that answer in milliseconds are asked more often. The report takes seconds.
_VERB_SHARES = {
    "run": 2,
    "report": 0.3,
    "sweep": 3,
    "export": 5,
    "frontier": 4,
    "crossover": 4,
    "compare": 4,
    "simulate": 12,
}


def targets() -> dict[str, Target]:
    """Return all targets by name."""
    found = {
        "npz-bytes": Target(st.tuples(archives.damaged(), archives.CHOICES), run_archive, 330),
        "npz-made": Target(st.tuples(archives.made(), archives.CHOICES), run_archive, 150),
        "heads": Target(_heads(), run_head, 40),
        "machine-edited": Target(texts.edited(texts.valid_machines()), run_machine, 60),
        "machine-made": Target(texts.machine(_MACHINE, tuple(HARDWARE)), run_machine, 40),
        "study-edited": Target(texts.edited(texts.VALID_STUDIES), run_study, 60),
        "study-made": Target(texts.study(_SWEEP_INPUTS), run_study, 60),
        "counts-edited": Target(texts.edited(texts.VALID_COUNTS), run_counts, 50),
        "counts-made": Target(texts.counts((*_COUNT_KEYS, *_MORE_KEYS)), run_counts, 40),
        "outputs": Target(st.tuples(_FILE_NAMES, TEXT), run_output, 20),
        "cells": Target(TEXT | _FORMULAS.map("".join) | st.lists(TEXT, max_size=4).map("".join), run_cell, 60),
    }
    for name, inputs in _CALL_INPUTS.items():
        share = {"estimate": 8, "physical": 8, "search_cost": 6}.get(name, 12)
        found[f"api-{name}"] = Target(st.tuples(st.just(name), inputs), run_call, share)
    for verb in lines.BASES:
        found[f"verb-{verb}"] = Target(lines.lines(verb), run_line, _VERB_SHARES.get(verb, 8))
    return found
