"""What is given odd input: one target for everything that reads some."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import stat
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import attrs
import numpy as np
from hypothesis import strategies as st

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
from groverattn.reference.search.laws import search_cost
from groverattn.row.request import ONE_KEY, RowRequest
from groverattn.show.html import inline
from groverattn.simulation.head import simulate
from groverattn.simulation.request import SimulationRequest
from groverattn.sweep.kinds import KINDS
from groverattn.sweep.study_file import read_study

from . import archives, lines, texts
from .odd import NUMBER, REAL, TEXT, WHOLE, split
from .promise import REFUSED, RESULT, Target, limit_memory, outcome, time_limit

VERB_SECONDS = 60.0


def _archive(inputs: st.SearchStrategy[bytes], share: float, name: str = "odd.npz") -> Target:
    def run(given: tuple[bytes, dict[str, Any]], folder: Path) -> str:
        (folder / name).write_bytes(given[0])
        return outcome(lambda: load_head(folder / name, **given[1]))

    return Target(st.tuples(inputs, archives.CHOICES), run, share)


_COUNTS = LogicalCounts(10**9, 10**6, 10, 10**9, 10**9, logical_qubits=1000, toffoli_depth=10**8)
_WORDS = ("name", "sources")
_MACHINE = attrs.asdict(HARDWARE["gidney-2025"], recurse=False, filter=lambda field, _: field.name not in _WORDS)


def _price_machine(path: Path) -> None:
    physical_estimate(_COUNTS, hardware(str(path)), 0.01)


def _read_study(path: Path) -> None:
    study = read_study(path)
    study.at(0), study.at(study.size - 1)


def _price_counts(path: Path) -> None:
    read = read_counts(path)
    result = price_bare_counts(read.counts, "gidney-2025", 0.01 if read.error_budget is None else read.error_budget)
    json.dumps(result.as_json(), allow_nan=False)


def _price_config(path: Path) -> None:
    request = RowRequest.of(config=str(path), n_marked=3, **ONE_KEY)
    json.dumps(request.as_json(), allow_nan=False)


def _load_member(path: Path) -> None:
    """Load an archive whose array Q is the file. Its checksum is right: header and numbers are looked at."""
    others = [(name, content, 0) for name, content in archives.valid_members()[0][1:]]
    path.with_suffix(".npz").write_bytes(archives.packed([("Q.npy", path.read_bytes(), 0), *others]))
    load_head(path.with_suffix(".npz"))


READERS: dict[str, tuple[str, Callable[[Path], object], Sequence[bytes]]] = {
    "npz": ("odd.npz", load_head, archives.valid_archives()),
    "npy": ("odd.npy", _load_member, [members[0][1] for members in archives.valid_members()]),
    "safetensors": ("odd.safetensors", load_head, archives.valid_tensors()),
    "config": ("config.json", _price_config, texts.VALID_CONFIGS),
    "machine": ("odd.toml", _price_machine, texts.valid_machines()),
    "study": ("odd.toml", _read_study, texts.VALID_STUDIES),
    "counts": ("odd.json", _price_counts, texts.VALID_COUNTS),
}
"""By kind of file: its name, what reads it, and valid contents."""


def _file(kind: str, share: float, inputs: st.SearchStrategy[bytes] | None = None) -> Target:
    """A target that reads a file: by default valid ones that were edited."""
    name, read, valid = READERS[kind]

    def run(content: bytes, folder: Path) -> str:
        (folder / name).write_bytes(content)
        return outcome(lambda: read(folder / name), 20)

    return Target(texts.edited_texts(valid) if inputs is None else inputs, run, share)


def _run_line(line: tuple[str, ...], folder: Path) -> str:
    """Run a command line in a folder, and look at its status, its output and what it left."""
    if not (folder / "head.npz").exists():
        lines.make_folder(folder)
    os.environ.pop("COLUMNS", None)  # a refusal is not wrapped where there is no terminal
    out, err = io.StringIO(), io.StringIO()
    streams = contextlib.redirect_stdout(out), contextlib.redirect_stderr(err)
    with contextlib.chdir(folder), time_limit(VERB_SECONDS), streams[0], streams[1]:
        status = call(list(line))
    assert status in (0, 1, 2), status
    said = err.getvalue().splitlines()
    if status == 2:
        (start,) = [i for i, text in enumerate(said) if text.startswith("  given: ")]
        refusal = said[start - 1 : start + 3]
        assert [text.split(": ")[0] for text in refusal] == ["groverattn", "  given", "  allowed", "  why"], refusal
        assert not any(unicodedata.category(character) in ("Cc", "Cs") for text in refusal for character in text), said
        assert out.getvalue() == "", out.getvalue()
    elif ("--format=json" in line or "json" in line) and out.getvalue().startswith("{"):
        assert "NaN" not in repr(json.loads(out.getvalue(), parse_constant=lambda name: "NaN")), out.getvalue()
    assert not any(text.startswith("Traceback") for text in said), err.getvalue()
    _check_folder(folder)
    return REFUSED if status == 2 else RESULT


def _check_folder(folder: Path) -> None:
    """Nothing is left half written, and links and devices are what they were."""
    assert not list(folder.rglob("*.part"))
    assert (folder / "target.svg").read_text() == "old"
    assert all((folder / name).is_symlink() for name in ("link.svg", "nowhere.svg"))
    assert all(stat.S_ISCHR(os.stat(device).st_mode) for device in ("/dev/full", "/dev/null"))
    for path in map(folder.joinpath, lines.MADE):
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)


@st.composite
def _heads(draw: st.DrawFn) -> tuple[Any, ...]:
    """A head that would do, with up to three things that are odd."""
    n, d = draw(st.integers(2, 12)), draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    arrays = [rng.standard_normal((n, d)) for _ in range(3)]
    scale, n_marked, bits, tau = d**-0.5, draw(st.integers(1, n - 1)), draw(st.integers(2, 16)), 0.3
    for kind in draw(st.lists(st.integers(0, 8), max_size=3)):
        at = draw(st.integers(0, 2))
        if kind == 0:
            arrays[at][draw(st.integers(0, n - 1)) :][:1, draw(st.integers(0, d - 1)) :] = draw(REAL)
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
    rule = draw(st.sampled_from(({}, {}, {"tau": tau}, {"sample_size": 8})))
    return (*arrays, scale, draw(st.booleans())), n_marked, bits, rule


def _run_head(given: tuple[Any, ...], folder: Path) -> str:
    """Make a head of odd numbers, search it by law and diagnose it."""
    arguments, n_marked, bits, rule = given

    def search() -> None:
        head = AttentionHead(*arguments, "odd")
        asked = {"n_marked": n_marked, "key_bits": bits, "query_bits": bits, "engine": "law", **rule}
        result = simulate(make(SimulationRequest, asked), head=head)
        json.dumps(result.as_json(), allow_nan=False)
        json.dumps(diagnose(head, n_marked).as_json(), allow_nan=False)

    return outcome(search, 20)


def _function(call: Callable[..., object], share: float, good: dict[str, Any], **odd: st.SearchStrategy) -> Target:
    """A target that calls a function with known good arguments, up to three of them changed to odd ones."""
    names = st.lists(st.sampled_from(sorted(good)), max_size=3, unique=True)
    others = {name: _ODD.get(type(value), NUMBER) for name, value in good.items()}
    others |= {name: st.sampled_from((*lines.NAMES[name], "none")) for name in good if name in lines.NAMES}
    others |= {"n_marked": _SMALL | _ROUNDS} | odd
    changed = names.flatmap(lambda chosen: st.fixed_dictionaries({name: others[name] for name in chosen}))
    return Target(changed, lambda arguments, _: outcome(lambda: call(**good | arguments), 30), share)


_SMALL = st.integers(1, 100)
_ROUNDS = NUMBER.filter(lambda number: not 2_000 < number < 10**6)  # each marked key is a round
_ODD = {int: _SMALL | st.integers(2, 10**6) | NUMBER, float: st.sampled_from((0.01, 1e-9)) | NUMBER, str: TEXT}
_SIZES = {"n_keys": 64, "d_head": 4, "n_marked": 3, "key_bits": 8, "query_bits": 8}
_MODEL = {"name": "odd", "layers": 1, "query_heads": 1, "gqa_group": 1, "key_numbers": 4, "error_budget": 0.01}
_QRAM = {"qram_latency_us": 1.0, "qram_qubits_per_bit": 1.0, "qram_p_error": 0.0}
_CHOSEN = {"data_access": "qrom", "score_method": "shared-sums", "search_law": "expected"}
_PRICED = {"hardware": "gidney-2025", "error_budget": 0.01, "n_factories": None, "waiting_s": 0.0}
_LAW = st.sampled_from(("ideal", "expected", "proven", "worst", "none"))
_HARDWARE = st.sampled_from((*HARDWARE, "none"))
_ROWS = st.lists(st.lists(REAL, min_size=2, max_size=2), max_size=3)


def _estimate(**inputs: Any) -> None:
    json.dumps(estimate(RowRequest.of(**inputs)).as_json(), allow_nan=False)


def _physical(hardware: str, error_budget: Any, n_factories: Any, waiting_s: Any, **counts: Any) -> None:
    machine = HARDWARE["gidney-2025" if hardware == "none" else hardware]
    physical_estimate(LogicalCounts(**counts), machine, error_budget, n_factories=n_factories, waiting_s=waiting_s)


def _write(given: tuple[str, str], folder: Path) -> str:
    """Write a file under an odd name."""
    (folder / "written").mkdir(exist_ok=True)
    name, text = given
    kind = outcome(lambda: write_text(folder / "written" / name, text))
    written = list((folder / "written").iterdir())
    assert len(written) == (kind == RESULT), (kind, written)
    for path in written:
        assert path.read_bytes() == text.encode()
        path.unlink()
    return kind


def _write_cell(text: str, folder: Path) -> str:
    """Write a text from outside into a cell of a CSV file and into a sentence of a page."""
    cell = cell_text(text)
    assert "\n" not in cell
    assert "\r" not in cell
    if cell.lstrip()[:1] in ("=", "+", "-", "@"):
        float(cell)  # raises: a formula
    page = str(inline(text))
    for tag in ("<code>", "</code>", "</a>", '<a href="#', '<a href="https://arxiv.org/abs/'):
        page = page.replace(tag, "")
    assert "<" not in page, page
    return RESULT


_FILE_NAMES = st.text(st.characters(exclude_characters="/"), max_size=300).filter(lambda name: name not in (".", ".."))
_BEGINNINGS = ("=", "+", "-", "@", "\t=", "\r=", "\n-", " @", "`", "[a](#", "arXiv:1234.5678", "<", "2^3")
_CELLS = TEXT | st.tuples(st.sampled_from(_BEGINNINGS), TEXT).map("".join) | st.lists(TEXT, max_size=4).map("".join)
_SWEEP_INPUTS = {name: tuple(kind.inputs) for name, kind in KINDS.items()}
_COUNT_KEYS = (
    *attrs.asdict(_COUNTS),
    *split("numQubits cczCount ccixCount tCount rotationCount rotationDepth measurementCount numComputeQubits"),
    *split("numComputeQubits schema error_budget external_calls of"),
)

# Shares of the verbs: those that answer in milliseconds are asked more often. The report takes seconds.
_SHARES = {
    "run": 2,
    "report": 0.3,
    "sweep": 3,
    "export": 5,
    "frontier": 4,
    "crossover": 4,
    "compare": 4,
    "simulate": 12,
}

TARGETS = {
    "npz-bytes": _archive(archives.DAMAGED, 330),
    "npz-made": _archive(archives.made(), 150),
    "safetensors-bytes": _archive(archives.DAMAGED_TENSORS, 60, "odd.safetensors"),
    "safetensors-made": _archive(archives.made_tensors(), 60, "odd.safetensors"),
    "config-edited": _file("config", 40),
    "config-made": _file("config", 40, texts.configs()),
    "heads": Target(_heads(), _run_head, 40),
    "machine-edited": _file("machine", 60),
    "machine-made": _file("machine", 40, texts.machines(_MACHINE, tuple(HARDWARE))),
    "study-edited": _file("study", 60),
    "study-made": _file("study", 60, texts.studies(_SWEEP_INPUTS)),
    "counts-edited": _file("counts", 50),
    "counts-made": _file("counts", 40, texts.counts(_COUNT_KEYS)),
    "outputs": Target(st.tuples(_FILE_NAMES, TEXT), _write, 20),
    "cells": Target(_CELLS, _write_cell, 60),
    "api-search_cost": _function(
        search_cost, 6, {"law": "expected", "n_keys": 1000, "n_marked": 7, "p_failure": 0.01}, law=_LAW
    ),
    "api-quantise": _function(quantise, 12, {"array": [[1.0, 2.0]], "bits": 8}, array=_ROWS),
    "api-shape": _function(Shape, 12, _SIZES),
    "api-threshold_from_tau": _function(threshold_from_tau, 12, {"tau": 0.5, "step": 0.1}, tau=REAL, step=REAL),
    "api-estimate": _function(
        _estimate, 8, _SIZES | _MODEL | _QRAM | _CHOSEN | {"hardware": "gidney-2025"}, hardware=_HARDWARE
    ),
    "api-physical": _function(
        *(
            _physical,
            8,
            attrs.asdict(_COUNTS)
            | {"hardware": "gidney-2025", "error_budget": 0.01, "n_factories": None, "waiting_s": 0.0},
        ),
        hardware=_HARDWARE,
        n_factories=_SMALL | NUMBER,
    ),
    "api-machine": _function(lambda **fields: attrs.evolve(HARDWARE["gidney-2025"], **fields), 12, _MACHINE),
    **{f"verb-{verb}": Target(lines.lines(verb), _run_line, _SHARES.get(verb, 8)) for verb in lines.BASES},
}


def begin_process() -> None:
    """Limit the memory of this process, which has loaded what the targets need."""
    limit_memory()


def check(name: str, first: int, n_inputs: int) -> Counter[str]:
    """Check some inputs of a target."""
    return TARGETS[name].check(first, n_inputs)
