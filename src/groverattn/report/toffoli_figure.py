"""Where the Toffolis of an iterate go, as bars."""

from __future__ import annotations

from collections.abc import Mapping

from groverattn.show.figures import svg_text

_COLOURS = ("#2f5d8a", "#c1440e")
_HEIGHT = 0.36


def toffoli_svg(parts: Mapping[str, Mapping[str, int]]) -> str:
    """Draw the share of every part, a bar for each circuit.

    Args:
        parts: Toffolis by part, for each circuit by name.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 2.6), layout="constrained")
    axes = figure.subplots()
    names = list(next(iter(parts.values())))
    for i, (circuit, counts) in enumerate(parts.items()):
        total = max(sum(counts.values()), 1)
        shares = [100 * counts[name] / total for name in names]
        heights = [row + (i - (len(parts) - 1) / 2) * _HEIGHT for row in range(len(names))]
        axes.barh(heights, shares, height=_HEIGHT, color=_COLOURS[i], label=circuit)
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    axes.set_xlabel("share of the Toffolis of one iterate, per cent")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=9, loc="lower right")
    return svg_text(figure)
