"""Capture of the heads of a local model on a text: the model runs once, and every layer's attention is written.

PyTorch and transformers are an optional extra. They are imported inside, so that the package works without them.
"""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs

from groverattn.capture.attention_calls import AttentionCall, attention_calls
from groverattn.capture.indexer_calls import indexer_calls
from groverattn.capture.recording import CapturedIndexer, CapturedLayer, LayerRecorder
from groverattn.errors import InputError
from groverattn.files.head_file import head_file
from groverattn.files.whole import check_target
from groverattn.show.result import Shown

SCHEMA = "groverattn.capture/1"

# Our assumption: 16 million tokens, far more than any model takes at a time.
_TEXT_BYTES_MAX = 1 << 26

# What PyTorch, transformers, safetensors and pickle raise on a folder or a text that they cannot use: SafetensorError,
# UnpicklingError and EOFError, of weights that are cut short, have no narrower base in common.
_REFUSALS = Exception


@attrs.frozen
class Capture(Shown):
    """Record of what was written: the file, the tokens of the text, and the layers in the order in which they ran.

    Attributes:
        file: where it was written.
        dtype: type of the numbers of the heads; those of indexers are float32.
        n_tokens: tokens that the model ran on.
        n_tokens_of_text: tokens of the whole text.
        layers: sizes of each layer.
        indexers: sizes of the indexers, of those layers that have one.
        n_indexers_left_out: indexers that are not in the file: they score or select in another way.
    """

    file: str
    dtype: str
    n_tokens: int
    n_tokens_of_text: int
    layers: tuple[CapturedLayer, ...]
    indexers: tuple[CapturedIndexer, ...]
    n_indexers_left_out: int

    def as_json(self) -> dict[str, Any]:
        """Object that the command prints."""
        return {"schema": SCHEMA, **attrs.asdict(self)}


