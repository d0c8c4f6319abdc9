"""The command that makes a report, for its foot: what is not by default, without folders; the shared page's name."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Any

import attrs

from groverattn import __version__
from groverattn.inputs import flat, inputs_of
from groverattn.models.presets import PRESETS
from groverattn.row.request import RowRequest

REFERENCE = "reference"
"""Name of the page that reports share, without its ending."""

_LEFT_OUT = ("name", "data_access")
"""Inputs that `groverattn report` does not take, or that come with a preset."""


def made_by(requests: Sequence[RowRequest], *, with_reference: bool = False) -> str:
    """Return the sentence that says which version and which command made a report.

    >>> made_by([RowRequest.of(preset="gpt2", n_keys=4096)]).split(" with ")[1]
    '`groverattn report --preset gpt2 --n-keys 4096 -o report.html`.'
    """
    return f"Made by groverattn {__version__} with `{_command(requests, with_reference)}`."


def _command(requests: Sequence[RowRequest], with_reference: bool) -> str:
    choices = [list(_options(request)) for request in requests]
    if any(options != choices[0] for options in choices):
        return f"groverattn.write_report(...) of {len(requests)} requests"
    presets = [request.name for request in requests if request.name in PRESETS]
    named = ["--preset", *presets] if presets else []
    words = ["groverattn", "report", *named, *choices[0], *(["--with-reference"] if with_reference else [])]
    return " ".join(shlex.quote(word).replace("`", "'") for word in (*words, "-o", "report.html"))


def _options(request: RowRequest) -> Iterator[str]:
    """The options that differ from those of the preset, or from the defaults."""
    usual = _usual(request)
    for name, value in flat(request).items():
        if name not in _LEFT_OUT and value != usual[name] and value is not None:
            yield f"--{name.replace('_', '-')}"
            yield PurePath(value).name if name == "hardware" else str(value)


def _usual(request: RowRequest) -> dict[str, Any]:
    if request.name in PRESETS:
        return flat(RowRequest.of(preset=request.name))
    defaults = {name: declared.default for name, declared in inputs_of(RowRequest).items()}
    return {name: None if value is attrs.NOTHING else value for name, value in defaults.items()}
