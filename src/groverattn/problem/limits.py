"""Limits of time and memory for what reads a whole head; larger heads are refused."""

from __future__ import annotations

from groverattn.errors import InputError
from groverattn.problem.free_memory import check_memory
from groverattn.problem.heads import AttentionHead
from groverattn.problem.indexer_heads import IndexerHead

# Measured: a head, its integers and the blocks of its scores, per number of the queries and per token.
_BYTES_PER_NUMBER, _BYTES_PER_TOKEN = 60, 100


def check_head_memory(n_keys: int, d_head: int) -> None:
    """Raise InputError if a head of these sizes and its integers do not fit into free memory.

    >>> check_head_memory(n_keys=4096, d_head=128)
    """
    check_memory(
        n_keys * (d_head * _BYTES_PER_NUMBER + _BYTES_PER_TOKEN),
        f"a head of {n_keys:,} keys of {d_head:,} numbers",
        "take fewer keys, or a machine with more memory",
    )


# Measured: some 5e10 products a second on two processors, so that reading all scores of a head takes at most minutes.
SCORE_PRODUCTS_MAX = 1 << 42
# Measured: up to 4 us a score for the whole report, so that it takes at most about 20 minutes.
DIAGNOSIS_ENTRIES_MAX = 1 << 28


def check_head(head: AttentionHead | IndexerHead, n_rows: int) -> None:
    """Raise InputError if setting the thresholds of this many rows takes hours, or the head exceeds free memory."""
    n_heads = head.n_heads if isinstance(head, IndexerHead) else 1
    if n_rows * head.n_keys * head.d_head * n_heads > SCORE_PRODUCTS_MAX:
        of_heads = f" and {n_heads} index heads" if n_heads > 1 else ""
        raise InputError(
            given=f"{n_rows} rows of a head of {head.n_keys} keys of {head.d_head} numbers{of_heads}",
            allowed=f"rows x n_keys x d_head, and x index heads, up to {SCORE_PRODUCTS_MAX:,}",
            why="the thresholds of the rows are set from all their scores, classically",
            do="choose fewer --rows, or cut the file; `groverattn estimate` costs a search of any size",
        )
    check_head_memory(head.n_keys, head.d_head * n_heads)


def check_row_range(rows: range, n_rows: int) -> None:
    """Raise InputError unless a head of `n_rows` rows has these.

    >>> check_row_range(range(3, 7), n_rows=7)
    """
    if not 0 <= rows.start < rows.stop <= n_rows:
        raise InputError(
            given=f"rows = {rows.start}:{rows.stop}",
            allowed=f"A:B with 0 <= A < B <= {n_rows}",
            why=f"the head has {n_rows} rows, counted from 0, and B is the first row left out",
            do="choose rows of this head, or leave the option out for all",
        )


def check_diagnosis(head: AttentionHead) -> None:
    """Raise InputError if `diagnose`, which reads all scores of a head about twenty times, would take hours."""
    if head.n_keys**2 > DIAGNOSIS_ENTRIES_MAX or 20 * head.n_keys**2 * head.d_head > SCORE_PRODUCTS_MAX:
        raise InputError(
            given=f"a head of {head.n_keys} keys of {head.d_head} numbers",
            allowed=f"n_keys^2 up to {DIAGNOSIS_ENTRIES_MAX:,}, and 20 n_keys^2 x d_head up to {SCORE_PRODUCTS_MAX:,}",
            why="the report reads every score of every row at least once per tail",
            do="cut the file to its first keys",
        )
