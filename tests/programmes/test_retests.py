"""1RM tests fall due by the weeks of the template; therapists are reminded once."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.exercises.models import Exercise
from apps.messaging.models import OutboxMail
from apps.programmes import queries, services
from apps.programmes.entry import PauseRequest, ResumeRequest, RetestQuery
from apps.programmes.models import LoadInForce, Prescription
from apps.strength.results import UNKNOWN, change_since
from tests.factories.people import (
    api_client,
    give_care,
    make_manager,
    make_patient,
    make_therapist,
)
from tests.factories.training import (
    decide_rules,
    make_one_rep_max,
    make_programme,
    trial,
)

from .test_prescription import prescribed, put

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("D1")]


def noon(month, day):
    return datetime(2026, month, day, 11, tzinfo=UTC)


def due(gym, *, now, slug="leg_press"):
    rows = queries.retests_due(gym.therapist, RetestQuery(), now=now)
    return [(row.week, row.due_on) for row in rows.filter(exercise__slug=slug)]


def measured(gym, tested_at, *, slug="leg_press", **fields):
    exercise = Exercise.objects.get(clinic=gym.clinic, slug=slug)
    return make_one_rep_max(
        gym.patient,
        exercise,
        by=gym.therapist,
        now=tested_at,
        tested_at=tested_at.isoformat(),
        **fields,
    )


@pytest.mark.parametrize(
    ("now", "found"),
    [
        pytest.param(noon(2, 22), [], id="8 days before the start"),
        pytest.param(noon(2, 23), [(0, date(2026, 2, 23))], id="week 0 begins"),
        pytest.param(noon(3, 22), [(0, date(2026, 2, 23))], id="last day of week 3"),
        pytest.param(noon(3, 23), [(4, date(2026, 3, 23))], id="first day of week 4"),
        pytest.param(noon(4, 20), [(8, date(2026, 4, 20))], id="first day of week 8"),
    ],
)
def test_tests_fall_due_in_the_weeks_of_the_template(gym, now, found):
    gym.enrol(now=noon(2, 20))

    assert due(gym, now=now) == found


def test_only_what_has_a_weight_is_tested(gym):
    programme = gym.enrol()

    rows = queries.retests_due(gym.therapist, RetestQuery(), now=noon(3, 2))

    kinds = {row.exercise.load_kind for row in rows}
    assert kinds == {"external"}
    weighed = Prescription.objects.filter(
        programme=programme, exercise__load_kind="external"
    )
    assert len(rows) == weighed.count() > 1


@pytest.mark.parametrize(
    ("tested_at", "is_done"),
    [
        pytest.param(datetime(2026, 3, 15, 22, 59, tzinfo=UTC), False, id="8 days"),
        pytest.param(datetime(2026, 3, 15, 23, 0, tzinfo=UTC), True, id="7 days"),
        pytest.param(noon(3, 24), True, id="after"),
    ],
)
def test_a_test_from_seven_days_before_on_is_the_one(gym, tested_at, is_done):
    gym.enrol()
    measured(gym, tested_at)

    found = due(gym, now=noon(3, 25))

    assert found == ([] if is_done else [(4, date(2026, 3, 23))])


def test_a_pause_shifts_the_weeks(gym):
    programme = gym.enrol()
    services.pause(
        programme_id=programme.public_id,
        entry=PauseRequest.parse({"from": "2026-03-09", "reason": "Holiday"}),
        by=gym.therapist,
        now=noon(3, 8),
    )
    # A paused programme asks for nothing.
    assert due(gym, now=noon(3, 10)) == []
    services.resume(
        programme_id=programme.public_id,
        entry=ResumeRequest.parse({"on": "2026-03-23"}),
        by=gym.therapist,
        now=noon(3, 20),
    )

    # Two weeks later than 23 March.
    assert due(gym, now=noon(4, 5)) == [(0, date(2026, 2, 23))]
    assert due(gym, now=noon(4, 6)) == [(4, date(2026, 4, 6))]


def test_the_list_says_how_the_last_test_was_made(gym, time_machine):
    programme = gym.enrol()
    test = measured(gym, noon(2, 27))
    time_machine.move_to(noon(3, 23))
    client = api_client(gym.therapist)

    body = client.get(
        "/api/v1/retests-due/", {"patient": str(gym.patient.public_id)}
    ).json()

    rows = {row["exercise"]: row for row in body["results"]}
    row = rows[str(test.exercise.public_id)]
    assert (row["week"], row["due_on"]) == (4, "2026-03-23")
    assert row["programme"] == str(programme.public_id)
    assert (row["method"], row["equation"]) == ("direct", None)
    assert row["last_test"]["id"] == str(test.public_id)
    assert Decimal(row["last_test"]["one_rep_max"]["kg"]) == Decimal(83)
    others = [each for key, each in rows.items() if key != row["exercise"]]
    assert {each["last_test"] for each in others} == {None}


def test_the_list_costs_the_same_for_more_patients(gym, time_machine):
    gym.enrol()
    time_machine.move_to(noon(3, 23))
    client = api_client(gym.therapist)
    client.get("/api/v1/retests-due/")
    with CaptureQueriesContext(connection) as one:
        client.get("/api/v1/retests-due/")
    other = make_patient(gym.clinic, therapist=gym.therapist)
    make_programme(other, by=gym.therapist)
    with CaptureQueriesContext(connection) as two:
        client.get("/api/v1/retests-due/")

    assert len(one) == len(two)


def test_each_therapist_is_reminded_once_outside_the_quiet_hours(gym):
    programme = gym.enrol()
    second = make_therapist(gym.clinic)
    give_care(second, gym.patient)
    night = datetime(2026, 3, 22, 23, 30, tzinfo=UTC)

    report = services.remind_retests(now=night)

    assert (report.mails, report.failed_clinics) == (2, 0)
    mails = OutboxMail.objects.filter(kind="retest_due")
    assert {mail.to_address for mail in mails} == {gym.therapist.email, second.email}
    for mail in mails:
        assert mail.next_attempt_at > night
        assert gym.patient.family_name not in mail.body_text + mail.subject
    assert services.remind_retests(now=noon(3, 24)).mails == 0
    # The next week of tests is another reminder.
    assert services.remind_retests(now=noon(4, 20)).mails == 2
    assert str(programme.public_id) in mails.first().reason_key


def test_nobody_is_reminded_of_what_was_done(gym):
    programme = gym.enrol()
    for row in programme.prescriptions.filter(exercise__load_kind="external"):
        measured(gym, noon(3, 20), slug=row.exercise.slug, side=row.side or None)

    assert services.remind_retests(now=noon(3, 23)).mails == 0


@pytest.mark.requirement("D2")
def test_a_retest_offers_the_new_load_and_changes_none(gym):
    programme = gym.enrol()
    measured(gym, noon(2, 27))
    put(gym, programme, "32.5", now=noon(2, 28))
    retest = measured(gym, noon(3, 23), trials=[trial("95")])

    leg_press = prescribed(programme, "leg_press", on=date(2026, 3, 23))

    # 40 % of 95 = 38, floored 37.5; 10 % over 32.5 = 35.75, floored 35.
    offered = leg_press.offered
    assert (offered.value, offered.larger_value) == (Decimal(35), Decimal("37.5"))
    assert offered.test == retest
    assert offered.sentence == (
        "40 % of 95.0 kg (1RM of 2026-03-23), floored to 2.5 kg. In force: 32.5 kg. "
        "At most 10 % more at once: 35.0 kg; 37.5 kg only if you say so. "
        "A retest changes no load by itself."
    )
    assert leg_press.load.load_kg == Decimal("32.50")
    assert LoadInForce.objects.count() == 1


@pytest.mark.requirement("D2")
def test_a_retest_offers_no_more_than_the_clinic_raises_at_once(gym):
    programme = gym.enrol()
    measured(gym, noon(2, 27))
    put(gym, programme, "32.5", now=noon(2, 28))
    measured(gym, noon(3, 23), trials=[trial("95")])
    decide_rules(
        gym.clinic,
        by=make_manager(gym.clinic),
        now=noon(3, 23),
        load_policy={"raise_max_pct": 7},
    )

    offered = prescribed(programme, "leg_press", on=date(2026, 3, 23)).offered

    # 7 % over 32.5 is 34.775: less than the step to 35.
    assert (offered.value, offered.larger_value) == (None, Decimal("37.5"))
    assert (
        "At most 7 % more at once: no step of the machine; 37.5 kg only if you say so."
        in offered.sentence
    )


@pytest.mark.parametrize(
    ("one_rep_max", "offer"),
    [
        pytest.param("70", None, id="less: the load in force stays"),
        pytest.param("85", None, id="the same load"),
        pytest.param("87.5", (Decimal(35), None), id="one step within 10 %"),
    ],
)
def test_a_retest_lowers_nothing(gym, one_rep_max, offer):
    programme = gym.enrol()
    measured(gym, noon(2, 27))
    put(gym, programme, "32.5", now=noon(2, 28))
    measured(gym, noon(3, 23), trials=[trial(one_rep_max)])

    found = prescribed(programme, "leg_press", on=date(2026, 3, 23)).offered

    assert (found and (found.value, found.larger_value)) == offer


def test_another_method_starts_a_new_series(gym):
    gym.enrol()
    first = measured(gym, noon(2, 27))
    second = measured(
        gym,
        noon(3, 23),
        method="estimated",
        trials=[trial("70", reps=8)],
    )
    third = measured(gym, noon(4, 20), method="estimated", trials=[trial("75", reps=8)])

    assert change_since(second, first) == UNKNOWN
    assert change_since(third, second).percent == Decimal("7.1")


def test_who_has_nothing_due_gets_an_empty_list(gym):
    answer = api_client(gym.therapist).get("/api/v1/retests-due/")

    assert (answer.status_code, answer.json()["results"]) == (200, [])
