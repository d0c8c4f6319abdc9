"""groverattn presets"""

from __future__ import annotations

from groverattn.cli.options import Format


def presets(*, format: Format = "table") -> None:
    """List the models whose sizes come with the package.

    Example: groverattn presets --format json
    """
    import attrs

    from groverattn.cli.output import show
    from groverattn.estimation.table import presets_table
    from groverattn.problem.presets import PRESETS

    result = {"schema": "groverattn.presets/1", "presets": [attrs.asdict(preset) for preset in PRESETS.values()]}
    show(result, format, lambda _: presets_table())
