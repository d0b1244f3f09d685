"""The introductory meeting, and what it means for the first load."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from apps.audit.models import AuditEvent
from apps.clinics.models import Snapshot
from apps.common.errors import IdReusedError, InvalidEntryError, WrongStateError
from apps.programmes import services
from apps.programmes.entry import LoadRequest, MeetingEntry
from apps.programmes.models import IntroductoryMeeting, LoadInForce, Prescription
from tests.factories.people import api_client, make_therapist
from tests.factories.training import (
    NOW,
    make_meeting,
    make_one_rep_max,
    meeting_body,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme(gym):
    return gym.enrol()


@pytest.fixture
def leg_press(programme):
    return Prescription.objects.select_related("exercise").get(
        programme=programme, exercise__slug="leg_press"
    )


def path(programme):
    return f"/api/v1/programmes/{programme.public_id}/introductory-meeting/"


def put(gym, prescription, **fields):
    values = {"load": {"value": "32.5", "unit": "kg"}, "reason": "Agreed"} | fields
    return services.put_load_in_force(
        prescription_id=prescription.public_id,
        entry=LoadRequest.parse(values),
        by=gym.therapist,
        now=NOW,
    )


def test_a_meeting_is_recorded_read_corrected_and_voided(
    gym, programme, leg_press, time_machine
):
    time_machine.move_to(NOW)
    client = api_client(gym.therapist)

    first = client.post(path(programme), meeting_body(leg_press), format="json")

    assert first.status_code == 201
    meeting = first.json()
    adjusted = {"prescription": str(leg_press.public_id), "note": "Seat further back"}
    assert meeting["adjustments"] == [adjusted]
    assert (meeting["tolerance"], meeting["version"]) == ("tolerated", 1)
    assert meeting["held_by"] == str(gym.therapist.public_id)
    assert client.get(path(programme)).json() == meeting
    one = f"/api/v1/introductory-meetings/{meeting['id']}/"
    fields = {"tolerance": "tolerated_adjusted", "correction_reason": "Typo"}
    corrected = client.patch(
        one,
        fields | {"adjustments": []},
        format="json",
        headers={"If-Match": '"1"'},
    )
    assert corrected.status_code == 200
    assert corrected.json()["tolerance"] == "tolerated_adjusted"
    assert (corrected.json()["version"], corrected.json()["adjustments"]) == (2, [])
    [earlier] = client.get(f"{one}versions/").json()
    assert earlier["content"]["adjustments"] == [adjusted]
    void = client.post(f"{one}void/", {"reason": "Another patient"}, format="json")
    assert void.status_code == 200
    assert client.get(path(programme)).status_code == 404
    assert client.get(one).json()["void_reason"] == "Another patient"


def test_a_meeting_sent_twice_is_recorded_once(gym, programme, leg_press):
    fields = {"id": str(uuid4())}
    first = make_meeting(programme, leg_press, by=gym.therapist, **fields)

    again = make_meeting(programme, leg_press, by=gym.therapist, **fields)

    assert again == first
    assert IntroductoryMeeting.objects.count() == 1
    with pytest.raises(IdReusedError):
        make_meeting(programme, leg_press, by=gym.therapist, note="New", **fields)


def test_what_cannot_be_is_refused_and_nothing_is_written(gym, programme, leg_press):
    foreign = {"prescription": str(uuid4()), "note": "Seat"}
    stranger = make_therapist(gym.clinic)
    for fields, pointer in (
        ({"held_at": "2026-03-05T10:00:00+01:00"}, "/held_at"),
        ({"held_by": str(uuid4())}, "/held_by"),
        ({"adjustments": [foreign]}, "/adjustments/0/prescription"),
    ):
        entry = MeetingEntry.parse(meeting_body(leg_press, **fields))
        with pytest.raises(InvalidEntryError) as refused:
            services.record_meeting(
                programme_id=programme.public_id, entry=entry, by=gym.therapist, now=NOW
            )
        assert [error["pointer"] for error in refused.value.errors] == [pointer]
    twice = meeting_body(leg_press)["adjustments"] * 2
    with pytest.raises(InvalidEntryError):
        MeetingEntry.parse(meeting_body(leg_press, adjustments=twice))
    answers = {
        user: api_client(user)
        .post(path(programme), meeting_body(leg_press), format="json")
        .status_code
        for user in (stranger, gym.patient.user)
    }
    assert list(answers.values()) == [404, 403]
    assert not IntroductoryMeeting.objects.exists()
    assert not Snapshot.objects.exists()


def test_a_first_load_without_a_meeting_goes_through_and_says_what_is_missing(
    gym, leg_press
):
    assert put(gym, leg_press).load.missing == ["no_meeting"]
    event = AuditEvent.objects.get(action="load.put_in_force")
    assert event.detail == {"missing": ["no_meeting"]}
    # The second load is no first load.
    assert put(gym, leg_press).load.missing == []


def test_after_meeting_and_test_nothing_is_missing(gym, programme, leg_press):
    make_meeting(programme, leg_press, by=gym.therapist)
    make_one_rep_max(gym.patient, leg_press.exercise, by=gym.therapist)

    assert put(gym, leg_press).load.missing == []


def test_each_thing_that_was_left_out_is_named(gym, programme, leg_press):
    make_meeting(
        programme,
        leg_press,
        by=gym.therapist,
        instructed=False,
        adjusted=False,
        tolerance=None,
    )

    assert put(gym, leg_press).load.missing == [
        "not_instructed",
        "not_adjusted",
        "no_one_rep_max",
        "no_tolerance_test",
    ]


def test_what_was_not_tolerated_holds_the_first_load_back(gym, programme, leg_press):
    make_meeting(programme, leg_press, by=gym.therapist, tolerance="not_tolerated")

    with pytest.raises(WrongStateError, match="were not tolerated") as refused:
        put(gym, leg_press)

    assert refused.value.pointer == "/override_reason"
    assert not LoadInForce.objects.exists()
    load = put(gym, leg_press, override_reason="Tried again by phone").load
    assert load.override_reason == "Tried again by phone"


def test_the_newest_meeting_counts(gym, programme, leg_press):
    make_one_rep_max(gym.patient, leg_press.exercise, by=gym.therapist)
    make_meeting(
        programme,
        leg_press,
        by=gym.therapist,
        tolerance="not_tolerated",
        held_at="2026-02-20T11:00:00+01:00",
    )
    make_meeting(programme, leg_press, by=gym.therapist, tolerance="tolerated_adjusted")

    assert put(gym, leg_press).load.missing == []


def test_the_prescription_tells_staff_what_should_come_first(
    gym, programme, time_machine
):
    time_machine.move_to(datetime(2026, 3, 2, 8, tzinfo=UTC))
    where = f"/api/v1/programmes/{programme.public_id}/prescription/"

    staff = api_client(gym.therapist).get(where).json()
    own = api_client(gym.patient.user).get(where).json()

    [reason] = staff["before_first_loads"]
    assert reason["code"] == "no_meeting"
    assert own["before_first_loads"] is None
    assert {each["hints"] for each in own["exercises"]} == {None}
