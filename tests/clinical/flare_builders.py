"""Small builders for the detector's inputs.

Sessions are held on Mondays and Thursdays, 10:00-11:00 UTC, and are rated at
10:00, 11:00, +24 h and +48 h, unless a test says otherwise.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from apps.clinical.check_in_windows import Moment
from apps.clinical.flare.detector import judge_history
from apps.clinical.flare.inputs import PatientHistory, Rating, Session
from apps.clinical.flare.policy import DetectorPolicy

POLICY = DetectorPolicy()
FIRST = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)  # a Monday
LATER = FIRST + timedelta(days=400)
GOLDEN_RUN_IN = (52, 48, 55, 60, 50, 47)
CALM_RUN_IN = (50, 50, 50, 50, 50, 50)


def start_of(number):
    """Return when the session of this number starts, counted from 1."""
    week, second = divmod(number - 1, 2)
    return FIRST + timedelta(weeks=week, days=3 * second)


def end_of(number):
    """Return when the session of this number ends."""
    return start_of(number) + timedelta(hours=1)


def rating(
    key, moment, at, pain_mm=None, *, received_at=None, recorded_at=None, **rest
):
    """Return a rating that was written down and received when it was felt."""
    return Rating(
        key=key,
        moment=moment,
        answered_at=at,
        received_at=received_at or at,
        recorded_at=recorded_at or at,
        day=at.date(),
        pain_mm=pain_mm,
        **rest,
    )


def usual_times(start):
    """Return the instants at which a session is usually rated."""
    end = start + timedelta(hours=1)
    return {
        "pre": start,
        "post": end,
        "h24": end + timedelta(hours=24),
        "h48": end + timedelta(hours=48),
    }


def visit(
    number,
    *,
    pre=None,
    post=None,
    h24=None,
    h48=None,
    start=None,
    received=None,
    scales=None,
    answers_h24=None,
    answers_h48=None,
    extra=(),
    **session,
):
    """Return one session with its ratings.

    `received` and `scales` map a moment to its instant and scale; the answers are
    further fields of the two follow-ups.
    """
    start = start or start_of(number)
    times = usual_times(start)
    pains = {"pre": pre, "post": post, "h24": h24, "h48": h48}
    answers = {"h24": answers_h24 or {}, "h48": answers_h48 or {}}
    ratings = []
    for name, pain_mm in pains.items():
        fields = dict(answers.get(name, {}))
        if pain_mm is None and not fields:
            continue
        if scales and name in scales:
            fields["scale"] = scales[name]
        ratings.append(
            rating(
                f"{number:02}-{name}",
                Moment(name),
                times[name],
                pain_mm,
                received_at=(received or {}).get(name),
                **fields,
            )
        )
    return Session(
        key=f"s{number:02}",
        day=start.date(),
        started_at=start,
        ended_at=start + timedelta(hours=1),
        ratings=(*ratings, *extra),
        **session,
    )


def run_in(values=CALM_RUN_IN, *, moment=Moment.RUN_IN, last_day=None):
    """Return one rating a day, the last on the day before session 1."""
    last = (last_day or FIRST - timedelta(days=1)).replace(hour=9)
    days = [last - timedelta(days=back) for back in reversed(range(len(values)))]
    return tuple(
        rating(f"{moment}-{day.date()}", moment, day, value)
        for day, value in zip(days, values, strict=True)
        if value is not None
    )


def history(*visits, rest=CALM_RUN_IN, **more):
    """Return a history with these sessions after a run-in."""
    return PatientHistory(run_in=run_in(rest), sessions=tuple(visits), **more)


def judge(*visits, rest=CALM_RUN_IN, now=LATER, policy=POLICY, closings=(), **more):
    """Return the judgement of these sessions after a run-in."""
    return judge_history(
        history(*visits, rest=rest, **more), policy=policy, now=now, closings=closings
    )


def newest(*visits, **more):
    """Return the verdict of the last of these sessions."""
    return judge(*visits, **more).verdicts[-1]


def event_of(verdict, family):
    """Return the status of a verdict in one family, or None."""
    statuses = [event.status for event in verdict.events if event.family == family]
    assert len(statuses) <= 1
    return statuses[0] if statuses else None


def alerts_of(judgement, family):
    """Return the alerts of one family."""
    return [alert for alert in judgement.alerts if alert.family == family]


def without(session, *names):
    """Return the session without the ratings of these moments."""
    kept = tuple(one for one in session.ratings if one.moment not in names)
    return replace(session, ratings=kept)


def a_date(text):
    """Return a day from its ISO text."""
    return date.fromisoformat(text)
