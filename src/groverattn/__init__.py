"""Grover search for the large entries of attention, as circuits that are run and costed."""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# Imported when first used: Qualtran takes seconds, which `import groverattn` and `--help` can do without.
# `__init__.pyi` says the same to editors and type checkers; `make estimates` writes it.
_HOME = {
    **dict.fromkeys(
        ("compare", "diagnose", "estimate", "find_crossover", "find_frontier", "oracle", "price_model", "search"),
        "api",
    ),
    **dict.fromkeys(("simulate", "verify"), "api"),
    "load_head": "problem.heads",
    "bundled_head": "problem.heads",
    "AttentionHead": "problem.heads",
    "RowRequest": "row.request",
    "SimulationRequest": "simulation.request",
    "VerificationRequest": "verification.request",
    "InputError": "errors",
    "PRESETS": "problem.presets",
    "HARDWARE": "physical.machines.hardware",
    "DATA_ACCESSES": "bloqs.lookup.data_access",
    "SCORES": "bloqs.score.methods",
    "FINDERS": "reference.finders.registry",
}

__all__ = ["__version__", *_HOME]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'groverattn' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"groverattn.{_HOME[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
