"""Figures, as SVG text that is the same bytes each time; Matplotlib is imported when one is drawn."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, cast

import attrs

if TYPE_CHECKING:
    import cirq
    from qualtran import Bloq

BLUE, RED, GREY, GREEN = "#2f5d8a", "#c1440e", "#8a96a3", "#4c9f70"
"""Colours of what is drawn; `inline_svg` has a lighter one of each for dark pages."""

_WIDEST = 10.5  # inches: what a page of a notebook shows

DIGITS = 9
"""Decimals that are drawn: those beyond are rounding, and would change the bytes."""


def canvas(width: float, height: float, *shape: int, **grid: Any) -> tuple[Any, Any]:
    """Return a figure of this size in inches, and its axes: one, or an array of rows and columns."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(*shape, **grid)


def tidy(*panels: Any, size: float | None = 8) -> None:
    """Take away the lines above and on the right, and write ticks in a small size."""
    for panel in panels:
        panel.spines[["top", "right"]].set_visible(False)
        if size is not None:
            panel.tick_params(labelsize=size)


def svg_text(figure: Any) -> str:
    """Write without a date, and with the identifiers that a fixed salt gives."""
    import matplotlib

    text = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": "groverattn"}):
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": "groverattn"})
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()) + "\n"


def circuit_svg(bloq: Bloq | cirq.AbstractCircuit) -> str:
    """Draw one level of the decomposition of a bloq by Qualtran: a line for each wire or register, time to the right.

    A Cirq circuit is drawn as it is, by Cirq.

    An arrow box at which a line begins or ends is where a register is made, split, joined or given up.

    Raises:
        qualtran.DecomposeTypeError: the bloq has no decomposition.
    """
    if hasattr(bloq, "all_qubits"):
        from cirq.contrib.svg import circuit_to_svg

        return circuit_to_svg(cast(Any, bloq))
    import matplotlib.pyplot as plt
    from qualtran.drawing import draw_musical_score, get_musical_score_data
    from qualtran.drawing.musical_score import Text

    score = get_musical_score_data(cast(Any, bloq).decompose_bloq())
    names = {line.x: line.label.text for line in score.vlines}

    def renamed(placed: Any) -> Any:
        """Leave the type out of a register's name, and say in the box itself that it is an inverse."""
        text, inverse = getattr(placed.symb, "text", ""), names.get(placed.rpos.seq_x, "")
        if isinstance(placed.symb, Text) or inverse == f"{text}†":
            return attrs.evolve(placed, symb=attrs.evolve(placed.symb, text=inverse or text.split("/")[0]))
        return placed

    unlabelled = [attrs.evolve(line, label=Text("")) for line in score.vlines]
    score = attrs.evolve(score, soqs=[renamed(placed) for placed in score.soqs], vlines=unlabelled)
    figure, _ = draw_musical_score(score)
    figure.set_size_inches(min(1.1 * (score.max_x + 3), _WIDEST), 0.38 * (score.max_y + 2))
    plt.close(figure)
    return svg_text(figure)
