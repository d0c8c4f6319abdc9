"""From options to an estimate's request."""

from __future__ import annotations

import functools

import attrs

from groverattn.errors import InputError, check_seed
from groverattn.problem.families import gaussian_head
from groverattn.problem.heads import AttentionHead
from groverattn.problem.instance import Instance
from groverattn.problem.limits import check_head, check_head_memory, check_row_range
from groverattn.problem.row_pool import in_parallel

_RANDOM_NUMBERS_MAX = 1 << 26  # of each of queries, keys and values: 1.5 GiB together


def random_head(n_keys: int | None, d_head: int | None, seed: int, causal: bool) -> AttentionHead:
    """Return a seeded head of independent Gaussian queries and keys; 64 keys of 8 numbers if nothing is said.

    Raises:
        InputError: fewer than 2 keys, no number per key, or more than fits into memory.
    """
    check_seed(seed)
    n_keys, d_head = 64 if n_keys is None else n_keys, 8 if d_head is None else d_head
    if n_keys < 2 or d_head < 1 or n_keys * d_head > _RANDOM_NUMBERS_MAX:
        raise InputError(
            given=f"--n-keys {n_keys} and --d-head {d_head}",
            allowed=f"--n-keys from 2 and --d-head from 1, their product up to {_RANDOM_NUMBERS_MAX:,}",
            why="queries, keys and values are drawn and kept in memory",
            do="choose sizes in between; `groverattn estimate` costs a search of any size",
        )
    check_head_memory(n_keys, d_head)
    return attrs.evolve(gaussian_head(n_keys, d_head, seed), causal=causal)


def threshold_instance(
    head: AttentionHead,
    n_marked: int,
    query_bits: int,
    key_bits: int,
    *,
    sample_size: int | None = None,
    tau: float | None = None,
    seed: int = 0,
    rows: range | None = None,
    n_workers: int = 1,
) -> Instance:
    """Quantise a head and set thresholds by one of three rules.

    From a sample of each row's keys if `sample_size` is given, one `tau` for all rows if that is given, and else the
    `n_marked` largest scores of every row; `rows` are the rows that will be searched, the others are left alone.

    Raises:
        InputError: both rules are given, rows that do not exist, a head too large for it, or what the rule refuses.
    """
    if sample_size is not None and tau is not None:
        raise InputError(
            given=f"--sample-size {sample_size} and --tau {tau:g}",
            allowed="one of them",
            why="both set the thresholds of the rows",
            do="leave one out",
        )
    if rows is not None:
        check_row_range(rows, head.n_keys)
    check_head(head, head.n_keys if rows is None or tau is not None else len(rows))
    each_block = functools.partial(in_parallel, n_workers=n_workers)
    if sample_size is not None:
        bits = {"query_bits": query_bits, "key_bits": key_bits}
        return Instance.from_sample(head, n_marked, sample_size, seed, **bits, rows=rows, each_block=each_block)
    if tau is not None:
        return Instance.from_tau(head, tau, query_bits, key_bits)
    return Instance.from_target(head, n_marked, query_bits, key_bits, rows=rows, each_block=each_block)


def head_instance(head: AttentionHead, n_marked: int, query_bits: int, key_bits: int) -> Instance:
    """Quantise a head and mark the `n_marked` largest scores of every row.

    Raises:
        InputError: a head too large for it, or what `Instance.from_target` refuses.
    """
    check_head(head, head.n_keys)
    return Instance.from_target(head, n_marked, query_bits, key_bits)
