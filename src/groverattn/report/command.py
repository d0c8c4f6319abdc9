"""The command that makes a report, for its foot: what is not by default, without folders; the shared page's name."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from groverattn import __version__
from groverattn.inputs import flat
from groverattn.models.presets import PRESETS
from groverattn.row.design_choices import AUTO
from groverattn.row.request import RowRequest

REFERENCE = "reference"
"""Name of the page that reports share, without its ending."""

_SIZES = ("n_keys", "d_head", "n_marked", "index_heads", "k_law", "k_weight")
"""Inputs that have to be given where no preset gives them."""


def made_by(requests: Sequence[RowRequest], output: str, *, shared_reference: bool = False) -> str:
    """Return the sentence that says which version and which command made a report.

    >>> made_by([RowRequest.of(preset="gpt2", n_keys=4096)], "gpt2.html").split(" with ")[1]
    '`groverattn report --preset gpt2 --n-keys 4096 -o gpt2.html`.'
    """
    given = [_given(request) for request in requests]
    presets = [each.pop("preset") for each in given if "preset" in each]
    one_preset_each = len(presets) == len(given) or len(given) == 1
    fixed_access = any(request.design.data_access != AUTO for request in requests)
    if one_preset_each and not fixed_access and all(each == given[0] for each in given):
        shared = ["--shared-reference"] if shared_reference else []
        made = _command("report", presets, given[0], [*shared, "-o", output])
    else:
        made = _call(list(map(_given, requests)), output, shared_reference)
    return f"Made by groverattn {__version__} with `{made.replace('`', chr(39))}`."


def asked_by(verb: str, request: RowRequest) -> str:
    """Return the command of a verb that is asked of the same row, its data access left open.

    >>> asked_by("crossover", RowRequest.of(n_keys=4096, d_head=64, n_marked=9, heads=8, kv_heads=2))
    'groverattn crossover --n-keys 4096 --d-head 64 --n-marked 9 --query-heads 8 --gqa-group 4'
    """
    given = _given(request)
    presets = [given.pop("preset")] if "preset" in given else []
    for name in ("name", "source", "note", "data_access"):
        given.pop(name, None)
    return _command(verb, presets, given, ())


def _command(verb: str, presets: Sequence[str], given: dict[str, Any], more: Sequence[str]) -> str:
    options = [word for name, value in given.items() for word in (f"--{name.replace('_', '-')}", str(value))]
    named = ["--preset", *presets] if presets else []
    return shlex.join(["groverattn", verb, *named, *options, *more])


def _call(given: Sequence[dict[str, Any]], output: str, shared_reference: bool) -> str:
    """The same in Python: requests that differ in more than the preset, or fix the data access."""
    requests = (", ".join(f"{name}={value!r}" for name, value in each.items()) for each in given)
    shared = ", shared_reference=True" if shared_reference else ""
    listed = ", ".join(f"groverattn.RowRequest.of({each})" for each in requests)
    return f"groverattn.write_report([{listed}], {output!r}{shared})"


def _given(request: RowRequest) -> dict[str, Any]:
    """The inputs that differ from those of the preset, or from the defaults; the name of a file without its folder."""
    given: dict[str, Any] = {"preset": request.name} if request.name in PRESETS else {}
    usual = _usual(request)
    given |= {name: value for name, value in flat(request).items() if value != usual[name] and value is not None}
    return given | ({"hardware": PurePath(given["hardware"]).name} if "hardware" in given else {})


def _usual(request: RowRequest) -> dict[str, Any]:
    if request.name in PRESETS:
        return flat(RowRequest.of(preset=request.name))
    sizes = {name: value for name, value in flat(request).items() if name in _SIZES and value is not None}
    return flat(RowRequest.of(**sizes)) | dict.fromkeys(sizes)