def capture_heads(
    model_folder: Path,
    text_file: Path,
    output: Path,
    *,
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
        model_folder: configuration, weights and tokenizer, as `save_pretrained` writes them.
        text_file: UTF-8 text.
        output: the file to write; whole or not at all.
        max_tokens: number of tokens kept, from the first; one that the tokenizer adds at the end may be cut off too.
        dtype: float16 or float32.
        force: replace a file that exists.
        on_layer: called with the layers done and expected.

    Raises:
        InputError: the extra is not installed; a folder, text or output that cannot be used; a model whose attention
            does not go through `scaled_dot_product_attention`, or has masks that are neither causal nor of the keys
            that an indexer selected.
    """
    check_target(output, force=force)
    text = _read_text(text_file)
    torch, transformers = _libraries()
    _check_folder(model_folder)
    token_ids, n_whole = _tokens(transformers, model_folder, text, max_tokens)
    model = _loaded(transformers, model_folder)
    _check_positions(model, len(token_ids))
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
        recorder.finish()
        writer.add_array("token_ids", token_ids)
    layers, indexers = tuple(recorder.layers), tuple(recorder.indexers)
    return Capture(str(output), dtype, len(token_ids), n_whole, layers, indexers, recorder.n_left_out)


def _libraries() -> tuple[Any, Any]:
    """Import PyTorch and transformers, told to stay off the network before they read their environment.

    By name, as type checkers need not find them.
    """
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1")
    try:
        torch, transformers = (importlib.import_module(name) for name in ("torch", "transformers"))
    except ImportError as missing:
        raise InputError(
            given=f"capture without {missing.name or 'its libraries'}",
            allowed="torch and transformers, which the extra `capture` installs",
            why="the model is run by them",
            do="pip install -c constraints.txt -e '.[capture]' in the repository",
        ) from missing
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    return torch, transformers


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


def _check_folder(folder: Path) -> None:
    if not (folder / "config.json").is_file():
        missing = "it has no config.json" if folder.is_dir() else "there is no such folder"
        raise InputError(
            given=str(folder),
            allowed="a folder with config.json, weights and tokenizer",
            why=f"{missing}, and names of models on a hub are not looked up",
            do="save the model there with save_pretrained",
        )


def _tokens(transformers: Any, folder: Path, text: str, max_tokens: int | None) -> tuple[list[int], int]:
    """Tokens of the text, with those that the tokenizer adds, and the number of tokens of the whole text."""
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        whole = list(tokenizer(text)["input_ids"])
    except _REFUSALS as failure:
        do = "save the tokenizer there with save_pretrained, beside the model"
        raise _unusable(folder, "a tokenizer that transformers loads with its own code", failure, do) from failure
    token_ids = whole if max_tokens is None else whole[: max(max_tokens, 0)]
    if len(token_ids) < 2:
        raise InputError(
            given=f"{len(whole)} tokens of text, --max-tokens {max_tokens}",
            allowed="2 tokens or more",
            why="attention of one token to itself has nothing to find",
            do="take a longer text or a larger --max-tokens",
        )
    return token_ids, len(whole)


def _loaded(transformers: Any, folder: Path) -> Any:
    """Model without a head for a task, or its encoder, ready to be run once."""
    try:
        model, loading = transformers.AutoModel.from_pretrained(
            folder,
            attn_implementation="sdpa",
            dtype="auto",
            local_files_only=True,
            trust_remote_code=False,
            output_loading_info=True,
        )
    except _REFUSALS as failure:
        allowed = "a model that transformers loads with its own code, its attention by scaled_dot_product_attention"
        do = "copy the folder again, whole (git lfs pull, where it is a clone), or choose another model"
        raise _unusable(folder, allowed, failure, do) from failure
    # Missing weights are drawn at random. A pooler, which encoders trained without one lack, comes after all layers.
    missing = sorted(key for key in loading["missing_keys"] if "pooler" not in key)
    if missing:
        raise InputError(
            given=f"{folder} without weights for {', '.join(missing[:3])}{' and others' if missing[3:] else ''}",
            allowed="a folder with all weights of the model",
            why="what is missing would be drawn at random",
            do="save the model again, whole",
        )
    for config in (model.config, model.config.get_text_config()):
        config.use_cache = False  # a cache keeps the keys and values of all layers
    return (model.get_encoder() if model.config.is_encoder_decoder else model).eval()


def _check_positions(model: Any, n_tokens: int) -> None:
    largest = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    if largest is not None and 0 < largest < n_tokens:
        raise InputError(
            given=f"{n_tokens} tokens",
            allowed=f"at most {largest}",
            why="the model has no more positions",
            do=f"pass --max-tokens {largest}",
        )


def _run(model: Any, token_ids: Any) -> None:
    try:
        model(input_ids=token_ids, attention_mask=token_ids.new_ones(token_ids.shape))
    except InputError:
        raise
    except _REFUSALS as failure:
        raise InputError(
            given=f"{type(model).__name__} on {token_ids.shape[1]} tokens",
            allowed="a text model that runs on token numbers alone",
            why=f"{type(failure).__name__}: {failure}",
            do="try a shorter text (--max-tokens) or another model",
        ) from failure


def _unusable(folder: Path, allowed: str, failure: Exception, do: str) -> InputError:
    # the first sentence: what follows in these libraries is advice on how to call them
    reason = re.split(r"(?<=[.!?])\s", str(failure).strip(), maxsplit=1)[0]
    return InputError(given=str(folder), allowed=allowed, why=f"{type(failure).__name__}: {reason}", do=do)


def _no_calls(model: str) -> InputError:
    return InputError(
        given=f"{model}, which never called scaled_dot_product_attention",
        allowed="a model whose attention goes through torch.nn.functional.scaled_dot_product_attention",
        why="that is where queries, keys and values are read",
        do="choose another model, or save Q, K and V with numpy.savez yourself",
    )
