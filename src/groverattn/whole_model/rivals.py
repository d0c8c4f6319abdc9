"""How many machines side by side take no longer than one GPU for the attention of a whole model."""

from __future__ import annotations

import math

import attrs

from groverattn.classical.lines import ModelTime
from groverattn.show.numbers import count_text, time_text


@attrs.frozen
class Rows:
    """The rows of a whole model that are to be searched, for one token or for a prefill.

    Rows of one layer can be searched side by side. Those of the next layer wait for them, because their queries and
    keys are made of the output. The longest rows of all layers therefore follow each other on any number of machines.

    Attributes:
        layers: number of layers.
        per_layer: rows that are searched in one layer.
        time_s: time of all of them on one machine, seconds.
        longest_s: time of the longest row on that machine, seconds.
        limit_s: time that the longest row takes with any number of factories, seconds.
        qubits: physical qubits of one machine.
        windows_s: time of the longest rows of further layers, which have a window, one after the other, seconds.
    """

    layers: int
    per_layer: int
    time_s: float
    longest_s: float
    limit_s: float
    qubits: int
    windows_s: float = 0.0

    @property
    def least_s(self) -> float:
        """Time on any number of these machines, seconds."""
        return self.layers * self.longest_s + self.windows_s

    def machines_within(self, seconds: float) -> int | None:
        """Return the least number of machines that could do it in this time; None: no number can.

        At least the time on one machine divided by this time; this number suffices only if no machine is ever idle.
        """
        return math.ceil(self.time_s / seconds) if self.least_s <= seconds else None


@attrs.frozen
class Rival:
    """One GPU, and how many machines it takes to be as fast.

    Attributes:
        gpu, kind, time_s, source: the attention of the whole model on it, see `classical.lines.ModelTime`.
        machines: machines side by side that take no longer, at least; None: no number of them does.
        qubits: physical qubits of all of them.
        words: the same in words.
    """

    gpu: str
    kind: str
    time_s: float
    source: str
    machines: int | None
    qubits: int | None
    words: str

    @classmethod
    def of(cls, line: ModelTime, rows: Rows) -> Rival:
        """Compare the rows with one GPU.

        >>> rows = Rows(layers=2, per_layer=8, time_s=80.0, longest_s=5.0, limit_s=3.0, qubits=10**6)
        >>> Rival.of(ModelTime("a GPU", "decode", 20.0, "test", "bandwidth"), rows).words
        'at least 4 machines with 4.00e6 physical qubits'
        """
        machines = rows.machines_within(line.time_s)
        qubits = None if machines is None else machines * rows.qubits
        return cls(line.gpu, line.kind, line.time_s, line.source, machines, qubits, _words(line.time_s, rows))


def _words(seconds: float, rows: Rows) -> str:
    machines = rows.machines_within(seconds)
    if machines is not None:
        some = "1 machine" if machines == 1 else f"{count_text(machines)} machines"
        return f"at least {some} with {count_text(machines * rows.qubits)} physical qubits"
    gpu = f"the whole model on the GPU {time_text(seconds)}"
    none = "out of reach of any number of machines that take one row each, with any number of factories"
    if rows.limit_s > seconds:
        return f"{none}: one row takes at least {time_text(rows.limit_s)}, {gpu}"
    chain = f"layers wait for each other, and one row in each of {rows.layers} takes"
    if rows.layers * rows.limit_s > seconds:
        return f"{none}: {chain} at least {time_text(rows.layers * rows.limit_s)}, {gpu}"
    return (
        f"out of reach of any number of these machines: {chain} {time_text(rows.least_s)}, {gpu}; with more factories "
        f"a row takes at least {time_text(rows.limit_s)} instead of {time_text(rows.longest_s)}"
    )
