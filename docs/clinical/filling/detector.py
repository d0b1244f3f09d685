"""The flare detector: eight sessions, judged."""

from datetime import UTC, datetime, timedelta

from apps.clinical.check_in_windows import Moment
from apps.clinical.flare.detector import judge_history
from apps.clinical.flare.inputs import PatientHistory, Rating, Session
from apps.clinical.flare.policy import DetectorPolicy
from apps.clinical.flare.sentences import pattern_alert
from apps.clinical.flare.verdicts import SessionVerdict

from ..shown import number, plain, table

FIRST = datetime(2026, 3, 2, 10, tzinfo=UTC)
RUN_IN = (52, 48, 55, 60, 50, 47)
# Before, right after, next day, two days; None is a value that did not come.
SESSIONS = (
    (51, 55, 58, 55),
    (54, 60, 78, 66),
    (49, 66, 74, 60),
    (56, 70, 80, None),
    (52, 62, None, 64),
    (50, 64, 76, 70),
    (53, None, 72, 66),
    (55, 68, 81, 69),
)


def detector() -> dict[str, str]:
    """Return the eight sessions with what the detector makes of each."""
    policy = DetectorPolicy()
    history = PatientHistory(
        run_in=tuple(_run_in()),
        sessions=tuple(
            _session(number, values) for number, values in enumerate(SESSIONS)
        ),
    )
    judged = judge_history(history, policy=policy, now=FIRST + timedelta(days=90))
    first, fourth = judged.verdicts[1], judged.verdicts[3]
    assert fourth.pattern is not None
    return {
        "version": f"Policy version {policy.version}. A clinic signs a version, alone "
        "or with other numbers, and every verdict names the one that made it.",
        "run_in": ", ".join(map(str, RUN_IN)),
        "sessions": table(
            (
                "session",
                "before",
                "right after",
                "next day",
                "two days",
                "reference",
                "usual variation",
                "response",
                "rules that hold",
            ),
            [
                (place, *map(_value, values), *_judged(verdict))
                for place, (values, verdict) in enumerate(
                    zip(SESSIONS, judged.verdicts, strict=True), start=1
                )
            ],
        ),
        "second_pre": str(first.pre_mm),
        "second_median": number(first.med_mm),
        "second_ref": number(first.ref_mm),
        "second_h24": str(first.h24_mm),
        "second_rise": number(first.rise_mm),
        "alert_n": str(fourth.pattern.n),
        "alert_mean": number(fourth.pattern.mean_mm, decimals=1),
        "alert_z": number(fourth.pattern.z, decimals=2),
        "alert_text": pattern_alert(
            fourth.pattern, sig_mm=fourth.sig_mm, each_mm=policy.t4_each_mm
        ).text,
    }


def _value(value: int | None) -> str:
    return "–" if value is None else str(value)


def _judged(verdict: SessionVerdict) -> tuple[str, ...]:
    return (
        number(verdict.ref_mm),
        number(verdict.sig_mm, decimals=2),
        number(verdict.response_mm, decimals=2),
        ", ".join(map(plain, verdict.tiers)) or "none",
    )


def _run_in() -> list[Rating]:
    first = (FIRST - timedelta(days=len(RUN_IN))).replace(hour=9)
    days = (first + timedelta(days=place) for place in range(len(RUN_IN)))
    return [
        _rating(Moment.RUN_IN, day, value)
        for day, value in zip(days, RUN_IN, strict=True)
    ]


def _session(number: int, values: tuple[int | None, ...]) -> Session:
    week, second = divmod(number, 2)
    start = FIRST + timedelta(weeks=week, days=3 * second)
    end = start + timedelta(hours=1)
    times = {
        Moment.PRE: start,
        Moment.POST: end,
        Moment.H24: end + timedelta(hours=24),
        Moment.H48: end + timedelta(hours=48),
    }
    return Session(
        key=f"{number}",
        day=start.date(),
        started_at=start,
        ended_at=end,
        ratings=tuple(
            _rating(moment, at, value)
            for (moment, at), value in zip(times.items(), values, strict=True)
            if value is not None
        ),
    )


def _rating(moment: Moment, at: datetime, pain_mm: int) -> Rating:
    return Rating(
        key=f"{moment} {at}",
        moment=moment,
        answered_at=at,
        received_at=at,
        recorded_at=at,
        day=at.date(),
        pain_mm=pain_mm,
    )
