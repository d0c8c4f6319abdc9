"""Objectives: what a best design has least of."""

from __future__ import annotations

from groverattn.errors import unknown_name

OBJECTIVES = {
    "volume": "physical qubits times seconds",
    "time": "seconds",
    "qubits": "physical qubits",
    "toffoli": "Toffoli gates, and then physical qubits times seconds",
}
"""What a best design has least of."""


def check_objective(name: str) -> None:
    """Raise InputError unless `name` is an objective.

    >>> check_objective("volume")
    """
    if name not in OBJECTIVES:
        raise unknown_name("objective", name, OBJECTIVES, "designs are compared by one of these")
