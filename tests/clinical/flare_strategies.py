"""Histories as patients really make them, and nastier.

Sessions lie from one to 29 days apart, 21 and 22 among them, by the clocks of
Stockholm over a change to summer time, some ending after midnight. Ratings stand on
the edges of their windows, a minute outside, or come twice; values gather at the ends
of the scale.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from apps.clinical.check_in_windows import Moment
from apps.clinical.flare.inputs import (
    Analgesic,
    FlareAnswer,
    Location,
    PatientHistory,
    Rating,
    Session,
)
from apps.clinical.scales import PainScale

ZONE = ZoneInfo("Europe/Stockholm")
FIRST_DAY = date(2026, 3, 27)  # two days before summer time starts
CONFOUNDED = (frozenset(),) * 4 + (frozenset({"infection"}), frozenset({"stress"}))

DAYS_BETWEEN = st.sampled_from([1, 2, 3, 3, 4, 4, 7, 20, 21, 22, 29])
STARTS = st.sampled_from([time(9), time(10), time(10), time(18, 30), time(23, 30)])
LENGTHS = st.sampled_from([timedelta(0), timedelta(minutes=45), timedelta(hours=1)])
NEAR_END = st.integers(0, 100) | st.sampled_from([0, 1, 50, 60, 70, 90, 99, 100])


def minutes(*values):
    return [timedelta(minutes=value) for value in values]


# From the start (pre) or the end; each with its edges, inside and a minute out.
OFFSETS = {
    Moment.PRE: minutes(-91, -90, -30, 0, 0, 0, 10, 11),
    Moment.POST: minutes(-6, -5, 0, 0, 0, 30, 60, 61),
    Moment.H24: [
        timedelta(hours=hours, minutes=extra)
        for hours, extra in (
            *((18, -1), (18, 0), (23, 0), (24, 0), (24, 0), (24, 0)),
            *((25, 0), (36, 0), (36, 1)),
        )
    ],
    Moment.H48: [
        timedelta(hours=hours, minutes=extra)
        for hours, extra in (
            *((40, -1), (40, 0), (47, 0), (48, 0), (48, 0), (48, 0)),
            *((49, 0), (60, 0), (60, 1)),
        )
    ],
}
# How often a moment is rated.
TIMES_RATED = st.sampled_from([0, 1, 1, 1, 1, 1, 2])


def local(day, at):
    """Return the instant at which the clocks of the zone show this."""
    return datetime.combine(day, at, tzinfo=ZONE).astimezone(UTC)


@st.composite
def ratings(draw, *, key, moment, at, pains, scale, delays):
    """Return one rating; the two follow-ups have answers too."""
    said = {}
    if moment in (Moment.H24, Moment.H48) and draw(st.booleans()):
        said = {
            "location": draw(st.none() | st.sampled_from(Location)),
            "flare": draw(st.none() | st.sampled_from(FlareAnswer)),
            "analgesic": draw(st.none() | st.sampled_from(Analgesic)),
            "sleep": draw(st.none() | st.sampled_from([0, 3, 4, 8])),
        }
    # A rating without a value may still carry answers.
    pain_mm = draw(pains) if not said or draw(st.integers(0, 9)) else None
    return Rating(
        key=key,
        moment=moment,
        answered_at=at,
        received_at=at + draw(delays),
        recorded_at=at,
        day=at.astimezone(ZONE).date(),
        pain_mm=pain_mm,
        scale=scale,
        **said,
    )


@st.composite
def sessions(draw, *, number, day, pains, scales, delays):
    """Return one session with its ratings."""
    starts_at = local(day, draw(STARTS))
    ends_at = starts_at + draw(LENGTHS)
    scale = draw(scales)
    rated = tuple(
        draw(
            ratings(
                key=f"{number:02}-{moment}-{turn}",
                moment=moment,
                at=(starts_at if moment == Moment.PRE else ends_at)
                + draw(st.sampled_from(offsets)),
                pains=pains,
                scale=scale,
                delays=delays,
            )
        )
        for moment, offsets in OFFSETS.items()
        for turn in range(draw(TIMES_RATED))
    )
    return Session(
        key=f"s{number:02}",
        day=day,
        started_at=starts_at,
        ended_at=ends_at,
        novel=draw(st.booleans()),
        confounders=draw(st.sampled_from(CONFOUNDED)),
        ratings=rated,
    )


@st.composite
def histories(
    draw, *, pains=NEAR_END, scales=None, delays=None, most=9, days_between=DAYS_BETWEEN
):
    """Return a history of one to `most` sessions after a run-in of up to 16 days.

    Args:
        scales: Of each session; by default all VAS.
        delays: From an answer to its receipt; by default none.
    """
    scales = st.just(PainScale.VAS) if scales is None else scales
    delays = st.just(timedelta(0)) if delays is None else delays
    before = [
        draw(
            ratings(
                key=f"{moment}-{back:02}",
                moment=moment,
                at=local(FIRST_DAY - timedelta(days=back), time(8)),
                pains=pains,
                scale=PainScale.VAS,
                delays=delays,
            )
        )
        for moment, span in ((Moment.RUN_IN, 16), (Moment.DIARY, 30))
        for back in draw(st.sets(st.integers(1, span), max_size=6))
    ]
    day, visits = FIRST_DAY, []
    for number in range(1, draw(st.integers(1, most)) + 1):
        visits.append(
            draw(
                sessions(
                    number=number, day=day, pains=pains, scales=scales, delays=delays
                )
            )
        )
        day += timedelta(days=draw(days_between))
    return PatientHistory(
        run_in=tuple(one for one in before if one.moment == Moment.RUN_IN),
        diary=tuple(one for one in before if one.moment == Moment.DIARY),
        sessions=tuple(visits),
    )


@st.composite
def reacting(draw, *, most=14, rises=(0, 5, 12, 20, 22, 30, 45)):
    """Return the history of a patient whose pain rises after sessions.

    Random values seldom make a pattern; these do, and leave and return to it.

    Args:
        rises: Next-day rises to choose from, in mm.
    """
    level = draw(st.integers(20, 60))
    place = draw(st.sampled_from([None, Location.ONLY_TRAINED, Location.BOTH]))
    day, visits = FIRST_DAY, []
    for number in range(1, draw(st.integers(4, most)) + 1):
        rise = draw(st.sampled_from(rises))
        start = local(day, time(10))
        end = start + timedelta(hours=1)
        values = (
            (Moment.PRE, start, level + draw(st.integers(-4, 4))),
            (Moment.POST, end, level + rise // 2),
            (Moment.H24, end + timedelta(hours=24), level + rise),
            (Moment.H48, end + timedelta(hours=48), level + rise * 3 // 4),
        )
        visits.append(
            Session(
                key=f"s{number:02}",
                day=day,
                started_at=start,
                ended_at=end,
                novel=place is not None and draw(st.booleans()),
                ratings=tuple(
                    plain_rating(
                        f"{number:02}-{moment}", moment, at, min(100, value), place
                    )
                    for moment, at, value in values
                    if draw(st.integers(0, 5))
                ),
            )
        )
        if not draw(st.integers(0, 6)):
            level = min(70, level + 20)
        day += timedelta(days=draw(st.sampled_from([3, 4, 3, 4, 7, 14, 21, 22])))
    before = tuple(
        plain_rating(
            f"run_in-{back:02}",
            Moment.RUN_IN,
            local(FIRST_DAY - timedelta(days=back), time(8)),
            level,
        )
        for back in range(1, draw(st.sampled_from([0, 3, 7])) + 1)
    )
    return PatientHistory(run_in=before, sessions=tuple(visits))


def plain_rating(key, moment, at, pain_mm, place=None):
    return Rating(
        key=key,
        moment=moment,
        answered_at=at,
        received_at=at,
        recorded_at=at,
        day=at.astimezone(ZONE).date(),
        pain_mm=pain_mm,
        location=place if moment in (Moment.H24, Moment.H48) else None,
    )


def mapped(history, change):
    """Return the history with each rating changed; None leaves it out.

    Args:
        change: Of a session, None for a rating before the first, and a rating.
    """

    def of(ratings_, session):
        changed = (change(session, one) for one in ratings_)
        return tuple(one for one in changed if one is not None)

    return replace(
        history,
        run_in=of(history.run_in, None),
        diary=of(history.diary, None),
        sessions=tuple(
            replace(session, ratings=of(session.ratings, session))
            for session in history.sessions
        ),
    )
