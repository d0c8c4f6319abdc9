"""groverattn verify"""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from groverattn.cli.options import Causal, DataAccess, Format, Head, HeadFile, KeyBits, Layer, QueryBits, Seed


def verify(
    file: HeadFile | None = None,
    /,
    *,
    n_keys: Annotated[int, Parameter(help="Number of keys of a random row, if no file is given.")] = 1024,
    d_head: Annotated[int, Parameter(help="Numbers per key, likewise.")] = 64,
    key_bits: KeyBits = 8,
    query_bits: QueryBits = 8,
    data_access: DataAccess = "qrom",
    seed: Seed = 0,
    layer: Layer = None,
    head: Head = None,
    causal: Causal = False,
    row: Annotated[int | None, Parameter(help="Row of the file's head; the last one by default.")] = None,
    n_marked: Annotated[int, Parameter(help="Marked keys of that row.")] = 16,
    format: Format = "table",
) -> int:
    """Run the oracle's circuit, every gate, on all keys, and compare with arithmetic and with the estimate.

    Exit status 1 if any phase, index, ancilla or count differs.

    Example: groverattn verify --n-keys 4096 --d-head 64 --data-access qroam
    """
    from groverattn.cli.output import show
    from groverattn.problem.heads import load_head
    from groverattn.problem.instance import Instance
    from groverattn.study.tables import verification_table
    from groverattn.study.verification import verify_head_row, verify_planted

    if file is None:
        sizes = {"n_keys": n_keys, "d_head": d_head, "key_bits": key_bits, "query_bits": query_bits}
        result = verify_planted(**sizes, data_access=data_access, seed=seed)
    else:
        loaded = load_head(file, layer=layer, head=head, causal=causal)
        instance = Instance.from_target(loaded, n_marked, query_bits, key_bits)
        result = verify_head_row(instance, row, data_access=data_access, seed=seed)
    show(result.as_json(), format, verification_table)
    return 0 if result.check.passed else 1
