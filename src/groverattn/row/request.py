"""One estimate: sizes in, counts, machine, classical line and verdict out."""

from __future__ import annotations

from functools import partial
from typing import Any

import attrs

from groverattn.bloqs.lookup.qram_price import QRAMPrice
from groverattn.classical.lines import ClassicalLine, classical_lines
from groverattn.errors import InputError, check_error_budget, real_number, whole_number
from groverattn.problem.presets import preset as find_preset
from groverattn.problem.shapes import Shape

_OF_A_MODEL_MAX = 1 << 40  # our assumption: products of such numbers stay exact


def _number_of(name: str, value: object) -> int:
    number = whole_number(name, value)
    if not 1 <= number <= _OF_A_MODEL_MAX:
        raise InputError(
            given=f"{name} = {number}",
            allowed=f"1 to {_OF_A_MODEL_MAX:,}",
            why="every model has at least one, and none has more",
            do=f"correct {name}",
        )
    return number


def _key_numbers(value: object) -> int:
    return _number_of("key_numbers", value)


@attrs.frozen(kw_only=True)
class EstimateRequest:
    """What an estimate is asked for.

    Attributes:
        shape: sizes of one search.
        name: preset name, or what to call the sizes.
        layers, query_heads, gqa_group: how many heads there are, and how many query heads share one key memory.
        key_numbers: numbers that a GPU reads per key of that memory; None: d_head (see `classical.lines.KeyMemory`).
        data_access, score_method, search_law, hardware: by name.
        qram: what a call of the memory is assumed to cost, for the data access `qram`.
        error_budget: probability allowed that the answer of one row is wrong, for any reason: a key that the search
            misses, storage, magic states, synthesis, or the memory.

    Raises:
        InputError: an error budget that is no probability above 0 and below 1, a number of something below 1, or query
            heads that are no whole number of groups.
    """

    shape: Shape
    name: str = "custom"
    layers: int = attrs.field(default=1, converter=partial(_number_of, "layers"))
    query_heads: int = attrs.field(default=1, converter=partial(_number_of, "query_heads"))
    gqa_group: int = attrs.field(default=1, converter=partial(_number_of, "gqa_group"))
    key_numbers: int | None = attrs.field(default=None, converter=attrs.converters.optional(_key_numbers))
    data_access: str = "qrom"
    score_method: str = "shared-sums"
    qram: QRAMPrice = attrs.field(factory=QRAMPrice)
    search_law: str = "expected"
    hardware: str = "gidney-fowler-2018"
    error_budget: float = attrs.field(default=0.01, converter=partial(real_number, "error_budget"))

    def __attrs_post_init__(self) -> None:
        check_error_budget(self.error_budget)
        if self.query_heads % self.gqa_group:
            raise InputError(
                given=f"query_heads = {self.query_heads}, gqa_group = {self.gqa_group}",
                allowed="query_heads that are a multiple of gqa_group",
                why="every group of query heads shares one memory of keys",
                do="give both",
            )


def classical_of(request: EstimateRequest) -> tuple[ClassicalLine, ...]:
    """Return the GPUs on the row that a request asks for."""
    shape = request.shape
    return classical_lines(shape.n_keys, shape.d_head, request.gqa_group, key_numbers=request.key_numbers)


def estimate_request(
    *,
    preset: str | None = None,
    n_keys: int | None = None,
    d_head: int | None = None,
    n_marked: int | None = None,
    key_bits: int = 8,
    query_bits: int = 8,
    **choices: Any,
) -> EstimateRequest:
    """Take sizes from a preset, from the numbers, or from both: a number that is given replaces the preset's.

    Raises:
        InputError: an unknown preset, or a size that neither gives.

    >>> estimate_request(preset="gpt2", n_keys=4096).shape.n_keys
    4096
    """
    sizes = {"n_keys": n_keys, "d_head": d_head, "n_marked": n_marked}
    given = {name: value for name, value in sizes.items() if value is not None}
    model = None if preset is None else find_preset(preset)
    if model is None:
        missing = [name for name in sizes if name not in given]
        if missing:
            raise InputError(
                given="no preset, and no " + ", ".join("--" + name.replace("_", "-") for name in missing),
                allowed="--preset NAME, or --n-keys, --d-head and --n-marked",
                why="the cost depends on all three sizes",
                do="`groverattn presets` lists the names",
            )
        return EstimateRequest(shape=Shape(key_bits=key_bits, query_bits=query_bits, **given), **choices)
    all_sizes = {"n_keys": model.n_keys, "d_head": model.d_head, "n_marked": model.n_marked} | given
    return EstimateRequest(
        shape=Shape(key_bits=key_bits, query_bits=query_bits, **all_sizes),
        name=model.name,
        layers=model.layers,
        query_heads=model.query_heads,
        gqa_group=model.group_size,
        key_numbers=model.key_numbers if model.kv_heads is None else None,
        **choices,
    )


def row_lines(request: EstimateRequest, n_keys: int) -> tuple[ClassicalLine, ...]:
    """Return the classical lines of the request's row at another number of keys."""
    return classical_lines(n_keys, request.shape.d_head, request.gqa_group, key_numbers=request.key_numbers)
