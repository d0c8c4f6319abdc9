"""One row against the number of keys that a query tests: Toffolis, qubits, and what is read."""

from __future__ import annotations

from typing import Any

import attrs

from groverattn.errors import InputError
from groverattn.inputs import asks, described
from groverattn.row.request import READS_LIMIT_MAX, RowRequest
from groverattn.row.search import RowSearch
from groverattn.row.time import one_key
from groverattn.show.result import Drawn

_SEARCH_SHARE = 0.5  # of the error budget, as in `row.price`


@attrs.frozen
class BlockRow:
    """The row with some number of keys per query.

    Attributes:
        keys_per_query: keys that a call of the oracle tests, u.
        iterates: expected iterates.
        toffoli: expected Toffolis.
        logical_qubits: largest number of qubits alive at once.
        keys_read: keys read first and after measurements, expected.
        key_tests: keys tested inside oracles, expected.
    """

    keys_per_query: int
    iterates: float
    toffoli: float
    logical_qubits: int
    keys_read: float
    key_tests: float

    @classmethod
    def of(cls, request: RowRequest) -> BlockRow:
        """Price one row, half of its error budget for the search; how much is read is not limited.

        Raises:
            InputError: a number of keys per query that the row cannot have.
        """
        search = RowSearch.of(one_key(request.but(reads_limit=READS_LIMIT_MAX)))
        cost = search.cost(_SEARCH_SHARE * request.error_budget)
        row, u = search.totals(cost).row, search.plan.keys_per_query
        return cls(u, cost.iterates_expected, row.toffoli, row.logical_qubits, cost.reads_expected, cost.key_tests)


@attrs.frozen
class BlockRows(Drawn):
    """One row with 1, 2, 4, ... keys per query.

    Attributes:
        request: the row; its own number of keys per query is not looked at.
        rows: one for each number.
    """

    request: RowRequest
    rows: tuple[BlockRow, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the inputs and the rows."""
        return {"inputs": self.request.as_json(), "rows": [attrs.asdict(row) for row in self.rows]}

    @property
    def least(self) -> BlockRow:
        """The row of the fewest Toffolis."""
        return min(self.rows, key=lambda row: row.toffoli)


@described
@asks(RowRequest, without=("keys_per_query", "reads_limit"))
def vary_keys_per_query(request: RowRequest) -> BlockRows:
    """Price a row with every power of two of keys per query that it can have.

    Raises:
        InputError: a row that cannot be searched.

    >>> rows = vary_keys_per_query(RowRequest.of(preset="llama3-8b", data_access="one-hot"))
    >>> rows.least.keys_per_query
    4
    """
    rows = [BlockRow.of(request.but(keys_per_query=1))]
    u = 2
    while 8 * u <= request.left.shape.n_keys:
        try:
            rows.append(BlockRow.of(request.but(keys_per_query=u)))
        except InputError:  # too many marked keys for so few blocks
            break
        u *= 2
    return BlockRows(request, tuple(rows))
