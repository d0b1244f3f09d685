"""Recording a session: the main job."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser

from apps.audit.models import AuditEvent
from apps.common.errors import (
    AlreadyRecordedError,
    InvalidEntryError,
    NotAllowedError,
    NotThereError,
)
from apps.logbook.models import CheckIn, ExerciseEntry, HeldSession, SetEntry
from tests.factories.people import (
    api_client,
    enter_also,
    make_assessor,
    make_clinic,
    make_manager,
    make_patient,
    make_therapist,
)
from tests.logbook.builders import (
    SESSIONS,
    a_set,
    at,
    done,
    kg,
    make_exercise,
    make_programme,
    make_slot,
    make_ward,
    post,
    pre,
    record,
    skipped,
)

pytestmark = pytest.mark.django_db


def faults(body, *, by):
    """Return (pointer, code) of everything that is wrong with a session."""
    with pytest.raises(InvalidEntryError) as refused:
        record(body, by=by)
    return [(each["pointer"], each["code"]) for each in refused.value.errors]


def written():
    """Return how many rows of the logbook there are."""
    models = (HeldSession, ExerciseEntry, SetEntry, CheckIn)
    return [model.objects.count() for model in models]


@pytest.mark.requirement("C1")
def test_post_answers_201_with_the_same_content_and_what_follows():
    ward = make_ward()
    before, after = pre(), post()
    body = ward.body(
        done(ward.leg_press, machine="Press 2"),
        skipped(ward.bridge),
        {
            "exercise": str(ward.cycling.public_id),
            "bout": {"minutes": "20", "mean_hr": 118, "max_hr": 131, "rpe": 12},
        },
        supervised_by=str(ward.tove.public_id),
        warm_up={"activity": "cycle_ergometer", "minutes": 10, "rpe": 11},
        stretched=True,
        blood_pressure={"systolic": 132, "diastolic": 81},
        acute_illness=False,
        check_ins=[before, after],
        note="Went well.",
    )

    response = api_client(ward.tove).post(SESSIONS, body, format="json")

    answer = response.json()
    assert response.status_code == 201
    assert response["ETag"] == '"1"'
    for name in (
        "id",
        "patient",
        "setting",
        "supervised_by",
        "started_at",
        "ended_at",
        "recorded_at",
        "warm_up",
        "stretched",
        "blood_pressure",
        "acute_illness",
        "note",
    ):
        assert answer[name] == body[name]
    assert (answer["version"], answer["status"]) == (1, "held")
    assert answer["volume_kg"] == "975.00"
    assert answer["received_at"] == "2026-03-05T12:00:00+01:00"
    assert answer["entered_by"] == str(ward.tove.public_id)
    assert answer["follow_ups"] == [
        {
            "moment": "h24",
            "opens_at": "2026-03-03T05:00:00+01:00",
            "closes_at": "2026-03-03T23:00:00+01:00",
        },
        {
            "moment": "h48",
            "opens_at": "2026-03-04T03:00:00+01:00",
            "closes_at": "2026-03-04T23:00:00+01:00",
        },
    ]
    press, bridge, cycling = answer["exercises"]
    assert press["machine"] == "Press 2"
    assert press["sets"][1] == {
        "reps": 15,
        "load": {"value": "32.5", "unit": "kg", "kg": "32.50"},
        "lever_level": None,
        "seconds": None,
        "rpe": 13,
        "pain_mm": 52,
    }
    assert (bridge["skipped"], bridge["skipped_reason"]) == (True, "pain")
    assert bridge["sets"] is None
    assert cycling["bout"]["minutes"] == "20"
    assert cycling["bout"]["watts"] is None
    assert [each["id"] for each in answer["check_ins"]] == [before["id"], after["id"]]
    assert [each["in_window"] for each in answer["check_ins"]] == [True, True]
    assert answer["check_ins"][0]["red_flags"] == []
    assert answer["check_ins"][1]["red_flags"] is None
    assert answer["check_ins"][1]["sleep"] is None


def test_get_answers_the_same_as_the_post():
    ward = make_ward()
    client = api_client(ward.tove)
    body = ward.body(check_ins=[post(), pre()])

    posted = client.post(SESSIONS, body, format="json").json()
    read = client.get(f"{SESSIONS}{body['id']}/").json()

    assert read == posted


@pytest.mark.requirement("C2")
def test_done_entered_and_received_are_three_times_and_who_entered_is_kept():
    ward = make_ward()
    body = ward.body(recorded_at="2026-03-02T19:30:00+01:00")
    del body["patient"]

    session = record(body, by=ward.anna.user)

    assert session.started_at == at("2026-03-02T10:02:00+01:00")
    assert session.recorded_at == at("2026-03-02T19:30:00+01:00")
    assert session.received_at == at("2026-03-05T12:00:00+01:00")
    assert session.entered_by == ward.anna.user


def test_session_without_an_id_gets_one():
    ward = make_ward()
    body = ward.body()
    del body["id"]

    session = record(body, by=ward.tove)

    assert session.public_id.version == 7


@pytest.mark.requirement("C5")
def test_pounds_are_kept_as_typed_and_computed_in_kilograms():
    ward = make_ward()
    load = {"value": "70", "unit": "lb"}

    session = record(
        ward.body(done(ward.leg_press, a_set(reps=10, load=load))), by=ward.tove
    )

    row = SetEntry.objects.get()
    assert (row.load_value, row.load_unit) == (Decimal("70.000"), "lb")
    assert row.load_kg == Decimal("31.75")
    assert session.volume_kg == Decimal("317.50")


def test_volume_is_repetitions_times_load_and_nothing_else():
    ward = make_ward()
    body = ward.body(
        done(ward.leg_press, a_set(load=kg("20")), a_set(load=kg("20"))),
        done(ward.leg_press, a_set(load=kg("10")), a_set(load=kg("10"))),
        done(ward.leg_press, *[a_set(reps=12, load=kg("5"))] * 2),
        done(ward.plank, {"seconds": 30}),
        done(ward.bridge, {"lever_level": 2, "reps": 9}),
    )

    # 2 x 15 x 20 + 2 x 15 x 10 + 2 x 12 x 5
    assert record(body, by=ward.tove).volume_kg == Decimal(1020)


def test_largest_session_that_is_allowed_can_be_stored():
    ward = make_ward()
    heavy = a_set(reps=200, load=kg("1000"))
    body = ward.body(*[done(ward.leg_press, *[heavy] * 20)] * 40)

    session = record(body, by=ward.tove)

    assert session.volume_kg == Decimal(160_000_000)
    assert SetEntry.objects.count() == 800


@pytest.mark.parametrize(
    ("exercise", "one_set", "expected"),
    [
        pytest.param("leg_press", {"reps": 5, "load": kg("5")}, [], id="weight"),
        pytest.param(
            "leg_press", {"load": kg("5")}, [("reps", "required")], id="not counted"
        ),
        pytest.param(
            "leg_press",
            {"seconds": 5},
            [
                ("seconds", "not_for_this_exercise"),
                ("load", "required"),
                ("reps", "required"),
            ],
            id="weight held",
        ),
        pytest.param("bridge", {"lever_level": 0, "reps": 5}, [], id="lever"),
        pytest.param(
            "bridge", {"lever_level": 0}, [("reps", "required")], id="lever uncounted"
        ),
        pytest.param(
            "bridge",
            {"reps": 5, "load": kg("5")},
            [("load", "not_for_this_exercise"), ("lever_level", "required")],
            id="lever with a weight",
        ),
        pytest.param("plank", {"seconds": 5}, [], id="hold"),
        pytest.param("plank", {"seconds": 5, "reps": 3}, [], id="three holds"),
        pytest.param(
            "plank",
            {"lever_level": 1},
            [("lever_level", "not_for_this_exercise"), ("seconds", "required")],
            id="hold by lever",
        ),
    ],
)
def test_sets_are_told_as_their_exercise_asks(exercise, one_set, expected):
    ward = make_ward()
    body = ward.body(done(getattr(ward, exercise), one_set))

    if not expected:
        record(body, by=ward.tove)
        return
    assert faults(body, by=ward.tove) == [
        (f"/exercises/0/sets/0/{name}", code) for name, code in expected
    ]


def test_aerobic_work_is_a_bout_and_other_work_is_sets():
    ward = make_ward()
    bout = {"bout": {"minutes": "20", "cr10": "3.5"}}
    right = ward.body(
        {"exercise": str(ward.cycling.public_id)} | bout,
        {"exercise": str(ward.walking.public_id)} | bout,
    )
    wrong = ward.body(
        done(ward.cycling), {"exercise": str(ward.leg_press.public_id)} | bout
    )

    assert record(right, by=ward.tove).status == "held"
    assert faults(wrong, by=ward.tove) == [
        ("/exercises/0/sets", "not_for_this_exercise"),
        ("/exercises/1/bout", "not_for_this_exercise"),
    ]


def test_side_is_told_where_and_only_where_there_is_one():
    ward = make_ward()
    body = ward.body(
        done(ward.arm_curl, side="left"),
        done(ward.arm_curl),
        skipped(ward.arm_curl),
        done(ward.leg_press, side="left"),
    )

    assert faults(body, by=ward.tove) == [
        ("/exercises/1/side", "required"),
        ("/exercises/3/side", "not_for_this_exercise"),
    ]


def test_exercises_of_another_clinic_are_unknown():
    ward = make_ward()
    foreign = make_exercise(make_clinic(), slug="leg_press")

    found = faults(ward.body(done(ward.leg_press), done(foreign)), by=ward.tove)

    assert found == [("/exercises/1/exercise", "unknown")]


@pytest.mark.parametrize(
    ("role", "fine"),
    [("therapist", True), ("manager", True), ("patient", False), ("other", False)],
)
def test_supervisor_works_in_the_clinic(role, fine):
    ward = make_ward()
    people = {
        "therapist": lambda: make_therapist(ward.clinic),
        "manager": lambda: make_manager(ward.clinic),
        "patient": lambda: ward.anna.user,
        "other": lambda: make_therapist(make_clinic()),
    }
    supervisor = people[role]()
    body = ward.body(supervised_by=str(supervisor.public_id))

    if fine:
        assert record(body, by=ward.tove).supervised_by == supervisor
    else:
        assert faults(body, by=ward.tove) == [("/supervised_by", "unknown")]


def test_patient_does_not_supervise_themself():
    ward = make_ward()
    body = ward.body(supervised_by=str(ward.anna.user.public_id))

    assert faults(body, by=ward.anna.user) == [("/supervised_by", "unknown")]


def test_novelty_is_overridden_by_therapists_alone():
    ward = make_ward()
    body = ward.body(done(ward.leg_press, novel=True, novel_reason="New grip"))

    with pytest.raises(NotAllowedError, match="Only a therapist"):
        record(body, by=ward.anna.user)
    record(body, by=ward.tove)

    assert ExerciseEntry.objects.get().novel is True


@pytest.mark.parametrize(
    ("ended_at", "expected"),
    [
        pytest.param("2026-03-05T12:00:59+01:00", [], id="a clock a minute fast"),
        pytest.param("2026-03-05T12:01:00+01:00", [], id="exactly a minute"),
        pytest.param(
            "2026-03-05T12:01:01+01:00", [("/ended_at", "in_future")], id="later"
        ),
    ],
)
def test_session_lies_not_in_the_future(ended_at, expected):
    ward = make_ward()
    body = ward.body(
        started_at="2026-03-05T11:00:00+01:00", ended_at=ended_at, recorded_at=None
    )

    if expected:
        assert faults(body, by=ward.tove) == expected
    else:
        record(body, by=ward.tove)


@pytest.mark.parametrize(
    ("started_at", "expected"),
    [
        pytest.param(
            "2024-12-31T23:59:59+00:00", [("/started_at", "too_early")], id="earlier"
        ),
        pytest.param("2025-01-01T00:00:00+00:00", [], id="exactly a year before"),
    ],
)
def test_session_lies_not_long_before_the_patients_record(started_at, expected):
    ward = make_ward()
    ward.anna.created_at = at("2026-01-01T00:00:00+00:00")
    ward.anna.save(update_fields=["created_at"])
    body = ward.body(started_at=started_at, ended_at="2025-01-01T00:30:00+00:00")

    if expected:
        assert faults(body, by=ward.tove) == expected
    else:
        record(body, by=ward.tove)


def test_all_faults_are_told_at_once():
    ward = make_ward()
    body = ward.body(
        done(ward.leg_press, {"seconds": 30}),
        ended_at="2026-03-09T11:00:00+01:00",
        started_at="2026-03-09T10:00:00+01:00",
        planned_session=str(ward.anna.public_id),
        check_ins=[post(answered_at="2026-03-09T11:00:00+01:00")],
    )

    places = [place for place, _ in faults(body, by=ward.tove)]

    assert places == [
        "/started_at",
        "/ended_at",
        "/check_ins/0/answered_at",
        "/exercises/0/sets/0/seconds",
        "/exercises/0/sets/0/load",
        "/exercises/0/sets/0/reps",
        "/planned_session",
    ]
    assert written() == [0, 0, 0, 0]


@pytest.mark.requirement("C6")
@pytest.mark.parametrize(
    ("slot", "start"),
    [
        pytest.param("2026-03-02T10:00+01:00", "2026-03-02T10:02+01:00", id="on time"),
        pytest.param("2026-03-02T10:00+01:00", "2026-03-02T23:59+01:00", id="late"),
        pytest.param("2026-03-02T10:00+01:00", "2026-03-02T00:00+01:00", id="early"),
        pytest.param("2026-03-29T10:00+02:00", "2026-03-29T00:30+01:00", id="spring"),
        pytest.param("2026-03-29T10:00+02:00", "2026-03-29T23:30+02:00", id="leapt"),
        pytest.param("2026-10-25T10:00+01:00", "2026-10-25T00:30+02:00", id="winter"),
    ],
)
def test_session_is_tied_to_the_only_slot_of_its_day(it_is, slot, start):
    it_is("2026-12-01T12:00:00+01:00")
    ward = make_ward()
    planned = make_slot(make_programme(ward.anna), slot)
    end = at(start).replace(minute=59, second=30).isoformat()

    session = record(ward.body(started_at=start, ended_at=end), by=ward.tove)

    planned.refresh_from_db()
    assert session.planned_session == planned
    assert session.programme == planned.programme
    assert planned.status == "held"


@pytest.mark.requirement("C6")
@pytest.mark.parametrize(
    "start",
    [
        pytest.param("2026-03-01T23:59+01:00", id="a minute before midnight"),
        pytest.param("2026-03-03T00:00+01:00", id="at the next midnight"),
    ],
)
def test_session_of_another_day_is_not_tied(start):
    ward = make_ward()
    planned = make_slot(make_programme(ward.anna), "2026-03-02T10:00+01:00")
    end = at(start).replace(minute=59, second=30).isoformat()

    session = record(ward.body(started_at=start, ended_at=end), by=ward.tove)

    planned.refresh_from_db()
    assert session.planned_session is None
    assert planned.status == "planned"


def test_session_of_a_day_with_two_slots_is_not_tied():
    ward = make_ward()
    programme = make_programme(ward.anna)
    make_slot(programme, "2026-03-02T10:00+01:00")
    make_slot(programme, "2026-03-02T16:00+01:00")

    session = record(ward.body(), by=ward.tove)

    assert session.planned_session is None
    assert session.programme == programme


def test_named_slot_is_filled_whatever_the_day():
    ward = make_ward()
    planned = make_slot(make_programme(ward.anna), "2026-02-27T10:00+01:00")
    body = ward.body(planned_session=str(planned.public_id))

    session = record(body, by=ward.tove)

    assert session.planned_session == planned


def test_slot_is_filled_once():
    ward = make_ward()
    planned = make_slot(make_programme(ward.anna), "2026-03-02T10:00+01:00")
    first = record(ward.body(), by=ward.tove)
    again = ward.body(planned_session=str(planned.public_id))

    with pytest.raises(AlreadyRecordedError, match=str(first.public_id)):
        record(again, by=ward.tove)

    assert HeldSession.objects.count() == 1


def test_slot_of_another_patient_is_unknown():
    ward = make_ward()
    other = make_patient(ward.clinic, therapist=ward.tove)
    planned = make_slot(make_programme(other), "2026-03-02T10:00+01:00")

    found = faults(ward.body(planned_session=str(planned.public_id)), by=ward.tove)

    assert found == [("/planned_session", "unknown")]


@pytest.mark.parametrize(
    ("worked_on", "status"),
    [
        pytest.param(1, "partial", id="one of four"),
        pytest.param(2, "held", id="half"),
        pytest.param(3, "held", id="three of four"),
    ],
)
def test_session_is_held_when_half_of_the_planned_exercises_were_done(
    worked_on, status
):
    ward = make_ward()
    plan = [make_exercise(ward.clinic, slug=f"exercise_{each}") for each in range(4)]
    planned = make_slot(
        make_programme(ward.anna, exercises=plan), "2026-03-02T10:00+01:00"
    )
    entries = [done(each) for each in plan[:worked_on]]
    entries += [skipped(each) for each in plan[worked_on:]]

    session = record(ward.body(*entries), by=ward.tove)

    planned.refresh_from_db()
    assert (session.status, planned.status) == (status, status)


def test_sets_without_a_repetition_and_work_beside_the_plan_do_not_count():
    ward = make_ward()
    programme = make_programme(ward.anna, exercises=[ward.leg_press, ward.bridge])
    make_slot(programme, "2026-03-02T10:00+01:00")

    session = record(
        ward.body(
            done(ward.leg_press, a_set(reps=0)), done(ward.plank, {"seconds": 30})
        ),
        by=ward.tove,
    )

    assert session.status == "partial"


@pytest.mark.parametrize(
    ("did", "status"), [("something", "held"), ("nothing", "partial")]
)
def test_session_without_a_plan_is_held_when_anything_was_done(did, status):
    ward = make_ward()
    entry = done(ward.leg_press) if did == "something" else skipped(ward.leg_press)

    session = record(ward.body(entry), by=ward.tove)

    assert session.status == status


@pytest.mark.requirement("A6")
def test_recording_leaves_a_trace_without_what_was_said():
    ward = make_ward()

    session = record(ward.body(note="secret", check_ins=[pre()]), by=ward.tove)

    event = AuditEvent.objects.get(action="session.record")
    assert event.actor_id == ward.tove.pk
    assert event.patient_id == ward.anna.pk
    assert event.subject_id == session.public_id
    assert event.detail == {"exercises": 1, "sets": 2, "check_ins": 1}


@pytest.mark.requirement("A2")
@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("owner", 201),
        ("therapist", 201),
        ("colleague without care", 404),
        ("manager", 404),
        ("assessor", 404),
        ("another patient", 404),
        ("stranger of another clinic", 404),
        ("nobody", 401),
    ],
)
def test_who_may_record_a_session(who, status):
    ward = make_ward()
    people = {
        "owner": lambda: ward.anna.user,
        "therapist": lambda: ward.tove,
        "colleague without care": lambda: make_therapist(ward.clinic),
        "manager": lambda: make_manager(ward.clinic),
        "assessor": lambda: make_assessor(ward.clinic),
        "another patient": lambda: make_patient(ward.clinic).user,
        "stranger of another clinic": lambda: make_therapist(make_clinic()),
        "nobody": lambda: None,
    }
    client = api_client(people[who]())

    response = client.post(SESSIONS, ward.body(check_ins=[pre()]), format="json")

    assert response.status_code == status
    if status != 201:
        enter_also(ward.clinic)
        assert written() == [0, 0, 0, 0]
        assert not AuditEvent.objects.filter(action="session.record").exists()


def test_service_refuses_the_anonymous():
    ward = make_ward()

    with pytest.raises(NotThereError):
        record(ward.body(), by=AnonymousUser())


def test_therapist_names_the_patient():
    ward = make_ward()
    body = ward.body()
    del body["patient"]

    assert faults(body, by=ward.tove) == [("/patient", "required")]


@pytest.mark.requirement("A1")
def test_patient_of_two_clinics_names_the_one_with_x_clinic():
    ward, other = make_ward(), make_ward()
    make_patient(other.clinic, user=ward.anna.user)
    body = ward.body()
    del body["patient"]
    client = api_client(ward.anna.user)

    unnamed = client.post(SESSIONS, body, format="json")
    named = client.post(
        SESSIONS, body, format="json", headers={"X-Clinic": str(ward.clinic.public_id)}
    )

    assert (unnamed.status_code, named.status_code) == (400, 201)
    assert unnamed.json()["errors"][0]["pointer"] == "/patient"
    assert named.json()["patient"] == str(ward.anna.public_id)
