"""What a simulation is asked for, by the command line, a study file or the Python API."""

from __future__ import annotations

import re
from typing import Any

import attrs

from groverattn.errors import InputError, check_error_budget
from groverattn.inputs import checked, nested, option
from groverattn.problem.chosen_head import COUNT, INDEX, check_one_rule
from groverattn.reference.search.laws import check_law
from groverattn.reference.search.methods import SearchMethod
from groverattn.reference.search.unknown import check_growth, check_promise
from groverattn.simulation.engines import EngineChoice
from groverattn.simulation.read_first import ReadingRule
from groverattn.verification.request import HeadRequest


def row_range(text: str) -> range:
    """Read the rows A:B, B left out.

    Raises:
        InputError: it is not two whole numbers.

    >>> row_range("3:7")
    range(3, 7)
    """
    match = re.fullmatch(r"([0-9]{1,18}):([0-9]{1,18})", text)
    if match is None:
        raise InputError(
            given=f"rows = {text!r}",
            allowed="A:B with whole numbers, such as 0:16",
            why="A is the first row and B the first one left out",
            do="write both numbers",
        )
    return range(int(match[1]), int(match[2]))


def _rows_text(rows: Any) -> Any:
    return f"{rows.start}:{rows.stop}" if isinstance(rows, range) and rows.step == 1 else rows


def _check_growth(growth: float) -> None:
    check_growth(growth)
    check_promise(growth)


@attrs.frozen(kw_only=True)
class SimulationRequest(HeadRequest):
    """What a simulation is asked for: thresholds, engine, search method, head and circuit.

    Attributes:
        engine: what stands for the quantum computer.
        rows: which rows, "A:B" with B left out; None: all. A `range` is taken too.

    All other attributes are numbers and names that the options of `groverattn simulate` explain.

    Raises:
        InputError: an unknown name, a number out of range, or inputs that do not go together.

    >>> SimulationRequest(rows=range(3, 7), method="top-k").search_method(n_keys=1000).p_failure
    1e-06
    """

    n_marked: int = option(
        16,
        check=COUNT,
        help="Mark the k largest scores of each row; with --tau, what methods expected and top-k are told.",
    )
    sample_size: int | None = option(
        None, check=COUNT, help="Set each row's threshold from this many sampled keys: about k are marked."
    )
    tau: float | None = option(None, help="One threshold of the scaled score for all rows instead.")
    engine: EngineChoice = nested(EngineChoice)
    method: str = option(
        "unknown",
        check=checked(lambda name: SearchMethod(name=name, n_expected=1, p_failure=0.5)),
        help="unknown, posterior, expected, counted, known, collector or top-k.",
    )
    first_score: str = option(
        "exact", help="exact, or approximate: an approximate score finds first. Method posterior only."
    )
    growth: float | None = option(
        None, check=checked(_check_growth), help="Growth factor of the trials; by default the method's own."
    )
    marked_limit: int | None = option(
        None, check=INDEX, help="Give a row up, and report it, when more keys than that are found."
    )
    search_law: str = option(
        "all",
        check=checked(lambda law: check_law(law, "all")),
        help="Compare with ideal, expected, proven, worst or all.",
    )
    error_budget: float = option(
        0.001, check=checked(check_error_budget), help="Probability that any row misses a key."
    )
    read_previous: bool = option(
        False, help="The keys that the row before marks are read before the others are searched."
    )
    rows: str | None = option(
        None, check=checked(row_range), parse=_rows_text, help="Rows A:B, as 0:16: from row A on, row B left out."
    )

    def __attrs_post_init__(self) -> None:
        check_one_rule(self.sample_size, self.tau)
        self.search_method(1)

    def search_method(self, n_keys: int) -> SearchMethod:
        """Return the procedure for a row of a head of `n_keys` rows; each gets an equal share of the error budget.

        Raises:
            InputError: a growth or marked_limit for which the method has no use, or numbers that it refuses.
        """
        return SearchMethod(
            name=self.method,
            n_expected=self.n_marked,
            p_failure=self.error_budget / n_keys,
            growth=self.growth,
            n_marked_max=self.marked_limit,
            keys_per_query=self.keys_per_query,
            first_score=self.first_score,
        )

    @property
    def reading(self) -> ReadingRule:
        """Which keys a row reads before its search."""
        return ReadingRule(self.read, self.read_previous)

    def row_range(self, n_rows: int) -> range:
        """Return the rows of a head of `n_rows` rows."""
        return range(n_rows) if self.rows is None else row_range(self.rows)
