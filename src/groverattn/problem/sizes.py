"""Integer functions of sizes that are numbers or SymPy symbols, so that one formula serves both."""

from __future__ import annotations

import math
from typing import Any

import sympy


def ceil_log2(n: Any) -> Any:
    """ceil(log2 n), the qubits of an index below n, but at least 1.

    >>> ceil_log2(5), ceil_log2(sympy.Symbol("n", positive=True, integer=True))
    (3, ceiling(log(n)/log(2)))
    """
    if isinstance(n, sympy.Expr):
        return sympy.ceiling(sympy.log(n, 2))
    return max(1, (n - 1).bit_length())


def ceil_div(a: Any, b: Any) -> Any:
    """ceil(a / b).

    >>> ceil_div(7, 2)
    4
    """
    return sympy.ceiling(a / b) if isinstance(a, sympy.Expr) or isinstance(b, sympy.Expr) else -(-a // b)


def log2_of_power(power: Any) -> Any:
    """log2 of a power of two.

    >>> log2_of_power(8)
    3
    """
    # the ceiling, of a whole number, lets SymPy compare the value of a formula
    return sympy.ceiling(sympy.log(power, 2)) if isinstance(power, sympy.Expr) else power.bit_length() - 1


def largest(*values: Any) -> Any:
    """Largest value.

    >>> largest(2, 3)
    3
    """
    return sympy.Max(*values) if any(isinstance(value, sympy.Expr) for value in values) else max(values)


def take_turns(n_gates: Any, copies: float | None) -> tuple[Any, Any]:
    """Turns that gates take on copies of a control that they share, and the copies that so many turns need.

    Args:
        n_gates: number of gates.
        copies: qubits that hold the control, itself among them; inf for one each; None where gates that share only
            controls run at once.

    >>> take_turns(10, 4), take_turns(9, 4), take_turns(10, math.inf), take_turns(10, None)
    ((3, 4), (3, 3), (1, 10), (1, 1))
    """
    if copies is None:
        return 1, 1
    if copies == math.inf:
        return 1, n_gates
    if n_gates == 0:
        return 0, 1
    turns = ceil_div(n_gates, copies)
    return turns, ceil_div(n_gates, turns)
