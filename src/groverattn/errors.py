"""Error that bad input raises, and checks that raise it."""

from __future__ import annotations

import difflib
import math
import numbers
from collections.abc import Iterable


class InputError(ValueError):
    """Error for input that cannot be used: what was given, what is allowed, why, and what to do.

    >>> print(InputError(given="key_bits = 1", allowed="2 to 16", why="a sign needs a bit", do="pass --key-bits 8"))
    given: key_bits = 1; allowed: 2 to 16; why: a sign needs a bit; do: pass --key-bits 8
    """

    def __init__(self, *, given: str, allowed: str, why: str, do: str):
        super().__init__(f"given: {given}; allowed: {allowed}; why: {why}; do: {do}")
        self.parts = {"given": given, "allowed": allowed, "why": why, "do": do}

    def __reduce__(self):
        # Pickled by name: a worker process hands its error to the parent.
        return _input_error, (type(self), self.parts)


class ContentsError(InputError):
    """Error for what a file says: its names are those of the file, and no options."""

    @classmethod
    def at(cls, place: str, error: InputError) -> ContentsError:
        """Return an error with the place that it is about before what was given.

        >>> error = InputError(given="n_min = 1", allowed="2", why="a row has two keys", do="correct it")
        >>> ContentsError.at("law.toml", error).parts["given"]
        'law.toml: n_min = 1'
        """
        return cls(**error.parts | {"given": f"{place}: {error.parts['given']}"})


class OutOfReachError(InputError):
    """Error for a run that no machine of its kind can do within the error budget."""


def _input_error(kind: type[InputError], parts: dict[str, str]) -> InputError:
    return kind(**parts)


MEANT = {
    **{"n": "n_keys", "keys": "n_keys", "k": "n_marked", "marked": "n_marked", "d": "d_head", "model": "preset"},
    **{"budget": "error_budget", "law": "search_law", "access": "data_access", "machine": "hardware"},
    "json": "format json",
}
"""What the documents call an input by one letter or word, where no spelling is near its name."""


def unknown_name(kind: str, name: str, allowed: Iterable[str], why: str) -> InputError:
    """Error for a name that is not among the known ones; it suggests the one that is meant, or the nearest.

    >>> print(unknown_name("preset", "gpt-2", ["gpt2", "toy"], "each is a set of sizes"))
    given: preset 'gpt-2'; allowed: gpt2, toy; why: each is a set of sizes; do: did you mean gpt2?
    """
    names, meant = list(allowed), MEANT.get(name)
    nearest = [meant] if meant in names else difflib.get_close_matches(name.lower(), names, n=3, cutoff=0.4)
    do = f"did you mean {' or '.join(nearest)}?" if nearest else "choose one of the allowed names"
    return InputError(given=f"{kind} {name!r}", allowed=", ".join(names), why=why, do=do)


_TOO_LARGE = 10**300  # floating point ends soon after it
_SHOWN = 100  # characters of a value in a message


def whole_number(name: str, value: object) -> int:
    """Whole number as a Python int, of any size up to 300 digits.

    Raises:
        InputError: it is not a whole number; 3.0 and True are not.

    >>> whole_number("n_keys", 3)
    3
    """
    if isinstance(value, numbers.Integral) and not isinstance(value, bool) and abs(int(value)) < _TOO_LARGE:
        return int(value)
    raise InputError(
        given=f"{name} = {shown(value)}",
        allowed="a whole number of at most 300 digits",
        why="it is a count or a size",
        do="round it yourself" if isinstance(value, float) else f"give {name} as a whole number, without quotes",
    )


def real_number(name: str, value: object) -> float:
    """Number as a Python float; NaN and infinity pass.

    Raises:
        InputError: it is not a real number, or too large for floating point.

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
        why="it is used in floating-point arithmetic",
        do="correct it",
    )


def shown(value: object) -> str:
    """Text of a value in a message, cut to 100 characters; Python refuses to write more than 4,300 digits.

    >>> shown(0.5), shown(1 << 20_000)
    ('0.5', 'a whole number of 20001 bits')
    """
    if isinstance(value, int) and abs(value) >= _TOO_LARGE:
        return f"a whole number of {value.bit_length()} bits"
    try:
        text = repr(value)
    except ValueError:  # a number that long within a list
        return f"a {type(value).__name__}"
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."


def check_between(
    name: str, value: float, low: float, high: float, why: str, do: str = "", *, open_ends: bool = False
) -> None:
    """Raise InputError unless `value` is from `low` to `high`; NaN is refused.

    Args:
        name: what the user calls the value.
        value: the value.
        low, high: smallest and largest value allowed; if `high` is infinite, any finite value from `low` on.
        why: why only these values.
        do: advice; "choose NAME in this range" by default.
        open_ends: whether `low` and `high` themselves are refused.

    >>> check_between("bits", 1, 2, 16, "a sign needs a bit")
    Traceback (most recent call last):
    ...
    groverattn.errors.InputError: given: bits = 1; allowed: 2 to 16; why: a sign needs a bit; do: choose bits ...
    """
    if low < value < high or (not open_ends and value in (low, high) and value != math.inf):
        return
    if open_ends:
        allowed = f"strictly between {shown(low)} and {shown(high)}"
    else:
        allowed = f"{shown(low)} or more" if high == math.inf else f"{shown(low)} to {shown(high)}"
    raise InputError(
        given=f"{name} = {shown(value)}", allowed=allowed, why=why, do=do or f"choose {name} in this range"
    )


def check_seed(seed: int) -> None:
    """Raise InputError unless `seed` is one that NumPy's generators take.

    >>> check_seed(0)
    """
    check_between("seed", whole_number("seed", seed), 0, math.inf, "NumPy's generators take no negative seed")


# Below it a share of the budget may be 0 in floating point.
ERROR_BUDGET_MIN = 1e-100


def check_error_budget(error_budget: float) -> None:
    """Raise InputError unless `error_budget` is a probability strictly between 0 and 1; NaN is refused.

    >>> check_error_budget(0.01)
    """
    if not ERROR_BUDGET_MIN <= real_number("error_budget", error_budget) < 1:
        raise InputError(
            given=f"error_budget = {error_budget}",
            allowed=f"above 0, below 1; {ERROR_BUDGET_MIN:g} is the smallest value supported",
            why="it is the probability of failure allowed",
            do="choose for example 0.01",
        )
