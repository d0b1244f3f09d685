"""What must come before harder work: the first load, explosive work, intervals.

A closed gate names every reason. It is a rule of this product and no law: where the
design lets a therapist decide otherwise, the decision is written with its reason
elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ..errors import ClinicalInputError

HIIT_GREEN_WEEKS: Final = 4  # [D] "selected individuals with good tolerance" [S0]


class Closed(StrEnum):
    """Why a gate is closed."""

    PEM = "pem"
    PEM_UNKNOWN = "pem_unknown"
    TOO_FEW_WEEKS = "too_few_weeks"
    WEEK_NOT_GREEN = "week_not_green"
    WEEK_UNKNOWN = "week_unknown"
    RED_FLAG_OPEN = "red_flag_open"
    RED_FLAG_UNKNOWN = "red_flag_unknown"
    FLARE_OPEN = "flare_open"
    FLARE_UNKNOWN = "flare_unknown"
    PATTERN_OPEN = "pattern_open"
    PATTERN_UNKNOWN = "pattern_unknown"
    NOT_YET = "not_yet"
    NO_MEETING = "no_meeting"
    NOT_INSTRUCTED = "not_instructed"
    NOT_ADJUSTED = "not_adjusted"
    NO_ONE_REP_MAX = "no_one_rep_max"
    NO_TOLERANCE_TEST = "no_tolerance_test"
    NOT_TOLERATED = "not_tolerated"


WORDS: Final = {
    Closed.PEM: "Symptoms get worse for days after small efforts (PEM): a therapist "
    "decides and signs.",
    Closed.PEM_UNKNOWN: "Ask first whether symptoms get worse for days after small "
    "efforts (PEM).",
    Closed.TOO_FEW_WEEKS: "Fewer than 4 weeks of training so far.",
    Closed.WEEK_NOT_GREEN: "In the last 4 weeks a session was not green.",
    Closed.WEEK_UNKNOWN: "In the last 4 weeks a week has no session known to be green.",
    Closed.RED_FLAG_OPEN: "A warning sign is unresolved: look at it first.",
    Closed.RED_FLAG_UNKNOWN: "It is not known whether a warning sign is unresolved.",
    Closed.FLARE_OPEN: "A flare is open: no explosive work and no intervals.",
    Closed.FLARE_UNKNOWN: "It is not known whether a flare is open.",
    Closed.PATTERN_OPEN: "The pattern of the last sessions suggests that exercise "
    "makes pain worse: hold everything and talk with the patient.",
    Closed.PATTERN_UNKNOWN: "It is not known whether the pattern alert is open.",
    Closed.NOT_YET: "The template brings it in a later week.",
    Closed.NO_MEETING: "The introductory meeting comes before the first load.",
    Closed.NOT_INSTRUCTED: "The exercises were not shown yet.",
    Closed.NOT_ADJUSTED: "The exercises were not adjusted to the person yet.",
    Closed.NO_ONE_REP_MAX: "There is no 1RM yet: test before the first load.",
    Closed.NO_TOLERANCE_TEST: "The exercises were not tried for tolerance yet.",
    Closed.NOT_TOLERATED: "The exercises were not tolerated: adjust them and try "
    "again.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A gate with every reason why it is closed; open without any."""

    reasons: tuple[Closed, ...]

    @property
    def is_open(self) -> bool:
        """Tell whether nothing stands in the way."""
        return not self.reasons


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplosiveGate:
    """The gate of explosive work.

    Args:
        level: That the template asks for in this week; None before it starts. What a
            level means is not published [U].
    """

    level: int | None
    reasons: tuple[Closed, ...]

    @property
    def is_open(self) -> bool:
        """Tell whether nothing stands in the way."""
        return not self.reasons


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplosiveStep:
    """A level of explosive leg work, from a week on; both count from 1."""

    from_week: int
    level: int

    def __post_init__(self) -> None:
        """Refuse a step before the programme starts.

        Raises:
            ClinicalInputError: A week or level below 1.
        """
        for name, value in (("from_week", self.from_week), ("level", self.level)):
            if value < 1:
                raise ClinicalInputError(f"{name} must be at least 1, got {value!r}.")


# Weeks [S1]: "at week 5 and 8 ... also included"; whether the second one is harder is
# unknown [U], so the levels only number them
TRIAL_EXPLOSIVE_STEPS: Final = (
    ExplosiveStep(from_week=5, level=1),
    ExplosiveStep(from_week=8, level=2),
)


class Tolerance(StrEnum):
    """How the exercises were borne when they were tried."""

    TOLERATED = "tolerated"
    TOLERATED_ADJUSTED = "tolerated_adjusted"
    NOT_TOLERATED = "not_tolerated"


