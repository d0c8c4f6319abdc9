"""What a result of the package can do to be looked at: one screen of text, HTML, a data frame, a picture."""

from __future__ import annotations

import base64
import functools
import sys
from html import escape
from importlib import import_module
from typing import TYPE_CHECKING, Any

import attrs

from groverattn.show.document import Block, Table

if TYPE_CHECKING:
    from pandas import DataFrame


class Shown:
    """A result as text, HTML and data frame, made of the blocks that `blocks_of` returns for its class."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        cls._repr_pretty_ = Shown._repr_pretty_  # IPython asks a class for it before the repr that attrs gives it

    def as_json(self) -> dict[str, Any]:
        """Return the result as the object that `--format json` prints."""
        raise NotImplementedError

    def blocks(self) -> tuple[Block, ...]:
        """Return the tables and sentences that say what was found."""
        _beside(self, "table")
        return tuple(blocks_of(self))

    def __str__(self) -> str:
        from groverattn.show.terminal import text_of

        return text_of(self.blocks())

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    def _repr_html_(self) -> str:
        from groverattn.show.html import fragment

        return fragment(self.blocks())

    def to_frame(self) -> DataFrame:
        """Return the main table as a pandas DataFrame: a row for each item, numbers as numbers."""
        _beside(self, "table")
        return frame(main_table_of(self))


@attrs.frozen
class Picture:
    """A figure of the package as SVG, the same bytes each time; a notebook displays it.

    Attributes:
        svg: the complete image.
        caption: what stands below it; none by default.
        alt: what is read to those who do not see it; the caption by default.
    """

    svg: str = attrs.field(repr=lambda svg: f"{len(svg):,} characters")
    caption: str = attrs.field(default="", repr=False)
    alt: str = attrs.field(default="", repr=False)

    def captioned(self, caption: str, alt: str = "") -> Picture:
        """Return the picture with a caption, and a description for those who do not see it.

        >>> print(Picture("<svg/>").captioned("a < b", "two lines")._repr_html_())
        <figure><img alt="two lines" src="data:image/svg+xml;base64,PHN2Zy8+"><figcaption>a &lt; b</figcaption></figure>
        """
        return attrs.evolve(self, caption=caption, alt=alt)

    def _repr_html_(self) -> str:
        # An image of its own, not inline: viewers that clean HTML keep it, and its style sheet and names stay inside.
        data = base64.b64encode(self.svg.encode()).decode()
        alt = escape(self.alt or self.caption or "a figure without a description")
        below = f"<figcaption>{escape(self.caption)}</figcaption>" if self.caption else ""
        return f'<figure><img alt="{alt}" src="data:image/svg+xml;base64,{data}">{below}</figure>'


class Drawn(Shown):
    """A result that has a picture too."""

    __slots__ = ()

    def plot(self, ax: Any = None) -> Any:
        """Draw on Matplotlib axes, new ones if none are given, and return the axes."""
        _beside(self, "figure")
        if ax is None:
            from matplotlib import pyplot  # a notebook shows its figures

            ax = pyplot.subplots(layout="constrained")[1]
        draw(self, ax)
        return ax

    def picture(self, *others: Any) -> Picture:
        """Return the whole figure, with all its panels.

        Args:
            others: what is drawn beside it: more estimates, one row among the designs of a frontier, one head of a
                survey.
        """
        _beside(self, "figure")
        return Picture(picture_of(self, *others))


@functools.singledispatch
def blocks_of(result: Any) -> tuple[Block, ...]:
    """Return the tables and sentences of a result; the module `table` of its folder registers how."""
    raise NotImplementedError(type(result).__name__)


@functools.singledispatch
def main_table_of(result: Any) -> Table:
    """Return the table that `to_frame` takes: the first one, unless another is registered."""
    return next(block for block in blocks_of(result) if isinstance(block, Table))


@functools.singledispatch
def draw(result: Any, ax: Any) -> None:
    """Draw a result on axes, as the module `figure` of its folder registers it."""
    raise NotImplementedError(type(result).__name__)


@functools.singledispatch
def picture_of(result: Any, *others: Any) -> str:
    """Return the whole figure of a result as SVG, as the module `figure` of its folder registers it."""
    raise NotImplementedError(type(result).__name__)


def frame(table: Table) -> DataFrame:
    """Return a table as a pandas DataFrame; where a column of numbers has none, NaN."""
    from pandas import DataFrame

    from groverattn.show.terminal import plain

    return DataFrame(
        {
            plain(column.full_heading): [row[i].value if column.numeric else plain(row[i].text) for row in table.rows]
            for i, column in enumerate(table.columns)
        }
    )


def _beside(result: Any, module: str) -> None:
    """Import the module of this name from the folder of the result's class, which registers itself.

    By name and when it is asked for: the module imports the record that it shows, and the record must not import
    back, nor know of rich or Matplotlib.
    """
    import_module(f"{sys.modules[type(result).__module__].__package__}.{module}")
