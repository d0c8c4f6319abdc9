"""groverattn presets"""

from __future__ import annotations

from groverattn.cli.options import Format


def presets(*, format: Format = "table") -> None:
    """List the models whose sizes come with the package.

    Example: groverattn presets --format json
    """
    from groverattn.cli.output import show
    from groverattn.problem.presets import PresetList

    show(PresetList(), format)
