"""The readers of files under libFuzzer, which looks for inputs that reach new lines; for those who have atheris.

pip install atheris        # wheels for Linux and some versions of Python only, so it is not a requirement
PYTHONPATH=tests python -m fuzz.coverage_guided npy -runs=100000 -seed=1
"""

from __future__ import annotations

import importlib
import sys
import tempfile
from pathlib import Path
from typing import Any

_INSTRUMENTED = ["groverattn", "zipfile", "tomllib", "numpy.lib._format_impl"]


def main() -> None:
    """Run one command line: the name of a reader, then options of libFuzzer."""
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=_INSTRUMENTED):
        from .promise import limit_memory, outcome
        from .targets import READERS
    file_name, read, valid = READERS[sys.argv[1]]
    with tempfile.TemporaryDirectory() as folder:
        path, corpus = Path(folder) / file_name, Path(folder) / "corpus"
        corpus.mkdir()
        for number, content in enumerate(valid):
            (corpus / str(number)).write_bytes(content)

        def one(content: bytes) -> None:
            path.write_bytes(content)
            outcome(lambda: read(path))

        atheris.Setup([sys.argv[0], *sys.argv[2:], "-rss_limit_mb=4096", "-timeout=60", str(corpus)], one)
        limit_memory()
        atheris.Fuzz()


if __name__ == "__main__":
    main()
