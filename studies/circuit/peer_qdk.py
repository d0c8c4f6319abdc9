"""The lookup search as qdk.qre counts it: Q#'s own table lookup, traced. qdk is imported when it is asked."""

from __future__ import annotations

import functools
import math
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import attrs

from groverattn.physical.machines.hardware import hardware
from groverattn.physical.second_opinion import second_opinion
from groverattn.physical.surface_code import physical_estimate
from studies.circuit.lookup_search import Comparison, LookupSearch

if TYPE_CHECKING:
    from qdk.qre import Trace

PEER, PACKAGE = "qdk.qre", "qdk"

MACHINE = "beverland-gate-ns-e4"
ERROR_BUDGET = 0.01

# The table is all zero: the lookup counts the same Toffolis for any, and the words of a list are then one word. The
# unload of a word of one bit takes those of any word; its interpreter forms the parity of every word of every key.
PROGRAM = """
import Std.Arrays.*;
import Std.Canon.*;
import Std.Math.BitSizeI;
import Std.Measurement.MResetX;
import Std.ResourceEstimation.*;
import Std.TableLookup.Select;

operation Load(n : Int, wordBits : Int) : Unit {
    use (index, word) = (Qubit[BitSizeI(n - 1)], Qubit[wordBits]);
    Select(Repeated(Repeated(false, wordBits), n), index, word);
}

operation Unload(n : Int, wordBits : Int) : Unit {
    use (index, word) = (Qubit[BitSizeI(n - 1)], Qubit[wordBits]);
    let _ = ForEach(MResetX, Rest(word));
    Adjoint Select(Repeated([false], n), index, [Head(word)]);
}

operation Diffuse(n : Int, wordBits : Int) : Unit {
    use index = Qubit[BitSizeI(n - 1)];
    within {
        ApplyToEachA(H, index);
        ApplyToEachA(X, index);
    } apply {
        Controlled Z(Most(index), Tail(index));
    }
}

operation DiffuseByAnd(n : Int, wordBits : Int) : Unit {
    let m = BitSizeI(n - 1);
    use (index, chain) = (Qubit[m], Qubit[m - 2]);
    within {
        ApplyToEachA(H, index);
        ApplyToEachA(X, index);
        let links = [Head(index)] + chain;
        for i in 0..m - 3 {
            AND(links[i], index[i + 1], chain[i]);
        }
    } apply {
        CZ(Tail(chain), Tail(index));
    }
}

operation Row(n : Int, wordBits : Int, iterates : Int) : Unit {
    use index = Qubit[BitSizeI(n - 1)];
    ApplyToEach(H, index);
    BeginRepeatEstimates(iterates);
    {
        use word = Qubit[wordBits];
        let table = Repeated(Repeated(false, wordBits), n);
        Select(table, index, word);
        Adjoint Select(table, index, word);
    }
    within {
        ApplyToEachA(H, index);
        ApplyToEachA(X, index);
    } apply {
        Controlled Z(Most(index), Tail(index));
    }
    EndRepeatEstimates();
}
"""

OPERATIONS = ("Load", "Unload", "Diffuse")

# Sizes up to which a part is run: the unload transforms its whole table in the interpreter, a trace lists every gate.
_UNLOAD_UP_TO = 1 << 17
_GATES_UP_TO = 1 << 13


def comparisons(search: LookupSearch) -> Iterator[Comparison]:
    """Compare Q#'s lookup, and qdk's machine for our counts."""
    if search.data_access != "qrom":
        why = "Q#'s table lookup is unary iteration; it has no blocks, no borrowed qubits and no bucket brigade"
        yield Comparison("Toffolis of the load", search.load.toffoli, None, why=why)
        return
    theirs = Parts(search).toffolis("Load")
    yield Comparison.of("Toffolis of the load", search.load.toffoli, theirs, None, "not known")
    yield from _unload_compared(Parts(search))
    yield _diffusion_compared(Parts(search))
    yield from _row_compared(Parts(search))
    yield _depth_compared(Parts(search))
    yield from _machine_compared(search)


def row_traces(search: LookupSearch) -> list[Trace]:
    """Trace load, unload and diffusion anew: what is timed beside our own estimate."""
    return [_application(operation, search.n_keys, search.word_bits) for operation in OPERATIONS]


@attrs.frozen
class Parts:
    """The operations of `PROGRAM` at the sizes of one search."""

    search: LookupSearch

    def trace(self, operation: str, *more: int, word_bits: int | None = None) -> Trace:
        """Trace an operation: blocks of equal gates, from its counts."""
        return _trace(operation, self.search.n_keys, self.search.word_bits if word_bits is None else word_bits, *more)

    def toffolis(self, operation: str, *more: int) -> int:
        """Count the Toffolis of an operation."""
        from qdk.qre import instruction_ids as ids

        return self.trace(operation, *more).gate_counts[ids.CCX]

    def toffoli_depth(self, operation: str) -> int:
        """Toffolis on the longest path of an operation, every correction after a measured undoing waited for."""
        return _toffoli_depth(_application(operation, self.search.n_keys, 1, gate_by_gate=True))

    @property
    def unloads(self) -> bool:
        """Whether the unload is run at this size."""
        return self.search.n_keys <= _UNLOAD_UP_TO


def _application(operation: str, *arguments: int, gate_by_gate: bool = False) -> Trace:
    from qdk.qre.application import QSharpApplication

    called = getattr(_program(), operation)
    return QSharpApplication(called, args=arguments, use_trace_backend=gate_by_gate).get_trace()


