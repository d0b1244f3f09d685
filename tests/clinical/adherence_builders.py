"""Calendars and sessions for the tests of adherence, one line each.

The programme starts on Monday 2 March 2026 and is held on Mondays and Thursdays at
10:00 in Stockholm, an hour long. Slot "1" is the first Monday.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from apps.clinical.adherence.figures import figures_of
from apps.clinical.adherence.inputs import (
    Course,
    DoneExercise,
    DoneSet,
    Excuse,
    ExcuseReason,
    HeldSession,
    Measure,
    PlannedExercise,
    PlannedSlot,
)
from apps.clinical.adherence.outcomes import Result, SlotOutcome

ZONE = ZoneInfo("Europe/Stockholm")
STARTS_ON = date(2026, 3, 2)
FIRST = datetime(2026, 3, 2, 10, tzinfo=ZONE)
LATER = datetime(2027, 1, 1, tzinfo=ZONE)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def at(day, hour=10, minute=0):
    """Return a time of a day of the programme; day 0 is the first Monday."""
    on = STARTS_ON + timedelta(days=day)
    return datetime(on.year, on.month, on.day, hour, minute, tzinfo=ZONE)


def day_of_slot(number):
    """Return the day of the programme on which a slot stands."""
    week, place = divmod(number - 1, 2)
    return 7 * week + 3 * place


def leg_press(**fields):
    """Return 2 sets of 10 x 30 kg: 600 kg."""
    usual = {
        "exercise": "leg-press",
        "measure": Measure.KG,
        "sets": 2,
        "amount": Decimal(10),
        "load_kg": Decimal(30),
    }
    return PlannedExercise(**usual | fields)


def done(*sets, exercise="leg-press"):
    """Return an exercise of sets, each as (repetitions, kg)."""
    return DoneExercise(
        exercise=exercise,
        sets=tuple(
            DoneSet(
                amount=None if reps is None else Decimal(reps),
                load_kg=None if kg is None else Decimal(kg),
            )
            for reps, kg in sets
        ),
    )


WHOLE = done((10, 30), (10, 30))


def slot(number, *, day=None, **fields):
    starts_at = at(day_of_slot(number) if day is None else day)
    usual = {
        "key": str(number),
        "starts_at": starts_at,
        "original_starts_at": starts_at,
        "minutes": 60,
        "plan": (leg_press(),),
    }
    return PlannedSlot(**usual | fields)


def slots(length):
    return tuple(slot(number) for number in range(1, length + 1))


def session(number, *, of=None, day=None, **fields):
    """Return a session: of a slot at its time, or unplanned on a day."""
    if day is None:
        day = day_of_slot(of)
    starts_at = fields.pop("started_at", at(day))
    usual = {
        "key": f"s{number}",
        "slot": None if of is None else str(of),
        "started_at": starts_at,
        "ended_at": starts_at + HOUR,
        "exercises": (WHOLE,),
    }
    return HeldSession(**usual | fields)


def course(**fields):
    return Course(**{"starts_on": STARTS_ON, "weeks": 15, "zone": ZONE} | fields)


def excuse(reason=ExcuseReason.WORK, **fields):
    return Excuse(reason=reason, **fields)


def with_slot(course_, key, **fields):
    """Return the course with one slot changed."""
    changed = tuple(
        replace(one, **fields) if one.key == key else one for one in course_.slots
    )
    return replace(course_, slots=changed)


def outcome(number, result=Result.HELD, **fields):
    """Return a row of a slot as a database may give it, without a plan."""
    if result == Result.EXCUSED:
        fields.setdefault("excuse_reason", ExcuseReason.WORK)
    starts_at = at(day_of_slot(number))
    usual = {
        "key": str(number),
        "starts_at": starts_at,
        "due_at": starts_at + HOUR + DAY,
        "week": (number + 1) // 2,
        "result": result,
    }
    return SlotOutcome(**usual | fields)


def with_kg(number, done_kg, planned_kg, result=Result.HELD, **fields):
    """Return a row of one exercise, from its done and prescribed kg."""
    usual = {
        "dose": Fraction(done_kg, planned_kg),
        "planned_kg": Decimal(planned_kg),
        "planned_sets": 12,
    }
    return outcome(number, result, **usual | fields)


def figures(attended=0, missed=0, excused=0, **fields):
    """Return the figures of so many slots of each result, attended first."""
    results = (
        [Result.HELD] * attended + [Result.MISSED] * missed + [Result.EXCUSED] * excused
    )
    return figures_of(
        outcome(number, result, **fields)
        for number, result in enumerate(results, start=1)
    )
