"""The dose of a session whose sets and repetitions a decision had changed."""

from decimal import Decimal

import pytest

from apps.adherence import queries, services
from apps.adherence.models import AdherenceSnapshot
from apps.clinical.adherence.outcomes import slot_outcomes
from apps.inbox.models import Alert
from apps.programmes.models import LoadInForce
from apps.progression.services import draft_patient
from tests.progression.gym import DAY, HOUR, closed, make_gym, start_of, work

from .training import make_training
from .training import start_of as training_starts
from .training import work as trained

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("G1")]


def bench(gym, *reps, kg):
    return {
        "exercise": str(gym.bench.exercise.public_id),
        "sets": work(*reps, kg=kg),
    }


def after_a_flare():
    """Return a patient for whom row 3 was accepted: one set of 32.5 instead of 42.5 kg.

    The bench press goes down to 37.5 kg and keeps its two sets.
    """
    gym = make_gym(kg="42.5")
    for number in range(1, 7):
        session = gym.hold(number, 22, 22, kg="42.5")
    gym.think(closed(6))
    Alert.objects.create(
        clinic=gym.clinic,
        patient=gym.anna,
        kind="acute_flare",
        severity="moderate",
        origin_key=f"flare:{session.public_id}",
        opened_at=session.ended_at + DAY,
        sentence="Pain rose.",
    )
    draft_patient(patient=gym.anna, now=closed(6))
    for of in (gym.legs, gym.bench):
        gym.accept(gym.proposal(of), now=closed(6))
    return gym


def outcome(one, number):
    """Return what the rules make of the planned session of this number."""
    [course] = queries.courses_of([one.programme]).values()
    key = str(one.programme.planned_sessions.get(number=number).pk)
    outcomes = slot_outcomes(course, now=start_of(30))
    return next(each for each in outcomes if each.key == key)


def test_the_one_set_that_was_asked_for_is_the_whole_dose():
    gym = after_a_flare()
    gym.hold(7, 15, kg="32.5", others=[bench(gym, 15, 15, kg="37.5")])

    found = outcome(gym, 7)

    # 1 x 15 x 32.5 + 2 x 15 x 37.5
    assert (found.planned_kg, found.planned_sets) == (Decimal("1612.5"), 3)
    assert found.dose == 1
    services.refresh_all(now=start_of(7) + 25 * HOUR)
    row = AdherenceSnapshot.objects.get(programme=gym.programme, window="programme")
    # Six sessions of 2 x 15 x 42.5 for each of two exercises came before.
    assert row.dose_prescribed == 6 * 2550 + Decimal("1612.5")


def test_the_session_after_it_is_asked_for_all_sets_again():
    gym = after_a_flare()
    for number in (7, 8):
        gym.hold(number, 15, kg="32.5", others=[bench(gym, 15, 15, kg="37.5")])

    found = outcome(gym, 8)

    # 2 x 15 x 32.5 + 2 x 15 x 37.5; half of the one and all of the other, by sets.
    assert (found.planned_kg, found.planned_sets) == (2100, 4)
    assert found.dose == Decimal("0.75")


def test_a_missed_session_does_not_use_the_one_set_up():
    gym = after_a_flare()
    gym.hold(8, 15, kg="32.5", others=[bench(gym, 15, 15, kg="37.5")])

    assert outcome(gym, 7).planned_kg == Decimal("1612.5")
    assert outcome(gym, 8).planned_kg == Decimal("1612.5")
    assert outcome(gym, 9).planned_kg == 2100


def test_sessions_before_the_decision_keep_what_they_were_asked():
    gym = after_a_flare()

    # 2 x 15 x 42.5 for each of two exercises.
    assert outcome(gym, 6).planned_kg == 2550


def test_decided_repetitions_hold_as_long_as_their_load():
    one = make_training()
    one.load("82.5", at=training_starts(1) + 2 * HOUR)
    LoadInForce.objects.filter(load_kg=Decimal("82.5")).update(reps_min=12, reps_max=20)
    one.attend(1)
    one.attend(2, trained(12, 12, kg="82.5"))
    one.attend(3, trained(12, 12, kg="82.5"))
    one.load("85", at=training_starts(3) + 2 * HOUR)
    one.attend(4, trained(15, 15, kg="85"))

    prescribed = [outcome(one, number).planned_kg for number in range(1, 5)]
    assert prescribed == [2400, 1980, 1980, 2550]
