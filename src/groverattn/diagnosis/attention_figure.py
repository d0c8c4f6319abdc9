"""Attention weights beside those of B, as a figure of a small head."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.errors import InputError
from groverattn.reference.attention.exact import exact_attention
from groverattn.reference.attention.sparse_rank_one import SparseRankOne
from groverattn.show.figures import DIGITS, canvas, svg_text

_KEYS_MAX, _SHADES = 64, 24


def attention_svg(B: SparseRankOne) -> str:
    """Draw the weights of exact attention, those of D(B)^-1 B, and their difference, every entry a square.

    Raises:
        InputError: more than 64 keys, too many to tell apart.
    """
    import matplotlib

    _check_small(B)
    every_key = np.eye(B.head.n_keys)
    exact, approximate = exact_attention(attrs.evolve(B.head, values=every_key), B.rows), B.output(every_key)
    figure, panels = canvas(10.2, 3.4, 1, 3, sharex=True, sharey=True)
    highest = float(exact.max())
    blues, red_to_blue = (matplotlib.colormaps[name].resampled(_SHADES) for name in ("Blues", "RdBu_r"))
    weights = {"cmap": blues, "vmin": 0.0, "vmax": highest}
    difference = {"cmap": red_to_blue, "vmin": -highest, "vmax": highest}
    _panel(panels[0], "exact attention", exact, weights)
    _panel(panels[1], "B: found entries, one constant a row", approximate, weights)
    _panel(panels[2], "B minus exact", approximate - exact, difference)
    panels[0].set_ylabel("row (query)", fontsize=9)
    panels[0].invert_yaxis()
    return svg_text(figure)


def _check_small(B: SparseRankOne) -> None:
    if B.head.n_keys > _KEYS_MAX:
        raise InputError(
            given=f"a head of {B.head.n_keys} keys",
            allowed=f"up to {_KEYS_MAX}",
            why="every entry of the matrix is drawn as a square",
            do="draw a smaller head; `groverattn diagnose --figure` draws large ones",
        )


def _panel(panel: Any, title: str, entries: NDArray[np.float64], colours: dict[str, Any]) -> None:
    squares = panel.pcolormesh(entries.round(DIGITS), **colours)
    panel.figure.colorbar(squares, ax=panel, shrink=0.85).ax.tick_params(labelsize=7)
    panel.set_title(title, fontsize=10)
    panel.set_xlabel("key", fontsize=9)
    panel.set_aspect("equal")
    n_rows, n_keys = entries.shape
    panel.set_xticks(np.arange(0, n_keys, 4) + 0.5, [str(key) for key in range(0, n_keys, 4)])
    panel.set_yticks(np.arange(0, n_rows, 4) + 0.5, [str(row) for row in range(0, n_rows, 4)])
    panel.tick_params(labelsize=8)
