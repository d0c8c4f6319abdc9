"""The measured laws of k that come with the package, by name, and the TOML file of one."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from groverattn.errors import ContentsError, InputError, real_number, shown, unknown_name, whole_number
from groverattn.files.text_file import parse_file, refused
from groverattn.files.toml_text import entries_of_toml
from groverattn.models.k_law import HeadLaw, KLaw

_FOLDER = Path(__file__).with_suffix("")
K_LAWS = tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))
"""Names of the laws that come with the package."""

_OF_FILE = ("model", "texts", "source", "n_min", "n_max", "law")
_OF_LAW = ("weight", "percentile", "coefficient", "exponent", "exponent_low", "exponent_high")
# Exponents of large n alone: of the same rows with some of their keys, where there is one, or of other rows at each n.
_LATE = ("exponent_same_rows_from_", "exponent_from_")


def k_law(name: str) -> KLaw:
    """Return the law of this name, or the one that a user's own TOML file describes.

    Args:
        name: one of `K_LAWS`, or the path of a file: whatever ends in .toml or has a slash in it.

    Raises:
        InputError: no such law, the message naming the nearest; or a file that does not describe one.

    >>> k_law("smollm2-135m").n_max
    8192
    """
    check_k_law(name)
    return read_k_law(Path(name) if is_law_file(name) else _FOLDER / f"{name}.toml")


def is_law_file(name: str) -> bool:
    """Whether `k_law` takes a name for the path of a file.

    >>> is_law_file("mine.toml"), is_law_file("smollm2-135m")
    (True, False)
    """
    return name.endswith(".toml") or "/" in name or "\\" in name


def check_k_law(name: str) -> None:
    """Raise InputError unless `name` is a law of the package, or may be a file.

    >>> check_k_law("smollm2-135m")
    """
    if not is_law_file(name) and name not in K_LAWS:
        raise unknown_name("k_law", name, K_LAWS, "no other law was measured; a file of your own ends in .toml")


def read_k_law(path: Path) -> KLaw:
    """Read the file of a law; its name is that of the file.

    Beside the model, the texts, the source and the range of n stand tables [[law]], one for each share of the weight
    and percentile of the heads. Keys beyond those that a law has are for readers of the file; one is used where it is
    there, `exponent_same_rows_from_2048` or else `exponent_from_2048`, the exponent of a fit to n from that number on.

    Raises:
        InputError: no such file, one that is too large or not TOML, a key that is missing, or a number that no law has.
    """
    return parse_file(path, "TOML", lambda text: _law(path.stem, entries_of_toml(text)))


def _law(name: str, entries: dict[str, Any]) -> KLaw:
    _check_has("the file", entries, _OF_FILE)
    texts, tables = entries["texts"], entries["law"]
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) and text.strip() for text in texts):
        raise refused(f"texts = {shown(texts)}", "a list of texts, in words", "k differs from text to text")
    if not isinstance(tables, list):
        raise refused(f"law = {shown(tables)}", "tables headed [[law]]", "each share of the weight has laws of its own")
    return KLaw(
        name=name,
        model=_words("model", entries["model"]),
        texts=tuple(texts),
        n_min=whole_number("n_min", entries["n_min"]),
        n_max=whole_number("n_max", entries["n_max"]),
        source=_words("source", entries["source"]),
        laws=tuple(_head_law(f"[[law]] number {at}", table) for at, table in enumerate(tables, start=1)),
    )


def _head_law(which: str, table: Any) -> HeadLaw:
    if not isinstance(table, dict):
        raise refused(f"{which} = {shown(table)}", f"a table of {', '.join(_OF_LAW)}", "a law has all of them")
    _check_has(which, table, _OF_LAW)
    try:
        return HeadLaw(
            **{key: table[key] for key in _OF_LAW if key != "percentile"},
            percentile=whole_number("percentile", table["percentile"]),
            late=_late(table),
        )
    except InputError as error:
        raise ContentsError.at(which, error) from None


def _late(table: dict[str, Any]) -> tuple[int, float] | None:
    """The first n of a fit to large n alone, and its exponent, if there is one."""
    for start in _LATE:
        for key, value in table.items():
            if re.fullmatch(start + r"\d{1,18}", key):
                return int(key.removeprefix(start)), real_number(key, value)
    return None


def _check_has(what: str, table: dict[str, Any], keys: Collection[str]) -> None:
    missing = [key for key in keys if key not in table]
    if missing:
        raise refused(f"{what} without {', '.join(missing)}", ", ".join(keys), "there is no law without them")


def _words(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise refused(f"{name} = {shown(value)}", "words", "results print it")
    return value
