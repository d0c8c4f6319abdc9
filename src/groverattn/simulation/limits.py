"""Limits of a simulation: rows that would take more than a day, or more memory than is free, are refused."""

from __future__ import annotations

import os

from groverattn.errors import InputError
from groverattn.problem.free_memory import check_memory
from groverattn.show.numbers import time_text
from groverattn.simulation.engines import EngineChoice
from groverattn.verification.limits import check_circuit, check_circuit_memory

# Measured: quantum counting, for each of the 2^m outcomes and each key. On amplitudes these are the powers of the
# iterate and their Fourier transform, gate by gate the bits of a term.
_BYTES_PER_OUTCOME = {"index": 36, "sparse": 800}
# Measured on the packaged head: 0.65 s a row, both runs of its circuit together; most of it is spent gate by gate. With
# every gate of every trial (`sparse`) 67 s a row at n = 4096, d = 16, k = 16, and 82 s at d = 64 in blocks of 2.
_SECONDS_PER_GATE_GROUP = {"index": 1e-3, "circuit": 1e-3, "sparse": 1.6e-2}
SECONDS_MAX = 86_400
# Measured at n = 131,072 and k = 512, per row and key: amplitudes 23 s a row, outcomes of `posterior` 1.8 s a row.
_SECONDS_PER_KEY = {"circuit": 0.0, "sparse": 0.0, "index": 2e-4, "law": 1.5e-5}
# Measured at 65,536 and 131,072 keys, 1 to 64 of them per query: 0.06 to 0.45 s for the rows of one number of blocks.
_SECONDS_PER_NUMBER_OF_BLOCKS = 0.3


def check_rows(
    engine: EngineChoice,
    rows: range,
    n_keys: int,
    d_head: int,
    key_bits: int,
    *,
    n_workers: int = 1,
    counting_bits: int = 0,
    data_access: str = "qrom",
) -> None:
    """Raise InputError if these rows would take more than about a day on one processor, or more memory than is free.

    Args:
        engine: what searches them.
        rows: which rows.
        n_keys, d_head, key_bits: sizes of the key memory.
        n_workers: processes that share the rows.
        counting_bits: control qubits of quantum counting; 0 for methods that do not count.
        data_access: how circuits reach the keys, by name.

    >>> check_rows(EngineChoice("index"), range(512), n_keys=512, d_head=64, key_bits=8)
    """
    n_rows, n_workers = sum(engine.runs_circuit(row) for row in rows), min(n_workers, len(rows))
    _check_time(len(rows), len(rows) * n_keys * _SECONDS_PER_KEY[engine.name], n_keys)
    if counting_bits:
        check_memory(
            min(n_workers, os.cpu_count() or 1) * n_keys * _BYTES_PER_OUTCOME.get(engine.name, 0) << counting_bits,
            f"counting with {counting_bits} qubits of the phase beside {n_keys:,} keys",
            "take --method unknown, --engine law, or fewer keys",
        )
    if not n_rows:
        return
    check_circuit(n_keys, d_head, key_bits)
    check_circuit_memory(engine.name, n_keys, d_head, key_bits, n_workers, data_access)
    seconds_per_row = (n_keys + 2 * d_head * key_bits) * _SECONDS_PER_GATE_GROUP[engine.name]
    _check_time(n_rows, n_rows * seconds_per_row, n_keys)


def check_numbers_of_blocks(n_rows: int, keys_per_query: int) -> None:
    """Raise InputError if causal rows that are drawn together over blocks would take more than about a day.

    As many rows as keys in a block share their number of blocks; each number has its own laws.

    >>> check_numbers_of_blocks(131072, keys_per_query=16)
    """
    seconds = n_rows / keys_per_query * _SECONDS_PER_NUMBER_OF_BLOCKS
    if seconds > SECONDS_MAX:
        raise InputError(
            given=f"{n_rows:,} causal rows with keys_per_query = {keys_per_query}, about {time_text(seconds)}",
            allowed=f"about {time_text(SECONDS_MAX)} on one processor",
            why="rows that see other numbers of keys fill other numbers of blocks, each with laws of its own",
            do="search fewer rows, take more keys per query, or another method",
        )


def _check_time(n_rows: int, seconds: float, n_keys: int) -> None:
    if seconds > SECONDS_MAX:
        raise InputError(
            given=f"{n_rows} rows of {n_keys} keys, about {time_text(seconds)}",
            allowed=f"about {time_text(SECONDS_MAX)} on one processor",
            why="the rows are searched one by one on amplitudes of all keys, or their circuits are run gate by gate",
            do=f"search fewer rows, such as --rows 0:{max(1, min(16, int(n_rows * SECONDS_MAX / seconds)))}, run the "
            "circuit of some rows only (--engine index --circuit-every N), or take --engine law",
        )
