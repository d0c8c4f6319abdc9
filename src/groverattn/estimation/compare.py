"""One model under every data access, side by side."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs

from groverattn.bloqs.lookup.data_access import DATA_ACCESSES
from groverattn.classical.lines import slowest_of
from groverattn.errors import InputError
from groverattn.estimation.estimate import Estimate, estimate
from groverattn.row.request import RowRequest
from groverattn.row.sentences import passing_sentence
from groverattn.show.numbers import count_text, time_text
from groverattn.show.result import Drawn, Shown

SCHEMA = "groverattn.compare/1"


@attrs.frozen
class Comparison(Drawn):
    """Estimates of the same sizes, one for each data access; an access that no machine can run has its reason."""

    request: RowRequest
    estimates: dict[str, Estimate | InputError]

    def as_json(self) -> dict[str, Any]:
        """Return the object that `compare --format json` prints."""
        return {
            "schema": SCHEMA,
            "inputs": self.request.as_json(),
            "accesses": {
                name: {"error": str(result)} if isinstance(result, InputError) else result.as_json()
                for name, result in self.estimates.items()
            },
            "verdict": self.verdict,
        }

    @property
    def circuits(self) -> dict[str, Estimate]:
        """The data accesses that are circuits and that the machine can run."""
        found = self.estimates.items()
        return {name: result for name, result in found if name != "qram" and isinstance(result, Estimate)}

    @property
    def verdict(self) -> str:
        """What follows from the table, in sentences that quote it."""
        results = {name: result for name, result in self.estimates.items() if isinstance(result, Estimate)}
        circuits = self.circuits
        if not circuits:
            return "No data access that is a circuit can run within the error budget."
        fewest = min(circuits, key=lambda name: circuits[name].totals.row.toffoli)
        fastest = min(circuits, key=lambda name: circuits[name].physical.duration_s)
        parts = circuits[fewest].totals.iterate.toffoli_parts
        loading = (parts["load"] + parts["unload"]) / sum(parts.values())
        slowest = slowest_of(circuits[fastest].classical)
        sentences = [
            "Each access has its best design here. Fewest Toffolis among them: "
            f"{fewest}, {count_text(circuits[fewest].totals.row.toffoli)} a row; {loading:.0%} of those of an "
            "iterate load and unload the key.",
            f"Fastest circuit among them: {fastest}, {time_text(circuits[fastest].physical.duration_s)} a row on "
            f"{count_text(circuits[fastest].physical.qubits)} physical qubits; the slowest GPU line, {slowest.words}, "
            f"takes "
            f"{time_text(slowest.time_s_per_row)}.",
            passing_sentence({name: result.crossover.slowest for name, result in results.items()}),
        ]
        return " ".join(sentences)


def compare(request: RowRequest) -> Comparison:
    """Estimate the same sizes under every data access; the request's own access is not looked at.

    >>> from groverattn.row.request import RowRequest
    >>> sorted(compare(RowRequest.of(preset="toy")).estimates) == sorted(DATA_ACCESSES)
    True
    """
    results: dict[str, Estimate | InputError] = {}
    for name in DATA_ACCESSES:
        try:
            results[name] = estimate(request.but(data_access=name))
        except InputError as error:
            results[name] = error
    return Comparison(request, results)


@attrs.frozen
class SideBySide(Shown):
    """Estimates of any sizes, a line for each."""

    estimates: tuple[Estimate, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the estimates as `estimate --format json` prints them."""
        return {"estimates": [each.as_json() for each in self.estimates]}


def side_by_side(estimates: Iterable[Estimate]) -> SideBySide:
    """Estimates of any sizes as one result, with a line for each.

    >>> from groverattn.row.request import RowRequest
    >>> len(side_by_side([estimate(RowRequest.of(preset="toy"))]).to_frame())
    1
    """
    return SideBySide(tuple(estimates))
