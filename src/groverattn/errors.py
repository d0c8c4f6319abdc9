"""The one error that bad input raises."""

from __future__ import annotations

import difflib
import numbers
from collections.abc import Iterable


class InputError(ValueError):
    """Input that cannot be used: what was given, what is allowed, why, and what to do.

    >>> print(InputError(given="key_bits = 1", allowed="2 to 16", why="a sign needs a bit", do="pass --key-bits 8"))
    given: key_bits = 1; allowed: 2 to 16; why: a sign needs a bit; do: pass --key-bits 8
    """

    def __init__(self, *, given: str, allowed: str, why: str, do: str):
        super().__init__(f"given: {given}; allowed: {allowed}; why: {why}; do: {do}")
        self.parts = {"given": given, "allowed": allowed, "why": why, "do": do}

    def __reduce__(self):
        # Pickled by name: a worker process hands its error to the parent.
        return _input_error, (self.parts,)


def _input_error(parts: dict[str, str]) -> InputError:
    return InputError(**parts)


def unknown_name(kind: str, name: str, allowed: Iterable[str], why: str) -> InputError:
    """Return the error for a name that is not among the known ones; it names the nearest.

    >>> print(unknown_name("preset", "gpt-2", ["gpt2", "toy"], "each is a set of sizes"))
    given: preset 'gpt-2'; allowed: gpt2, toy; why: each is a set of sizes; do: did you mean gpt2?
    """
    names = list(allowed)
    nearest = difflib.get_close_matches(name.lower(), names, n=3, cutoff=0.4)
    do = f"did you mean {' or '.join(nearest)}?" if nearest else "choose one of the names above"
    return InputError(given=f"{kind} {name!r}", allowed=", ".join(names), why=why, do=do)


_TOO_LARGE = 10**300  # floating point ends soon after it
_SHOWN = 100  # characters of a value in a message


def whole_number(name: str, value: object) -> int:
    """Return a whole number as Python's own, which has no largest one.

    Raises:
        InputError: it is none; 3.0 and True are none either.

    >>> whole_number("n_keys", 3)
    3
    """
    if isinstance(value, numbers.Integral) and not isinstance(value, bool) and abs(int(value)) < _TOO_LARGE:
        return int(value)
    raise InputError(
        given=f"{name} = {shown(value)}",
        allowed="a whole number of at most 300 digits",
        why="it is a count or a size",
        do="round it yourself",
    )


def real_number(name: str, value: object) -> float:
    """Return a number as one of floating point; NaN and infinity are numbers here.

    Raises:
        InputError: it is none, or too large for floating point.

    >>> real_number("tau", 3)
    3.0
    """
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            pass  # a whole number of more than 300 digits
    raise InputError(
        given=f"{name} = {shown(value)}",
        allowed="a number of at most 300 digits",
        why="it is reckoned with in floating point",
        do="correct it",
    )


def shown(value: object) -> str:
    """Write a value of any length in a message; Python refuses to write a number of more than 4,300 digits.

    >>> shown(0.5), shown(1 << 20_000)
    ('0.5', 'a whole number of 20001 bits')
    """
    if isinstance(value, int) and abs(value) >= _TOO_LARGE:
        return f"a whole number of {value.bit_length()} bits"
    try:
        text = repr(value)
    except ValueError:  # such a number within a list
        return f"a {type(value).__name__}"
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."


def check_seed(seed: int) -> None:
    """Raise InputError unless `seed` is one that NumPy's generators take.

    >>> check_seed(0)
    """
    if whole_number("seed", seed) < 0:
        raise InputError(
            given=f"seed = {seed}",
            allowed="0 or more",
            why="a generator is seeded with a whole number that is not negative",
            do="choose another seed",
        )


# Below it a share of the budget may be 0 in floating point. Our assumption: nobody asks for less.
ERROR_BUDGET_MIN = 1e-100


def check_error_budget(error_budget: float) -> None:
    """Raise InputError unless `error_budget` is a probability strictly between 0 and 1; NaN is none.

    >>> check_error_budget(0.01)
    """
    if not ERROR_BUDGET_MIN <= real_number("error_budget", error_budget) < 1:
        raise InputError(
            given=f"error_budget = {error_budget}",
            allowed=f"above 0, below 1; {ERROR_BUDGET_MIN:g} is the least that is reckoned with",
            why="it is the probability of failure that is allowed",
            do="choose for example 0.01",
        )
