"""The median and the quartiles that SPSS prints, and the mean with its error."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from .display import median_and_quartiles
from .values import Value, measured

PERCENTILES: Final = (25, 50, 75)  # [S1]
SMALLEST_N: Final = 2  # [D] one value has no quartiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Quartiles:
    """A cell of an outcome table.

    Args:
        n: Values that it stands on; printed with every cell.
        missing: Persons without a value.
        values: 25th percentile, median, 75th percentile; None for n below 2.
    """

    n: int
    missing: int
    values: tuple[float, float, float] | None

    @property
    def text(self) -> str | None:
        """Return "54.0 (33.7-70.2)"; None where only n is shown."""
        return median_and_quartiles(self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanWithError:
    """A point of a chart.

    Args:
        mean: None without a value.
        sem: Standard error of the mean; None for n below 2.
    """

    n: int
    missing: int
    mean: float | None
    sem: float | None


def quartiles(values: Sequence[Value]) -> Quartiles:
    """Return the median and quartiles at (n + 1) p, as SPSS does (HAVERAGE).

    Args:
        values: One entry per person; None where it is missing.

    Raises:
        ClinicalInputError: A value is not finite or beyond a million.

    Source:
        SPSS percentiles by weighted average = definition 4 of SAS [O:82] = type 6 of
        Hyndman and Fan; the default of numpy is another one, type 7.
    """
    given = measured(values, name="values")
    found = None
    if given.n >= SMALLEST_N:
        low, median, high = np.percentile(given.values, PERCENTILES, method="weibull")
        found = (float(low), float(median), float(high))
    return Quartiles(n=given.n, missing=given.missing, values=found)


def mean_with_error(values: Sequence[Value]) -> MeanWithError:
    """Return the mean and its standard error, SD / sqrt(n), as in S1's charts.

    Args:
        values: One entry per person; None where it is missing.

    Raises:
        ClinicalInputError: A value is not finite or beyond a million.
    """
    given = measured(values, name="values")
    mean = sem = None
    if given.n:
        mean = float(given.values.mean())
    if given.n >= SMALLEST_N:
        sem = float(given.values.std(ddof=1) / np.sqrt(given.n))
    return MeanWithError(n=given.n, missing=given.missing, mean=mean, sem=sem)
