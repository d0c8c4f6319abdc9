"""Memory that a run will take, from its sizes: predicted before it starts, and refused where so much is not free."""

from __future__ import annotations

import os

from groverattn.problem.free_memory import check_memory

# Measured as the peak of a process, less the 220 MiB that the libraries take, and rounded up; docs/safety.md has the
# commands. Bytes per key, and per bit of the key memory: for one run of the oracle, and for a searched row.
_CIRCUIT_BYTES = {"verify": (4_600, 25), "index": (8_200, 44), "sparse": (46_000, 90)}
# Measured: a head, its integers and the blocks of its scores, per number of the queries and per token.
_BYTES_PER_NUMBER, _BYTES_PER_TOKEN = 60, 100
# Measured at d = 4096: 1.8 GiB, with 8 bits and with 16.
_BYTES_PER_PAIR = 120
# Measured: quantum counting, for each of the 2^m outcomes and each key. On amplitudes these are the powers of the
# iterate and their Fourier transform, gate by gate the bits of a term.
_BYTES_PER_OUTCOME = {"index": 36, "sparse": 800}
# 2^24 amplitudes of 16 bytes, and the simulator's copies of them.
_STATE_VECTOR_BYTES = 1 << 30


def circuit_bytes(run: str, n_keys: int, d_head: int, key_bits: int) -> int:
    """Return the bytes that one run of a circuit takes beside the libraries.

    Args:
        run: verify, or the engine of a search: index, sparse or circuit.
        n_keys, d_head, key_bits: sizes of the key memory.

    >>> circuit_bytes("verify", n_keys=1 << 17, d_head=32, key_bits=8) >> 20
    1375
    """
    if run == "circuit":
        return _STATE_VECTOR_BYTES
    per_key, per_bit = _CIRCUIT_BYTES[run]
    return n_keys * per_key + n_keys * d_head * key_bits * per_bit


def check_head_memory(n_keys: int, d_head: int) -> None:
    """Raise InputError if a head of these sizes and its integers do not fit into the memory that is free.

    >>> check_head_memory(n_keys=4096, d_head=128)
    """
    check_memory(
        n_keys * (d_head * _BYTES_PER_NUMBER + _BYTES_PER_TOKEN),
        f"a head of {n_keys:,} keys of {d_head:,} numbers",
        "take fewer keys, or a machine with more memory",
    )


def check_score_memory(d_head: int) -> None:
    """Raise InputError if planning the score of a query of so many numbers, whose pairs are compared, does not fit.

    >>> check_score_memory(d_head=128)
    """
    check_memory(
        d_head**2 * _BYTES_PER_PAIR,
        f"the score of {d_head:,} numbers",
        "take fewer numbers, or --score-method plain-heap",
    )


def check_circuit_memory(run: str, n_keys: int, d_head: int, key_bits: int, n_workers: int = 1) -> None:
    """Raise InputError if the circuits that so many processes run at a time do not fit into the memory that is free.

    >>> check_circuit_memory("index", n_keys=4096, d_head=64, key_bits=8, n_workers=2)
    """
    n_workers = min(n_workers, os.cpu_count() or 1)
    workers = f" in each of {n_workers} processes" if n_workers > 1 else ""
    check_memory(
        n_workers * circuit_bytes(run, n_keys, d_head, key_bits),
        f"the circuit of {n_keys:,} keys of {d_head:,} numbers of {key_bits} bits{workers}",
        "take fewer keys or bits" + (", or --workers 1" if n_workers > 1 else ""),
    )


def check_counting_memory(engine: str, n_keys: int, n_bits: int, n_workers: int = 1) -> None:
    """Raise InputError if quantum counting of a row with m control qubits does not fit into the memory that is free.

    >>> check_counting_memory("index", n_keys=4096, n_bits=6)
    """
    check_memory(
        min(n_workers, os.cpu_count() or 1) * n_keys * _BYTES_PER_OUTCOME.get(engine, 0) << n_bits,
        f"counting with {n_bits} qubits of the phase beside {n_keys:,} keys",
        "take --method unknown, --engine law, or fewer keys",
    )
