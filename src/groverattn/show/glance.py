"""Blocks of a document that are read at a glance: a few numbers side by side, and wholes in parts."""

from __future__ import annotations

import attrs

from groverattn.show.numbers import Cell, share_text

_ROUNDING = 1e-9


@attrs.frozen
class Tile:
    """One number that is read first.

    Attributes:
        label: what it is.
        value: the number, with its unit.
        note: a few words below it.
    """

    label: str
    value: Cell
    note: str = ""


@attrs.frozen
class Tiles:
    """The few numbers that are read first, side by side."""

    items: tuple[Tile, ...]
    quantities: tuple[str, ...] = ()


@attrs.frozen
class Part:
    """A part of a whole.

    Attributes:
        name: what it is.
        share: part of the whole, 0 to 1.
        value: how much it is, in words.
        unused: whether nothing is there: it is drawn without a colour.
    """

    name: str
    share: float
    value: str
    unused: bool = attrs.field(default=False, kw_only=True)


@attrs.frozen
class Bar:
    """A whole in parts.

    Attributes:
        name: what is divided, with how much it is in all.
        parts: in order; their shares add up to 1.

    Raises:
        ValueError: they do not.
    """

    name: str
    parts: tuple[Part, ...]

    def __attrs_post_init__(self) -> None:
        if abs(sum(part.share for part in self.parts) - 1) > _ROUNDING:
            raise ValueError(f"the parts of {self.name!r} are not the whole")

    @property
    def text(self) -> str:
        """The shares in words.

        >>> Bar("time, 2 h", (Part("load", 0.75, "1.5 h"), Part("score", 0.25, "30 min"))).text
        'time, 2 h: load 75 % (1.5 h), score 25 % (30 min)'
        """
        parts = (f"{part.name} {share_text(part.share)} ({part.value})" for part in self.parts)
        return f"{self.name}: {', '.join(parts)}"


@attrs.frozen
class Bars:
    """Wholes in parts, one bar each."""

    items: tuple[Bar, ...]
    quantities: tuple[str, ...] = ()
