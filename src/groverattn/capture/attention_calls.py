"""Hooks on PyTorch's attention function: queries, keys, values, scale and mask of every call while a model runs.

Queries and keys arrive there after rotary embedding and normalisation, exactly as the softmax sees them, whatever the
model is. PyTorch is imported inside: without it the module can be imported, and nothing in it runs.
"""

from __future__ import annotations

import functools
import importlib
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.errors import InputError

Tensor = Any  # torch.Tensor; PyTorch is an optional extra


@attrs.frozen(eq=False)
class AttentionCall:
    """Attention of one layer on one text, on the CPU; arrays may share memory with the model's tensors.

    Attributes:
        queries: floats of shape (heads, n, d).
        keys: floats of shape (key heads, n, d); query head h uses key head h // (heads // key heads).
        values: floats of shape (key heads, n, d_v).
        score_scale: factor of the inner products.
        causal: whether row i sees keys 0 to i only; otherwise it sees all.
        window: w, if a causal row sees the last w of its keys only; 0 if it sees all of them.
        sparse: whether the mask hides, of a causal row's keys, those that an indexer left out.
    """

    queries: NDArray[np.floating]
    keys: NDArray[np.floating]
    values: NDArray[np.floating]
    score_scale: float
    causal: bool
    sparse: bool
    window: int = 0


class _Mask(NamedTuple):
    """What a mask lets through, as in an AttentionCall."""

    causal: bool
    sparse: bool = False
    window: int = 0


def nothing_selected() -> Tensor | None:
    """Selection of a model without an indexer: none."""
    return None


@contextmanager
def attention_calls(
    on_call: Callable[[AttentionCall], None], selection: Callable[[], Tensor | None] = nothing_selected
) -> Iterator[None]:
    """Hand every call of `torch.nn.functional.scaled_dot_product_attention` to `on_call` before it is computed.

    The results are unchanged, and the original function is restored at the end, also after an error. It is replaced in
    the whole process: run one model at a time.

    Args:
        on_call: called with each call.
        selection: called at each call for the keys that an indexer selected last, whole numbers of shape (n, k): a
            mask may hide the others.

    Raises:
        InputError: inside, at a call that is not self-attention of one text, or has a mask other than a causal one,
            less what a window or an indexer leaves out.
    """
    torch = _torch()
    original = torch.nn.functional.scaled_dot_product_attention

    @functools.wraps(original)
    def recorded(
        query: Tensor,
        key: Tensor,
        value: Tensor,
        attn_mask: Tensor | None = None,
        dropout_p: float = 0.0,
        is_causal: bool = False,
        scale: float | None = None,
        enable_gqa: bool = False,
    ) -> Tensor:
        on_call(_read_call(query, key, value, attn_mask, is_causal, scale, selection()))
        return original(query, key, value, attn_mask, dropout_p, is_causal, scale=scale, enable_gqa=enable_gqa)

    torch.nn.functional.scaled_dot_product_attention = recorded
    try:
        yield
    finally:
        torch.nn.functional.scaled_dot_product_attention = original


def _torch() -> Any:
    """Import PyTorch by name: type checkers need not find an optional extra."""
    return importlib.import_module("torch")


def _read_call(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None,
    is_causal: bool,
    scale: float | None,
    chosen: Tensor | None,
) -> AttentionCall:
    _check_shapes(tuple(query.shape), tuple(key.shape), tuple(value.shape))
    seen = _Mask(is_causal) if mask is None else _read_mask(mask, query.shape[-2], chosen)
    kept = key.shape[1] // _repeats(key, value)
    # A stride keeps the first of each run of equal heads, as a view.
    keys, values = (tensor[0, :: key.shape[1] // kept] for tensor in (key, value))
    return AttentionCall(
        queries=_as_array(query[0]),
        keys=_as_array(keys),
        values=_as_array(values),
        score_scale=1.0 / math.sqrt(query.shape[-1]) if scale is None else float(scale),
        **seen._asdict(),
    )


def _check_shapes(query: tuple[int, ...], key: tuple[int, ...], value: tuple[int, ...]) -> None:
    one_text = len(query) == len(key) == len(value) == 4 and query[0] == key[0] == value[0] == 1
    if not (one_text and query[2] == key[2] == value[2] and query[3] == key[3] and key[1] == value[1]):
        raise InputError(
            given=f"an attention call with queries {query}, keys {key}, values {value}",
            allowed="(1, heads, n, d), (1, key heads, n, d) and (1, key heads, n, d_v)",
            why="a head is the attention of one text to itself; pieces cut from it and other sources of keys are not",
            do="choose a model whose layers attend to the whole text",
        )
    if key[1] < 1 or query[1] % key[1]:
        raise InputError(
            given=f"{query[1]} query heads and {key[1]} key heads",
            allowed="a number of query heads that is a multiple of the number of key heads",
            why="each group of query heads shares one key head",
            do="choose another model",
        )


def _read_mask(mask: Tensor, n_keys: int, chosen: Tensor | None) -> _Mask:
    """What a mask lets through: all keys, those of a causal row, or of these a window or what an indexer selected.

    Raises:
        InputError: it is another one: padding, a selection not made by the indexer, or a bias of the scores.
    """
    torch = _torch()
    if mask.dtype == torch.bool:
        seen, hidden = mask, ~mask
    else:
        # Models write the most negative number of the type where others write minus infinity.
        seen, hidden = mask == 0, mask <= torch.finfo(mask.dtype).min
    if bool(seen.all()):
        return _Mask(causal=False)

    def shows(keys: Tensor) -> bool:
        return mask.shape[-2:] == keys.shape and bool((seen == keys).all() and (hidden == ~keys).all())

    triangle = torch.ones(n_keys, n_keys, dtype=torch.bool, device=mask.device).tril()
    if shows(triangle):
        return _Mask(causal=True)
    if chosen is not None and shows(triangle & torch.zeros_like(triangle).scatter(-1, chosen.long(), True)):
        return _Mask(causal=True, sparse=True)
    window = int(seen.reshape(-1, seen.shape[-1])[-1].sum())  # of the last row
    if window and shows(triangle.triu(1 - window)):
        return _Mask(causal=True, window=window)
    raise InputError(
        given=f"an attention mask of shape {tuple(mask.shape)} that is neither causal nor without effect",
        allowed="no mask, or row i sees exactly keys 0 to i, or of them the last w, or those that an indexer selected",
        why="padding, chunks or a bias change the scores, and the file cannot hold it",
        do="take a text no longer than the model's chunk (--max-tokens), or a model without such masks",
    )


def _repeats(key: Tensor, value: Tensor) -> int:
    """Largest g for which keys and values are runs of g equal heads, bit by bit.

    Some models repeat their key heads before the call. Comparing each head with the next one costs no more than
    reading them.
    """
    n_heads = key.shape[1]
    same = [
        bool((key[0, h] == key[0, h - 1]).all() and (value[0, h] == value[0, h - 1]).all()) for h in range(1, n_heads)
    ]
    divisors = (g for g in range(n_heads, 0, -1) if n_heads % g == 0)
    return next(g for g in divisors if all(same[h - 1] for h in range(1, n_heads) if h % g))


def _as_array(tensor: Tensor) -> NDArray[np.floating]:
    """Numbers as NumPy floats: without a copy where NumPy has the type (it has no bfloat16)."""
    torch = _torch()
    tensor = tensor.detach().cpu()
    return (tensor.float() if tensor.dtype == torch.bfloat16 else tensor).numpy()
