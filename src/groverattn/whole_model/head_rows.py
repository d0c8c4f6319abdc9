"""Rows that a head searches for a token and for a prefill, in layers that see all keys and in those with a window."""

from __future__ import annotations

import attrs

from groverattn.whole_model.causal_rows import CausalRows, RowsSum


@attrs.frozen
class HeadRows:
    """The rows of one head, or of one indexer, that are searched, in as many layers as have such rows.

    Attributes:
        layers: number of these layers.
        per_head: rows of a head that are searched.
        total: what these take, one after the other.
        longest_s: time of the longest of them, seconds.
    """

    layers: int
    per_head: int
    total: RowsSum
    longest_s: float

    def in_heads(self, heads: int) -> tuple[int, RowsSum]:
        """Return the rows of so many heads, and what they take."""
        return self.per_head * heads, self.total.times(heads)


def decode_rows(rows: CausalRows) -> HeadRows:
    """Return the newest row of a head in the layers that see all keys."""
    price = rows.price
    newest = RowsSum(price.cost.iterates_expected, price.totals.row.toffoli, price.physical.duration_s)
    return HeadRows(rows.request.layers, 1, newest, price.physical.duration_s)


def prefill_rows(rows: CausalRows) -> HeadRows:
    """Return all rows of a head in the layers that search; where keys are pooled, as many see the same keys.

    Rows beyond the first n see as many keys as the longest: no layer then sees all of the context.
    """
    request, newest = rows.request, decode_rows(rows).total
    further = request.n_tokens - request.pool * request.shape.n_keys
    total = rows.total.times(request.pool).plus(newest.times(further))
    per_head = request.pool * rows.n_searched + further
    return HeadRows(request.layers, per_head, total, rows.price.physical.duration_s)


def window_rows(rows: CausalRows) -> tuple[HeadRows, HeadRows]:
    """Return the newest row and all rows of a head in the layers with a window, on the machine of the longest row.

    A row sees at most the keys of the window. Where it looks for as many, it is read whole, and nothing is searched.

    >>> from groverattn.whole_model.model import whole_model
    >>> from groverattn.row.request import RowRequest
    >>> model = whole_model(RowRequest.of(preset="toy", window=4, window_layers=2, data_access="qrom"))
    >>> [each.per_head for each in window_rows(model.rows)]
    [1, 14]
    """
    request = rows.request
    layers, n_keys = request.window_layers, request.shape.n_keys
    window = min(request.window or 0, n_keys)
    if window < rows.first:
        nothing = HeadRows(layers, 0, RowsSum(0.0, 0.0, 0.0), 0.0)
        return nothing, nothing
    newest = RowsSum(*rows.numbers(window).tolist())
    every = rows.up_to(window).plus(newest.times(n_keys - window))
    return (
        HeadRows(layers, 1, newest, newest.time_s),
        HeadRows(layers, n_keys - rows.first + 1, every, newest.time_s),
    )
