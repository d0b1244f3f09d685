"""Corrections of a session by plain requests."""

from datetime import timedelta
from decimal import Decimal

import pytest

from apps.clinics.models import Snapshot
from apps.common import clock
from apps.exercises.models import Exercise
from apps.logbook import services as logbook
from apps.logbook.entry import Correction
from apps.logbook.models import HeldSession
from tests.flares.course import start_of

from .entered import (
    AS_HELD,
    QUEUE,
    SESSION,
    filled,
    held,
    open_form,
    sets_of,
    tove_of,
)
from .test_pages import errors_of, fields_of

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("C4")]


@pytest.mark.requirement("C3")
def test_same_correction_sent_twice_counts_once(phone, anna):
    session = held(anna)
    sent = filled(phone, SESSION, session) | {"exercises-0-sets-1-reps": "12"}

    first = phone.post(SESSION, sent, headers=QUEUE)
    second = phone.post(SESSION, sent, headers=QUEUE)

    session.refresh_from_db()
    assert (first.status_code, second.status_code) == (200, 200)
    assert session.version == 2
    assert [each[0] for each in sets_of(session)] == [15, 12]


def test_set_is_corrected_and_what_is_not_asked_stays(phone, anna):
    session = held(anna)
    started_at = session.started_at
    typed = {"exercises-0-sets-0-reps": "12", "exercises-0-sets-0-pain_mm": "30"}

    answer = phone.post(SESSION, filled(phone, SESSION, session) | typed)

    session = HeldSession.objects.get()
    assert answer.status_code == 302
    assert sets_of(session) == [(12, Decimal("32.5"), 30, 13), AS_HELD[1]]
    # To the second, which the form does not know.
    assert session.started_at == started_at
    assert session.note == "Fine"


def test_set_that_is_unticked_is_gone_and_one_more_can_be_ticked(phone, anna):
    session = held(anna)
    sent = filled(phone, SESSION, session) | {"exercises-0-sets-2-done": "on"}
    del sent["exercises-0-sets-0-done"]

    phone.post(SESSION, sent)

    assert sets_of(HeldSession.objects.get()) == [AS_HELD[1], AS_HELD[1]]


def test_note_alone_leaves_the_sets_as_they_are(phone, anna):
    session = held(anna)

    phone.post(SESSION, filled(phone, SESSION, session, note="Not fine"))

    session = HeldSession.objects.get()
    assert session.note == "Not fine"
    assert sets_of(session) == AS_HELD
    assert Snapshot.objects.get().content["note"] == "Fine"


@pytest.mark.requirement("C6")
def test_time_is_corrected_by_the_clock_of_the_session(phone, anna):
    session = held(anna)
    sent = filled(phone, SESSION, session)
    local = sent["started_local"]
    earlier = session.started_at.replace(second=0) - timedelta(minutes=10)
    anna.time_zone = "America/New_York"
    anna.save()
    assert fields_of(open_form(phone, SESSION, session))["started_local"] == local

    minute = earlier.astimezone(start_of(1).tzinfo).strftime("%Y-%m-%dT%H:%M")
    phone.post(SESSION, sent | {"started_local": minute})

    assert HeldSession.objects.get().started_at == earlier


def test_exercise_that_was_forgotten_can_be_added(phone, anna):
    session = held(anna)
    answer = open_form(phone, SESSION, session)
    count = int(fields_of(answer)["exercises"])
    assert count > 1
    sent = filled(phone, SESSION, session) | {"exercises-1-skipped_reason": "pain"}

    phone.post(SESSION, sent)

    entries = HeldSession.objects.get().exercise_entries.order_by("position")
    assert [each.skipped_reason for each in entries] == ["", "pain"]


def test_session_without_any_set_is_refused(phone, anna):
    session = held(anna)
    sent = filled(phone, SESSION, session)
    for number in (0, 1):
        del sent[f"exercises-0-sets-{number}-done"]

    answer = phone.post(SESSION, sent)

    assert answer.status_code == 400
    assert sets_of(HeldSession.objects.get()) == AS_HELD


def test_stale_correction_of_a_session_takes_the_sets_that_were_added(phone, anna):
    session = held(anna)
    sent = filled(phone, SESSION, session) | {"exercises-0-sets-0-reps": "12"}
    a_set = {"reps": 10, "load": {"value": "32.5", "unit": "kg"}}
    press = session.exercise_entries.get().exercise
    logbook.correct_session(
        session_id=session.public_id,
        correction=Correction.parse(
            {
                "correction_reason": "As I saw it",
                "exercises": [
                    {"exercise": str(press.public_id), "sets": [a_set, a_set, a_set]}
                ],
            }
        ),
        expected_version=1,
        by=tove_of(anna),
        now=clock.now(),
    )

    answer = phone.post(SESSION, sent)
    shown = fields_of(answer)

    assert answer.status_code == 412
    assert "Recorded meanwhile: 10" in answer.content.decode()
    assert [shown[f"exercises-0-sets-{n}-reps"] for n in range(3)] == ["12", "10", "10"]
    assert shown["exercises-0-sets"] == "4"


@pytest.mark.parametrize("count", [1, 5])
def test_correction_costs_the_same_for_five_sets_as_for_one(
    phone, anna, count, django_assert_num_queries
):
    a_set = {"reps": 15, "load": {"value": "32.5", "unit": "kg"}}
    press = Exercise.objects.get(clinic=anna.clinic, slug="leg_press")
    session = held(
        anna, exercises=[{"exercise": str(press.public_id), "sets": [a_set] * count}]
    )

    with django_assert_num_queries(20):
        open_form(phone, SESSION, session)


def test_pain_of_a_set_that_was_not_done_is_asked_about(phone, anna):
    session = held(anna)
    sent = filled(phone, SESSION, session) | {"exercises-0-sets-2-pain_mm": "30"}

    answer = phone.post(SESSION, sent)

    assert answer.status_code == 400
    assert "Did you do this set?" in errors_of(answer)[0]
