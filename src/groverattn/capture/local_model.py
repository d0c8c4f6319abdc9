"""Models on this machine: a folder that `save_pretrained` wrote, or a GGUF file, which has all three parts in it.

PyTorch, transformers and, for GGUF files, gguf and accelerate are an optional extra. They are imported inside, so that
the package works without them.
"""

from __future__ import annotations

import importlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs

from groverattn.capture.gguf_sizes import check_sizes
from groverattn.errors import InputError
from groverattn.files.gguf import read_gguf_header
from groverattn.problem.free_memory import check_memory

# What PyTorch, transformers, safetensors and pickle raise on a folder or a text that they cannot use: SafetensorError,
# UnpicklingError and EOFError, of weights that are cut short, have no narrower base in common.
REFUSALS = Exception

# More than any language takes on average: our assumption, and a text that takes more is read further.
_CHARACTERS_PER_TOKEN = 64

_GGUF_NAME = "model.gguf"
_COPY_FOLDER = "copy the folder again, whole (git lfs pull, where it is a clone), or choose another model"
_OTHER_GGUF = "choose another model or quantisation, or save the model with save_pretrained and pass --model"


@attrs.frozen
class LocalModel:
    """Where configuration, weights and tokenizer are read.

    Attributes:
        path: the folder or the GGUF file that was given, for messages.
        folder: the folder that transformers is given.
        gguf_file: name of the GGUF file in that folder; None: the folder is one that `save_pretrained` wrote.
    """

    path: Path
    folder: Path
    gguf_file: str | None = None

    def tokens(self, text: str, max_tokens: int | None) -> tuple[list[int], int | None]:
        """Tokens of the text, with those that the tokenizer adds, and how many the whole text has, if it was read.

        Raises:
            InputError: no tokenizer that transformers loads, or a text with fewer tokens than asked for.
        """
        _, transformers = libraries(gguf=self.gguf_file is not None)
        try:
            tokenizer = transformers.AutoTokenizer.from_pretrained(self.folder, **self._options())
            token_ids, n_whole = first_tokens(tokenizer, text, max_tokens)
        except REFUSALS as failure:
            do = "save the tokenizer there with save_pretrained, beside the model"
            raise self._unusable("a tokenizer that transformers loads with its own code", failure, do) from failure
        if n_whole is not None:
            _check_length(n_whole, max_tokens)
        return token_ids, n_whole

    def loaded(self) -> Any:
        """Model without a head for a task, or its encoder, ready to be run once; a GGUF file's numbers as float32.

        Raises:
            InputError: no model that transformers loads with its own code, or one without all its weights.
        """
        torch, transformers = libraries(gguf=self.gguf_file is not None)
        try:
            model, loading = transformers.AutoModel.from_pretrained(
                self.folder,
                attn_implementation="sdpa",
                dtype="auto" if self.gguf_file is None else torch.float32,
                output_loading_info=True,
                **self._options(),
            )
        except REFUSALS as failure:
            allowed = "a model that transformers loads with its own code, its attention by scaled_dot_product_attention"
            raise self._unusable(allowed, failure, _COPY_FOLDER) from failure
        # Missing weights are drawn at random. A pooler, which encoders trained without one lack, comes after all.
        missing = sorted(key for key in loading["missing_keys"] if "pooler" not in key)
        if missing:
            raise InputError(
                given=f"{self.path} without weights for {', '.join(missing[:3])}{' and others' if missing[3:] else ''}",
                allowed=f"a {'folder' if self.gguf_file is None else 'file'} with all weights of the model",
                why="what is missing would be drawn at random",
                do="save the model again, whole",
            )
        for config in (model.config, model.config.get_text_config()):
            config.use_cache = False  # a cache keeps the keys and values of all layers
        return (model.get_encoder() if model.config.is_encoder_decoder else model).eval()

    def _options(self) -> dict[str, Any]:
        own_code = {"local_files_only": True, "trust_remote_code": False}
        return own_code if self.gguf_file is None else own_code | {"gguf_file": self.gguf_file}

    def _unusable(self, allowed: str, failure: Exception, do: str) -> InputError:
        # the first sentence: what follows in these libraries is advice on how to call them
        reason = re.split(r"(?<=[.!?])\s", str(failure).strip(), maxsplit=1)[0]
        return InputError(
            given=str(self.path),
            allowed=allowed,
            why=f"{type(failure).__name__}: {reason}",
            do=do if self.gguf_file is None else _OTHER_GGUF,
        )


