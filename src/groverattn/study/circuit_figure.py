"""The decomposition of a bloq as a drawing: Qualtran's layout and symbols, with room for the names."""

from __future__ import annotations

from typing import Any

from qualtran import Bloq

from groverattn.study.figures import svg_text

_COLUMN_INCHES, _ROW_INCHES = 1.0, 0.4
_COLUMN = _COLUMN_INCHES / _ROW_INCHES  # rows are the unit, so that circles are round
_MARGIN = 0.8


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
    left, right = -_COLUMN - _MARGIN, score.max_x * _COLUMN + _MARGIN
    low, high = -score.max_y - _MARGIN, 1.0
    figure = Figure(figsize=((right - left) * _ROW_INCHES, (high - low) * _ROW_INCHES))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(left, right)
    axes.set_ylim(low, high)
    axes.axis("off")
    for line in score.hlines:
        axes.hlines(-line.y, line.seq_x_start * _COLUMN, (line.seq_x_end or 0) * _COLUMN, color="black", zorder=-1)
    for line in score.vlines:
        axes.vlines(line.x * _COLUMN, -line.top_y, -line.bottom_y, color="black", zorder=-1)
    names = {line.x: line.label.text for line in score.vlines}
    for placed in score.soqs:
        symbol, x, y = placed.symb, placed.rpos.seq_x * _COLUMN, placed.rpos.y
        name = names.get(placed.rpos.seq_x, "")
        if isinstance(symbol, Text):
            _name(axes, symbol.text.split("/")[0], x, -y)
        elif isinstance(symbol, TextBox) and name == f"{symbol.text}†":
            TextBox(name).draw(axes, x, y)  # only the name above a box says that it is an inverse
        else:
            symbol.draw(axes, x, y)
    return svg_text(figure)


def _name(axes: Any, name: str, x: float, y: float) -> None:
    """Write the name of a register at its end; Qualtran adds the type."""
    axes.text(x, y, name, fontsize=9, ha="center", va="center", bbox={"lw": 0, "fc": "white"})
