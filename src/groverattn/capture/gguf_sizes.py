"""Sizes of the attention in a GGUF file: what its header says of the model, beside the tensors that it lists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from groverattn.errors import InputError
from groverattn.files.gguf import GgufHeader

_WEIGHT = re.compile(r"blk\.(\d{1,9})\.attn_([qk])\.weight")
_LAYER = re.compile(r"blk\.(\d{1,9})\.")


def check_sizes(path: Path, header: GgufHeader) -> None:
    """Raise InputError if the tensors of layers, queries or keys are not those of the sizes that the header names.

    Names and axes: gguf-py, constants.py, `LLM.BLOCK_COUNT` and the like; a weight has its inputs first. A query weight
    may hold a gate as well, of the same size. Files that give a size layer by layer, or not at all, are left to the
    library that reads the weights.
    """
    if header.numbers.get("split.count", 0) > 1:
        return  # the other files have the other tensors
    for what, found, stated in _contradictions(header):
        raise InputError(
            given=f"{path}: {what} {found}, where its header says {stated}",
            allowed="a GGUF file whose tensors have the sizes that its header names",
            why="the file contradicts its own header",
            do="get the file again, or convert the model again",
        )


def _contradictions(header: GgufHeader) -> Iterator[tuple[str, str, str]]:
    """Yield what of the file is another size than stated: what it is, what was found, what the header says."""
    layers = {int(found[1]) for name in header.sizes if (found := _LAYER.match(name))}
    n_layers = _stated(header, "block_count")
    if layers and n_layers is not None and layers != set(range(n_layers)):
        yield "its layers are", f"{len(layers):,}, numbered up to {max(layers):,}", f"block_count = {n_layers:,}"
    width, heads = _stated(header, "embedding_length"), _stated(header, "attention.head_count")
    if width is None or not heads:
        return
    key_heads = _stated(header, "attention.head_count_kv") or heads
    lengths = {_stated(header, f"attention.key_length{kind}") for kind in ("", "_swa")} - {None} or {width // heads}
    for name, sizes in header.sizes.items():
        weight = _WEIGHT.fullmatch(name)
        if weight is None:
            continue
        of_layer = (heads, 2 * heads) if weight[2] == "q" else (key_heads,)
        allowed = [(width, number * length) for number in of_layer for length in sorted(lengths)]
        if sizes not in allowed:
            stated = f"embedding_length = {width:,}, head_count = {heads:,}, head_count_kv = {key_heads:,}"
            yield f"{name} is", f"{list(sizes)}", f"{stated}, which makes it {list(allowed[0])}"


def _stated(header: GgufHeader, name: str) -> Any:
    """A size of the model by its name; None if it is not one whole number."""
    number = header.numbers.get(f"{header.architecture}.{name}")
    return number if isinstance(number, int) and not isinstance(number, bool) else None
