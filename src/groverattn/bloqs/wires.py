"""Types of what a decomposition is written with."""

from typing import Any, TypeAlias

Wire: TypeAlias = Any
"""A Soquet, or an array of them for a shaped register. Qualtran's builder declares the union of these, of tuples and of
None for all that it returns, which no checker can narrow."""

Builder: TypeAlias = Any
"""Qualtran's BloqBuilder, whose results are then Wire."""
