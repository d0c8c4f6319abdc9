"""Limits of gate-by-gate runs: memory is predicted from the sizes, and refused where it is not free."""

from __future__ import annotations

import os

from groverattn.errors import InputError
from groverattn.problem.free_memory import check_memory
from groverattn.show.numbers import number_text

# Measured as the peak of a process, less the 220 MiB that the libraries take, and rounded up; docs/safety.md has the
# commands. Bytes per key, and per bit of the key memory: for one run of the oracle, and for a searched row.
_CIRCUIT_BYTES = {"verify": (3_600, 7), "index": (6_000, 16), "sparse": (25_000, 200)}
# With these data accesses every key has gates and qubits of its own: factor on the memory per key of a searched row.
_MORE_PER_KEY = {"one-hot": 2, "bucket-brigade": 2, "bucket-brigade-wide": 2.5}

# 2^24 amplitudes of 16 bytes, and the simulator's copies of them.
_STATE_VECTOR_BYTES = 1 << 30

# Of the heap of a head: 1.5 And gates for each bit of a key at d = 128 and 8 bits (counted), and the gates of a wire.
_WIRES_PER_BIT, _BYTES_PER_WIRE = 2, 4_000


def circuit_bytes(run: str, n_keys: int, d_head: int, key_bits: int, data_access: str = "qrom") -> int:
    """Return the bytes that one run of a circuit takes beside the libraries.

    Args:
        run: verify, or the engine of a search: index, sparse or circuit.
        n_keys, d_head, key_bits: sizes of the key memory.
        data_access: how a searched row reaches the keys, by name.

    >>> circuit_bytes("verify", n_keys=1 << 17, d_head=32, key_bits=8) >> 20
    674
    """
    if run == "circuit":
        return _STATE_VECTOR_BYTES
    per_key, per_bit = _CIRCUIT_BYTES[run]
    if run == "index":
        per_key = round(per_key * _MORE_PER_KEY.get(data_access, 1))
    return n_keys * per_key + n_keys * d_head * key_bits * per_bit


def check_circuit_memory(
    run: str, n_keys: int, d_head: int, key_bits: int, n_workers: int = 1, data_access: str = "qrom"
) -> None:
    """Raise InputError if the circuits that `n_workers` processes run at once do not fit into free memory.

    >>> check_circuit_memory("index", n_keys=4096, d_head=64, key_bits=8, n_workers=2)
    """
    n_workers = min(n_workers, os.cpu_count() or 1)
    workers = f" in each of {n_workers} processes" if n_workers > 1 else ""
    check_memory(
        n_workers * circuit_bytes(run, n_keys, d_head, key_bits, data_access),
        f"the circuit of {n_keys:,} keys of {d_head:,} numbers of {key_bits} bits{workers}",
        "take fewer keys or bits" + (", or --workers 1" if n_workers > 1 else ""),
    )


# Measured by `qroam` with d = 64: at 2^20 keys a searched row under the engine `index` takes three minutes and 8.9 GiB.
# It is refused where the memory is not free.
N_KEYS_MAX = 1 << 20
MEMORY_BITS_MAX = 1 << 29


def check_circuit(n_keys: int, d_head: int, key_bits: int, n_heads: int = 1) -> None:
    """Raise InputError if the circuit of one oracle is too large to be run gate by gate on every key.

    Args:
        n_keys, d_head, key_bits: sizes of the key memory.
        n_heads: inner products that make a score.

    >>> check_circuit(n_keys=4096, d_head=64, key_bits=8)
    """
    bits = n_keys * d_head * key_bits
    if n_keys > N_KEYS_MAX or bits > MEMORY_BITS_MAX:
        gib = circuit_bytes("verify", n_keys, d_head, key_bits) / 2**30
        raise InputError(
            given=f"n_keys x d_head x key_bits = {n_keys} x {d_head} x {key_bits}, which would take "
            f"{number_text(gib)} GiB",
            allowed=f"at most {N_KEYS_MAX:,} keys and {MEMORY_BITS_MAX:,} bits in all",
            why="every bit of the key memory is a gate target that is run on every key",
            do="choose smaller sizes; `groverattn estimate` counts the circuit of any size",
        )
    check_circuit_memory("verify", n_keys, d_head, key_bits)
    wires = (n_heads - 1) * d_head * key_bits * _WIRES_PER_BIT
    check_memory(
        wires * (n_keys // 8 + _BYTES_PER_WIRE),
        f"the score of {n_heads} heads on {n_keys:,} keys",
        "take fewer keys, numbers or heads, or --score-method in-place",
    )