_trace = functools.lru_cache(maxsize=32)(_application)


@functools.cache
def _program() -> Any:
    os.environ["QDK_PYTHON_TELEMETRY"] = "none"  # read when qdk is first imported
    from qdk import Context

    context = Context()
    context.eval(PROGRAM)
    return context.code


def _toffoli_depth(trace: Trace) -> int:
    """The trace holds one draw of the outcomes: whether a correction follows a measurement there is chance."""
    from qdk.qre import instruction_ids as ids

    ends, controls = [0] * trace.total_qubits, {}
    for gate in trace.flatten():
        qubits = list(gate.qubits)
        if gate.id == ids.CCX:
            controls[qubits[2]] = qubits[:2]
        elif gate.id == ids.MEAS_RESET_Z:
            qubits += controls.pop(qubits[0], [])
        end = max(ends[qubit] for qubit in qubits) + (gate.id == ids.CCX)
        for qubit in qubits:
            ends[qubit] = end
    return max(ends)


def _unload_compared(parts: Parts) -> Iterator[Comparison]:
    ours, bits = parts.search.unload.toffoli, parts.search.index_bits
    if not parts.unloads:
        yield Comparison("Toffolis of the unload", ours, None, why=_NOT_RUN)
        return
    theirs = parts.toffolis("Unload")
    yield Comparison.of(
        "Toffolis of the unload",
        ours,
        theirs,
        theirs + bits - 2,
        f"its fix-up forms all products of the bits of each half of the index, which saves the {bits - 2} And "
        "that ours spends on coding the halves one-hot",
    )


_NOT_RUN = "not run: its unload transforms the whole table in the interpreter"


def _diffusion_compared(parts: Parts) -> Comparison:
    ours, theirs = parts.search.diffusion.toffoli, parts.toffolis("Diffuse")
    why = "its controlled Z undoes its chain by Toffolis, ours by measurement; adjusted: the chain written with its AND"
    return Comparison.of("Toffolis of the diffusion", ours, theirs, parts.toffolis("DiffuseByAnd"), why)


def _row_compared(parts: Parts) -> Iterator[Comparison]:
    search = parts.search
    if not parts.unloads:
        yield Comparison("Toffolis of a row", search.row.toffoli, None, why=_NOT_RUN)
        yield Comparison("logical qubits", search.iterate.logical_qubits, None, why=_NOT_RUN)
        return
    theirs = search.iterates * sum(parts.toffolis(operation) for operation in OPERATIONS)
    more = parts.toffolis("Diffuse") - parts.toffolis("DiffuseByAnd") - (search.index_bits - 2)
    adjusted = theirs - search.iterates * more
    yield Comparison.of("Toffolis of a row", search.row.toffoli, theirs, adjusted, "unload and diffusion, see there")
    qubits = [parts.trace(operation).total_qubits for operation in OPERATIONS]
    unloaded = parts.trace("Unload", word_bits=1).total_qubits
    yield Comparison.of(
        "logical qubits",
        search.iterate.logical_qubits,
        max(qubits),
        max(qubits[0], qubits[2], unloaded),
        "its unload holds the measured word until the fix-up is done; adjusted: a word of one bit there",
    )


def _depth_compared(parts: Parts) -> Comparison:
    search, quantity = parts.search, "Toffoli depth of an iterate"
    ours = search.iterate.toffoli_depth
    if search.n_keys > _GATES_UP_TO:
        why = f"not run: its trace lists every gate, and it is built up to {_GATES_UP_TO:,} keys here"
        return Comparison(quantity, ours, None, why=why)
    depths = {operation: parts.toffoli_depth(operation) for operation in OPERATIONS}
    adjusted = depths["Load"] + search.unload.toffoli_depth + search.diffusion.toffoli_depth
    why = (
        f"its loads agree; its unload takes {depths['Unload']} layers and ours {search.unload.toffoli_depth}, its "
        f"diffusion {depths['Diffuse']} and ours {search.diffusion.toffoli_depth}; read off its gates, because its own "
        "depth counts every gate of one draw of the outcomes"
    )
    return Comparison.of(quantity, ours, sum(depths.values()), adjusted, why)


def _machine_compared(search: LookupSearch) -> Iterator[Comparison]:
    machine = hardware(MACHINE)
    ours = physical_estimate(search.row, machine, ERROR_BUDGET)
    theirs = second_opinion(search.row, machine, ERROR_BUDGET)
    tile = 2 * ours.code_distance**2
    data = theirs.qubits - theirs.factory_qubits
    yield Comparison.of(
        f"physical qubits of the data, our counts on {MACHINE}",
        ours.data_qubits,
        data,
        round(data * tile / (tile - 1)),
        f"it counts {tile - 1} qubits in a tile of distance {ours.code_distance}, we {tile}",
    )
    copies = math.ceil(ours.n_factories * ours.limits_s["factory"] / theirs.duration_s)
    yield Comparison.of(
        f"physical qubits of the factories, our counts on {MACHINE}",
        ours.factory_qubits,
        theirs.factory_qubits,
        round(theirs.factory_qubits * ours.n_factories / copies),
        f"{copies} copies for its run and {ours.n_factories} for ours; adjusted to ours, what is left is the qubit "
        "that each of its tiles has less",
    )
    yield Comparison.of(
        f"duration of a row in s, our counts on {MACHINE}",
        ours.duration_s,
        theirs.duration_s,
        max(theirs.duration_s, ours.limits_s["reaction"]),
        "it has no reaction time; adjusted: the longer of its run and our reaction limit",
    )
