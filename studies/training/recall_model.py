"""One layer of attention that learns associative recall, with the attention and its gradients exchangeable."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.problem.heads import AttentionHead
from groverattn.reference.attention.exact import softmax_rows
from studies.training.exact_gradients import AttentionGradients
from studies.training.recall_task import N_ANSWERS, N_NAMES, RecallSequence

WIDTH = 32
D_HEAD = 16

# From a head and some of its rows, shape (m,), to their output, shape (m, d_v), and to what turns an upstream gradient
# of that shape into the gradients of Q, K and V.
Backward = Callable[[NDArray[np.float64]], AttentionGradients]
Attention = Callable[[AttentionHead, NDArray[np.int64]], tuple[NDArray[np.float64], Backward]]


@attrs.frozen(eq=False)
class Parameters:
    """What is trained; the gradient with respect to it has the same form.

    Attributes:
        names: embedding of the names, shape (N_NAMES, WIDTH).
        answers: embedding of the answers and of the blank, shape (N_ANSWERS + 1, WIDTH); added to that of the name.
        W_Q: from a token to its query, shape (WIDTH, D_HEAD).
        W_K: to its key, of the same shape.
        W_V: to its value, of the same shape.
        W_O: from the output of attention to the logits of the answers, shape (D_HEAD, N_ANSWERS).
    """

    names: NDArray[np.float64]
    answers: NDArray[np.float64]
    W_Q: NDArray[np.float64]
    W_K: NDArray[np.float64]
    W_V: NDArray[np.float64]
    W_O: NDArray[np.float64]

    def arrays(self) -> tuple[NDArray[np.float64], ...]:
        """All six, in the order above."""
        return attrs.astuple(self, recurse=False)

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Parameters:
        """Draw them Gaussian, with variance 1 over the number of inputs for the four matrices.

        >>> [array.shape for array in Parameters.draw(np.random.default_rng(0)).arrays()]
        [(16, 32), (9, 32), (32, 16), (32, 16), (32, 16), (16, 8)]
        """
        names, answers = (rng.standard_normal((size, WIDTH)) for size in (N_NAMES, N_ANSWERS + 1))
        W_Q, W_K, W_V = (rng.standard_normal((WIDTH, D_HEAD)) / math.sqrt(WIDTH) for _ in range(3))
        return cls(names, answers, W_Q, W_K, W_V, rng.standard_normal((D_HEAD, N_ANSWERS)) / math.sqrt(D_HEAD))


@attrs.frozen(eq=False)
class Answers:
    """A batch, answered.

    Attributes:
        loss: mean cross-entropy of the answers, nats.
        accuracy: share of the answers that have the largest logit.
    """

    loss: float
    accuracy: float


@attrs.frozen(eq=False)
class Step(Answers):
    """The same with what a step of training needs.

    Attributes:
        gradient: derivative of the loss with respect to every parameter.
    """

    gradient: Parameters


@attrs.frozen(eq=False)
class _Pass:
    """One sequence on its way through the layer, at the rows that are asked."""

    sequence: RecallSequence
    rows: NDArray[np.int64]
    tokens: NDArray[np.float64]
    output: NDArray[np.float64]
    backward: Backward
    logits: NDArray[np.float64]
    chances: NDArray[np.float64]

    @classmethod
    def through(cls, p: Parameters, sequence: RecallSequence, attention: Attention) -> _Pass:
        rows, tokens = sequence.asked, p.names[sequence.names] + p.answers[sequence.answers]
        head = AttentionHead(tokens @ p.W_Q, tokens @ p.W_K, tokens @ p.W_V, 1 / math.sqrt(D_HEAD), True, "recall")
        output, backward = attention(head, rows)
        logits = output @ p.W_O
        return cls(sequence, rows, tokens, output, backward, logits, softmax_rows(logits))

    @property
    def wanted(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where in the logits the right answers stand."""
        return np.arange(self.rows.size), self.sequence.targets[self.rows]

    def add_gradient(self, total: Parameters, p: Parameters, n_asked: int) -> None:
        """Add the gradient of this sequence's part of the loss."""
        d_logits = self.chances / n_asked
        d_logits[self.wanted] -= 1 / n_asked
        of_head = self.backward(d_logits @ p.W_O.T)
        total.W_O[...] += self.output.T @ d_logits
        total.W_Q[...] += self.tokens[self.rows].T @ of_head.queries
        total.W_K[...] += self.tokens.T @ of_head.keys
        total.W_V[...] += self.tokens.T @ of_head.values
        d_tokens = of_head.keys @ p.W_K.T + of_head.values @ p.W_V.T
        d_tokens[self.rows] += of_head.queries @ p.W_Q.T
        np.add.at(total.names, self.sequence.names, d_tokens)
        np.add.at(total.answers, self.sequence.answers, d_tokens)


def answers(parameters: Parameters, batch: Sequence[RecallSequence], attention: Attention) -> Answers:
    """Return loss and accuracy over all rows of the batch that are asked, without a gradient."""
    return _seen([_Pass.through(parameters, sequence, attention) for sequence in batch])


def step(parameters: Parameters, batch: Sequence[RecallSequence], attention: Attention) -> Step:
    """Return loss, accuracy and gradient of the mean over all rows of the batch that are asked."""
    passes = [_Pass.through(parameters, sequence, attention) for sequence in batch]
    n_asked, total = sum(each.rows.size for each in passes), Parameters(*map(np.zeros_like, parameters.arrays()))
    for each in passes:
        each.add_gradient(total, parameters, n_asked)
    seen = _seen(passes)
    return Step(seen.loss, seen.accuracy, total)


def _seen(passes: list[_Pass]) -> Answers:
    n_asked = sum(each.rows.size for each in passes)
    loss = sum(float(-np.log(each.chances[each.wanted]).sum() / n_asked) for each in passes)
    n_right = sum(int((each.logits.argmax(axis=1) == each.wanted[1]).sum()) for each in passes)
    return Answers(loss, n_right / n_asked)


class Adam:
    """The optimiser of arXiv:1412.6980, Algorithm 1, with its default decay rates. Changes parameters in place."""

    def __init__(self, parameters: Parameters, learning_rate: float):
        self.parameters, self.learning_rate, self.n_steps = parameters, learning_rate, 0
        self.moments = [(np.zeros_like(array), np.zeros_like(array)) for array in parameters.arrays()]

    def update(self, gradient: Parameters) -> None:
        """Take one step against the gradient."""
        self.n_steps += 1
        first_bias, second_bias = 1 - 0.9**self.n_steps, 1 - 0.999**self.n_steps
        for array, slope, (first, second) in zip(
            self.parameters.arrays(), gradient.arrays(), self.moments, strict=True
        ):
            first += 0.1 * (slope - first)
            second += 0.001 * (slope**2 - second)
            array -= self.learning_rate * (first / first_bias) / (np.sqrt(second / second_bias) + 1e-8)
