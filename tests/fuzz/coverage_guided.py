"""The readers of files under libFuzzer, which looks for inputs that reach new lines; for those who have atheris.

pip install atheris        # wheels for Linux and some versions of Python only, so it is no requirement
PYTHONPATH=tests python -m fuzz.coverage_guided npy -runs=100000 -seed=1
"""

from __future__ import annotations

import importlib
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from . import archives, texts
from .limits import limit_memory, outcome

_INSTRUMENTED = ["groverattn", "zipfile", "tomllib", "numpy.lib._format_impl"]


def _member(content: bytes) -> bytes:
    """An archive whose array Q is the input. Its checksum is right: header and numbers are looked at."""
    others = archives.valid_members()[0]
    return archives.packed(
        (archives.Member("Q.npy", content, 0), *(archives.Member(*other, 0) for other in others[1:]))
    )


def _same(content: bytes) -> bytes:
    return content


# By name: module and function that read, the file's name, how its content is made of an input, inputs to begin with.
READERS: dict[str, tuple[str, str, str, Callable[[bytes], bytes], Callable[[], Iterable[bytes]]]] = {
    "npz": ("groverattn.problem.heads", "load_head", "odd.npz", _same, archives.valid_archives),
    "npy": (
        *("groverattn.problem.heads", "load_head", "odd.npz", _member),
        lambda: (members[0][1] for members in archives.valid_members()),
    ),
    "machine": (
        *("groverattn.physical.machines.hardware", "hardware", "odd.toml", _same),
        lambda: map(str.encode, texts.valid_machines()),
    ),
    "study": (
        *("groverattn.sweep.study_file", "read_study", "odd.toml", _same),
        lambda: map(str.encode, texts.VALID_STUDIES),
    ),
    "counts": (
        *("groverattn.physical.counts_file", "read_counts", "odd.json", _same),
        lambda: map(str.encode, texts.VALID_COUNTS),
    ),
}


def main() -> None:
    """Run one command line: the name of a reader, then options of libFuzzer."""
    atheris: Any = importlib.import_module("atheris")
    module, function, file_name, content_of, valid = READERS[sys.argv[1]]
    with atheris.instrument_imports(include=_INSTRUMENTED):
        read = getattr(importlib.import_module(module), function)
    with tempfile.TemporaryDirectory() as folder:
        path, corpus = Path(folder) / file_name, Path(folder) / "corpus"
        corpus.mkdir()
        for number, content in enumerate(valid()):
            (corpus / str(number)).write_bytes(content)

        def one(content: bytes) -> None:
            path.write_bytes(content_of(content))
            outcome(lambda: read(str(path) if function == "hardware" else path))

        atheris.Setup([sys.argv[0], *sys.argv[2:], "-rss_limit_mb=4096", "-timeout=60", str(corpus)], one)
        limit_memory()
        atheris.Fuzz()


if __name__ == "__main__":
    main()
