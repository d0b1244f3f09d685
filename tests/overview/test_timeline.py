"""One patient's time line: everything for the picture in one answer."""

from datetime import timedelta

import pytest

from apps.audit.models import AuditEvent
from apps.context.entry import VoidRecordRequest
from apps.context.services import ADVERSE_EVENT, CO_INTERVENTION, void
from apps.logbook import services as logbook
from apps.logbook.entry import VoidRequest
from apps.programmes.models import Pause
from apps.progression.models import LoadProposal
from tests.factories.people import (
    api_client,
    make_assessor,
    make_clinic,
    make_manager,
    make_therapist,
)
from tests.factories.surroundings import make_record
from tests.factories.training import (
    make_meeting,
    make_one_rep_max,
    make_programme,
    with_catalogue,
)
from tests.flares.course import GOLDEN, HOUR, end_of, make_course, start_of
from tests.progression.gym import closed, make_gym

pytestmark = pytest.mark.django_db
DAYS = {"from": "2026-03-01", "to": "2026-04-30"}


def url(course):
    return f"/api/v1/patients/{course.anna.public_id}/timeline/"


def get(course, user=None, **query):
    return api_client(user or course.tove).get(url(course), DAYS | query)


def test_timeline_tells_each_session_with_its_pain_and_gaps_as_null():
    course = make_course()
    course.golden()

    line = get(course).json()

    assert [
        (
            point["pain_before_mm"],
            point["pain_after_mm"],
            point["pain_h24_mm"],
            point["pain_h48_mm"],
        )
        for point in line["sessions"]
    ] == [*GOLDEN]
    # Two sets of 15 at 32.5 kg.
    assert {point["volume_kg"] for point in line["sessions"]} == {"975.00"}
    assert {point["pain_during_mm"] for point in line["sessions"]} == {None}
    assert (line["proposals"], line["phases"]) == ([], [])
    assert line["introductory_meetings"] == []


def test_timeline_takes_the_worst_pain_during_and_the_follow_up_nearest_to_24_hours():
    course = make_course()
    sets = [
        {"reps": 5, "load": {"value": "20", "unit": "kg"}, "pain_mm": pain}
        for pain in (40, 61, 0)
    ]
    session = course.hold(1, pre=50, exercises=[course.done(sets=sets)])
    course.rate(session, "h24", 70, at=end_of(1) + 20 * HOUR)
    course.rate(session, "h24", 80, at=end_of(1) + 25 * HOUR)
    course.rate(session, "h24", 90, at=end_of(1) + 37 * HOUR)

    (point,) = get(course).json()["sessions"]

    assert point["pain_during_mm"] == 61
    assert point["pain_h24_mm"] == 80


def test_timeline_tells_tests_alerts_and_pauses():
    course = make_course()
    course.golden(upto=4, judged=True)
    exercises = with_catalogue(course.clinic)
    programme = make_programme(course.anna, by=course.tove, starts_on="2026-03-02")
    make_one_rep_max(
        course.anna,
        exercises["rowing"],
        by=course.tove,
        now=start_of(2),
        tested_at=start_of(1).isoformat(),
    )
    Pause.objects.create(
        clinic=course.clinic,
        programme=programme,
        paused_from="2026-03-20",
        paused_until="2026-03-27",
        reason="Travel",
        paused_by=course.tove,
    )

    line = get(course).json()

    assert [test["exercise_name"] for test in line["one_rep_max_tests"]] == [
        exercises["rowing"].name
    ]
    assert {alert["kind"] for alert in line["alerts"]} >= {"hyperalgesia"}
    assert line["pauses"] == [
        {"paused_from": "2026-03-20", "paused_until": "2026-03-27", "reason": "Travel"}
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param({"from": "2026-03-03"}, 0, id="the day after"),
        pytest.param({"from": "2026-03-02", "to": "2026-03-02"}, 1, id="that day"),
        pytest.param({"to": "2026-03-01"}, 0, id="the day before"),
    ],
)
def test_timeline_counts_days_in_the_patients_zone_both_ends_included(query, expected):
    course = make_course()
    course.hold(1, pre=50)

    line = get(course, **query).json()

    assert len(line["sessions"]) == expected


@pytest.mark.requirement("B9")
def test_timeline_tells_what_went_on_beside_and_what_went_wrong():
    course = make_course()
    shared = {"by": course.tove, "now": end_of(3)}
    drug = make_record(CO_INTERVENTION, course.anna, **shared)
    over = {"first_day": "2026-01-01", "last_day": "2026-02-28", "dose_changes": []}
    make_record(CO_INTERVENTION, course.anna, **shared, **over)
    event = make_record(ADVERSE_EVENT, course.anna, **shared)
    gone = make_record(ADVERSE_EVENT, course.anna, **shared)
    void(
        ADVERSE_EVENT,
        record_id=gone.public_id,
        entry=VoidRecordRequest(reason="typo"),
        **shared,
    )

    line = get(course).json()

    assert line["co_interventions"] == [
        {
            "id": str(drug.public_id),
            "kind": "drug",
            "name": "Duloxetine",
            "first_day": "2026-03-01",
            "last_day": None,
            "dose": "30 mg in the morning",
            "dose_changes": [{"day": "2026-03-05", "dose": "60 mg in the morning"}],
        }
    ]
    assert [each["id"] for each in line["adverse_events"]] == [str(event.public_id)]
    after = get(course, **{"from": "2026-03-06"}).json()
    assert (len(after["co_interventions"]), after["adverse_events"]) == (1, [])


