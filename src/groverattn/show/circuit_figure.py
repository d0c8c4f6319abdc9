"""The decomposition of a bloq as a drawing: Qualtran's layout and symbols, with room for the names."""

from __future__ import annotations

from typing import Any

from qualtran import Bloq

from groverattn.show.figures import svg_text

_COLUMN_INCHES, _ROW_INCHES = 0.92, 0.38
_COLUMN = _COLUMN_INCHES / _ROW_INCHES  # rows are the unit, so that circles are round
_MARGIN = 0.8
_NAME_AT = 0.85  # columns from the first and the last box
_NAME_WIDTH = 2.0


def circuit_svg(bloq: Bloq) -> str:
    """Draw one level of the decomposition of a bloq: a line for each wire or register, time from left to right.

    An arrow box at which a line begins or ends is where a register is made, split, joined or given up.

    Raises:
        qualtran.DecomposeTypeError: the bloq has no decomposition.
    """
    from matplotlib.figure import Figure
    from qualtran.drawing import get_musical_score_data
    from qualtran.drawing.musical_score import Text, TextBox

    score = get_musical_score_data(bloq.decompose_bloq())
    first, last = -_NAME_AT * _COLUMN, (score.max_x - 1 + _NAME_AT) * _COLUMN  # where the circuit begins and ends
    left, right = first - _NAME_WIDTH, last + _NAME_WIDTH
    low, high = -score.max_y - _MARGIN, 1.0
    figure = Figure(figsize=((right - left) * _ROW_INCHES, (high - low) * _ROW_INCHES))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(left, right)
    axes.set_ylim(low, high)
    axes.axis("off")
    for line in score.hlines:
        begin, end = max(line.seq_x_start * _COLUMN, first), min((line.seq_x_end or 0) * _COLUMN, last)
        axes.hlines(-line.y, begin, end, color="black", zorder=-1)
    for line in score.vlines:
        axes.vlines(line.x * _COLUMN, -line.top_y, -line.bottom_y, color="black", zorder=-1)
    names = {line.x: line.label.text for line in score.vlines}
    for placed in score.soqs:
        symbol, x, y = placed.symb, placed.rpos.seq_x * _COLUMN, placed.rpos.y
        name = names.get(placed.rpos.seq_x, "")
        if isinstance(symbol, Text):
            _name(axes, symbol.text, first if x < 0 else last, -y, at_left=x < 0)
        elif isinstance(symbol, TextBox) and name == f"{symbol.text}†":
            TextBox(name).draw(axes, x, y)  # only the name above a box says that it is an inverse
        else:
            symbol.draw(axes, x, y)
    return svg_text(figure)


def _name(axes: Any, text: str, x: float, y: float, *, at_left: bool) -> None:
    """Write the name of a register at its end, without the type that Qualtran adds."""
    name, side = text.split("/")[0], "right" if at_left else "left"
    axes.annotate(name, (x, y), (-4 if at_left else 4, 0), textcoords="offset points", fontsize=9, ha=side, va="center")
