"""From options to an estimate's request."""

from __future__ import annotations

import functools
from typing import Any

import attrs

from groverattn.problem.errors import InputError, check_seed
from groverattn.problem.families import gaussian_head
from groverattn.problem.heads import AttentionHead
from groverattn.problem.instance import Instance
from groverattn.problem.presets import preset as find_preset
from groverattn.problem.shapes import Shape
from groverattn.study.estimate import EstimateRequest
from groverattn.study.memory_need import check_head_memory
from groverattn.study.row_pool import in_parallel
from groverattn.study.workload import check_head, check_row_range

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


def estimate_request(
    *,
    preset: str | None = None,
    n_keys: int | None = None,
    d_head: int | None = None,
    n_marked: int | None = None,
    key_bits: int = 8,
    query_bits: int = 8,
    **choices: Any,
) -> EstimateRequest:
    """Take sizes from a preset, from the numbers, or from both: a number that is given replaces the preset's.

    Raises:
        InputError: an unknown preset, or a size that neither gives.

    >>> estimate_request(preset="gpt2", n_keys=4096).shape.n_keys
    4096
    """
    sizes = {"n_keys": n_keys, "d_head": d_head, "n_marked": n_marked}
    given = {name: value for name, value in sizes.items() if value is not None}
    model = None if preset is None else find_preset(preset)
    if model is None:
        missing = [name for name in sizes if name not in given]
        if missing:
            raise InputError(
                given="no preset, and no " + ", ".join("--" + name.replace("_", "-") for name in missing),
                allowed="--preset NAME, or --n-keys, --d-head and --n-marked",
                why="the cost depends on all three sizes",
                do="`groverattn presets` lists the names",
            )
        return EstimateRequest(shape=Shape(key_bits=key_bits, query_bits=query_bits, **given), **choices)
    all_sizes = {"n_keys": model.n_keys, "d_head": model.d_head, "n_marked": model.n_marked} | given
    return EstimateRequest(
        shape=Shape(key_bits=key_bits, query_bits=query_bits, **all_sizes),
        name=model.name,
        layers=model.layers,
        query_heads=model.query_heads,
        gqa_group=model.group_size,
        key_numbers=model.key_numbers if model.kv_heads is None else None,
        **choices,
    )
