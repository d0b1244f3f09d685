"""Pressure pain thresholds (PPT) at the eight sites, their average and repeatability.

Procedure [S1]: hand-held electronic algometer with a probe of 1 cm2, pressure
rising by about 50 kPa/s, the button pressed when pressure first becomes pain.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ..errors import ClinicalInputError
from .numbers import require_whole, require_within
from .remarks import Measure, Remark, remark

PROBE_CM2: Final = 1  # [S1]
RATE_KPA_PER_S: Final = 50  # [S1] about
SITES_MIN: Final = 7  # [D] of 8, for an average
REPEATS_MAX: Final = 5  # [D]
# [D] catches slips of the keyboard alone; algometers end at 2000 kPa [K]
PPT_MIN_KPA: Final = 1.0
PPT_MAX_KPA: Final = 2000.0
# [K] two values of one person differ by more than this in 1 of 20 cases by chance
REPEATABILITY_FACTOR: Final = 1.96 * math.sqrt(2)


class Region(StrEnum):
    """Where a threshold is taken, without its side."""

    SUPRASPINATUS = "supraspinatus"
    LATERAL_EPICONDYLE = "lateral_epicondyle"
    GLUTEAL = "gluteal"
    INNER_KNEE = "inner_knee"


class Side(StrEnum):
    """The side of the body."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A region on one side."""

    region: Region
    side: Side

    @property
    def words(self) -> str:
        """Return the site as staff say it, in English."""
        return f"{self.side} {self.region.replace('_', ' ')}"


