"""Capture of the heads of a local model on a text: the model runs once, and every layer's attention is written.

PyTorch and transformers are an optional extra, imported in `local_model`, so that the package works without them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs

from groverattn.capture.attention_calls import AttentionCall, attention_calls
from groverattn.capture.indexer_calls import indexer_calls
from groverattn.capture.local_model import REFUSALS, LocalModel, check_positions, libraries, local_model
from groverattn.capture.recording import CapturedIndexer, CapturedLayer, LayerRecorder
from groverattn.errors import InputError
from groverattn.files.head_file import head_file
from groverattn.files.whole import check_target
from groverattn.show.result import Shown

SCHEMA = "groverattn.capture/1"

# Our assumption: 16 million tokens, far more than any model takes at a time.
_TEXT_BYTES_MAX = 1 << 26


@attrs.frozen
class Capture(Shown):
    """Record of what was written: the file, the tokens of the text, and the layers in the order in which they ran.

    Attributes:
        file: where it was written.
        dtype: type of the numbers of the heads; those of indexers are float32.
        n_tokens: tokens that the model ran on.
        n_tokens_of_text: tokens of the whole text; None of a long text that was not read to its end.
        layers: sizes of each layer.
        indexers: sizes of the indexers, of those layers that have one.
        n_indexers_left_out: indexers that are not in the file: they score or select in another way.
    """

    file: str
    dtype: str
    n_tokens: int
    n_tokens_of_text: int | None
    layers: tuple[CapturedLayer, ...]
    indexers: tuple[CapturedIndexer, ...]
    n_indexers_left_out: int

    def as_json(self) -> dict[str, Any]:
        """Object that the command prints."""
        return {"schema": SCHEMA, **attrs.asdict(self)}


def capture_heads(
    model_folder: Path | None,
    text_file: Path,
    output: Path,
    *,
    gguf_file: Path | None = None,
    max_tokens: int | None = None,
    dtype: str = "float16",
    force: bool = False,
    on_layer: Callable[[int, int], None] = lambda done, total: None,
) -> Capture:
    """Run a model on a text and write the queries, keys and values of every layer to an .npz file.

    Where a layer has an indexer, as in DeepSeek-V3.2, its queries, keys and weights are written too. Each layer is
    written while it runs, so that no more than one is in memory. An encoder-decoder runs its encoder. Nothing is
    fetched, and no code from the folder is run.

    Args:
        model_folder: configuration, weights and tokenizer, as `save_pretrained` writes them; None with `gguf_file`, or
            the folder that it lies in.
        text_file: UTF-8 text.
        output: the file to write; whole or not at all.
        gguf_file: a GGUF file, which has configuration, weights and tokenizer in it; its weights become float32.
        max_tokens: number of tokens kept, from the first; one that the tokenizer adds at the end may be cut off too.
        dtype: float16 or float32.
        force: replace a file that exists.
        on_layer: called with the layers done and expected.

    Raises:
        InputError: the extra is not installed; a folder, GGUF file, text or output that cannot be used; a text of fewer
            tokens than `max_tokens`; a model whose attention does not go through `scaled_dot_product_attention`, or has
            masks other than causal ones, windows of them, or those of the keys that an indexer selected.
    """
    check_target(output, force=force)
    text = _read_text(text_file)
    with local_model(model_folder, gguf_file) as model:  # a bad file is refused before PyTorch is needed
        libraries(gguf=gguf_file is not None)
        token_ids, n_whole = model.tokens(text, max_tokens)
        recorder = _record(model, token_ids, output, dtype, force, on_layer)
    layers, indexers = tuple(recorder.layers), tuple(recorder.indexers)
    return Capture(str(output), dtype, len(token_ids), n_whole, layers, indexers, recorder.n_left_out)


def _record(
    source: LocalModel,
    token_ids: list[int],
    output: Path,
    dtype: str,
    force: bool,
    on_layer: Callable[[int, int], None],
) -> LayerRecorder:
    """Run the model and write its layers."""
    model = source.loaded()
    check_positions(model, len(token_ids))
    torch, _ = libraries(gguf=False)
    n_expected = getattr(model.config.get_text_config(), "num_hidden_layers", None) or 1
    with head_file(output, dtype=dtype, force=force) as writer:
        recorder = LayerRecorder(writer)

        def write(call: AttentionCall) -> None:
            recorder.add_attention(call)
            on_layer(len(recorder.layers), max(n_expected, len(recorder.layers)))

        on_layer(0, n_expected)  # from here on time is spent on layers
        hooks = attention_calls(write, lambda: recorder.selection), indexer_calls(model, recorder.add_indexer)
        with hooks[0], hooks[1], torch.inference_mode():
            _run(model, torch.tensor([token_ids]))
        if not recorder.layers:
            raise _no_calls(type(model).__name__)
        if all(layer.window for layer in recorder.layers):
            raise _only_windows(recorder.layers[0].window, len(token_ids))
        recorder.finish()
        writer.add_array("token_ids", token_ids)
    return recorder


def _read_text(path: Path) -> str:
    try:
        # A pipe or a device such as /dev/zero need not end. A folder is left to fail with its own message.
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise _no_text(path, "it is a pipe or a device")
        with path.open("rb") as file:
            data = file.read(_TEXT_BYTES_MAX + 1)
        if len(data) > _TEXT_BYTES_MAX:
            raise _no_text(path, f"it has more than {_TEXT_BYTES_MAX:,} bytes")
        if not data.strip():  # a tokenizer may add two tokens of its own, which would give heads of an empty text
            raise _no_text(path, "it is empty")
        return data.decode().replace("\r\n", "\n").replace("\r", "\n")
    except OSError as failure:
        raise _no_text(path, failure.strerror or str(failure)) from failure
    except UnicodeDecodeError as failure:
        raise _no_text(path, "it is not UTF-8") from failure


def _no_text(path: Path, why: str) -> InputError:
    most = f"a UTF-8 text file of up to {_TEXT_BYTES_MAX:,} bytes"
    return InputError(given=str(path), allowed=most, why=why, do="check the path, convert it, or take a part of it")


def _run(model: Any, token_ids: Any) -> None:
    try:
        model(input_ids=token_ids, attention_mask=token_ids.new_ones(token_ids.shape))
    except InputError:
        raise
    except REFUSALS as failure:
        raise InputError(
            given=f"{type(model).__name__} on {token_ids.shape[1]} tokens",
            allowed="a text model that runs on token numbers alone",
            why=f"{type(failure).__name__}: {failure}",
            do="try a shorter text (--max-tokens) or another model",
        ) from failure


def _no_calls(model: str) -> InputError:
    return InputError(
        given=f"{model}, which never called scaled_dot_product_attention",
        allowed="a model whose attention goes through torch.nn.functional.scaled_dot_product_attention",
        why="that is where queries, keys and values are read",
        do="choose another model, or save Q, K and V with numpy.savez yourself",
    )


def _only_windows(window: int, n_tokens: int) -> InputError:
    return InputError(
        given=f"{n_tokens:,} tokens, and windows in every layer, of {window:,} keys in the first",
        allowed="a model in which some layers see the whole text, or a text no longer than the window",
        why="a row would see no more keys than the window, however long the text, and heads are read with all keys",
        do=f"pass --max-tokens {window}, or choose another model",
    )
