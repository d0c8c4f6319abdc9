"""The training run: its task, its gradients, and what the committed sheet says."""

import csv
from functools import partial
from pathlib import Path

import attrs
import numpy as np
import pytest

from groverattn.problem.families import gaussian_head
from groverattn.problem.heads import bundled_head
from groverattn.reference.attention.sparse_rank_one import SparseRankOne
from studies.training import training
from studies.training.exact_gradients import exact_gradients
from studies.training.gradients import gradients
from studies.training.recall_model import Adam, Parameters, step
from studies.training.recall_task import BLANK, N_TOKENS, draw_sequence

SHEET = Path(__file__).parents[2] / training.SHEET.path


def last_steps() -> dict[tuple[str, str], dict[str, str]]:
    with SHEET.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["step"] == str(training.N_STEPS)]
    return {(row["attention"], row["n_found"]): row for row in rows}


@pytest.mark.parametrize("seed", range(3))
def test_what_is_asked_was_stated_before_and_nothing_else_is(seed):
    sequence = draw_sequence(np.random.default_rng(seed))
    for row in range(N_TOKENS):
        stated = [
            int(sequence.answers[at])
            for at in range(row)
            if sequence.names[at] == sequence.names[row] and sequence.answers[at] != BLANK
        ]
        asks = sequence.answers[row] == BLANK
        if asks and stated:
            assert set(stated) == {int(sequence.targets[row]) + 1}
        else:
            assert sequence.targets[row] == -1
    assert 30 < sequence.asked.size < 80


@pytest.mark.parametrize("n_found", [None, 2, 8])
@pytest.mark.parametrize("tail", training.TAILS)
def test_the_gradient_of_a_step_is_the_difference_of_its_loss(n_found, tail):
    attention = partial(training.from_largest, n_found=n_found, tail=tail) if n_found else training.exact
    rng = np.random.default_rng(4)
    parameters, batch = Parameters.draw(rng), [draw_sequence(rng) for _ in range(2)]
    gradient = step(parameters, batch, attention).gradient
    for array, slopes in zip(parameters.arrays(), gradient.arrays(), strict=True):
        direction = rng.standard_normal(array.shape)
        losses = []
        for move in (1e-6, -2e-6):
            array += move * direction
            losses.append(step(parameters, batch, attention).loss)
        array += 1e-6 * direction
        assert (losses[0] - losses[1]) / 2e-6 == pytest.approx((slopes * direction).sum(), rel=1e-5, abs=1e-8)


def test_every_kind_finds_all_it_can_and_the_largest():
    head = attrs.evolve(gaussian_head(12, 3, 0), causal=True)
    rows = np.array([0, 5, 11])
    for row, keys in zip(rows, training.largest_scores(head, rows, 4), strict=True):
        scores = head.keys[: row + 1] @ head.queries[row]
        assert sorted(keys.tolist()) == sorted(np.argsort(-scores)[:4].tolist())


def test_reading_all_keys_as_found_is_exact_attention():
    rng = np.random.default_rng(0)
    parameters, batch = Parameters.draw(rng), [draw_sequence(rng)]
    exact = step(parameters, batch, training.exact)
    for tail in training.TAILS:
        all_found = step(parameters, batch, partial(training.from_largest, n_found=N_TOKENS, tail=tail))
        assert all_found.loss == pytest.approx(exact.loss, rel=1e-12)


def test_the_first_step_of_adam_is_the_learning_rate_whatever_the_slope():
    parameters = Parameters(*(np.full((1, 1), 3.0) for _ in range(6)))
    Adam(parameters, 0.1).update(Parameters(*(np.full((1, 1), slope) for slope in (1e-3, 1, 1e3, -1e-3, -1, -1e3))))
    moves = [float(array[0, 0]) - 3 for array in parameters.arrays()]
    np.testing.assert_allclose(moves, [-0.1, -0.1, -0.1, 0.1, 0.1, 0.1], rtol=1e-4)


def test_adam_is_its_recursion():
    """arXiv:1412.6980, Algorithm 1, with weights of all slopes before written out."""
    parameters, slopes = Parameters(*(np.zeros((1, 1)) for _ in range(6))), (1.0, -3.0, 0.5)
    optimiser, expected = Adam(parameters, 0.1), 0.0
    for t, slope in enumerate(slopes, 1):
        optimiser.update(Parameters(*(np.full((1, 1), slope) for _ in range(6))))
        first = np.average(slopes[:t], weights=0.9 ** np.arange(t)[::-1])
        second = np.average(np.square(slopes[:t]), weights=0.999 ** np.arange(t)[::-1])
        expected -= 0.1 * first / np.sqrt(second)
    np.testing.assert_allclose([array[0, 0] for array in parameters.arrays()], expected, rtol=1e-6)


def test_a_short_run_learns(monkeypatch):
    monkeypatch.setattr(training, "N_STEPS", 40)
    monkeypatch.setattr(training, "CHECKPOINTS", (0, 40))
    for attention in (training.exact, partial(training.from_largest, n_found=8, tail="mean_score")):
        before, after = training.run(0, attention)
        assert after.loss < before.loss - 0.5


@pytest.mark.slow
def test_the_sheet_is_computed_again():
    assert training.SHEET.text() == SHEET.read_text("utf-8"), "run `make estimates`"


def test_what_docs_say_of_the_sheet():
    """With eight found keys and a tail every seed ends at exact attention's loss; plain top-k does in one of five."""
    rows = last_steps()
    assert float(rows["exact", ""]["loss_highest"]) <= 0.001
    assert float(rows["mean_score", "8"]["loss_highest"]) <= 0.001
    at_exact = {key: int(row["seeds_at_exact"]) for key, row in rows.items()}
    assert at_exact == {
        ("exact", ""): 5,
        ("mean_score", "2"): 3,
        ("ones", "2"): 1,
        ("zero", "2"): 0,
        ("mean_score", "8"): 5,
        ("ones", "8"): 5,
        ("zero", "8"): 1,
    }


def test_the_table_in_docs_is_the_sheet():
    text = (SHEET.parents[1] / "docs" / "training.md").read_text("utf-8")
    with SHEET.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["step"] in ("50", "100", "200")]
    for kind in last_steps():
        losses = [
            "{:.3f} ({:.3f} to {:.3f})".format(*(float(row[name]) for name in ("loss", "loss_lowest", "loss_highest")))
            for row in rows
            if (row["attention"], row["n_found"]) == kind
        ]
        assert len(losses) == 3
        assert f"| {kind[1] or 'all'} | {' | '.join(losses)} | {last_steps()[kind]['seeds_at_exact']} of 5 |" in text


def test_the_gradients_of_the_packaged_head_in_docs():
    head, text = bundled_head(), (SHEET.parents[1] / "docs" / "training.md").read_text("utf-8")
    upstream = np.random.default_rng(0).standard_normal(head.values.shape)
    exact, order = exact_gradients(head, upstream), np.argsort(-(head.queries @ head.keys.T), axis=1)
    for n_found in (16, 64):
        for tail in training.TAILS:
            B = SparseRankOne.from_found(head, list(order[:, :n_found]), tail, np.arange(head.n_keys))
            got = gradients(B, upstream)
            cells = []
            for name in ("queries", "keys", "values"):
                there = getattr(exact, name)
                cells.append(f"{np.linalg.norm(getattr(got, name) - there) / np.linalg.norm(there):#.2g}")
            assert f"| {n_found} | `{tail}` | {' | '.join(cells)} |" in text