@dataclass(frozen=True, slots=True, kw_only=True)
class IntroductoryMeeting:
    """What was done with one person before the first load; None if not recorded.

    Args:
        instructed: The exercises were shown.
        adjusted: Each exercise was adjusted to the person's condition, or looked at
            and left as it is.
        one_rep_max_known: A 1RM exists for what is loaded by it.
        tolerance: Outcome of the tolerance test.
    """

    instructed: bool | None = None
    adjusted: bool | None = None
    one_rep_max_known: bool | None = None
    tolerance: Tolerance | None = None


def first_load_gate(
    meeting: IntroductoryMeeting | None, *, is_loaded_by_one_rep_max: bool
) -> Gate:
    """Return whether a first load may be set.

    Args:
        meeting: None if there was none.
        is_loaded_by_one_rep_max: False for body weight, holds, heart rate and effort,
            which need no 1RM.

    Source:
        Instruction, adjustment of each exercise, 1RM test and tolerance test, then
        the first load [S1]; that it is a gate is ours [D].
    """
    if meeting is None:
        return Gate(reasons=(Closed.NO_MEETING,))
    checks = (
        (Closed.NOT_INSTRUCTED, not meeting.instructed),
        (Closed.NOT_ADJUSTED, not meeting.adjusted),
        (
            Closed.NO_ONE_REP_MAX,
            is_loaded_by_one_rep_max and not meeting.one_rep_max_known,
        ),
        (Closed.NO_TOLERANCE_TEST, meeting.tolerance is None),
        (Closed.NOT_TOLERATED, meeting.tolerance is Tolerance.NOT_TOLERATED),
    )
    return Gate(reasons=tuple(reason for reason, holds in checks if holds))


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAlerts:
    """What speaks against harder work now; None: not known, which closes like yes.

    Args:
        flare: An acute or sustained flare (T2, T3).
        pattern: A T4 ALERT.
        red_flag: A warning sign that nobody has resolved.
    """

    flare: bool | None
    pattern: bool | None
    red_flag: bool | None


def hiit_gate(
    *,
    green_by_week: Sequence[Sequence[bool | None]],
    alerts: OpenAlerts,
    pem: bool | None,
) -> Gate:
    """Return whether high-intensity intervals may be started.

    The last four weeks of training must each hold a session known to be green, and
    none known not to be. A session that is not known counts neither way, a week
    without a session breaks the row.

    Args:
        green_by_week: Weeks in a row, oldest first; for each session of a week
            whether it was green, None if that is not known.
        alerts: Those of the person that are open now.
        pem: Whether the person has ME/CFS or symptoms for days after small efforts;
            None if not asked, which closes like yes.

    Source:
        "Selected individuals with good tolerance" [S0]; four green weeks, and no
        alert that is open [D].
    """
    recent = green_by_week[-HIIT_GREEN_WEEKS:]
    checks = (
        *_pem_checks(pem=pem),
        *_alert_checks(alerts),
        (Closed.TOO_FEW_WEEKS, len(green_by_week) < HIIT_GREEN_WEEKS),
        (Closed.WEEK_NOT_GREEN, any(False in week for week in recent)),
        (Closed.WEEK_UNKNOWN, any(not _has_known(week) for week in recent)),
    )
    return Gate(reasons=tuple(reason for reason, holds in checks if holds))


def explosive_gate(
    *,
    week: int,
    alerts: OpenAlerts,
    pem: bool | None,
    steps: Sequence[ExplosiveStep] = TRIAL_EXPLOSIVE_STEPS,
) -> ExplosiveGate:
    """Return the level of explosive work of a week, and what stands in its way.

    Args:
        week: Of the programme, from 1.
        alerts: As in `hiit_gate`.
        pem: As in `hiit_gate`.
        steps: Of the template, in any order; the trial's unless told.

    Source:
        Weeks [S1]; no explosive work with a warning sign or in a flare, nothing new
        with a pattern alert: rows 1, 3 and 4 of the load table [D].
    """
    level = max((step.level for step in steps if step.from_week <= week), default=None)
    checks = (
        (Closed.NOT_YET, level is None),
        *_pem_checks(pem=pem),
        *_alert_checks(alerts),
    )
    return ExplosiveGate(
        level=level,
        reasons=tuple(reason for reason, holds in checks if holds),
    )


def _pem_checks(*, pem: bool | None) -> tuple[tuple[Closed, bool], ...]:
    return ((Closed.PEM, pem is True), (Closed.PEM_UNKNOWN, pem is None))


def _alert_checks(alerts: OpenAlerts) -> tuple[tuple[Closed, bool], ...]:
    return (
        (Closed.RED_FLAG_OPEN, alerts.red_flag is True),
        (Closed.RED_FLAG_UNKNOWN, alerts.red_flag is None),
        (Closed.FLARE_OPEN, alerts.flare is True),
        (Closed.FLARE_UNKNOWN, alerts.flare is None),
        (Closed.PATTERN_OPEN, alerts.pattern is True),
        (Closed.PATTERN_UNKNOWN, alerts.pattern is None),
    )


def _has_known(week: Sequence[bool | None]) -> bool:
    return any(green is not None for green in week)
