"""One layer of attention that learns associative recall, with the attention and its gradients exchangeable."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.problem.heads import AttentionHead
from groverattn.reference.attention import softmax_rows
from groverattn.reference.attention_gradients import AttentionGradients
from groverattn.study.recall_task import N_ANSWERS, N_NAMES, RecallSequence

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
class Step:
    """A batch, seen.

    Attributes:
        loss: mean cross-entropy of the answers, nats.
        accuracy: share of the answers that have the largest logit.
        gradient: derivative of the loss with respect to every parameter.
    """

    loss: float
    accuracy: float
    gradient: Parameters


def step(parameters: Parameters, batch: Sequence[RecallSequence], attention: Attention) -> Step:
    """Return loss, accuracy and gradient of the mean over all rows of the batch that are asked."""
    n_asked = sum(sequence.asked.size for sequence in batch)
    total = Parameters(*map(np.zeros_like, parameters.arrays()))
    loss, n_right = 0.0, 0
    for sequence in batch:
        loss_here, right_here = _add_sequence(total, parameters, sequence, attention, n_asked)
        loss, n_right = loss + loss_here, n_right + right_here
    return Step(loss, n_right / n_asked, total)


def _add_sequence(
    total: Parameters, p: Parameters, sequence: RecallSequence, attention: Attention, n_asked: int
) -> tuple[float, int]:
    """Add the gradient of one sequence to the total; return its part of the loss and its number of right answers."""
    rows, tokens = sequence.asked, p.names[sequence.names] + p.answers[sequence.answers]
    wanted = np.arange(rows.size), sequence.targets[rows]
    head = AttentionHead(tokens @ p.W_Q, tokens @ p.W_K, tokens @ p.W_V, 1 / math.sqrt(D_HEAD), True, "recall")
    output, backward = attention(head, rows)
    logits = output @ p.W_O
    chances = softmax_rows(logits)
    d_logits = chances / n_asked
    d_logits[wanted] -= 1 / n_asked
    of_head = backward(d_logits @ p.W_O.T)
    total.W_O[...] += output.T @ d_logits
    total.W_Q[...] += tokens[rows].T @ of_head.queries
    total.W_K[...] += tokens.T @ of_head.keys
    total.W_V[...] += tokens.T @ of_head.values
    d_tokens = of_head.keys @ p.W_K.T + of_head.values @ p.W_V.T
    d_tokens[rows] += of_head.queries @ p.W_Q.T
    np.add.at(total.names, sequence.names, d_tokens)
    np.add.at(total.answers, sequence.answers, d_tokens)
    return float(-np.log(chances[wanted]).sum() / n_asked), int((logits.argmax(axis=1) == wanted[1]).sum())


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
