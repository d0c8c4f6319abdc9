"""What to call a model that comes as a configuration file, and the file."""

from __future__ import annotations

import os
import re
from pathlib import Path

from groverattn.models.presets import PRESETS

FILE = "config.json"
"""What Hugging Face calls the configuration of every model."""


def model_name(file: Path) -> str:
    """Return what to call the model: its repository in a cache of Hugging Face, or the folder, or the file.

    Never the name of a preset, whose sizes are others.

    >>> model_name(Path("Mine 7B/config.json")), model_name(Path("mine.json")), model_name(Path("gpt2.json"))
    ('Mine-7B', 'mine', 'gpt2-config')
    """
    path = _absolute(file)
    cached = [part.rsplit("--", 1)[1] for part in path.parts if part.startswith("models--")]
    name = cached[-1] if cached else path.parent.name if path.name == FILE else path.stem
    name = _plain(name).strip("-.") or "model"
    return f"{name}-config" if name in PRESETS else name


def file_label(file: Path) -> str:
    """Return folder and file, or the file alone where its own name says something.

    >>> file_label(Path("Mine 7B/config.json")), file_label(Path("mine.json"))
    ('Mine-7B/config.json', 'mine.json')
    """
    folder = [_absolute(file).parent.name] if file.name == FILE else []
    return "/".join(_plain(part) for part in (*folder, file.name) if part)


def _absolute(file: Path) -> Path:
    """Not resolved: files of that cache are links to others, whose names are hashes."""
    return Path(os.path.abspath(file))


def _plain(text: str) -> str:
    """The text in characters that any link and any spreadsheet takes."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", text)
