"""Small builders for the load table.

One exercise at 40 kg by 2.5 kg, two sets of 15-20, sessions on Mondays and
Thursdays. Everything is green and known unless a test says otherwise, and the last
sets are in the middle of the target.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from apps.clinical.flare.verdicts import Kind
from apps.clinical.phases import Phase
from apps.clinical.progression.inputs import (
    DetectorState,
    ExerciseDone,
    OpenFlare,
    Plan,
    SessionDone,
    SetDone,
    Situation,
)
from apps.clinical.progression.policy import LoadPolicy
from apps.clinical.progression.proposals import at_pre, draft
from apps.clinical.progression.steps import MachineSteps

POLICY = LoadPolicy()
FIRST = date(2026, 3, 2)  # a Monday
NEXT = date(2026, 3, 9)
JUDGED = DetectorState(is_judged=True)
PHASE_1 = Phase(
    position=1,
    first_week=1,
    last_week=2,
    percent_1rm=Decimal(40),
    reps_min=15,
    reps_max=20,
)
PHASE_2 = Phase(
    position=2,
    first_week=3,
    last_week=4,
    percent_1rm=Decimal(50),
    reps_min=12,
    reps_max=15,
)


def kg(text):
    return None if text is None else Decimal(text)


def machine(increment="2.5", minimum=None):
    return MachineSteps(increment_kg=kg(increment), minimum_kg=kg(minimum))


def exercise(*reps, load="40", low=15, high=20, name="leg_press", pains=()):
    """Return an exercise with one set for each number of repetitions."""
    pains = (*pains, *(None for _ in reps))
    return ExerciseDone(
        exercise=name,
        sets=tuple(
            SetDone(repetitions=count, load_kg=kg(load), pain_mm=pain)
            for count, pain in zip(reps, pains, strict=False)
        ),
        reps_min=low,
        reps_max=high,
    )


def session(number, *exercises, **values):
    """Return the session of this number, counted from 1; green as it stands."""
    week, second = divmod(number - 1, 2)
    usual = {
        "pre_mm": 50,
        "during_mm": (55,),
        "h24_mm": 52,
        "h48_mm": 50,
        "ref_mm": 50.0,
        "usual_mm": 50.0,
        "novel": False,
    }
    return SessionDone(
        key=f"s{number}",
        day=FIRST + timedelta(weeks=week, days=3 * second),
        exercises=exercises or (exercise(18, 17),),
        **(usual | values),
    )


def plan(**values):
    usual = {
        "load_kg": "40",
        "sets": 2,
        "phase": PHASE_1,
        "next_phase": PHASE_2,
        "phase_started_on": FIRST,
        "one_rep_max_kg": "100",
    } | values
    for name in ("load_kg", "one_rep_max_kg"):
        usual[name] = kg(usual[name])
    return Plan(**usual)


def situation(*sessions, load=None, reps=None, **values):
    """Return a situation after two sessions; `reps` are those of the last sets."""
    values.setdefault("plan", plan(load_kg=load or "40"))
    if not sessions:
        at = load or "40"
        done = exercise(*(reps or (18, 17)), load=at)
        sessions = (session(1, done), session(2, done))
    usual = {
        "exercise": "leg_press",
        "region": "legs",
        "on": NEXT,
        "pem": False,
        "red_flags": (),
        "acute_illness": False,
        "confidence": 8,
        "missed_slot": False,
        "detector": JUDGED,
    }
    return Situation(sessions=sessions, **(usual | values))


def over(load="40", **values):
    """Return a situation that asks for a raise."""
    return situation(load=load, reps=(20, 22), **values)


def with_newest(case, **values):
    """Return the situation with other values around the newest session."""
    newest = replace(case.sessions[-1], **values)
    return replace(case, sessions=(*case.sessions[:-1], newest))


def flare(kind=Kind.ACUTE_FLARE, **values):
    """Return a detector state with an open flare."""
    opened = OpenFlare(key="episode", kind=kind, **values)
    return DetectorState(is_judged=True, flare=opened)


def told(proposal):
    """Return the row, the action and the next load."""
    load = proposal.next_load_kg
    return proposal.row, str(proposal.action), None if load is None else float(load)


def drafted(case):
    return told(draft(case))


def checked(case, *, standing):
    """Return what the check before the session leaves of a draft."""
    return at_pre(case, standing=draft(standing))
