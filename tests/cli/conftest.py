"""The command line in this process, and files to give to it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest

from groverattn.cli.app import call

_REFUSAL = re.compile(r"^groverattn: (.+)\n  given: (.+)\n  allowed: (.+)\n  why: (.+)$", re.MULTILINE)


def one_line(stderr: str) -> str:
    """Standard error with the four lines of a refusal as the one sentence that `InputError` has."""
    return _REFUSAL.sub(r"groverattn: given: \2; allowed: \3; why: \4; do: \1", stderr)


@attrs.frozen
class Outcome:
    """What a command line did."""

    status: int
    out: str
    stderr: str

    @property
    def err(self) -> str:
        """Standard error, a refusal in one line."""
        return one_line(self.stderr)

    @property
    def json(self) -> dict[str, Any]:
        """Standard output as the one JSON object that it has to be."""
        result = json.loads(self.out)
        assert isinstance(result, dict)
        return result


@pytest.fixture
def cli(capsys, monkeypatch) -> Callable[..., Outcome]:
    """Run the arguments after `groverattn`."""
    monkeypatch.delenv("COLUMNS", raising=False)  # a refusal is not wrapped where there is no terminal

    def run(*arguments: object) -> Outcome:
        capsys.readouterr()
        status = call([str(argument) for argument in arguments])
        return Outcome(status, *capsys.readouterr())

    return run


@pytest.fixture(scope="session")
def bundled() -> Path:
    """The real head that comes with the package."""
    return Path(str(files("groverattn") / "data" / "minilm_l6_layer2_head2.npz"))


@pytest.fixture
def grouped(tmp_path) -> Path:
    """Two layers of four query heads and two key heads; n = 20, d = 3."""
    rng = np.random.default_rng(3)
    Q, K, V = (rng.standard_normal((2, heads, 20, 3)).astype(np.float16) for heads in (4, 2, 2))
    np.savez(tmp_path / "grouped.npz", Q=Q, K=K, V=V)
    return tmp_path / "grouped.npz"
