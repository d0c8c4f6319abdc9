"""Keys that a row reads before its search, and the sizes of what is left."""

from __future__ import annotations

from typing import Any

import attrs

from groverattn.errors import InputError
from groverattn.inputs import between, option
from groverattn.problem.shapes import N_KEYS_MAX, ReadFirst, Shape


@attrs.frozen
class RowReads(ReadFirst):
    """Keys that a row reads first, and how many of its marked keys are expected among them.

    Attributes:
        n_marked: marked keys among those read; the search looks for the others. Not known from sizes alone: 0, which no
            row has fewer of, is our assumption unless a measurement of a model says more.

    Raises:
        InputError: a negative number.

    >>> RowReads(4, 64, 10).left_of(Shape(n_keys=1024, d_head=64, n_marked=32)).n_marked
    22
    """

    n_marked: int = option(
        0,
        name="marked_read",
        help="Marked keys that are among those read first; by default none, our assumption.",
        check=between(0, N_KEYS_MAX, "some of the marked keys"),
    )

    def check_in(self, shape: Shape) -> None:
        """Raise InputError unless keys are left to search, and marked ones among them."""
        self.check(shape.n_keys)
        left, marked_left = shape.n_keys - self.n_keys, shape.n_marked - self.n_marked
        if self.n_keys and marked_left >= left:
            raise InputError(
                given=f"{self.n_keys:,} of {shape.n_keys:,} keys read first, with {shape.n_marked:,} marked",
                allowed=f"at most {shape.n_keys - marked_left - 1:,} keys read first",
                why="more keys than marked ones have to be left, or there is nothing to search for",
                do="read fewer keys first",
            )
        most = min(shape.n_marked - 1, self.n_keys)
        if self.n_marked > most:
            raise InputError(
                given=f"marked_read = {self.n_marked:,} with {self.n_keys:,} keys read first and "
                f"{shape.n_marked:,} marked",
                allowed=f"0 to {most:,}",
                why="they are among the keys read first, and the law is that of a row with a marked key left",
                do="take fewer, or read more keys first",
            )

    def left_of(self, shape: Shape) -> Shape:
        """Return the sizes of what is searched."""
        return attrs.evolve(shape, n_keys=shape.n_keys - self.n_keys, n_marked=shape.n_marked - self.n_marked)

    def as_json(self) -> dict[str, Any]:
        """Return the inputs as results print them; nothing where nothing is read."""
        if not self.n_keys:
            return {}
        return {"read_first": self.first, "read_last": self.last, "marked_read": self.n_marked}

    def sentence(self, shape: Shape) -> str:
        """Say what is read, and what is then left to either side.

        >>> RowReads(4, 64).sentence(Shape(n_keys=1024, d_head=64, n_marked=32)).partition(";")[0]
        'Read first: 68 of the 1,024 keys, the first 4 and the last 64'
        """
        left = self.left_of(shape)
        source = f"{self.n_marked:,} of the {shape.n_marked:,} marked ones are taken to be among them"
        if not self.n_marked:
            source = f"none of the {shape.n_marked:,} marked ones is taken to be among them (our assumption)"
        return (
            f"Read first: {self.n_keys:,} of the {shape.n_keys:,} keys, the first {self.first:,} and the last "
            f"{self.last:,}; {source}. {left.n_keys:,} keys with {left.n_marked:,} marked ones are left to the search "
            "and to a classical finder that reads the same keys first; a GPU line scores all keys either way, these "
            "included, so none of them changes."
        )
