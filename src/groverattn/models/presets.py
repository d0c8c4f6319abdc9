"""The models that come with the package, by name; the file of one is read when the model is first asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import attrs

from groverattn.errors import InputError, unknown_name
from groverattn.models.k_choice import KLawChoice
from groverattn.models.k_law import MarkedKeys
from groverattn.models.preset import TRAINED, Preset
from groverattn.models.preset_file import read_preset, read_refusal
from groverattn.show.result import Shown

_FOLDER = Path(__file__).with_suffix("")


@attrs.define(eq=False, slots=False)
class PresetFolder(Mapping[str, Preset]):
    """Models by name, from a folder with one TOML file each; names are known without reading any.

    Attributes:
        folder: where the files are.
    """

    folder: Path
    _known: dict[str, Preset] = attrs.field(factory=dict, init=False, repr=False)

    @cached_property
    def _paths(self) -> dict[str, Path]:
        return {path.stem: path for path in sorted(self.folder.glob("*.toml"), key=lambda path: path.stem)}

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def __contains__(self, name: object) -> bool:
        return name in self._paths

    def __getitem__(self, name: str) -> Preset:
        if name not in self._known:
            self._known[name] = read_preset(self._paths[name])
        return self._known[name]


PRESETS = PresetFolder(_FOLDER)
"""Models that can be priced."""


def refusals() -> dict[str, tuple[Preset, str]]:
    """Return the models that are known and not priced, each with the reason.

    >>> list(refusals())
    ['minimax-m3']
    """
    return {path.stem: read_refusal(path) for path in sorted((_FOLDER / "refused").glob("*.toml"))}


def preset(name: str) -> Preset:
    """Return the preset of this name.

    Raises:
        InputError: no such preset, the message naming the nearest ones; or a model whose rows are not modelled: the
            message says why.

    >>> preset("llama3-8b").group_size, preset("deepseek-v3.2").rows_per_token
    (4, 61)
    """
    if name in PRESETS:
        return PRESETS[name]
    refused = refusals()
    if name in refused:
        raise InputError(
            given=f"preset {name!r}",
            allowed=", ".join(PRESETS),
            why=refused[name][1],
            do="price another model, or a row of your own by its sizes",
        )
    raise unknown_name("preset", name, PRESETS, "there is no preset of this name")


@attrs.frozen
class PresetList(Shown):
    """All presets, as `groverattn presets` shows them.

    Attributes:
        k_from: a measured law of k to show beside the presets' own, if one is asked for.
    """

    k_from: KLawChoice = attrs.field(factory=KLawChoice)

    def by_law(self, model: Preset) -> MarkedKeys | None:
        """Return k of a row by the law; None without one, and for a model whose k is trained."""
        return None if model.k == TRAINED else self.k_from.at(model.keys_in_view)

    def as_json(self) -> dict[str, Any]:
        """Return the printed object."""
        refused = [model.as_json() | {"refused": reason} for model, reason in refusals().values()]
        return {
            "schema": "groverattn.presets/2",
            "presets": [model.as_json() | self._law_json(model) for model in PRESETS.values()],
            "refused": refused,
        }

    def _law_json(self, model: Preset) -> dict[str, Any]:
        """The law at the keys of a row; None where k is trained; nothing without a law."""
        law = self.k_from.as_json(model.keys_in_view)
        return dict.fromkeys(law) if model.k == TRAINED else law
