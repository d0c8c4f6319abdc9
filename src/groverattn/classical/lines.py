"""GPU times of exact attention: the line beside every quantum number."""

from __future__ import annotations

import functools
from typing import Literal

import attrs

from groverattn.classical.gpus import GPUS, Gpu, Roofline
from groverattn.errors import InputError
from groverattn.problem.presets import Preset

Kind = Literal["prefill", "decode"]


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

    Raises:
        InputError: a size below 1.
    """

    n_keys: int
    d_head: int
    gqa_group: int = 1
    key_numbers: int | None = None

    def __attrs_post_init__(self) -> None:
        if min(self.n_keys, self.d_head, self.gqa_group, self.stored_numbers) < 1:
            raise InputError(
                given=f"n_keys = {self.n_keys}, d_head = {self.d_head}, gqa_group = {self.gqa_group}, "
                f"key_numbers = {self.key_numbers}",
                allowed="at least 1 each",
                why="they are sizes of an attention head",
                do="check which number is which",
            )

    @property
    def stored_numbers(self) -> int:
        """Numbers that are stored and read per key."""
        return self.d_head if self.key_numbers is None else self.key_numbers

    @property
    def compressed(self) -> bool:
        """Whether the memory holds compressed keys, from which the values are made as well."""
        return self.stored_numbers != self.d_head

    def prefill(self, gpu: Gpu, causal: bool = False) -> Roofline:
        """Times of one row of one query head where all n rows are computed together.

        4 n d FLOP, two products with n keys and n values of d numbers, a multiplication and an addition each
        (arXiv:2407.08608, Section 4.1); half of it on average where a row sees only the keys before it. Queries, keys,
        values and outputs pass through the memory once, keys and values once per group, which is a lower bound; MLA
        expands the keys of every head first (our assumption: as FlashMLA's dense prefill does).
        """
        flop = 4 * self.n_keys * self.d_head / (2 if causal else 1)
        sharing = 1 if self.compressed else self.gqa_group
        return gpu.roofline(flop, numbers=(2 + 2 / sharing) * self.d_head)

    def decode(self, gpu: Gpu, with_values: bool = False) -> Roofline:
        """Times of one row of one query head where only the newest row is computed.

        A score is 2 key_numbers FLOP, and the stored numbers are read once for all query heads of the group. Values are
        left out, because the search for the large scores, which the quantum line does, needs none; `with_values` gives
        the whole attention row. Compressed keys serve as values too and are read once; the sum of the values is counted
        over all stored numbers (DeepSeek-V3 needs 512 of its 576).
        """
        numbers = self.n_keys * self.stored_numbers
        flop = 2 * numbers * (2 if with_values else 1)
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
        bound_by: which rate that is, arithmetic or bandwidth.
    """

    name: str
    kind: str
    time_s_per_row: float
    source: str
    bound_by: str = ""


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
) -> tuple[ClassicalLine, ...]:
    """Time per row on every GPU of `GPUS`, first in prefill, then in decode.

    All of them compute every score. Other lines are in `other_classical_lines`.

    Args:
        n_keys: number of keys n.
        d_head: numbers in a score d.
        gqa_group: query heads that share one memory of keys; decode reads it once for all of them.
        causal: whether a row of prefill sees only the keys before it; the newest row of decode sees every key.
        key_numbers: numbers that decode reads per key, if not d_head (see `KeyMemory`).
        with_values: whether decode computes the whole attention row and not only the scores.

    Raises:
        InputError: a size below 1.

    >>> lines = {line.name: line for line in classical_lines(1_000_000, 128)}
    >>> [f"{lines[name].time_s_per_row * 1e6:.2f} us" for name in ("H100 prefill fp16", "B200 prefill bf16")]
    ['0.69 us', '0.32 us']
    >>> lines["H100 decode fp16"].bound_by
    'bandwidth'
    """
    memory = KeyMemory(n_keys, d_head, gqa_group, key_numbers)
    prefill = [_line(gpu, "prefill", memory.prefill(gpu, causal)) for gpu in GPUS]
    decode = [_line(gpu, "decode", memory.decode(gpu, with_values)) for gpu in GPUS]
    return *prefill, *decode


def _line(gpu: Gpu, kind: Kind, roofline: Roofline) -> ClassicalLine:
    return ClassicalLine(
        name=f"{gpu.name} {kind} {gpu.number_format}",
        kind=kind,
        time_s_per_row=roofline.time_s,
        source=gpu.source(roofline.bound_by),
        bound_by=roofline.bound_by,
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
    """

    gpu: str
    kind: Kind
    time_s: float
    source: str
    bound_by: str


def model_prefill(preset: Preset, gpu: Gpu, n_keys: int | None = None, causal: bool = True) -> Roofline:
    """Times of the attention of all layers and heads for a prompt of n tokens.

    Every layer is taken to see all keys, even if the note of a preset says that some do not, and the GPU to hold all of
    them; work spread over m GPUs takes 1/m of the time at best. The linear layers are left out.

    Args:
        preset: sizes of the model.
        gpu: one of `GPUS`.
        n_keys: tokens of the prompt; None: the context of the preset.
        causal: whether a token sees only the tokens before it, as in models that generate text.

    Raises:
        InputError: no token.

    >>> from groverattn.problem.presets import preset
    >>> f"{model_prefill(preset('llama3.1-8b'), GPUS[0]).time_s:.2f} s"
    '6.09 s'
    """
    memory = _memory(preset, n_keys)
    return memory.prefill(gpu, causal).times(preset.layers * preset.query_heads * memory.n_keys)


def model_decode(preset: Preset, gpu: Gpu, n_keys: int | None = None, with_values: bool = False) -> Roofline:
    """Times of the attention of all layers and heads for one generated token; left out is as in `model_prefill`.

    One sequence at a time: several would not share their keys.

    Args:
        preset: sizes of the model.
        gpu: one of `GPUS`.
        n_keys: tokens before the generated one; None: the context of the preset.
        with_values: whether the whole attention row is computed, or only the scores, as in the lines per row.

    Raises:
        InputError: no token.

    >>> from groverattn.problem.presets import preset
    >>> f"{model_decode(preset('llama3.1-8b'), GPUS[0]).time_s * 1e3:.2f} ms"
    '2.56 ms'
    """
    return _memory(preset, n_keys).decode(gpu, with_values).times(preset.layers * preset.query_heads)


def whole_model_times(preset: Preset, n_keys: int | None = None) -> list[ModelTime]:
    """Attention of a whole model on every GPU: a causal prefill, then one generated token (scores only).

    Raises:
        InputError: no token.

    >>> from groverattn.problem.presets import preset
    >>> times = whole_model_times(preset("gpt2"))
    >>> times[0].gpu, times[0].kind, times[0].bound_by
    ('H100 fp16', 'prefill', 'arithmetic')
    """
    prefill = [_model_time(gpu, "prefill", model_prefill(preset, gpu, n_keys)) for gpu in GPUS]
    return prefill + [_model_time(gpu, "decode", model_decode(preset, gpu, n_keys)) for gpu in GPUS]


def _memory(preset: Preset, n_keys: int | None) -> KeyMemory:
    return KeyMemory(preset.n_keys if n_keys is None else n_keys, preset.d_head, preset.group_size, preset.key_numbers)


def _model_time(gpu: Gpu, kind: Kind, roofline: Roofline) -> ModelTime:
    return ModelTime(gpu.label, kind, roofline.time_s, gpu.source(roofline.bound_by), roofline.bound_by)
