"""Grover search for the large entries of attention, as circuits that are run and costed."""

from importlib import import_module
from typing import Any

__version__ = "0.2.0"

# Imported when first used: Qualtran takes seconds, which `import groverattn` and `--help` can do without.
# `__init__.pyi` says the same to editors and type checkers; `make estimates` writes it.
_NAMES = {
    "api": "compare diagnose estimate find_crossover find_frontier find_keys oracle picture price_model run_sweep "
    "search simulate verify write_report",
    "bloqs.lookup.data_access": "DATA_ACCESSES",
    "bloqs.score.methods": "SCORES",
    "capture.capture": "capture_heads",
    "costs.counting": "count count_iterate",
    "diagnosis.survey": "model_sizes survey_heads",
    "errors": "InputError",
    "estimation.compare": "side_by_side",
    "frontier.keys_per_query": "vary_keys_per_query",
    "frontier.tradeoffs": "RowChoices vary",
    "models.presets": "PRESETS",
    "physical.machines.hardware": "HARDWARE",
    "problem.chosen_head": "random_head",
    "problem.heads": "AttentionHead bundled_head load_head",
    "problem.indexer_heads": "IndexerHead load_indexer random_indexer",
    "reference.attention.exact": "exact_attention",
    "reference.finders.registry": "FINDERS",
    "reference.search.amplification": "ideal_iterates rotation_angle success_probability",
    "row.request": "RowRequest",
    "simulation.amplitudes": "amplitudes",
    "simulation.request": "SimulationRequest",
    "verification.request": "VerificationRequest",
}
_HOME = {name: home for home, names in _NAMES.items() for name in names.split()}

__all__ = ["__version__", *_HOME]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'groverattn' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"groverattn.{_HOME[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
