"""Hooks on the indexers of a model: queries, keys and weights of score = sum_h w_h max(<q_h, k>, 0) while it runs.

No model's code is repeated here. The calls of PyTorch's functions inside an indexer's `forward` are followed from the
product of queries and keys through the ReLU to the weighted sum, so that what is read is what entered the score: after
rotary embedding of either kind, and with all factors.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.capture.attention_calls import Tensor

# Our assumption: far above what float32 loses in a sum of some 10,000 products, far below any other score.
_TOLERANCE = 1e-4


@attrs.frozen(eq=False)
class IndexerCall:
    """Scores of one indexer on one text, causal: score[i, j] = sum_h weights[i, h] max(<queries[i, h], keys[j]>, 0).

    Attributes:
        queries: float32 of shape (n, H, d).
        keys: float32 of shape (n, d), which all heads share.
        weights: float32 of shape (n, H), of either sign, with all factors of the score.
        topk: keys that a row selects, if it sees as many.
        selected: the model's tensor of the selected keys, whole numbers of shape (n, min(topk, n)).
    """

    queries: NDArray[np.float32]
    keys: NDArray[np.float32]
    weights: NDArray[np.float32]
    topk: int
    selected: Tensor


@contextmanager
def indexer_calls(model: Any, on_call: Callable[[IndexerCall | None], None]) -> Iterator[None]:
    """Hand every run of a module whose class is called an Indexer to `on_call`: what entered its scores.

    None stands for an indexer that scores or selects in another way: keys pooled from several tokens, no weights. The
    results are unchanged, and every module has its own `forward` again at the end, also after an error.
    """
    with ExitStack() as stack:
        for module in model.modules():
            if type(module).__name__.endswith("Indexer"):
                stack.enter_context(_watched(module, on_call))
        yield


@contextmanager
def _watched(module: Any, on_call: Callable[[IndexerCall | None], None]) -> Iterator[None]:
    forward, is_own = module.forward, "forward" in vars(module)

    def recorded(*arguments: Any, **options: Any) -> Any:
        trace = ScoreTrace()
        with _functions_seen(trace.see):
            selected = forward(*arguments, **options)
        on_call(trace.call(selected, getattr(module, "index_topk", None)))
        return selected

    module.forward = recorded
    try:
        yield
    finally:
        if is_own:
            module.forward = forward
        else:
            del module.forward


def _functions_seen(see: Callable[[str, tuple[Any, ...], Any], None]) -> Any:
    """Context in which every call of a PyTorch function is shown to `see`: its name, arguments and result."""
    overrides = importlib.import_module("torch.overrides")

    class Seen(overrides.TorchFunctionMode):
        def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            result = function(*args, **(kwargs or {}))
            see(getattr(function, "__name__", ""), (*args, *(kwargs or {}).values()), result)
            return result

    return Seen()


@attrs.frozen(eq=False)
class _Product:
    """Inner products of all queries with all keys, times a positive factor; negative ones set to 0 if `rectified`."""

    queries: Tensor
    keys: Tensor
    factor: float = 1.0
    rectified: bool = False


@attrs.define(eq=False)
class ScoreTrace:
    """The way of the scores through one run of an indexer.

    Attributes:
        products: tensors that are inner products of queries and keys; none is kept alive by being listed.
        sums: queries, keys and weights of each weighted sum, with its last row.
    """

    products: Any = attrs.field(factory=lambda: importlib.import_module("torch.utils.weak").WeakTensorKeyDictionary())
    sums: list[tuple[Tensor, Tensor, Tensor, Tensor]] = attrs.field(factory=list)

    def see(self, name: str, arguments: tuple[Any, ...], result: Any) -> None:
        """Follow one call. A function without a rule ends the way: its result is no known product."""
        left: Any
        right: Any
        left, right = (*arguments, None, None)[:2]
        if name in ("matmul", "__matmul__"):
            if (product := self._known(right)) is None:
                self._start(left, right, result)
            elif product.rectified and left.dim() == 4 and left.shape[-2] == 1:
                weights, last_row = left[0, :, 0] * product.factor, result[0, -1, 0].clone()
                self.sums.append((product.queries, product.keys, weights, last_row))
        elif name in ("relu", "mul") and (product := self._known(left)) is not None:
            if name == "relu":
                self.products[result] = attrs.evolve(product, rectified=True)
            elif isinstance(right, int | float) and right > 0:  # only then do the ReLU and the factor change places
                self.products[result] = attrs.evolve(product, factor=product.factor * right)

    def call(self, selected: Any, topk: int | None) -> IndexerCall | None:
        """What was seen, where it explains the selection that the indexer returned; None where it does not."""
        if len(self.sums) != 1 or not _are_keys(selected, len(self.sums[0][1])):
            return None
        *scored, last_row = self.sums[0]
        queries, keys, weights = (tensor.detach().float().cpu().numpy() for tensor in scored)
        # A row of the text's last token, which sees all keys, shows what would have gone unseen: changes in place, a
        # bias after the sum. Other rows cost as much as the model's own score.
        if not _explains(queries[-1], keys, weights[-1], last_row.float().cpu().numpy(), selected[0, -1].cpu().numpy()):
            return None
        return IndexerCall(queries, keys, weights, topk or selected.shape[-1], selected[0])

    def _known(self, tensor: Any) -> _Product | None:
        return self.products.get(tensor) if hasattr(tensor, "shape") else None

    def _start(self, left: Any, right: Any, result: Any) -> None:
        """Queries of shape (1, n, H, d) and keys of shape (1, 1, d, n) make products of shape (1, n, H, n)."""
        (one, n, _, d), shape = (left.shape, right.shape) if left.dim() == 4 else ((0,) * 4, None)
        if one == 1 and shape == (1, 1, d, n):
            self.products[result] = _Product(left[0], right[0, 0].T)


def _are_keys(selected: Any, n_keys: int) -> bool:
    """Whether a tensor holds numbers of keys for each row of one text; some indexers write -1 for no key."""
    whole = hasattr(selected, "dim") and not (selected.is_floating_point() or selected.dtype.itemsize == 1)
    if not whole or selected.dim() != 3 or selected.shape[:2] != (1, n_keys):
        return False
    return bool((selected >= 0).all() and (selected < n_keys).all())


def _explains(query: NDArray, keys: NDArray, weights: NDArray, scores: NDArray, selected: NDArray) -> bool:
    """Whether queries (H, d), keys (n, d) and weights (H,) give the scores (n,), and no key left out has a larger one.

    >>> keys = np.eye(3)
    >>> scores = np.array([5.0, 3.0, 0.0])
    >>> query, weights = np.array([[1.0, 1.0, 0.0], [2.0, 0.0, -1.0]]), np.array([3.0, 1.0])
    >>> [_explains(query, keys, weights, scores, np.array(two)) for two in ([0, 1], [0, 2])]
    [True, False]
    """
    parts = np.maximum(keys.astype(np.float64) @ query.T, 0)
    again, tolerance = parts @ weights, _TOLERANCE * float((parts @ np.abs(weights)).max(initial=0))
    left_out = np.delete(again, selected)
    lowest = again[selected].min(initial=np.inf)
    return bool(
        scores.shape == again.shape
        and (np.abs(scores - again) <= tolerance).all()
        and (left_out <= lowest + tolerance).all()
    )
