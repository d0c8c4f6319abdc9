"""The exponents of the paper's scaling, fitted to the searches that were drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import curve_fit
from scipy.stats import t as student_t

from studies.search.scaling import ScalingRecord, scaling_records
from studies.sheet import Sheet

CONFIDENCE = 0.95
LEAST_KEYS_PER_MARKED = (16, 256)

QUANTITIES = {
    "finding_queries_mean": "drawn: iterates and checks of all rounds but the last, which finds nothing",
    "iterates_mean": "drawn: iterates of all rounds; the last takes (1/2) ln(2/sqrt(p)) sqrt(n) whatever k is",
    "iterates_ideal": "law ideal, exact",
    "iterates_expected": "law expected, exact",
    "iterates_proven": "law proven, exact",
}


@attrs.frozen
class FitRecord:
    """iterates = prefactor * n^exponent_n * k^exponent_k, least squares in logarithms over all sizes of the sheet.

    A head has n rows: its exponent in n is larger by one, with the same interval around it.

    Attributes:
        least_keys_per_marked: only sizes with n / k at least this are fitted.
        quantity: the column of scaling.csv that is fitted.
        meaning: what it is.
        prefactor: the factor in front.
        exponent_n: exponent of n in a row.
        exponent_n_low: lower end of its 95 % interval (Student's t; deviations from the power law as noise).
        exponent_n_high: upper end.
        exponent_k: exponent of k in a row.
        exponent_k_low: lower end of its 95 % interval.
        exponent_k_high: upper end.
        exponent_n_head: exponent of n in a head of n rows.
        largest_deviation: largest |value / fit - 1| over the sizes.
    """

    least_keys_per_marked: int
    quantity: str
    meaning: str
    prefactor: float
    exponent_n: float
    exponent_n_low: float
    exponent_n_high: float
    exponent_k: float
    exponent_k_low: float
    exponent_k_high: float
    exponent_n_head: float
    largest_deviation: float


def fit_records() -> Iterator[FitRecord]:
    """Fit every quantity of the sheet."""
    for least in LEAST_KEYS_PER_MARKED:
        for quantity in QUANTITIES:
            yield fit(quantity, scaling_records(), least)


def fit(quantity: str, records: Sequence[ScalingRecord], least_keys_per_marked: int) -> FitRecord:
    """Fit one quantity to the sizes with n >= least_keys_per_marked * k."""
    chosen = [record for record in records if record.n_keys >= least_keys_per_marked * record.n_marked]
    names = ("n_keys", "n_marked", quantity)
    n, k, values = (np.array([getattr(record, name) for record in chosen], dtype=float) for name in names)
    (log_prefactor, in_n, in_k), covariance = curve_fit(_log_power_law, (np.log(n), np.log(k)), np.log(values))
    half_n, half_k = student_t.ppf((1 + CONFIDENCE) / 2, n.size - 3) * np.sqrt(np.diag(covariance))[1:]
    fitted = np.exp(_log_power_law((np.log(n), np.log(k)), log_prefactor, in_n, in_k))
    return FitRecord(
        least_keys_per_marked=least_keys_per_marked,
        quantity=quantity,
        meaning=QUANTITIES[quantity],
        prefactor=_rounded(np.exp(log_prefactor)),
        exponent_n=_rounded(in_n),
        exponent_n_low=_rounded(in_n - half_n),
        exponent_n_high=_rounded(in_n + half_n),
        exponent_k=_rounded(in_k),
        exponent_k_low=_rounded(in_k - half_k),
        exponent_k_high=_rounded(in_k + half_k),
        exponent_n_head=_rounded(1 + in_n),
        largest_deviation=_rounded(np.abs(values / fitted - 1).max()),
    )


def _log_power_law(
    logs: tuple[NDArray[np.float64], NDArray[np.float64]], log_prefactor: float, in_n: float, in_k: float
) -> NDArray[np.float64]:
    return log_prefactor + in_n * logs[0] + in_k * logs[1]


def _rounded(value: float) -> float:
    """Four digits after the point: beyond are the solver's."""
    return round(float(value), 4) + 0.0


SHEET = Sheet("scaling_fit.csv", FitRecord, fit_records)
