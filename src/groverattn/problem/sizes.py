"""Integer functions of sizes that are numbers or SymPy symbols, so that one formula serves both."""

from __future__ import annotations

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
    return sympy.log(power, 2) if isinstance(power, sympy.Expr) else power.bit_length() - 1


def largest(*values: Any) -> Any:
    """Largest value.

    >>> largest(2, 3)
    3
    """
    return sympy.Max(*values) if any(isinstance(value, sympy.Expr) for value in values) else max(values)
