"""Conditioned pain modulation (CPM): research alone.

PPT with cold pressor has a between-session ICC of 0.21-0.35 and a within-session
one of 0.43-0.71; thresholds were not restored after 23 min [O:45].
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ..errors import ClinicalInputError
from .numbers import require_whole, require_within
from .ppt import Region, Side, require_ppt_kpa
from .remarks import Measure, Remark, Value, remark

# [D] each catches slips of the keyboard alone
TEMPERATURE_MIN_C: Final = 0.0
TEMPERATURE_MAX_C: Final = 55.0
PRESSURE_MIN_KPA: Final = 1.0
PRESSURE_MAX_KPA: Final = 200.0
DURATION_MIN_S: Final = 1.0
DURATION_MAX_S: Final = 1800.0
RATING_MAX: Final = 100.0
NRS_MAX: Final = 10


class StimulusKind(StrEnum):
    """What the test stimulus gives."""

    THRESHOLD = "threshold"
    RATING = "rating"


class Timing(StrEnum):
    """When the second value was taken."""

    DURING = "during"
    AFTER = "after"


class ConditioningKind(StrEnum):
    """What hurt elsewhere."""

    COLD_WATER = "cold_water"
    HOT_WATER = "hot_water"
    CUFF = "cuff"
    OTHER = "other"


# Recommendations differ between thresholds and ratings [K], so it is always shown.
SIGN_CONVENTIONS: Final[Mapping[StimulusKind, str]] = {
    StimulusKind.THRESHOLD: (
        "Threshold: conditioned minus before. Above 0 is inhibition."
    ),
    StimulusKind.RATING: "Rating: before minus conditioned. Above 0 is inhibition.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditioning:
    """The conditioning stimulus; None for what was not noted.

    Args:
        pain_nrs: How much it hurt, a whole number from 0 to 10.
    """

    kind: ConditioningKind
    temperature_c: float | None = None
    pressure_kpa: float | None = None
    duration_s: float | None = None
    pain_nrs: int | None = None

    def __post_init__(self) -> None:
        """Refuse what no conditioning has.

        Raises:
            ClinicalInputError: An unknown kind, or a number outside of its range.
        """
        if self.kind not in set(ConditioningKind):
            raise ClinicalInputError(
                f"kind must be one of {', '.join(ConditioningKind)}, got {self.kind!r}."
            )
        for name, value, minimum, maximum, unit in (
            (
                "temperature_c",
                self.temperature_c,
                TEMPERATURE_MIN_C,
                TEMPERATURE_MAX_C,
                "degrees Celsius",
            ),
            (
                "pressure_kpa",
                self.pressure_kpa,
                PRESSURE_MIN_KPA,
                PRESSURE_MAX_KPA,
                "kPa",
            ),
            ("duration_s", self.duration_s, DURATION_MIN_S, DURATION_MAX_S, "s"),
        ):
            if value is not None:
                require_within(name, value, minimum=minimum, maximum=maximum, unit=unit)
        if self.pain_nrs is not None:
            require_whole("pain_nrs", self.pain_nrs, minimum=0, maximum=NRS_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class CpmTest:
    """One CPM test as it was done.

    Args:
        before: In kPa for a threshold, 0-100 for a rating; None where missed.
        conditioned: The same stimulus during or after the conditioning.
        region: Where the stimulus was given; None where it was not noted.
        side: Of the region; None where it was not noted.
    """

    stimulus_kind: StimulusKind
    conditioning: Conditioning
    timing: Timing
    before: float | None
    conditioned: float | None
    region: Region | None = None
    side: Side | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot have been measured.

        Raises:
            ClinicalInputError: An unknown kind, site or timing, a threshold outside
                1-2000 kPa, or a rating outside 0-100.
        """
        for name, value, known, may_lack in (
            ("stimulus_kind", self.stimulus_kind, list(StimulusKind), False),
            ("region", self.region, list(Region), True),
            ("side", self.side, list(Side), True),
            ("timing", self.timing, list(Timing), False),
        ):
            if value not in known and not (value is None and may_lack):
                raise ClinicalInputError(
                    f"{name} must be one of {', '.join(known)}, got {value!r}."
                )
        for name, number in (
            ("before", self.before),
            ("conditioned", self.conditioned),
        ):
            if number is None:
                continue
            if self.stimulus_kind == StimulusKind.THRESHOLD:
                require_ppt_kpa(name, number)
            else:
                require_within(
                    name, number, minimum=0, maximum=RATING_MAX, unit="points"
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class CpmResult:
    """The effect; above 0 is inhibition for both kinds of stimulus.

    Args:
        difference: In the unit of the stimulus.
        percent: Of the value before.
        sign_convention: To be shown with the numbers.
    """

    difference: float | None
    percent: float | None
    stimulus_kind: StimulusKind
    sign_convention: str
    refusals: tuple[Remark, ...]
    deviations: tuple[Remark, ...]


def cpm_result(test: CpmTest) -> CpmResult:
    """Return how the conditioning changed the test stimulus.

    For thresholds it is conditioned minus before; for ratings the sign flips, so
    that above 0 is inhibition in both. A percentage needs a value before above 0.

    Source:
        Formula and sign [K]; repeatability of PPT with cold pressor [O:45].
    """
    refusals = _refusals(test)
    difference = _difference(test)
    percent = None
    if difference is not None and test.before:
        percent = 100 * difference / test.before
    return CpmResult(
        difference=difference,
        percent=percent,
        stimulus_kind=test.stimulus_kind,
        sign_convention=SIGN_CONVENTIONS[test.stimulus_kind],
        refusals=refusals,
        deviations=_deviations(test.conditioning),
    )


def _difference(test: CpmTest) -> float | None:
    if test.before is None or test.conditioned is None:
        return None
    if test.stimulus_kind == StimulusKind.RATING:
        return test.before - test.conditioned
    return test.conditioned - test.before


def _refusals(test: CpmTest) -> tuple[Remark, ...]:
    missing = tuple(
        _remark("value_missing", f"cpm.{where}", {"which": which})
        for where, which, value in (
            ("before", "before", test.before),
            ("conditioned", test.timing.value, test.conditioned),
        )
        if value is None
    )
    if missing or test.before:
        return missing
    return (_remark("nothing_to_share", "cpm.before", {}),)


def _deviations(conditioning: Conditioning) -> tuple[Remark, ...]:
    if conditioning.temperature_c is None and conditioning.pressure_kpa is None:
        return (_remark("intensity_unknown", "cpm.conditioning", {}),)
    return ()


def _remark(code: str, where: str, params: Mapping[str, Value]) -> Remark:
    return remark(Measure.CPM, code, where=where, params=params)
