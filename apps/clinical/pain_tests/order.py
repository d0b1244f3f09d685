"""The pressures of a P50 calibration and the order in which they are given.

The order comes from a seed that is stored with it. It is drawn by sorting SHA-256
digests, not by a library's shuffle: the same seed gives the same order in every
version of Python.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

from ..errors import ClinicalInputError
from .numbers import require_whole, require_within
from .ppt import PPT_MAX_KPA

PRESSURES: Final = 5  # [S1] between PPT and SM
SERIES: Final = 3  # [S1] randomised
RATINGS: Final = PRESSURES * SERIES  # [S1] 15
# [D] so that five whole pressures differ
RANGE_MIN_KPA: Final = PRESSURES - 1
STIMULUS_S: Final = 2.5  # [S1]
STIMULUS_EVERY_S: Final = 30  # [S1]
PROBE_CM2: Final = 1  # [S1] rubber, left thumbnail
METHOD: Final = "sha256-sort-1"  # stored beside the seed; another way, another name
SEED_MAX: Final = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class P50Order:
    """What to store before the first pressure is given.

    Args:
        pressures_kpa: Five, rising, from the first that hurts to the maximum.
        series_kpa: Three series, each all five pressures in the order to give.
        method: How the seed became the order.
    """

    seed: int
    method: str
    pressures_kpa: tuple[int, ...]
    series_kpa: tuple[tuple[int, ...], ...]


def p50_order(*, threshold_kpa: float, maximum_kpa: float, seed: int) -> P50Order:
    """Return five pressures, three times in an order drawn from the seed.

    The pressures are evenly spread [D], both ends inside, to 1 kPa.

    Args:
        threshold_kpa: The first pressure that was rated above 0.
        maximum_kpa: The first that was rated above 60; at least 4 kPa higher, so
            that the five differ.
        seed: From 0 up; drawn by the caller.

    Raises:
        ClinicalInputError: A pressure outside 1-2000 kPa, too small a range, or a
            seed that is not a whole number from 0 to 2**63 - 1.

    Source:
        Löfgren et al. 2023, doi:10.1016/j.ynpai.2023.100114 [S1].
    """
    require_p50_range(threshold_kpa=threshold_kpa, maximum_kpa=maximum_kpa)
    require_whole("seed", seed, minimum=0, maximum=SEED_MAX)
    step_kpa = (maximum_kpa - threshold_kpa) / (PRESSURES - 1)
    pressures_kpa = tuple(
        int(threshold_kpa + index * step_kpa + 0.5) for index in range(PRESSURES)
    )
    return P50Order(
        seed=seed,
        method=METHOD,
        pressures_kpa=pressures_kpa,
        series_kpa=tuple(
            _drawn(pressures_kpa, seed=seed, series=series)
            for series in range(1, SERIES + 1)
        ),
    )


def require_p50_range(*, threshold_kpa: float, maximum_kpa: float) -> None:
    """Refuse a range in which five whole pressures do not differ.

    Raises:
        ClinicalInputError: A pressure outside 1-2000 kPa, or less than 4 kPa
            between the two.
    """
    for name, value_kpa in (
        ("threshold_kpa", threshold_kpa),
        ("maximum_kpa", maximum_kpa),
    ):
        require_within(name, value_kpa, minimum=1, maximum=PPT_MAX_KPA, unit="kPa")
    if maximum_kpa - threshold_kpa < RANGE_MIN_KPA:
        raise ClinicalInputError(
            f"maximum_kpa must be at least {RANGE_MIN_KPA} kPa above threshold_kpa, "
            f"got {threshold_kpa!r} and {maximum_kpa!r}. Repeat the rising steps."
        )


def _drawn(
    pressures_kpa: tuple[int, ...], *, seed: int, series: int
) -> tuple[int, ...]:
    # The place, not the pressure, is drawn: a seed means the same for everybody.
    places = sorted(
        range(len(pressures_kpa)),
        key=lambda place: hashlib.sha256(f"{seed}/{series}/{place}".encode()).digest(),
    )
    return tuple(pressures_kpa[place] for place in places)
