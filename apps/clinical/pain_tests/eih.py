"""Exercise-induced hypoalgesia (EIH): a threshold followed through a contraction.

Procedure [S1]: PPT over the left deltoid twice at rest, then every 30 s while 30 %
of the MVC is held until it cannot be held, at most 5 min.

The score is shown, not decided on: from one visit it is noisy. Between sessions
its ICC was 0.45 (quadriceps) and 0.57 (trapezius) after cycling in healthy people
[O:1]. It is never computed from, or mixed with, what a patient says about pain.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ..errors import ClinicalInputError
from .mvc import REST_AFTER_S
from .numbers import require_whole, require_within, shown
from .ppt import PPT_MAX_KPA, require_ppt_kpa
from .remarks import Measure, Remark, Value, remark

READING_EVERY_S: Final = 30  # [S1]
FIRST_READING_S: Final = 30  # [D]
HOLD_MAX_S: Final = 300  # [S1]
READINGS_MAX: Final = HOLD_MAX_S // READING_EVERY_S  # [S1] one every 30 s for 5 min
HOLD_MIN_S: Final = 30  # [D] a shorter one gives no score
BASELINES: Final = 2  # [S1]


class EndReason(StrEnum):
    """Why the contraction ended."""

    COULD_NOT_HOLD = "could_not_hold"
    FIVE_MINUTES = "five_minutes"
    PAIN = "pain"
    STOPPED = "stopped"


class Direction(StrEnum):
    """What a score says."""

    INHIBITION = "inhibition"
    NO_CHANGE = "no_change"
    FACILITATION = "facilitation"


@dataclass(frozen=True, slots=True, kw_only=True)
class EihReading:
    """One threshold during the contraction.

    Args:
        second: When it was due: 30, 60, ..., 300.
        kpa: None when it was missed.
    """

    second: int
    kpa: float | None

    def __post_init__(self) -> None:
        """Refuse a reading that is not of the series.

        Raises:
            ClinicalInputError: A second that is not a multiple of 30 from 30 to
                300, or a threshold outside 1-2000 kPa.
        """
        require_whole(
            "second", self.second, minimum=FIRST_READING_S, maximum=HOLD_MAX_S
        )
        if self.second % READING_EVERY_S:
            raise ClinicalInputError(
                f"second must be a multiple of {READING_EVERY_S}, got {self.second!r}. "
                f"Enter when the reading was due."
            )
        if self.kpa is not None:
            require_ppt_kpa("kpa", self.kpa)


@dataclass(frozen=True, slots=True, kw_only=True)
class EihTest:
    """One EIH test as it was done.

    Args:
        baseline_kpa: At rest, in the order taken, one or two; None where missed. A
            value of 0 or less is kept and gives no score.
        hold_s: How long the contraction was held.
        rest_since_mvc_s: None when it was not noted.
    """

    baseline_kpa: tuple[float | None, ...]
    series: tuple[EihReading, ...]
    hold_s: float
    end_reason: EndReason
    rest_since_mvc_s: float | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot have happened.

        Raises:
            ClinicalInputError: More than two baselines, an impossible pressure or
                time, a reading given twice or after the end, an unknown end
                reason, or five minutes as reason of a shorter hold.
        """
        self._require_baselines()
        require_within("hold_s", self.hold_s, minimum=0, maximum=HOLD_MAX_S, unit="s")
        if self.rest_since_mvc_s is not None:
            require_within(
                "rest_since_mvc_s",
                self.rest_since_mvc_s,
                minimum=0,
                maximum=86_400,  # [D] another day is another visit
                unit="s",
            )
        self._require_end_reason()
        self._require_series()

    def _require_baselines(self) -> None:
        if len(self.baseline_kpa) > BASELINES:
            raise ClinicalInputError(
                f"baseline_kpa must have at most {BASELINES} readings, got "
                f"{len(self.baseline_kpa)}. Enter the two taken before the contraction."
            )
        for index, kpa in enumerate(self.baseline_kpa):
            if kpa is not None:
                _require_baseline_kpa(f"baseline_kpa[{index}]", kpa)

    def _require_end_reason(self) -> None:
        if self.end_reason not in set(EndReason):
            raise ClinicalInputError(
                f"end_reason must be one of {', '.join(EndReason)}, "
                f"got {self.end_reason!r}."
            )
        if self.end_reason == EndReason.FIVE_MINUTES and self.hold_s < HOLD_MAX_S:
            raise ClinicalInputError(
                f"end_reason five_minutes needs a hold of {HOLD_MAX_S} s, "
                f"got {self.hold_s!r} s. Choose why it ended earlier."
            )

    def _require_series(self) -> None:
        seconds = [reading.second for reading in self.series]
        if len(set(seconds)) < len(seconds):
            raise ClinicalInputError(
                f"Each second must stand once in the series, got {sorted(seconds)}."
            )
        late = [second for second in seconds if second > self.hold_s]
        if late:
            raise ClinicalInputError(
                f"A reading must be taken during the contraction, which was held for "
                f"{self.hold_s!r} s, got second {min(late)}. Check hold_s."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class EihResult:
    """What one test gave; scores are shares of the baseline, None if unknown.

    Args:
        score: ``(end - b1) / b1``. Above 0 pain was inhibited.
        mean_baseline_score: Exploratory: both baselines' mean in place of the first.
        peak_score: Exploratory: the highest reading in place of the last.
    """

    score: float | None
    direction: Direction | None
    end_kpa: float | None
    mean_baseline_score: float | None
    peak_score: float | None
    refusals: tuple[Remark, ...]
    deviations: tuple[Remark, ...]


def eih_score(*, first_baseline_kpa: float, end_of_contraction_kpa: float) -> float:
    """Return how much a threshold changed during a contraction, as a share.

    The score is ``(end - first) / first``: +0.25 means that the threshold rose by
    a quarter (inhibition), below 0 it fell (facilitation). It stands on the first
    of the two baselines, not on their mean.

    Raises:
        ClinicalInputError: A threshold outside 1-2000 kPa.

    Source:
        Löfgren et al. 2023, doi:10.1016/j.ynpai.2023.100114, "Statistics" [S1].
    """
    first_kpa = require_ppt_kpa("first_baseline_kpa", first_baseline_kpa)
    end_kpa = require_ppt_kpa("end_of_contraction_kpa", end_of_contraction_kpa)
    return (end_kpa - first_kpa) / first_kpa


def direction_of(score: float) -> Direction:
    """Return what the sign of a score says; its size says nothing by itself."""
    if score > 0:
        return Direction.INHIBITION
    return Direction.FACILITATION if score < 0 else Direction.NO_CHANGE


def eih_result(test: EihTest) -> EihResult:
    """Return the score of a test, or why there is none.

    There is none without a first baseline above 0, without a reading, or when the
    contraction was held for less than 30 s [D].

    Source:
        Löfgren et al. 2023, doi:10.1016/j.ynpai.2023.100114 [S1].
    """
    taken = [
        (reading.second, reading.kpa)
        for reading in sorted(test.series, key=lambda reading: reading.second)
        if reading.kpa is not None
    ]
    end_kpa = taken[-1][1] if taken else None
    refusals = _refusals(test, has_reading=bool(taken))
    first_kpa = _first_baseline_kpa(test)
    if refusals or first_kpa is None or end_kpa is None:
        return EihResult(
            score=None,
            direction=None,
            end_kpa=end_kpa,
            mean_baseline_score=None,
            peak_score=None,
            refusals=refusals,
            deviations=(),
        )
    score = eih_score(first_baseline_kpa=first_kpa, end_of_contraction_kpa=end_kpa)
    return EihResult(
        score=score,
        direction=direction_of(score),
        end_kpa=end_kpa,
        mean_baseline_score=_mean_baseline_score(test.baseline_kpa, end_kpa=end_kpa),
        peak_score=eih_score(
            first_baseline_kpa=first_kpa,
            end_of_contraction_kpa=max(kpa for _, kpa in taken),
        ),
        refusals=(),
        deviations=_deviations(test, last_second=taken[-1][0]),
    )


def _require_baseline_kpa(name: str, kpa: float) -> None:
    if kpa > 0:
        require_ppt_kpa(name, kpa)
    else:
        require_within(name, kpa, minimum=-PPT_MAX_KPA, maximum=PPT_MAX_KPA, unit="kPa")


def _first_baseline_kpa(test: EihTest) -> float | None:
    return test.baseline_kpa[0] if test.baseline_kpa else None


def _mean_baseline_score(
    baseline_kpa: Sequence[float | None], *, end_kpa: float
) -> float | None:
    taken = [kpa for kpa in baseline_kpa if kpa is not None and kpa > 0]
    if len(taken) < BASELINES:
        return None
    return eih_score(
        first_baseline_kpa=sum(taken) / BASELINES, end_of_contraction_kpa=end_kpa
    )


def _refusals(test: EihTest, *, has_reading: bool) -> tuple[Remark, ...]:
    first_kpa = _first_baseline_kpa(test)
    found = []
    if first_kpa is None or first_kpa <= 0:
        found.append(_remark("no_first_baseline", "eih.baseline_kpa[0]"))
    if test.hold_s < HOLD_MIN_S:
        held: dict[str, Value] = {
            "held": shown(test.hold_s, decimals=3),
            "minimum": HOLD_MIN_S,
        }
        found.append(_remark("hold_too_short", "eih.hold_s", held))
    elif not has_reading:
        found.append(_remark("no_reading", "eih.series"))
    return tuple(found)


def _deviations(test: EihTest, *, last_second: int) -> tuple[Remark, ...]:
    found = []
    expected = int(test.hold_s - test.hold_s % READING_EVERY_S)
    if last_second < expected:
        missed: dict[str, Value] = {
            "held": shown(test.hold_s, decimals=3),
            "second": last_second,
            "expected": expected,
        }
        found.append(_remark("last_reading_missing", "eih.series", missed))
    rest_s = test.rest_since_mvc_s
    if rest_s is not None and rest_s < REST_AFTER_S:
        rest: dict[str, Value] = {
            "rest": shown(rest_s, decimals=3),
            "minimum": REST_AFTER_S,
        }
        found.append(_remark("short_rest", "eih.rest_since_mvc_s", rest))
    return tuple(found)


def _remark(code: str, where: str, params: Mapping[str, Value] | None = None) -> Remark:
    return remark(Measure.EIH_SCORE, code, where=where, params=params or {})
