"""GPU times of exact attention: the line beside every quantum number."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Literal

import attrs

from groverattn.classical.gpus import GPUS, Gpu, Roofline
from groverattn.classical.selection import BATCH_SOURCE, SELECTION_SOURCE, alone_s, batched_s
from groverattn.errors import InputError

Kind = Literal["prefill", "decode"]

WHOLE_ROW = "whole attention row"
SCORES = "scores"
TOP_K_ALONE = "scores and exact top-k of one row alone"
TOP_K_BATCHED = "scores and exact top-k of many rows at once"


@attrs.frozen
class KeyMemory:
    """Memory of keys, and how many query heads read it.

    With grouped queries a few heads share the keys. With multi-head latent attention (MLA) all heads of a layer share
    one compressed key per token, from which each head's own key and value could be made (arXiv:2412.19437, Section
    2.1.1, second-hand); decode works on the compressed keys (deepseek-ai/FlashMLA, README: 576 numbers a key). So MLA
    is a large group with long keys.

    Attributes:
        n_keys: number of keys n.
        d_head: numbers in a score, d.
        gqa_group: query heads that share the memory.
        key_numbers: numbers that are stored per key; None: the d_head numbers of the key itself.
        index_heads: heads H of an indexer, whose row is the sum over them and reads each key once; None: a head.

    Raises:
        InputError: a size below 1.
    """

    n_keys: int
    d_head: int
    gqa_group: int = 1
    key_numbers: int | None = None
    index_heads: int | None = None

    def __attrs_post_init__(self) -> None:
        if min(self.n_keys, self.d_head, self.gqa_group, self.stored_numbers, self.heads_per_row) < 1:
            raise InputError(
                given=f"n_keys = {self.n_keys}, d_head = {self.d_head}, gqa_group = {self.gqa_group}, "
                f"key_numbers = {self.key_numbers}, index_heads = {self.index_heads}",
                allowed="at least 1 each",
                why="they are sizes of an attention head",
                do="check which number is which",
            )

    @property
    def stored_numbers(self) -> int:
        """Numbers that are stored and read per key."""
        return self.d_head if self.key_numbers is None else self.key_numbers

    @property
    def heads_per_row(self) -> int:
        """Inner products that make one score."""
        return 1 if self.index_heads is None else self.index_heads

    @property
    def compressed(self) -> bool:
        """Whether the memory holds compressed keys, from which the values are made as well."""
        return self.stored_numbers != self.d_head

    def prefill(self, gpu: Gpu, causal: bool = False, with_values: bool = True) -> Roofline:
        """Times of one row of one query head where all n rows are computed together.

        4 n d FLOP, two products with n keys and n values of d numbers, a multiplication and an addition each
        (arXiv:2407.08608, Section 4.1); half of it on average where a row sees only the keys before it. Queries, keys,
        values and outputs pass through the memory once, keys and values once per group, which is a lower bound; MLA
        expands the keys of every head first (our assumption: as FlashMLA's dense prefill does). Without `with_values`
        it is the scores alone, half of both, which a selection follows.

        A row of an indexer has no values: 2 H n d FLOP, and its H queries and one key pass through the memory. The few
        operations of ReLU and weights are left out.
        """
        products = 2 if with_values else 1
        if self.index_heads is not None:
            flop = 2 * self.index_heads * self.n_keys * self.d_head / (2 if causal else 1)
            return gpu.roofline(flop, numbers=(self.index_heads + 1) * self.d_head)
        flop = 2 * products * self.n_keys * self.d_head / (2 if causal else 1)
        sharing = 1 if self.compressed else self.gqa_group
        return gpu.roofline(flop, numbers=products * (1 + 1 / sharing) * self.d_head)

    def decode(self, gpu: Gpu, with_values: bool = False) -> Roofline:
        """Times of one row of one query head where only the newest row is computed.

        A score is 2 key_numbers FLOP, and the stored numbers are read once for all query heads of the group. Values are
        left out, because the search for the large scores, which the quantum line does, needs none; `with_values` gives
        the whole attention row. Compressed keys serve as values too and are read once; the sum of the values is counted
        over all stored numbers (DeepSeek-V3 needs 512 of its 576). An indexer has no values, and its row does H times
        the operations on the same keys.
        """
        numbers = self.n_keys * self.stored_numbers
        with_values = with_values and self.index_heads is None
        flop = 2 * numbers * self.heads_per_row * (2 if with_values else 1)
        read = numbers * (2 if with_values and not self.compressed else 1)
        return gpu.roofline(flop, read / self.gqa_group)


@attrs.frozen
class ClassicalLine:
    """Time of one exact classical competitor for one row.

    Attributes:
        name: GPU, regime and number format.
        kind: prefill (all rows at once) or decode (the newest row; reads the keys, no values).
        time_s_per_row: time of one row of one query head, seconds.
        source: where the rate behind it is from.
        bound_by: which rate that is, arithmetic or bandwidth; selection, where that takes the longer part.
        includes: what is computed: `WHOLE_ROW`, `SCORES`, `TOP_K_ALONE` or `TOP_K_BATCHED`.
    """

    name: str
    kind: str
    time_s_per_row: float
    source: str
    bound_by: str = ""
    includes: str = ""

    @property
    def selects(self) -> bool:
        """Whether the k largest scores are selected; if not, it is the rival only where the threshold is given."""
        return self.includes in (TOP_K_ALONE, TOP_K_BATCHED)

    @property
    def words(self) -> str:
        """The name, with what is computed and what is left out."""
        left_out = "" if self.selects else "; nothing is selected"
        return f"{self.name} ({self.includes}{left_out})" if self.includes else self.name


def slowest_of(lines: Sequence[ClassicalLine], *, selecting: bool = True) -> ClassicalLine:
    """Return the line that takes longest; without `selecting`, of those that leave the selection out.

    >>> lines = classical_lines(131_072, 128, n_selected=512)
    >>> slowest_of(lines).name, slowest_of(lines, selecting=False).name
    ('H100 decode top-k fp16', 'H100 decode fp16')
    """
    return max((line for line in lines if selecting or not line.selects), key=lambda line: line.time_s_per_row)


def fastest_of(lines: Sequence[ClassicalLine]) -> ClassicalLine:
    """Return the line that is the hardest to beat.

    >>> fastest_of(classical_lines(131_072, 128, n_selected=512)).name
    'B200 prefill bf16'
    """
    return min(lines, key=lambda line: line.time_s_per_row)


# The same numbers of keys are asked for again for every data access, law and machine.
@functools.lru_cache(maxsize=16_384)
def classical_lines(
    n_keys: int,
    d_head: int,
    gqa_group: int = 1,
    causal: bool = False,
    key_numbers: int | None = None,
    *,
    with_values: bool = False,
    index_heads: int | None = None,
    n_selected: int | None = None,
) -> tuple[ClassicalLine, ...]:
    """Time per row on every GPU of `GPUS`, first in prefill, then in decode; then the same with a selection.

    All of them compute every score. Lines without a selection are the rival where the threshold is given: the keys that
    reach it are kept in the same pass. Those with one are the rival where k is given. The rows of a group share the
    reading of the keys, and each pays for its selection. Other lines are in `other_classical_lines`.

    Args:
        n_keys: number of keys n.
        d_head: numbers in a score d.
        gqa_group: query heads that share one memory of keys; decode reads it once for all of them.
        causal: whether a row of prefill sees only the keys before it; the newest row of decode sees every key.
        key_numbers: numbers that decode reads per key, if not d_head (see `KeyMemory`).
        with_values: whether decode computes the whole attention row and not only the scores.
        index_heads: heads of an indexer, one row of which is timed, of scores alone; None: a row of a head.
        n_selected: scores k that are selected exactly; None: no lines with a selection.

    Raises:
        InputError: a size below 1.

    >>> lines = {line.name: line for line in classical_lines(1_000_000, 128, n_selected=2_048)}
    >>> [f"{lines[name].time_s_per_row * 1e6:.2f} us" for name in ("H100 prefill fp16", "B200 prefill bf16")]
    ['0.69 us', '0.32 us']
    >>> lines["H100 decode fp16"].bound_by
    'bandwidth'
    >>> print(lines["B200 decode top-k fp8"].words, f"{lines['B200 decode top-k fp8'].time_s_per_row * 1e6:.1f} us")
    B200 decode top-k fp8 (scores and exact top-k of one row alone) 36.8 us
    """
    memory = KeyMemory(n_keys, d_head, gqa_group, key_numbers, index_heads)
    in_prefill = WHOLE_ROW if index_heads is None else SCORES
    in_decode = WHOLE_ROW if with_values and index_heads is None else SCORES
    lines = [_line(gpu, "prefill", memory.prefill(gpu, causal), in_prefill) for gpu in GPUS]
    lines += [_line(gpu, "decode", memory.decode(gpu, with_values), in_decode) for gpu in GPUS]
    if n_selected is not None:
        # the rows of a causal prefill see half of the keys on average
        n_seen = max(n_keys // 2, 1) if causal else n_keys
        scores = [(gpu, memory.prefill(gpu, causal, with_values=False)) for gpu in GPUS]
        lines += [_selecting(gpu, "prefill", time, batched_s(gpu, n_seen, n_selected)) for gpu, time in scores]
        lines += [_selecting(gpu, "decode", memory.decode(gpu), alone_s(gpu, n_keys, n_selected)) for gpu in GPUS]
    return tuple(lines)


def indexer_lines(n_keys: int, heads: int, d_head: int, k: int) -> tuple[ClassicalLine, ...]:
    """Time of one row of an indexer on every GPU with 8-bit numbers: scores alone, then the exact top-k.

    An indexer (the lightning indexer of DeepSeek V3.2) scores every key once per token and layer by a weighted sum over
    its heads of max(0, <q_h, key>), with one shared key: 2 heads d n FLOP, and n d bytes that are read (FlashInfer's
    documentation of `cake_dsa_indexer_det_train_topk` states that score). The few operations of a maximum and of the
    sum are left out. In prefill the keys are read once for all rows, in decode once for the newest.

    Args:
        n_keys: number of keys n.
        heads: heads of the indexer.
        d_head: numbers of its key.
        k: keys that are selected.

    Raises:
        InputError: a size below 1.

    >>> lines = {line.name: line for line in indexer_lines(131_072, heads=64, d_head=128, k=2_048)}
    >>> [f"{lines[name].time_s_per_row * 1e6:.1f} us" for name in ("H100 decode fp8", "H100 decode top-k fp8")]
    ['5.0 us', '24.9 us']
    """
    lines = classical_lines(n_keys, d_head, index_heads=heads, n_selected=k)
    return tuple(line for line in lines if line.name.endswith("fp8"))


def _line(gpu: Gpu, kind: Kind, roofline: Roofline, includes: str) -> ClassicalLine:
    return ClassicalLine(
        name=f"{gpu.name} {kind} {gpu.number_format}",
        kind=kind,
        time_s_per_row=roofline.time_s,
        source=gpu.source(roofline.bound_by),
        bound_by=roofline.bound_by,
        includes=includes,
    )


def _selecting(gpu: Gpu, kind: Kind, scores: Roofline, selection_s: float) -> ClassicalLine:
    """The scores, and after them the selection."""
    alone = kind == "decode"
    return ClassicalLine(
        name=f"{gpu.name} {kind} top-k {gpu.number_format}",
        kind=kind,
        time_s_per_row=scores.time_s + selection_s,
        source=f"{gpu.source(scores.bound_by)}; {SELECTION_SOURCE if alone else BATCH_SOURCE}",
        bound_by="selection" if selection_s > scores.time_s else scores.bound_by,
        includes=TOP_K_ALONE if alone else TOP_K_BATCHED,
    )


@attrs.frozen
class ModelTime:
    """The attention of a whole model on one GPU.

    Attributes:
        gpu: GPU and number format.
        kind: prefill (all tokens of a full context) or decode (one generated token at the end of it).
        time_s: all layers and query heads, seconds. Attention only: the linear layers are left out.
        source: where the rate that bounds it is from.
        bound_by: which rate that is, arithmetic or bandwidth.
        includes: what is computed of every row: `WHOLE_ROW` in prefill, `SCORES` in decode.
    """

    gpu: str
    kind: Kind
    time_s: float
    source: str
    bound_by: str
    includes: str = ""


def whole_model_times(
    memory: KeyMemory,
    layers: int,
    query_heads: int,
    *,
    pool: int = 1,
    window: int | None = None,
    window_layers: int = 0,
) -> list[ModelTime]:
    """Attention of a whole model on every GPU: a causal prefill, then one generated token (scores only).

    The GPU is taken to hold all keys; work spread over m GPUs takes 1/m of the time at best. The linear layers are left
    out. One sequence at a time: several would not share their keys. Nothing is selected: a selection in decode is one
    launch a layer for all heads.

    Args:
        memory: keys of a layer's group of query heads, at the full context.
        layers: number of layers that see all keys.
        query_heads: query heads of a layer; 1 for an indexer.
        pool: tokens whose keys are pooled into one: a prefill has n * pool rows.
        window: keys that a row sees in further layers.
        window_layers: number of these layers.

    >>> times = whole_model_times(KeyMemory(131_072, d_head=128, gqa_group=4), layers=32, query_heads=32)
    >>> [f"{each.gpu} {each.kind}: {each.time_s:.2g} s, {each.bound_by}" for each in times[::6]]
    ['H100 fp16 prefill: 6.1 s, arithmetic', 'H100 fp16 decode: 0.0026 s, bandwidth']
    """
    heads, local_heads = layers * query_heads, window_layers * query_heads
    n_rows = memory.n_keys * pool
    local = attrs.evolve(memory, n_keys=min(window or memory.n_keys, memory.n_keys))

    def prefill(gpu: Gpu) -> Roofline:
        growing = local.prefill(gpu, causal=True).times(local.n_keys)
        windows = growing.plus(local.prefill(gpu).times(n_rows - local.n_keys)).times(local_heads)
        return memory.prefill(gpu, causal=True).times(heads * n_rows).plus(windows)

    def decode(gpu: Gpu) -> Roofline:
        return memory.decode(gpu).times(heads).plus(local.decode(gpu).times(local_heads))

    return [
        *(
            _model_time(gpu, "prefill", prefill(gpu), WHOLE_ROW if memory.index_heads is None else SCORES)
            for gpu in GPUS
        ),
        *(_model_time(gpu, "decode", decode(gpu), SCORES) for gpu in GPUS),
    ]


def _model_time(gpu: Gpu, kind: Kind, roofline: Roofline, includes: str) -> ModelTime:
    return ModelTime(gpu.label, kind, roofline.time_s, gpu.source(roofline.bound_by), roofline.bound_by, includes)
