"""What a run over a study did, as lines for the terminal."""

from __future__ import annotations

from typing import Any

from rich.text import Text


def summary_table(result: dict[str, Any]) -> Text:
    """Return how many points there are, how many of them failed, and where the table is."""
    there = result["found"] + result["computed"]
    lines = [
        f"{there:,} of {result['points']:,} points ({result['kind']}): "
        f"{result['found']:,} were there, {result['computed']:,} computed now",
        f"{result['failed']:,} failed, see the column error" if result["failed"] else "none failed",
    ]
    if result["refuted"]:
        lines.append(f"{result['refuted']:,} have a check that failed, see the column passed")
    lines.append(f"table: {result['table']}" if result["complete"] else "INTERRUPTED: the table is not written yet")
    return Text("\n".join(lines))