# [S1] in the order in which they are told
SITES: Final = tuple(
    Site(region=region, side=side) for region in Region for side in Side
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PptReading:
    """One threshold at one site.

    Args:
        kpa: None when it was tried without a result.
        repeat: 1 for the first at this site, then upwards.
    """

    region: Region
    side: Side
    kpa: float | None
    repeat: int = 1

    def __post_init__(self) -> None:
        """Refuse a reading that no algometer gives.

        Raises:
            ClinicalInputError: An unknown site, a repeat outside 1-5, or a
                threshold outside 1-2000 kPa.
        """
        if self.region not in set(Region) or self.side not in set(Side):
            raise ClinicalInputError(
                f"A PPT site must be left or right and one of {', '.join(Region)}, "
                f"got {self.side!r} {self.region!r}."
            )
        require_whole("repeat", self.repeat, minimum=1, maximum=REPEATS_MAX)
        if self.kpa is not None:
            require_ppt_kpa("kpa", self.kpa)

    @property
    def site(self) -> Site:
        """Return where it was taken."""
        return Site(region=Region(self.region), side=Side(self.side))


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeatability:
    """How far repeats at one site differ within one visit, over all sites.

    Args:
        sites: With at least two values.
        within_sd_kpa: Pooled standard deviation of the repeats.
        difference_kpa: Two single values at one site differ by more than this in
            1 of 20 cases by chance. Between visits they differ more.
        cv_percent: Pooled coefficient of variation.
    """

    sites: int
    within_sd_kpa: float
    difference_kpa: float
    cv_percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PptResult:
    """Thresholds of one visit.

    Args:
        by_site_kpa: Mean of the repeats, for the sites that have a value, in the
            order of `SITES`.
        average_kpa: Mean of the sites; None with a refusal.
        repeatability: None when no site has two values.
    """

    by_site_kpa: Mapping[Site, float]
    missing: tuple[Site, ...]
    average_kpa: float | None
    repeatability: Repeatability | None
    refusals: tuple[Remark, ...]
    deviations: tuple[Remark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PptChange:
    """How thresholds differ between two visits, at the sites that both have."""

    sites: int
    difference_kpa: float
    difference_percent: float


def require_ppt_kpa(name: str, value_kpa: float) -> float:
    """Return a threshold, or refuse what no algometer gives.

    Raises:
        ClinicalInputError: Outside 1-2000 kPa or not finite.
    """
    return require_within(
        name, value_kpa, minimum=PPT_MIN_KPA, maximum=PPT_MAX_KPA, unit="kPa"
    )


def ppt_result(readings: Iterable[PptReading]) -> PptResult:
    """Return the average of the sites, with what is missing and how repeats agree.

    A site's value is the mean of its repeats [D]. Seven of the eight sites give an
    average that is marked, fewer give none [D].

    Raises:
        ClinicalInputError: The same repeat twice at one site.

    Source:
        Löfgren et al. 2023, doi:10.1016/j.ynpai.2023.100114 [S1].
    """
    values = _values_by_site(readings)
    by_site_kpa = {site: _mean(values[site]) for site in SITES if values[site]}
    missing = tuple(site for site in SITES if site not in by_site_kpa)
    is_enough = len(by_site_kpa) >= SITES_MIN
    return PptResult(
        by_site_kpa=by_site_kpa,
        missing=missing,
        average_kpa=_mean(list(by_site_kpa.values())) if is_enough else None,
        repeatability=_repeatability([values[site] for site in SITES]),
        refusals=() if is_enough else (_missing_sites("too_few_sites", missing),),
        deviations=(
            (_missing_sites("sites_missing", missing),) if is_enough and missing else ()
        ),
    )


def ppt_change(
    *, earlier_kpa: Mapping[Site, float], later_kpa: Mapping[Site, float]
) -> PptChange | None:
    """Return how the average changed, over the sites that both visits have.

    Averages of different sites do not compare: sites differ by nature. None when
    fewer than seven sites are in both [D].
    """
    shared = [site for site in earlier_kpa if site in later_kpa]
    if len(shared) < SITES_MIN:
        return None
    before_kpa = _mean([earlier_kpa[site] for site in shared])
    after_kpa = _mean([later_kpa[site] for site in shared])
    return PptChange(
        sites=len(shared),
        difference_kpa=after_kpa - before_kpa,
        difference_percent=100 * (after_kpa - before_kpa) / before_kpa,
    )


def _values_by_site(readings: Iterable[PptReading]) -> dict[Site, list[float]]:
    values: dict[Site, list[float]] = {site: [] for site in SITES}
    seen: set[tuple[Site, int]] = set()
    for reading in readings:
        if (reading.site, reading.repeat) in seen:
            raise ClinicalInputError(
                f"Each repeat must stand once at a site, got repeat {reading.repeat} "
                f"of {reading.site.words} twice. Number the repeats 1, 2, 3."
            )
        seen.add((reading.site, reading.repeat))
        if reading.kpa is not None:
            values[reading.site].append(reading.kpa)
    return values


def _missing_sites(code: str, missing: Sequence[Site]) -> Remark:
    return remark(
        Measure.PPT_AVERAGE,
        code,
        where="ppt",
        params={
            "present": len(SITES) - len(missing),
            "sites": len(SITES),
            "missing": ", ".join(site.words for site in missing),
            "minimum": SITES_MIN,
        },
    )


def _repeatability(by_site: Iterable[Sequence[float]]) -> Repeatability | None:
    repeated = [values for values in by_site if len(values) > 1]
    if not repeated:
        return None
    freedom = sum(len(values) - 1 for values in repeated)
    within_sd = math.sqrt(math.fsum(map(_squares, repeated)) / freedom)
    relative = math.fsum(_squares(values) / _mean(values) ** 2 for values in repeated)
    return Repeatability(
        sites=len(repeated),
        within_sd_kpa=within_sd,
        difference_kpa=REPEATABILITY_FACTOR * within_sd,
        cv_percent=100 * math.sqrt(relative / freedom),
    )


def _squares(values: Sequence[float]) -> float:
    mean = _mean(values)
    return math.fsum((value - mean) ** 2 for value in values)


def _mean(values: Sequence[float]) -> float:
    # fsum is exact, so that the order of the repeats leaves no trace.
    return math.fsum(values) / len(values)
