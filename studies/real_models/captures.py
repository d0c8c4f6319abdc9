"""Captures of a language model on three texts: where they are, which rows are looked at, and work shared by heads."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.errors import InputError
from groverattn.problem.heads import AttentionHead, load_head, places_of_heads
from groverattn.problem.row_pool import in_parallel

MODEL = "smollm2-135m"
TEXTS = ("prose", "code", "data")
N_KEYS = (256, 512, 1024, 2048, 4096, 8192)
"""Keys that the last of the rows sees; the text is cut there."""

COUNTS = (16, 32, 64, 128, 256, 512)
"""Marked keys k, wherever k is chosen."""

N_KEYS_OF_COUNTS = (1024, 8192)
"""Numbers of keys n where k is chosen; 512 are half of the first."""

N_ROWS = 16
_PARTS = 256  # rows are n / 256 apart, so that all 16 see more than 15/16 of n keys

_FOLDER = "real_models"  # in data/; not committed


@attrs.frozen
class Captures:
    """One file of heads for each text, from the same model.

    Attributes:
        texts: what the texts are called.
        files: the file of each.
    """

    texts: tuple[str, ...]
    files: tuple[Path, ...]

    @classmethod
    def in_folder(cls, data: Path) -> Captures:
        """Captures of the study, below the folder data/.

        Raises:
            InputError: one of them is missing.
        """
        captures = cls(TEXTS, tuple(data / _FOLDER / f"{MODEL}-{text}.npz" for text in TEXTS))
        for text, file in zip(captures.texts, captures.files, strict=True):
            if not file.is_file():
                raise InputError(
                    given=f"no {file.as_posix()}",
                    allowed="a capture of the model on every text of data/texts",
                    why="the study reads queries, keys and values of every head, 1.4 GB, which are not committed",
                    do=f"groverattn capture --gguf FILE --text data/texts/{text}.txt -o {file.as_posix()} "
                    f"--max-tokens {N_KEYS[-1]}; docs/real_models.md says where FILE is to be had",
                )
        return captures

    @property
    def places(self) -> list[tuple[int | None, int]]:
        """Layer and query head of every head."""
        return places_of_heads(self.files[0])

    def heads(self, layer: int | None, head: int) -> dict[str, AttentionHead]:
        """Load one head on every text."""
        return {
            text: load_head(file, layer=layer, head=head) for text, file in zip(self.texts, self.files, strict=True)
        }

    def each(
        self, work: Callable[[dict[str, AttentionHead]], Any], n_workers: int = 2, *, in_turn: bool = False
    ) -> Iterator[Any]:
        """Yield the result of the work for every head, in the order of `places`.

        Args:
            work: takes one head on every text, by the text's name.
            n_workers: processes.
            in_turn: give each head on one text only; the texts take turns.
        """
        places = self.places
        return in_parallel(functools.partial(_at_one_head, self, work, places, in_turn), range(len(places)), n_workers)

    def only(self, at: int) -> Captures:
        """Capture of one of the texts."""
        return Captures(self.texts[at : at + 1], self.files[at : at + 1])


def _at_one_head(
    captures: Captures,
    work: Callable[[dict[str, AttentionHead]], Any],
    places: list[tuple[int | None, int]],
    in_turn: bool,
    at: int,
) -> Any:
    files = captures.only(at % len(captures.texts)) if in_turn else captures
    return work(files.heads(*places[at]))


def rows_of(n_keys: int, n_rows: int = N_ROWS) -> NDArray[np.int64]:
    """Rows that are looked at: the last one sees all n keys, and the others are n / 256 apart.

    >>> rows_of(512, 4).tolist()
    [505, 507, 509, 511]
    """
    return n_keys - 1 - (n_keys // _PARTS) * np.arange(n_rows)[::-1]


def counts_of(n_keys: int) -> tuple[int, ...]:
    """Marked keys k at this n: of `COUNTS` those up to half of it.

    >>> counts_of(64)
    (16, 32)
    """
    return tuple(k for k in COUNTS if 2 * k <= n_keys)


def cut(head: AttentionHead, n_keys: int) -> AttentionHead:
    """Head of the first n tokens of a causal head: what its rows see is the same.

    >>> from groverattn.problem.families import gaussian_head
    >>> cut(gaussian_head(n=8, d=2, seed=0), 4).n_keys
    4
    """
    parts = {name: getattr(head, name)[:n_keys] for name in ("queries", "keys", "values")}
    return attrs.evolve(head, **parts)
