"""What may stand in a sentence: code, links within the document, arXiv numbers, and numbers with their powers.

`code`                   as it is
[words](#anchor)         a link within the document
arXiv:2307.08045         a link to the paper
3.2e+10, 2^56, 5 us      3.2 × 10¹⁰, 2⁵⁶, 5 µs
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import attrs

Kind = Literal["text", "code", "link", "paper"]

_TOKEN = re.compile(
    r"`(?P<code>[^`]+)`"
    r"|\[(?P<words>[^\]]+)\]\((?P<target>#[\w.-]+)\)"
    r"|arXiv:(?P<paper>(?:[a-z-]+/)?\d{4}\.?\d{3,5})"
)
_POWER_OF_TEN = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)e([+-]?\d+)(?!\w)")
_EXPONENT = re.compile(r"(?<=[\w)])\^(-?\d+(?:\.\d+)?)")
_MICRO = re.compile(r"(?<=\d )us\b")
_ROOT = re.compile(r"\bsqrt\((\w)\)")
_LONGEST_PLAIN = 6  # digits of a number that is written out
_RAISED = str.maketrans("0123456789-.", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻·")


@attrs.frozen
class Piece:
    """A part of a sentence.

    Attributes:
        kind: text, code, a link within the document, or a paper.
        text: what is shown.
        target: where a link leads.
    """

    kind: Kind
    text: str
    target: str = ""


def pieces(sentence: str) -> Iterator[Piece]:
    """Take a sentence apart.

    >>> [piece.text for piece in pieces("`n^2` of 3.2e10 in arXiv:2307.08045")]
    ['n^2', ' of 3.2 × 10¹⁰ in ', 'arXiv:2307.08045']
    """
    end = 0
    for token in _TOKEN.finditer(sentence):
        if token.start() > end:
            yield Piece("text", typeset(sentence[end : token.start()]))
        end = token.end()
        if token["code"]:
            yield Piece("code", token["code"])
        elif token["words"]:
            yield Piece("link", typeset(token["words"]), token["target"])
        else:
            yield Piece("paper", token[0], f"https://arxiv.org/abs/{token['paper']}")
    if end < len(sentence):
        yield Piece("text", typeset(sentence[end:]))


def typeset(text: str) -> str:
    """Write powers raised, and microseconds and roots with their signs.

    >>> typeset("1e+09 bit/s, n = 2^56, like n^1.5 and sqrt(n), 2.50 us, 1.3e-06, 3.8e+04")
    '10⁹ bit/s, n = 2⁵⁶, like n¹·⁵ and √n, 2.50 µs, 1.3 × 10⁻⁶, 38,000'
    """
    text = _POWER_OF_TEN.sub(_times_power, text)
    text = _EXPONENT.sub(lambda found: found[1].translate(_RAISED), text)
    return _ROOT.sub(r"√\1", _MICRO.sub("µs", text)).replace("sqrt(", "√(")


def _times_power(found: re.Match[str]) -> str:
    if 0 <= int(found[2]) < _LONGEST_PLAIN:
        return f"{float(found[0]):,.0f}"
    power = f"10{str(int(found[2])).translate(_RAISED)}"
    return power if found[1] == "1" else f"{found[1]} × {power}"
