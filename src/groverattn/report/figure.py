"""Figures of the report: qubits against time with its own designs marked, and one iterate as a circuit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from groverattn.classical.lines import slowest_of
from groverattn.estimation.estimate import Estimate
from groverattn.frontier.figure import frontier_svg as _  # noqa: F401  registers how a frontier is drawn
from groverattn.frontier.frontier import Frontier
from groverattn.show.figures import GREY, canvas, svg_text
from groverattn.show.inline_svg import with_text
from groverattn.show.markdown import typeset
from groverattn.show.numbers import count_text, rounded, time_text
from groverattn.show.result import draw

_INK = "#000000"
_SIZE, _NARROW_SIZE = (5.7, 3.9), (3.7, 3.9)  # inches, a page's column and a phone
_MARKS = ("*", "D", "P")


def place_svg(found: Frontier, designs: Mapping[str, Estimate], *, narrow: bool = False) -> tuple[str, tuple[str, ...]]:
    """Draw the frontier with the designs of the report in it; return the image, and what its points say.

    Args:
        found: the designs that no other one beats, with the GPUs on the row.
        designs: those of the report, by name.
        narrow: whether it is for the width of a phone.
    """
    said: list[str] = []

    def drawn() -> str:
        figure, axes = canvas(*(_NARROW_SIZE if narrow else _SIZE))
        draw(found, axes)
        axes.set_title("", loc="left")  # the chapter has it
        for (name, result), mark in zip(designs.items(), _MARKS, strict=False):
            at = [result.row.qubits], [result.physical.duration_s]
            axes.plot(
                *at, mark, color=_INK, markersize=11 if mark == "*" else 6, zorder=5, label=f"this report: {name}"
            )
        _gap(axes, found, designs)
        points = () if narrow else _values(found, designs, said)  # a phone has no pointer
        for place, (qubits, seconds, _text) in enumerate(points):
            (point,) = axes.plot([qubits], [seconds], "o", color=_INK, markersize=13, alpha=0, zorder=9)
            point.set_gid(f"value-{place}")
        axes.margins(y=0.06)
        axes.legend(
            *_legend(axes), frameon=False, fontsize=8, ncols=1 if narrow else 2, loc="lower left", bbox_to_anchor=(0, 1)
        )
        return svg_text(figure)

    return with_text(drawn), tuple(said)


def _legend(axes: Any) -> tuple[list[Any], list[str]]:
    """What the marks mean, in few words: the design of least qubits x time is the report's own, and tiles say times."""
    handles, labels = axes.get_legend_handles_labels()
    kept = [(each, label) for each, label in zip(handles, labels, strict=True) if not label.startswith("least ")]
    return [each[0] for each in kept], [each[1].replace("the same row on a GPU:", "GPU:") for each in kept]


def _values(found: Frontier, designs: Mapping[str, Estimate], said: list[str]) -> Iterator[tuple[int, float, str]]:
    for point in found.points:
        said.append(_words(point.design.name, point.qubits, point.duration_s))
        yield point.qubits, point.duration_s, said[-1]
    for name, result in designs.items():
        said.append(_words(f"{name}: {result.row.design_text}", result.row.qubits, result.physical.duration_s))
        yield result.row.qubits, result.physical.duration_s, said[-1]


def _words(name: str, qubits: int, seconds: float) -> str:
    return typeset(f"{name}: {count_text(qubits)} physical qubits, {time_text(seconds)}")


def _gap(axes: Any, found: Frontier, designs: Mapping[str, Estimate]) -> None:
    """The distance of the first design from the band of the GPUs, as an arrow with the factor."""
    for result in list(designs.values())[:1]:
        slowest = slowest_of(found.request.classical()).time_s_per_row
        qubits, seconds = result.row.qubits, result.physical.duration_s
        style = {"arrowstyle": "<->", "color": GREY, "shrinkA": 6, "shrinkB": 0}
        axes.annotate("", (qubits, slowest), (qubits, seconds), arrowprops=style)
        middle = (seconds * slowest) ** 0.5
        factor = typeset(rounded(seconds / slowest).text)
        axes.annotate(f" {factor} times", (qubits, middle), (4, 0), textcoords="offset points", fontsize=9, va="center")


_BOXES = (
    ("load", "load", (0, 1), True),
    ("score", "score", (1, 2), True),
    ("predicate", "predicate", (2,), True),
    ("undo score", "score", (1, 2), False),
    ("unload", "unload", (0, 1), True),
    ("diffusion", "diffusion", (0,), True),
)
_WIRES = ("index j", "key of j", "score")
_STEP, _BOX, _ROW, _LEFT = 84, 66, 40, 62


def iterate_svg(parts: Mapping[str, int], meanings: Mapping[str, str], n_beside: int = len(_BOXES)) -> str:
    """Draw one iterate as a circuit: registers as wires, its parts as boxes, the Toffolis of each below it.

    Args:
        parts: Toffolis of an iterate by part; those of undoing the score are in those of the score.
        meanings: what each part does, for a pointer on its box.
        n_beside: boxes in a line; the others follow in further lines.
    """
    lines = range(0, len(_BOXES), n_beside)
    height = _ROW * len(_WIRES) + 34
    drawn = [f'<svg viewBox="0 0 {_LEFT + _STEP * n_beside + 8} {height * len(lines)}">']
    for at, first in enumerate(lines):
        drawn += [f'<g transform="translate(0 {height * at})">', *_wires(n_beside)]
        for place, box in enumerate(_BOXES[first : first + n_beside]):
            drawn += _box(_LEFT + _STEP * place, *box, parts, meanings)
        drawn.append("</g>")
    return "\n".join([*drawn, "</svg>"])


def _wires(n_beside: int) -> Iterator[str]:
    for row, name in enumerate(_WIRES):
        y, end = _ROW * row + 22, _LEFT + _STEP * n_beside + 4
        yield f'<text x="0" y="{y + 4}" font-size="11">{name}</text>'
        yield f'<path d="M {_LEFT - 6} {y} H {end}" stroke="#787878" stroke-width="1" fill="none"/>'


def _box(
    x: int,
    label: str,
    part: str,
    wires: Sequence[int],
    counted: bool,
    parts: Mapping[str, int],
    meanings: Mapping[str, str],
) -> Iterator[str]:
    top, bottom = _ROW * wires[0] + 7, _ROW * wires[-1] + 37
    yield f"<g><title>{escape(meanings[part])}</title>"
    size = f'width="{_BOX}" height="{bottom - top}" rx="4"'
    yield f'<rect x="{x}" y="{top}" {size} fill="var(--paper)" stroke="#2f5d8a"/>'
    middle, at = (top + bottom) / 2 + 4, f'text-anchor="middle" x="{x + _BOX / 2:g}"'
    yield f'<text {at} y="{middle:g}" font-size="11">{label}</text></g>'
    if counted:
        toffolis = f"{typeset(count_text(parts[part]))} Toffolis"
        yield f'<text {at} y="{_ROW * len(_WIRES) + 24}" font-size="10">{toffolis}</text>'
