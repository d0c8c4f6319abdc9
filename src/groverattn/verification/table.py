"""Tables of results for the terminal; they read the printed objects and compute nothing."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from groverattn.show.tables import QRAM_IN_WORDS, Json, simple_table


def verification_table(result: Json) -> RenderableType:
    """The gates that were run beside those that are counted."""
    counted, run = result["counted"], result["run"]
    inputs = ", ".join(f"{name} {value}" for name, value in result["inputs"].items())
    where = "counts differ" if result["first_mismatch"] is None else f"first at key {result['first_mismatch']}"
    verdict = "passed" if result["passed"] else f"FAILED, {where}"
    return Group(
        Text(inputs),
        Text(
            f"{result['inputs_checked']:,} keys: {result['mismatches']} mismatches, {result['dirty_ancillas']} dirty "
            f"ancillas: {verdict}"
        ),
        *([Text(QRAM_IN_WORDS)] if result["inputs"]["data_access"] == "qram" else []),
        "",
        simple_table(
            "Phase oracle",
            ["", "run", "counted"],
            [(name.replace("_", " "), f"{run[name]:,}", f"{counted[name]:,}") for name in counted],
        ),
    )
