"""groverattn export"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from groverattn.cli.options import WHOLE, Causal, DataAccess, Head, HeadFile, Layer, ScoreMethod
from groverattn.cli.sizes import EstimateOptions

_OF_SIZES = ("preset", "n_keys", "d_head")
_OF_ESTIMATE = ("search_law", "hardware", "error_budget", "qram_latency_us", "qram_qubits_per_bit", "qram_p_error")


def export(
    file: HeadFile | None = None,
    /,
    *,
    to: Annotated[Literal["openqasm3", "qref", "counts"], Parameter(help="Format; see docs/interchange.md.")],
    what: Annotated[
        str | None,
        Parameter(help="lookup, oracle, iterate or search; counts also of row, head or model, and of row by default."),
    ] = None,
    output: Annotated[Path | None, Parameter(alias="-o", help="File to write; standard output if not given.")] = None,
    options: EstimateOptions | None = None,
    data_access: DataAccess = "qrom",
    score_method: ScoreMethod = "shared-sums",
    n_iterates: Annotated[
        int | None,
        WHOLE,
        Parameter(help="Iterates of search; by default the best number, in qref a symbol."),
    ] = None,
    layer: Layer = None,
    head: Head = None,
    causal: Causal = False,
    row: Annotated[int | None, WHOLE, Parameter(help="Row of FILE's head; the last one by default.")] = None,
    seed: Annotated[int | None, WHOLE, Parameter(help="Seed of the random row of openqasm3; 0.")] = None,
    force: Annotated[bool, Parameter(help="Replace the file if it exists.", negative="")] = False,
) -> None:
    """Write a circuit or its counts in the format of another tool.

    openqasm3: every gate of the circuit of one row, of FILE's head or random (8 keys of 2 numbers).
    qref: the tree of calls, for Bartiq. counts: one JSON object, for other estimators and `groverattn physical`.
    Both take sizes as `estimate` does, or a row of FILE.

    Example: groverattn export --to qref --what iterate --preset gpt2 --n-marked 16 -o iterate.json
    """
    import sys

    from groverattn.export.formats import checked_what, circuit_text, totals_text
    from groverattn.files.whole import check_target, write_text

    what = checked_what(to, what, n_iterates)
    if output is not None:
        check_target(output, force=force)
    options = options or EstimateOptions()
    of_row = {"layer": layer, "head": head, "causal": causal or None, "row": row}
    if what in ("row", "head", "model"):
        _refuse(f"--what {what}", "it is of all keys of sizes", file=file, seed=seed, **of_row)
        text = totals_text(what, options.request(data_access=data_access, score_method=score_method))
    else:
        _refuse(f"--what {what}", "one circuit has no machine and no law", **_changed(options, _OF_ESTIMATE))
        accesses = {"data_access": data_access, "score_method": score_method}
        text = circuit_text(to, what, _chosen(file, to, options, accesses, seed, of_row), n_iterates)
    if output is None:
        print(text, end="")
        return
    replaced = output.exists()
    write_text(output, text)
    print(f"export: {'replaced' if replaced else 'wrote'} {output}", file=sys.stderr)


def _chosen(
    file: Path | None,
    to: str,
    options: EstimateOptions,
    accesses: dict[str, Any],
    seed: int | None,
    of_row: dict[str, Any],
):
    """Return the circuit of a row of FILE, of a random row, or of sizes."""
    from groverattn.export.circuits import head_row, random_row, sizes_only
    from groverattn.problem.chosen_head import head_instance
    from groverattn.problem.heads import load_head

    if file is not None:
        _refuse("FILE", "the file has keys of its own", seed=seed, **_changed(options, _OF_SIZES))
        row = of_row.pop("row")
        n_marked = 16 if options.n_marked is None else options.n_marked
        instance = head_instance(load_head(file, **of_row), n_marked, options.query_bits, options.key_bits)
        return head_row(instance, row, **accesses)
    _refuse("no FILE", "they choose a row of the file", **of_row)
    if to != "openqasm3":
        _refuse(f"--to {to}", "sizes alone have no random keys", seed=seed)
        return sizes_only(options.request(**accesses))
    _refuse("--to openqasm3", "a circuit of such sizes has too many gates to write out", preset=options.preset)
    sizes: dict[str, Any] = {name: getattr(options, name) for name in ("n_keys", "d_head", "n_marked")}
    given = {name: value for name, value in (sizes | {"seed": seed}).items() if value is not None}
    return random_row(**given, key_bits=options.key_bits, query_bits=options.query_bits, **accesses)


def _changed(options: EstimateOptions, names: tuple[str, ...]) -> dict[str, Any]:
    """Return the options that are not what they are by default."""
    defaults = EstimateOptions()
    return {name: getattr(options, name) for name in names if getattr(options, name) != getattr(defaults, name)}


def _refuse(when: str, why: str, **options: object) -> None:
    """Refuse options that would be ignored.

    Raises:
        InputError: one of them was given.
    """
    from groverattn.errors import InputError

    given = [
        str(value) if name == "file" else "--" + name.replace("_", "-")
        for name, value in options.items()
        if value is not None
    ]
    if given:
        raise InputError(
            given=f"{', '.join(given)} with {when}",
            allowed="options that have an effect",
            why=why,
            do="leave them out; `groverattn export --help` says what each format takes",
        )
