"""Writing the keys where a search can reach them: how many bits, and how long."""

from __future__ import annotations

from functools import partial

import attrs

from groverattn.errors import InputError, real_number

IO_BITS_PER_S = 1e9
"""Rate at which keys are written, 1 Gbit/s: our assumption."""

_RATE_MAX = 1e30  # our assumption: no link is faster, and all times stay finite


@attrs.frozen
class MemoryLoading:
    """The keys of a model, which its layers produce while it runs: they cannot be prepared beforehand.

    A memory holds the keys that one group of query heads searches. With multi-head latent attention every head has keys
    of its own; they are counted as they are searched, not as the model stores them in compressed form.

    Attributes:
        memories: memories of all layers.
        n_keys: keys in each, n.
        bits_per_key: bits of one key, numbers times bits per number.
        into_memory: the keys are written into a quantum memory; else they go to the control computer, which turns them
            into gates.
        io_bits_per_s: rate of writing, bits per second.

    Raises:
        InputError: a rate that is not positive, or too small or large to be one.

    >>> MemoryLoading(256, 131072, 128 * 8, into_memory=False).prefill_s
    34.359738368
    """

    memories: int
    n_keys: int
    bits_per_key: int
    into_memory: bool
    io_bits_per_s: float = attrs.field(default=IO_BITS_PER_S, converter=partial(real_number, "io_bits_per_s"))

    def __attrs_post_init__(self) -> None:
        if not 1 / _RATE_MAX <= self.io_bits_per_s <= _RATE_MAX:
            raise InputError(
                given=f"io_bits_per_s = {self.io_bits_per_s}",
                allowed=f"{1 / _RATE_MAX:g} to {_RATE_MAX:g}",
                why="it is the rate at which the keys are written",
                do="leave it out: 1 Gbit/s is assumed",
            )

    @property
    def bits_per_memory(self) -> int:
        """Bits of one memory: n d b."""
        return self.n_keys * self.bits_per_key

    @property
    def memory_s(self) -> float:
        """Time to write one memory, seconds: what no number of machines with a link each can shorten."""
        return self.bits_per_memory / self.io_bits_per_s

    @property
    def prefill_s(self) -> float:
        """Time to write all memories once through one link, seconds."""
        return self.memories * self.memory_s

    @property
    def token_s(self) -> float:
        """Time to append the keys of one generated token, one to every memory, seconds."""
        return self.memories * self.bits_per_key / self.io_bits_per_s

    @property
    def destination(self) -> str:
        """Where the keys go, and what holds them."""
        if self.into_memory:
            return "into the quantum memory, which has to take as many bits and keep them while rows are searched"
        return (
            "to the control computer, which turns them into the gates of every lookup; no qubit holds a key between "
            "two lookups"
        )
