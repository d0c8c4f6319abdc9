"""Exponents of the Toffolis, Clifford gates and reads of a row over blocks, fitted to its sheet."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import numpy as np
from scipy.optimize import curve_fit
from scipy.stats import t as student_t

from studies.search.block_rows import DESIGNS, records
from studies.search.scaling_fit import CONFIDENCE
from studies.sheet import Sheet

QUANTITIES = ("toffoli", "clifford", "key_tests")
LEAST_KEYS = 1 << 16  # below it the terms of lower order are felt


@attrs.frozen
class BlockFitRecord:
    """quantity = prefactor * n^exponent_n * k^exponent_k over the sizes from n = 2^16 on, least squares in logarithms.

    Attributes:
        design: as in block_rows.csv.
        quantity: its column.
        sizes: number of sizes.
        prefactor: the factor in front.
        exponent_n: exponent of n in a row.
        exponent_n_low: lower end of its 95 % interval (Student's t; deviations from the power law as noise).
        exponent_n_high: upper end.
        exponent_k: exponent of k.
        exponent_k_low: lower end of its 95 % interval.
        exponent_k_high: upper end.
        largest_deviation: largest |value / fit - 1| over the sizes.
    """

    design: str
    quantity: str
    sizes: int
    prefactor: float
    exponent_n: float
    exponent_n_low: float
    exponent_n_high: float
    exponent_k: float
    exponent_k_low: float
    exponent_k_high: float
    largest_deviation: float


def fit_records() -> Iterator[BlockFitRecord]:
    """Fit every quantity of every design."""
    rows = [row for row in records() if row.n_keys >= LEAST_KEYS]
    for design in DESIGNS:
        of_design = [row for row in rows if row.design == design]
        logs = np.log([[row.n_keys, row.n_marked] for row in of_design]).T
        for quantity in QUANTITIES:
            values = np.array([getattr(row, quantity) for row in of_design], dtype=float)
            (first, in_n, in_k), covariance = curve_fit(_log_power_law, logs, np.log(values))
            width = student_t.ppf((1 + CONFIDENCE) / 2, values.size - 3) * np.sqrt(np.diag(covariance))
            deviations = values / np.exp(_log_power_law(logs, first, in_n, in_k)) - 1
            yield BlockFitRecord(
                design=design,
                quantity=quantity,
                sizes=values.size,
                prefactor=float(np.exp(first)),
                exponent_n=float(in_n),
                exponent_n_low=float(in_n - width[1]),
                exponent_n_high=float(in_n + width[1]),
                exponent_k=float(in_k),
                exponent_k_low=float(in_k - width[2]),
                exponent_k_high=float(in_k + width[2]),
                largest_deviation=float(np.abs(deviations).max()),
            )


def _log_power_law(logs: np.ndarray, first: float, in_n: float, in_k: float) -> np.ndarray:
    return first + in_n * logs[0] + in_k * logs[1]


SHEET = Sheet("block_fit.csv", BlockFitRecord, fit_records)
