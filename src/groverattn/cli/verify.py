"""groverattn verify"""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from groverattn.cli.options import (
    WHOLE,
    Causal,
    DataAccess,
    Format,
    Head,
    HeadFile,
    KeyBits,
    Layer,
    QueryBits,
    ScoreMethod,
    Seed,
)


def verify(
    file: HeadFile | None = None,
    /,
    *,
    n_keys: Annotated[int | None, WHOLE, Parameter(help="Keys of a random row; 1024. Without FILE only.")] = None,
    d_head: Annotated[int | None, WHOLE, Parameter(help="Numbers per key; 64. Without FILE only.")] = None,
    key_bits: KeyBits = 8,
    query_bits: QueryBits = 8,
    data_access: DataAccess = "qrom",
    score_method: ScoreMethod = "shared-sums",
    seed: Seed = 0,
    layer: Layer = None,
    head: Head = None,
    causal: Causal = False,
    row: Annotated[int | None, WHOLE, Parameter(help="Row of FILE's head; the last one by default.")] = None,
    n_marked: Annotated[int | None, WHOLE, Parameter(help="Marked keys of that row; 16. With FILE only.")] = None,
    format: Format = "table",
) -> int:
    """Run the oracle's circuit, every gate, on all keys, and compare with arithmetic and with the estimate.

    Exit status 1 if any phase, index, ancilla or count differs.

    Example: groverattn verify --n-keys 4096 --d-head 64 --data-access qroam
    """
    from groverattn.cli.options import refuse_options
    from groverattn.cli.output import show
    from groverattn.problem.chosen_head import head_instance
    from groverattn.problem.heads import load_head
    from groverattn.verification.table import verification_table
    from groverattn.verification.verification import verify_head_row, verify_planted

    if file is None:
        refuse_options("with FILE only", layer=layer, head=head, causal=causal or None, row=row, n_marked=n_marked)
        sizes = {"n_keys": 1024 if n_keys is None else n_keys, "d_head": 64 if d_head is None else d_head}
        bits = {"key_bits": key_bits, "query_bits": query_bits}
        result = verify_planted(**sizes, **bits, data_access=data_access, score_method=score_method, seed=seed)
    else:
        refuse_options("without FILE only", n_keys=n_keys, d_head=d_head)
        loaded = load_head(file, layer=layer, head=head, causal=causal or None)
        instance = head_instance(loaded, 16 if n_marked is None else n_marked, query_bits, key_bits)
        result = verify_head_row(instance, row, data_access=data_access, score_method=score_method, seed=seed)
    show(result.as_json(), format, verification_table)
    return 0 if result.check.passed else 1