@pytest.mark.requirement("D4")
def test_timeline_tells_what_was_proposed_and_what_became_of_it():
    gym = make_gym()
    for number in range(1, 6):
        gym.hold(number, 22, 22)
    gym.think(closed(5))
    proposal = gym.accept(gym.proposal(), now=closed(5) + HOUR)
    superseded = gym.proposal(of=gym.bench)
    LoadProposal.objects.filter(pk=superseded.pk).update(
        status="superseded", superseded_at=closed(5)
    )

    line = get(gym).json()

    assert line["proposals"] == [
        {
            "id": str(proposal.public_id),
            "exercise": str(gym.legs.exercise.public_id),
            "exercise_name": "Leg press",
            "side": None,
            "rule": 13,
            "rule_name": proposal.rule_name,
            "action": "raise",
            "from": {"value": "40.0", "unit": "kg", "kg": "40.00"},
            "to": {"value": "42.5", "unit": "kg", "kg": "42.50"},
            "status": "accepted",
            "drafted_at": "2026-03-18T22:00:00Z",
            "decided_at": "2026-03-18T23:00:00Z",
        }
    ]
    # Drafted on the evening of 18 March in Stockholm.
    assert len(get(gym, to="2026-03-18").json()["proposals"]) == 1
    assert get(gym, to="2026-03-17").json()["proposals"] == []
    assert get(gym, **{"from": "2026-03-19"}).json()["proposals"] == []


def test_timeline_tells_phases_and_introductory_meetings():
    gym = make_gym()
    meeting = make_meeting(
        gym.programme,
        gym.legs,
        by=gym.tove,
        now=start_of(1),
        held_at="2026-03-02T09:00:00+01:00",
    )

    line = get(gym).json()

    assert line["phases"] == [
        {"position": 1, "in_force_from": "2026-03-02", "reason": "first"}
    ]
    assert line["introductory_meetings"] == [
        {
            "id": str(meeting.public_id),
            "held_at": "2026-03-02T08:00:00Z",
            "tolerance": "tolerated",
        }
    ]
    later = get(gym, **{"from": "2026-03-03"}).json()
    assert (later["phases"], later["introductory_meetings"]) == ([], [])


def test_timeline_leaves_a_void_session_out():
    course = make_course()
    session = course.hold(1, pre=50)
    logbook.void_session(
        session_id=session.public_id,
        request=VoidRequest.parse({"reason": "Entered for the wrong person"}),
        by=course.tove,
        now=end_of(1) + HOUR,
    )

    assert get(course).json()["sessions"] == []


def test_timeline_costs_the_same_for_eight_sessions_as_for_one(
    django_assert_max_num_queries,
):
    course = make_course()
    course.golden(judged=True)
    client = api_client(course.tove)

    with django_assert_max_num_queries(17):
        response = client.get(url(course), DAYS)

    assert len(response.json()["sessions"]) == 8


@pytest.mark.requirement("A2")
@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("patient", 403),
        ("colleague", 404),
        ("manager", 404),
        ("assessor", 404),
        ("stranger", 404),
        ("nobody", 401),
    ],
)
def test_timeline_is_for_the_care_team_alone(role, status):
    course = make_course()
    users = {
        "patient": lambda: course.anna.user,
        "colleague": lambda: make_therapist(course.clinic),
        "manager": lambda: make_manager(course.clinic),
        "assessor": lambda: make_assessor(course.clinic),
        "stranger": lambda: make_therapist(make_clinic()),
        "nobody": lambda: None,
    }

    response = api_client(users[role]()).get(url(course), DAYS)

    assert response.status_code == status


@pytest.mark.requirement("A6")
def test_timeline_leaves_a_trace_of_who_looked():
    course = make_course()

    get(course)

    look = AuditEvent.objects.get(action="look")
    assert (look.actor_id, look.patient_id) == (course.tove.pk, course.anna.pk)


def test_timeline_without_days_is_the_year_up_to_today(time_machine):
    course = make_course()
    course.hold(1, pre=50)
    time_machine.move_to(start_of(1) + timedelta(days=366))

    line = api_client(course.tove).get(url(course)).json()

    assert (line["first_day"], line["last_day"]) == ("2026-03-03", "2027-03-03")
    assert line["sessions"] == []
