"""What is drafted from rows is what the plain core makes of the values typed."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.clinical.check_in_windows import Moment
from apps.clinical.flare.detector import judge_history
from apps.clinical.flare.inputs import PatientHistory, Rating, Session
from apps.clinical.flare.policy import DetectorPolicy
from apps.clinical.phases import Phase
from apps.clinical.progression.inputs import (
    DetectorState,
    ExerciseDone,
    Plan,
    SessionDone,
    SetDone,
    Situation,
)
from apps.clinical.progression.proposals import draft
from apps.clinical.progression.steps import MachineSteps
from apps.progression.sessions_done import name_of

from .gym import FIRST_DAY, HOUR, closed, make_gym, start_of

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("D3")]
AFTER = {"pre": timedelta(), "h24": 25 * HOUR, "h48": 49 * HOUR}
FEW = {
    "deadline": None,
    "derandomize": True,
    "suppress_health_check": [HealthCheck.function_scoped_fixture],
}

pain = st.none() | st.integers(30, 90)
visits = st.lists(
    st.fixed_dictionaries(
        {
            "reps": st.tuples(st.integers(13, 24), st.integers(13, 24)),
            "pre": pain,
            "during": pain,
            "h24": pain,
            "h48": pain,
            "confidence": st.none() | st.integers(0, 10),
        }
    ),
    min_size=1,
    max_size=6,
)


def rating(number, moment, value):
    at = start_of(number) + AFTER[moment]
    return Rating(
        key=f"{number:02}-{moment}",
        moment=Moment(moment),
        answered_at=at,
        received_at=at,
        recorded_at=at,
        day=at.date(),
        pain_mm=value,
    )


def plain_proposal(told, *, keys, exercise):
    """Return what the core says, from the values alone."""
    history = PatientHistory(
        sessions=tuple(
            Session(
                key=key,
                day=start_of(number).date(),
                started_at=start_of(number),
                ended_at=start_of(number) + HOUR,
                novel=number <= 3,
                ratings=tuple(
                    rating(number, moment, one[moment])
                    for moment in AFTER
                    if one[moment] is not None
                ),
            )
            for number, (key, one) in enumerate(zip(keys, told, strict=True), start=1)
        )
    )
    now = closed(len(told))
    verdicts = judge_history(history, policy=DetectorPolicy(), now=now).verdicts
    sessions = tuple(
        SessionDone(
            key=key,
            day=start_of(number).date(),
            exercises=(
                ExerciseDone(
                    exercise=exercise,
                    sets=tuple(
                        SetDone(repetitions=reps, load_kg=Decimal(40))
                        for reps in one["reps"]
                    ),
                    sets_asked=2,
                    reps_min=15,
                    reps_max=20,
                ),
            ),
            pre_mm=one["pre"],
            during_mm=() if one["during"] is None else (one["during"],),
            h24_mm=one["h24"],
            h48_mm=one["h48"],
            ref_mm=verdict.ref_mm,
            usual_mm=verdict.med_mm,
            novel=number <= 3,
        )
        for number, (key, one, verdict) in enumerate(
            zip(keys, told, verdicts, strict=True), start=1
        )
    )
    # What the newest session did not ask is not known, whatever came before.
    is_asked = told[-1]["pre"] is not None
    return draft(
        Situation(
            exercise=exercise,
            region="legs",
            on=now.date(),
            plan=Plan(
                load_kg=Decimal(40),
                sets=2,
                phase=phase(1, (1, 2), 40, (15, 20)),
                next_phase=phase(2, (3, 4), 50, (12, 15)),
                phase_started_on=FIRST_DAY,
                steps=MachineSteps(minimum_kg=Decimal("2.5")),
            ),
            sessions=sessions,
            pem=False,
            red_flags=() if is_asked else None,
            confidence=told[-1]["confidence"] if is_asked else None,
            missed_slot=False,
            detector=DetectorState(is_judged=True),
        )
    )


def phase(position, weeks, percent, reps):
    return Phase(
        position=position,
        first_week=weeks[0],
        last_week=weeks[1],
        percent_1rm=Decimal(percent),
        reps_min=reps[0],
        reps_max=reps[1],
    )


def compare(told):
    with transaction.atomic():
        gym = make_gym(live=False)
        keys = []
        for number, one in enumerate(told, start=1):
            fields = {name: one[name] for name in ("pre", "during", "h24", "h48")}
            session = gym.hold(
                number, *one["reps"], told={"confidence": one["confidence"]}, **fields
            )
            keys.append(str(session.public_id))
        gym.think(closed(len(told)))
        exercise = name_of(gym.legs.exercise, "")
        plain = plain_proposal(told, keys=keys, exercise=exercise)
        found = gym.proposal()

        assert found.inputs == dict(plain.inputs)
        assert (found.rule, found.action) == (plain.row, plain.action)
        assert (found.to_kg, found.sets) == (plain.next_load_kg, plain.sets)
        assert found.reason == plain.explanation.text
        transaction.set_rollback(True)


@settings(max_examples=4, **FEW)
@given(visits)
def test_rows_and_values_agree(told):
    compare(told)


@pytest.mark.long
@settings(max_examples=60, **FEW)
@given(visits)
def test_rows_and_values_agree_in_many_histories(told):
    compare(told)
