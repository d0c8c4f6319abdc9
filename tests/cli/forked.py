"""Command lines in processes of their own, forked from one that has imported the verbs, which takes less than a start.

For what depends neither on the start nor on what libraries read from the environment as they are imported.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

_PROGRAM = """
import importlib, json, os, sys
from groverattn.cli.app import GROUPS, main
from groverattn.cli.surroundings import set_for_libraries
set_for_libraries()
for module in {verb.module for verbs in GROUPS.values() for verb in verbs}:
    importlib.import_module(f"groverattn.cli.{module}")
for i, (environment, words) in enumerate(json.load(sys.stdin)):
    if child := os.fork():
        assert os.waitpid(child, 0)[1] == 0, words
        continue
    os.dup2(os.open(os.path.join(sys.argv[1], str(i)), os.O_CREAT | os.O_WRONLY), 1)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv[1:] = words
    try:
        main()
    except SystemExit as end:
        sys.stdout.flush()
        os._exit(end.code)  # the end of the interpreter would take more than most lines
"""


def outputs(*runs: tuple[Mapping[str, str], Sequence[object]]) -> list[bytes]:
    """Run command lines, each with an environment of its own; return standard output of each; none of them may fail."""
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    lines = json.dumps([(dict(environment), [str(word) for word in words]) for environment, words in runs])
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", _PROGRAM, folder]
        subprocess.run(command, input=lines, text=True, env=environment, check=True, timeout=300)
        return [(Path(folder) / str(i)).read_bytes() for i in range(len(runs))]
