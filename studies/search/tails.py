"""What every tail costs on all real heads at hand, with and without a causal mask."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from groverattn.diagnosis.tails import TailErrors, compare_tails
from groverattn.files.csv_records import write_records
from groverattn.problem.heads import AttentionHead
from groverattn.reference.attention.goodness import largest_keys
from studies.search.real_heads import heads

FILE_NAME = "tails.csv"


def records(heads_and_k: Iterator[tuple[AttentionHead, int]]) -> Iterator[TailErrors]:
    """Yield one record for each head and tail; heads in their order, tails in that of their registry."""
    for head, n_marked in heads_and_k:
        yield from compare_tails(head, largest_keys(head, n_marked))


def write(directory: Path, data: Path = Path("data")) -> None:
    """Write the sheet as a CSV file, one row for each head, mask and tail: about a minute."""
    write_records(directory / FILE_NAME, TailErrors, records((head, k) for head, k, _ in heads(data)))