def first_tokens(tokenizer: Any, text: str, max_tokens: int | None) -> tuple[list[int], int | None]:
    """Return the first tokens of a text, and how many the whole text has; None if its end was not looked at.

    A tokenizer takes some hundred bytes of memory for each character, so it is given no more of a long text than it
    needs: a beginning that makes twice the tokens asked for, whose first half does not depend on where it was cut.

    Args:
        tokenizer: called with a text, it returns a mapping with the list `input_ids`.
        text: the text.
        max_tokens: number of tokens; None: all.

    >>> first_tokens(lambda text: {"input_ids": text.split()}, "a key " * 1_000, 3)
    (['a', 'key', 'a'], None)
    """
    n_read = len(text) if max_tokens is None else _CHARACTERS_PER_TOKEN * max_tokens
    while max_tokens is not None and n_read < len(text):
        token_ids = list(tokenizer(text[:n_read])["input_ids"])
        if len(token_ids) >= 2 * max_tokens:
            return token_ids[:max_tokens], None
        n_read *= 4
    token_ids = list(tokenizer(text)["input_ids"])
    return token_ids[:max_tokens], len(token_ids)


@contextmanager
def local_model(folder: Path | None, gguf_file: Path | None) -> Iterator[LocalModel]:
    """The model in a folder, or in a GGUF file alone: a folder around such a file is not looked at.

    Args:
        folder: a folder that `save_pretrained` wrote; with `gguf_file`, the folder that a relative name begins at.
        gguf_file: a GGUF file.

    Raises:
        InputError: neither is given, the folder has no configuration, the file is refused by `read_gguf_header`
            or contradicts its header, or its numbers do not fit into memory.
    """
    if gguf_file is None:
        yield LocalModel(_checked_folder(folder), _checked_folder(folder))
        return
    path = gguf_file if folder is None else folder / gguf_file
    header = read_gguf_header(path)
    check_sizes(path, header)
    # Measured on 135 and 268 million numbers: all of them once, and those of the largest tensor twice more.
    needed = 4.0 * (header.n_numbers + 2 * header.n_numbers_largest)
    check_memory(needed, f"{path}, a {header.architecture} with float32 weights", "choose a smaller model")
    with tempfile.TemporaryDirectory(prefix="groverattn-") as alone:
        (Path(alone) / _GGUF_NAME).symlink_to(path.resolve())
        yield LocalModel(path, Path(alone), _GGUF_NAME)


def libraries(*, gguf: bool) -> tuple[Any, Any]:
    """Import PyTorch and transformers, told to stay off the network before they read their environment.

    By name, as type checkers need not find them.

    Args:
        gguf: whether those that read GGUF files are needed as well.

    Raises:
        InputError: one of them is not installed.
    """
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1", TQDM_DISABLE="1")
    names = ("torch", "transformers", *(("gguf", "accelerate") if gguf else ()))
    try:
        torch, transformers, *_ = (importlib.import_module(name) for name in names)
    except ImportError as missing:
        raise InputError(
            given=f"capture without {missing.name or 'its libraries'}",
            allowed=f"{', '.join(names[:-1])} and {names[-1]}, which the extra `capture` installs",
            why="the model is read and run by them",
            do="pip install -c constraints.txt -e '.[capture]' in the repository",
        ) from missing
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    return torch, transformers


def check_positions(model: Any, n_tokens: int) -> None:
    """Raise InputError if a loaded model has fewer positions than tokens."""
    largest = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    if largest is not None and 0 < largest < n_tokens:
        raise InputError(
            given=f"{n_tokens} tokens",
            allowed=f"at most {largest}",
            why="the model has no more positions",
            do=f"pass --max-tokens {largest}",
        )


def _checked_folder(folder: Path | None) -> Path:
    if folder is not None and (folder / "config.json").is_file():
        return folder
    if folder is None:
        given, missing = "neither --model nor --gguf", "no model is named"
    else:
        given, missing = str(folder), "it has no config.json" if folder.is_dir() else "there is no such folder"
    raise InputError(
        given=given,
        allowed="--model with a folder of config.json, weights and tokenizer, or --gguf with a GGUF file",
        why=f"{missing}, and names of models on a hub are not looked up",
        do="save the model there with save_pretrained, or name a GGUF file with --gguf",
    )


def _check_length(n_whole: int, max_tokens: int | None) -> None:
    if min(n_whole, n_whole if max_tokens is None else max_tokens) < 2:
        raise InputError(
            given=f"{n_whole} tokens of text, --max-tokens {max_tokens}",
            allowed="2 tokens or more",
            why="attention of one token to itself has nothing to find",
            do="take a longer text or a larger --max-tokens",
        )
    if max_tokens is not None and n_whole < max_tokens:
        raise InputError(
            given=f"{n_whole:,} tokens of text, --max-tokens {max_tokens}",
            allowed=f"--max-tokens up to {n_whole:,} with this text",
            why="the text is shorter than what was asked for, and nothing is repeated or padded",
            do="take a longer text, or leave --max-tokens out for the whole text",
        )
