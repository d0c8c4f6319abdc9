"""Which circuits can be run gate by gate in the time and memory that people have; larger ones are refused."""

from __future__ import annotations

from groverattn.problem.errors import InputError
from groverattn.problem.heads import AttentionHead
from groverattn.study.memory_need import (
    check_circuit_memory,
    check_counting_memory,
    check_head_memory,
    circuit_bytes,
)
from groverattn.study.numbers import time_text
from groverattn.verify.engines import EngineChoice

# Measured: at both limits a run of the oracle takes a minute and 1.3 GiB (`verify`), a searched row two minutes and
# 2 GiB under the engine `index`. What is predicted is in study/memory_need.py.
N_KEYS_MAX = 1 << 17
MEMORY_BITS_MAX = 1 << 25

# Measured: some 5e10 products a second on two processors, so that reading all scores of a head takes at most minutes.
SCORE_PRODUCTS_MAX = 1 << 42

# Measured: up to 4 us a score for the whole report, so that it takes at most about 20 minutes.
DIAGNOSIS_ENTRIES_MAX = 1 << 28

# Measured on the packaged head: 0.65 s a row, both runs of its circuit together; most of it is spent gate by gate. With
# every gate of every trial (`sparse`) 55 s a row at n = 4096, d = 16, k = 16.
_SECONDS_PER_GATE_GROUP = {"index": 1e-3, "circuit": 1e-3, "sparse": 1.2e-2}
SECONDS_MAX = 86_400

# Measured at n = 131,072 and k = 512, per row and key: amplitudes 23 s a row, outcomes drawn key by key 28 s a row.
_SECONDS_PER_KEY = {"circuit": 0.0, "sparse": 0.0, "index": 2e-4, "law": 2e-4}


def check_circuit(n_keys: int, d_head: int, key_bits: int) -> None:
    """Raise InputError if the circuit of one oracle is too large to be run gate by gate on every key.

    >>> check_circuit(n_keys=4096, d_head=64, key_bits=8)
    """
    bits = n_keys * d_head * key_bits
    if n_keys > N_KEYS_MAX or bits > MEMORY_BITS_MAX:
        gib = circuit_bytes("verify", n_keys, d_head, key_bits) / 2**30
        raise InputError(
            given=f"n_keys x d_head x key_bits = {n_keys} x {d_head} x {key_bits}, which would take {gib:,.3g} GiB",
            allowed=f"at most {N_KEYS_MAX:,} keys and {MEMORY_BITS_MAX:,} bits in all",
            why="every bit of the key memory is a gate target that is run on every key",
            do="choose smaller sizes; `groverattn estimate` counts the circuit of any size",
        )
    check_circuit_memory("verify", n_keys, d_head, key_bits)


def check_head(head: AttentionHead, n_rows: int) -> None:
    """Raise InputError if setting the thresholds of so many rows, which reads all their scores, would take hours.

    Or if the head's integers and blocks of scores do not fit into the memory that is free.
    """
    if n_rows * head.n_keys * head.d_head > SCORE_PRODUCTS_MAX:
        raise InputError(
            given=f"{n_rows} rows of a head of {head.n_keys} keys of {head.d_head} numbers",
            allowed=f"rows x n_keys x d_head up to {SCORE_PRODUCTS_MAX:,}",
            why="the thresholds of the rows are set from all their scores, classically",
            do="choose fewer --rows, or cut the file; `groverattn estimate` costs a search of any size",
        )
    check_head_memory(head.n_keys, head.d_head)


def check_row_range(rows: range, n_rows: int) -> None:
    """Raise InputError if a head of so many rows does not have these.

    >>> check_row_range(range(3, 7), n_rows=7)
    """
    if not 0 <= rows.start < rows.stop <= n_rows:
        raise InputError(
            given=f"rows {rows.start}:{rows.stop}",
            allowed=f"A:B with 0 <= A < B <= {n_rows}",
            why=f"the head has {n_rows} rows, counted from 0, and B is the first row left out",
            do="choose rows of this head, or leave the option out for all",
        )


def check_diagnosis(head: AttentionHead) -> None:
    """Raise InputError if reading all scores of a head some twenty times, as `diagnose` does, would take hours."""
    if head.n_keys**2 > DIAGNOSIS_ENTRIES_MAX or 20 * head.n_keys**2 * head.d_head > SCORE_PRODUCTS_MAX:
        raise InputError(
            given=f"a head of {head.n_keys} keys of {head.d_head} numbers",
            allowed=f"n_keys^2 up to {DIAGNOSIS_ENTRIES_MAX:,}, and 20 n_keys^2 x d_head up to {SCORE_PRODUCTS_MAX:,}",
            why="the report reads every score of every row, once or more for every tail",
            do="cut the file to its first keys",
        )


def check_rows(
    engine: EngineChoice,
    rows: range,
    n_keys: int,
    d_head: int,
    key_bits: int,
    *,
    n_workers: int = 1,
    counting_bits: int = 0,
) -> None:
    """Raise InputError if these rows would take more than about a day on one processor, or more memory than is free.

    Args:
        engine: what searches them.
        rows: which rows.
        n_keys, d_head, key_bits: sizes of the key memory.
        n_workers: processes that share the rows.
        counting_bits: control qubits of quantum counting; 0 for methods that do not count.

    >>> check_rows(EngineChoice("index"), range(512), n_keys=512, d_head=64, key_bits=8)
    """
    n_rows, n_workers = sum(engine.runs_circuit(row) for row in rows), min(n_workers, len(rows))
    _check_time(len(rows), len(rows) * n_keys * _SECONDS_PER_KEY[engine.name], n_keys)
    if counting_bits:
        check_counting_memory(engine.name, n_keys, counting_bits, n_workers)
    if not n_rows:
        return
    check_circuit(n_keys, d_head, key_bits)
    check_circuit_memory(engine.name, n_keys, d_head, key_bits, n_workers)
    seconds_per_row = (n_keys + 2 * d_head * key_bits) * _SECONDS_PER_GATE_GROUP[engine.name]
    _check_time(n_rows, n_rows * seconds_per_row, n_keys)


def _check_time(n_rows: int, seconds: float, n_keys: int) -> None:
    if seconds > SECONDS_MAX:
        raise InputError(
            given=f"{n_rows} rows of {n_keys} keys, about {time_text(seconds)}",
            allowed=f"about {time_text(SECONDS_MAX)} on one processor",
            why="the rows are searched one by one on amplitudes of all keys, or their circuits are run gate by gate",
            do=f"search fewer rows, such as --rows 0:{max(1, min(16, int(n_rows * SECONDS_MAX / seconds)))}, run the "
            "circuit of some rows only (--engine index --circuit-every N), or take --engine law",
        )
