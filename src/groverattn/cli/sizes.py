"""The options that say what is estimated, shared by the verbs that cost something."""

from __future__ import annotations

from typing import Annotated, Any

import attrs
from cyclopts import Parameter

from groverattn.cli.options import WHOLE, KeyBits, QueryBits


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class EstimateOptions:
    """Sizes from a preset or from three numbers, and the choices that every estimate takes."""

    preset: Annotated[str | None, Parameter(help="A name that `groverattn presets` lists.")] = None
    n_keys: Annotated[int | None, WHOLE, Parameter(help="Number of keys n.")] = None
    d_head: Annotated[int | None, WHOLE, Parameter(help="Numbers per key d.")] = None
    n_marked: Annotated[int | None, WHOLE, Parameter(help="Marked keys per row k.")] = None
    key_bits: KeyBits = 8
    query_bits: QueryBits = 8
    search_law: Annotated[str, Parameter(help="ideal, expected, proven or worst.")] = "expected"
    # Typed here, since the module that knows the names takes a second to import; a test compares them.
    hardware: Annotated[
        str,
        Parameter(
            help="Machine: beverland-gate-ns-e3, beverland-gate-ns-e4, beverland-gate-us-e4, beverland-majorana-e6, "
            "gidney-2025, gidney-fowler-2018 or litinski-2019; or a TOML file."
        ),
    ] = "gidney-fowler-2018"
    error_budget: Annotated[
        float, Parameter(help="Probability allowed that a row's answer is wrong, for any reason.")
    ] = 0.01
    qram_latency_us: Annotated[float, Parameter(help="qram: assumed time of one call, microseconds.")] = 10.0
    qram_qubits_per_bit: Annotated[float, Parameter(help="qram: assumed physical qubits per stored bit.")] = 0.0
    qram_p_error: Annotated[float, Parameter(help="qram: assumed failure probability of one call.")] = 0.0

    def request(self, **choices: Any):
        """Return the estimate's request.

        Raises:
            InputError: sizes that are missing or out of range.
        """
        from groverattn.row.request import RowRequest

        return RowRequest.of(**attrs.asdict(self), **choices)
