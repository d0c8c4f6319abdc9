"""Expected number of wrong rows in a whole model, and the price of a budget with which all rows are correct."""

from __future__ import annotations

import math
from typing import Any

import attrs

from groverattn.errors import InputError
from groverattn.row.price import RowPrice, RowPricing
from groverattn.show.numbers import count_text, number_text, probability_text, time_text

P_ALL_RIGHT = 0.99


@attrs.frozen
class WrongRows:
    """Rows with a wrong answer, if each is run within its error budget and no failure is noticed.

    Attributes:
        n_rows: rows that are searched.
        row: the longest row, as it is priced; shorter ones fail about as often on the same machine, by up to
            a tenth more where they have rotations and it has none.
        budget_per_row: probability that each may be wrong so that all are right with probability 0.99.
        strict: the longest row within that budget; None: no machine of this kind can run it.
        refusal: why it cannot.
    """

    n_rows: int
    row: RowPrice
    budget_per_row: float
    strict: RowPrice | None
    refusal: str | None

    @classmethod
    def of(cls, n_rows: int, pricing: RowPricing, row: RowPrice) -> WrongRows:
        """Price the longest row once more, within the budget that all rows together leave it."""
        budget = budget_per_row(n_rows)
        stricter = attrs.evolve(pricing, request=pricing.request.but(error_budget=budget))
        try:
            return cls(n_rows, row, budget, stricter.best(), None)
        except InputError as error:
            parts = error.parts
            return cls(n_rows, row, budget, None, f"it takes {parts['allowed']}, and {parts['why']}")

    @property
    def expected(self) -> float:
        """Expected number of rows with a wrong answer, about: as if all failed as often as the longest."""
        return self.n_rows * self.row.p_failure

    @property
    def words(self) -> str:
        """What the strict budget costs, in one line."""
        need = f"All right with p = {P_ALL_RIGHT}: {probability_text(self.budget_per_row)} a row"
        if self.strict is None:
            return f"{need}; out of reach: {self.refusal}"
        before, after = self.row, self.strict
        return (
            f"{need}, with {number_text(after.cost.iterates_expected / before.cost.iterates_expected)} times the "
            f"iterates, "
            f"distance {after.physical.code_distance} instead of {before.physical.code_distance}, "
            f"{count_text(after.qubits)} instead of {count_text(before.qubits)} physical qubits and "
            f"{time_text(after.physical.duration_s)} instead of {time_text(before.physical.duration_s)} for the "
            "longest row"
        )

    def as_json(self) -> dict[str, Any]:
        """Return the printed object."""
        return {
            "rows": self.n_rows,
            "p_row": self.row.p_failure,
            "expected_wrong_rows": self.expected,
            "p_all_right": math.exp(self.n_rows * math.log1p(-self.row.p_failure)),
            "budget_per_row": self.budget_per_row,
            "strict": None if self.strict is None else _row_json(self.strict),
            "refusal": self.refusal,
            "words": self.words,
        }


def budget_per_row(n_rows: int, p_all_right: float = P_ALL_RIGHT) -> float:
    """Return the p with (1 - p)^n_rows = p_all_right: rows fail independently of each other.

    >>> budget_per_row(2)
    0.0050125...
    """
    return -math.expm1(math.log(p_all_right) / n_rows)


def _row_json(row: RowPrice) -> dict[str, Any]:
    return {
        "iterates_expected": row.cost.iterates_expected,
        "code_distance": row.physical.code_distance,
        "qubits": row.qubits,
        "time_s": row.physical.duration_s,
        "p_failure": row.p_failure,
    }
