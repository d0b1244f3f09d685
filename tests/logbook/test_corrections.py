"""Corrections and voids: the earlier version is kept, everything computed follows."""

from decimal import Decimal
from uuid import uuid4

import pytest

from apps.audit.models import AuditEvent
from apps.clinics.models import Membership, Snapshot
from apps.exercises.models import Exercise
from apps.logbook.models import CheckIn, HeldSession, SetEntry
from tests.factories.people import (
    api_client,
    enter_also,
    make_clinic,
    make_manager,
    make_therapist,
)
from tests.logbook.builders import (
    CHECK_INS,
    SESSIONS,
    a_set,
    at,
    check_in,
    done,
    kg,
    make_exercise,
    make_programme,
    make_slot,
    make_ward,
    moved,
    post,
    pre,
    record,
    skipped,
)

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("C4")]
THURSDAY_MORNING = at("2026-03-05T08:00:00+01:00")


def pointers(response):
    """Return what was refused where, with its code."""
    return [(each["pointer"], each["code"]) for each in response.json()["errors"]]


def patch(user, record_, *, version=1, route=SESSIONS, **changes):
    """Send a correction and return the response."""
    body = {"correction_reason": "Typo"} | changes
    return api_client(user).patch(
        f"{route}{record_.public_id}/",
        body,
        format="json",
        headers={"If-Match": f'"{version}"'},
    )


def act(user, record_, action, *, route=SESSIONS, **body):
    """Send an action and return the response."""
    return api_client(user).post(
        f"{route}{record_.public_id}/{action}/", body, format="json"
    )


def versions(user, record_, *, route=SESSIONS):
    """Return the earlier versions."""
    return api_client(user).get(f"{route}{record_.public_id}/versions/").json()


def test_corrected_session_is_a_version_higher_and_the_earlier_one_is_kept():
    ward = make_ward()
    client = api_client(ward.tove)
    body = ward.body(check_ins=[pre()])
    before = client.post(SESSIONS, body, format="json").json()
    session = HeldSession.objects.get()

    response = patch(
        ward.tove,
        session,
        exercises=[done(ward.leg_press, a_set(reps=10, load=kg("40")))],
        correction_reason="Wrong machine",
    )

    after = response.json()
    assert (response.status_code, response["ETag"]) == (200, '"2"')
    assert (after["version"], after["volume_kg"]) == (2, "400.00")
    assert after["id"] == before["id"]
    assert after["check_ins"] == before["check_ins"]
    [kept] = versions(ward.tove, session)
    assert kept["content"] == before
    assert (kept["version"], kept["reason"]) == (1, "Wrong machine")
    assert kept["replaced_by"] == str(ward.tove.public_id)
    assert kept["replaced_at"].startswith("2026-03-05T11:00:00")
    assert SetEntry.objects.count() == 1
    event = AuditEvent.objects.get(action="session.correct")
    assert event.detail == {"fields": ["exercises"], "version": 2}


@pytest.mark.parametrize(
    ("changes", "name", "expected"),
    [
        ({"note": "Went well."}, "note", "Went well."),
        ({"setting": "home"}, "setting", "home"),
        ({"stretched": None}, "stretched", None),
        ({"confounders": ["injury"]}, "confounders", ["injury"]),
        (
            {"started_at": "2026-03-02T09:10:00+00:00"},
            "started_at",
            "2026-03-02T10:10:00+01:00",
        ),
        ({"broken_off_because": "Pain"}, "broken_off_because", "Pain"),
    ],
)
def test_correction_replaces_what_it_names_and_nothing_else(changes, name, expected):
    ward = make_ward()
    client = api_client(ward.tove)
    body = ward.body(
        done(ward.leg_press, machine="Press 2", novel=False, novel_reason="Known"),
        skipped(ward.bridge),
        {"exercise": str(ward.cycling.public_id), "bout": {"minutes": "20.5"}},
        done(ward.plank, {"seconds": 30}),
        stretched=True,
        warm_up={"activity": "rowing", "minutes": 10},
        supervised_by=str(ward.tove.public_id),
        note="",
    )
    before = client.post(SESSIONS, body, format="json").json()

    after = patch(ward.tove, HeldSession.objects.get(), **changes).json()

    computed = {"version", name, "follow_ups"}
    assert after[name] == expected
    assert {key: value for key, value in after.items() if key not in computed} == {
        key: value for key, value in before.items() if key not in computed
    }


def test_correction_in_pounds_is_kept_as_typed():
    ward = make_ward()
    session = record(ward.body(), by=ward.tove)
    load = {"value": "70", "unit": "lb"}

    patch(
        ward.tove, session, exercises=[done(ward.leg_press, a_set(reps=10, load=load))]
    )

    row = SetEntry.objects.get()
    assert (row.load_value, row.load_unit) == (Decimal(70), "lb")
    session.refresh_from_db()
    assert session.volume_kg == Decimal("317.50")


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"id": str(uuid4())}, "/id", "not_correctable"),
        ({"patient": str(uuid4())}, "/patient", "not_correctable"),
        ({"nota": "x"}, "/nota", "unknown_field"),
        ({"status": "held"}, "/status", "unknown_field"),
        ({"exercises": []}, "/exercises", "min_length"),
        ({"setting": None}, "/setting", "invalid_choice"),
        ({"ended_at": "2026-03-02T10:02:00+01:00"}, "/ended_at", "out_of_order"),
        ({"ended_at": "2026-03-03T10:02:01+01:00"}, "/ended_at", "lasts_too_long"),
        ({"planned_session": str(uuid4())}, "/planned_session", "unknown"),
        ({"correction_reason": ""}, "/correction_reason", "required"),
        ({"correction_reason": "   "}, "/correction_reason", "required"),
    ],
)
def test_correction_refuses(changes, pointer, code):
    ward = make_ward()
    session = record(ward.body(), by=ward.tove)

    response = patch(ward.tove, session, **changes)

    assert response.status_code == 400
    [error] = response.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)
    enter_also(ward.clinic)
    session.refresh_from_db()
    assert (session.version, Snapshot.objects.count()) == (1, 0)


def test_correction_is_judged_by_the_same_rules_as_the_entry():
    ward = make_ward()
    session = record(ward.body(), by=ward.tove)

    response = patch(
        ward.tove, session, exercises=[done(ward.leg_press, {"seconds": 30})]
    )

    pointers = [error["pointer"] for error in response.json()["errors"]]
    assert "/exercises/0/sets/0/seconds" in pointers


@pytest.mark.parametrize(
    ("header", "status"),
    [(None, 400), ('"1"', 200), ("1", 200), ('"2"', 412), ("x", 400)],
)
def test_correction_names_the_version_that_was_read(header, status):
    ward = make_ward()
    session = record(ward.body(), by=ward.tove)
    headers = {"If-Match": header} if header else {}

    response = api_client(ward.tove).patch(
        f"{SESSIONS}{session.public_id}/",
        {"note": "x", "correction_reason": "Typo"},
        format="json",
        headers=headers,
    )

    assert response.status_code == status


def test_same_change_id_again_is_answered_and_changes_nothing():
    ward = make_ward()
    session = record(ward.body(), by=ward.tove)
    change = {"change_id": str(uuid4()), "note": "Right"}

    first = patch(ward.tove, session, **change)
    again = patch(ward.tove, session, **change)
    other = patch(ward.tove, session, version=2, **change | {"note": "Other"})

    assert [first.status_code, again.status_code, other.status_code] == [200, 200, 409]
    assert first.json() == again.json()
    enter_also(ward.clinic)
    assert Snapshot.objects.count() == 1


def test_change_id_tells_an_emptied_field_from_one_left_alone():
    ward = make_ward()
    session = record(ward.body(stretched=True), by=ward.tove)
    change_id = str(uuid4())

    patch(ward.tove, session, change_id=change_id, note="x")
    other = patch(
        ward.tove, session, version=2, change_id=change_id, note="x", stretched=None
    )

    assert other.status_code == 409


def test_slow_phone_corrects_only_the_times_that_it_sends():
    ward = make_ward()
    session = record(ward.body(), by=ward.tove)

    after = patch(
        ward.tove,
        session,
        ended_at="2026-03-02T10:40:00+01:00",
        sent_at="2026-03-05T11:50:00+01:00",
    ).json()

    assert after["started_at"] == "2026-03-02T10:02:00+01:00"
    assert after["ended_at"] == "2026-03-02T10:50:00+01:00"


def test_corrected_status_follows_to_the_calendar():
    ward = make_ward()
    plan = [ward.leg_press, ward.bridge, ward.plank]
    slot = make_slot(
        make_programme(ward.anna, exercises=plan), "2026-03-02T10:00+01:00"
    )
    session = record(ward.body(), by=ward.tove)
    assert session.status == "partial"

    patch(
        ward.tove,
        session,
        exercises=[done(ward.leg_press), done(ward.plank, {"seconds": 9})],
    )

    slot.refresh_from_db()
    session.refresh_from_db()
    assert (session.status, slot.status) == ("held", "held")
    assert session.planned_session == slot


@pytest.mark.parametrize("to", ["another slot", "no slot"])
def test_correction_moves_the_session_to_another_slot(to):
    ward = make_ward()
    programme = make_programme(ward.anna)
    old = make_slot(programme, "2026-03-02T10:00+01:00")
    new = make_slot(programme, "2026-03-05T10:00+01:00")
    session = record(ward.body(), by=ward.tove)
    wanted = str(new.public_id) if to == "another slot" else None

    after = patch(ward.tove, session, planned_session=wanted).json()

    old.refresh_from_db()
    new.refresh_from_db()
    assert after["planned_session"] == wanted
    assert old.status == "planned"
    assert new.status == ("held" if wanted else "planned")


def test_moved_session_leaves_its_first_slot_excused_as_it_was():
    ward = make_ward()
    programme = make_programme(ward.anna)
    excused = {"status": "excused", "excuse_reason": "work"}
    old = make_slot(programme, "2026-03-02T10:00+01:00", **excused)
    new = make_slot(programme, "2026-03-05T10:00+01:00")
    slot_id = str(old.public_id)
    session = record(ward.body(planned_session=slot_id), by=ward.tove)

    patch(ward.tove, session, planned_session=str(new.public_id))

    old.refresh_from_db()
    assert (old.status, old.excuse_reason) == ("excused", "work")


def test_correction_cannot_take_a_slot_that_is_filled():
    ward = make_ward()
    programme = make_programme(ward.anna)
    first = make_slot(programme, "2026-03-02T10:00+01:00")
    make_slot(programme, "2026-03-04T10:00+01:00")
    record(ward.body(), by=ward.tove)
    second = record(moved(ward.body(), days=2), by=ward.tove)

    response = patch(ward.tove, second, planned_session=str(first.public_id))

    assert (response.status_code, response.json()["code"]) == (409, "already_recorded")


def test_moved_session_judges_its_check_ins_and_the_neighbours_anew():
    ward = make_ward()
    first = record(ward.body(), by=ward.tove)
    follow_up = check_in(
        ward.check_in(first, answered_at="2026-03-03T15:00:00+01:00"), by=ward.tove
    )
    second = record(
        moved(ward.body(), days=2)
        | {"check_ins": [pre(answered_at="2026-03-04T09:58:00+01:00")]},
        by=ward.tove,
    )

    patch(
        ward.tove,
        second,
        started_at="2026-03-03T14:00:00+01:00",
        ended_at="2026-03-03T14:30:00+01:00",
    )

    follow_up.refresh_from_db()
    assert follow_up.in_window is False
    assert CheckIn.objects.get(session=second).in_window is False
    patch(
        ward.tove,
        second,
        version=2,
        started_at="2026-03-04T10:02:00+01:00",
        ended_at="2026-03-04T11:00:00+01:00",
    )
    follow_up.refresh_from_db()
    assert follow_up.in_window is True
    assert CheckIn.objects.get(session=second).in_window is True


def test_correction_that_puts_two_pres_in_window_is_refused():
    ward = make_ward()
    early = pre(answered_at="2026-03-02T08:31:00+01:00")
    session = record(ward.body(check_ins=[early, pre()]), by=ward.tove)

    response = patch(ward.tove, session, started_at="2026-03-02T10:00:00+01:00")

    assert (response.status_code, response.json()["code"]) == (409, "already_recorded")


def test_correction_of_the_time_makes_room_for_another_pre():
    ward = make_ward()
    session = record(ward.body(check_ins=[pre()]), by=ward.tove)
    later = pre(answered_at="2026-03-02T11:55:00+01:00")

    response = patch(
        ward.tove,
        session,
        started_at="2026-03-02T12:00:00+01:00",
        ended_at="2026-03-02T12:30:00+01:00",
        check_ins=[later],
    )

    assert response.status_code == 200
    in_window = {each["id"]: each["in_window"] for each in response.json()["check_ins"]}
    assert in_window[later["id"]] is True
    assert sorted(in_window.values()) == [False, True]


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("owner", 403),
        ("therapist", 200),
        ("colleague", 404),
        ("manager", 404),
        ("stranger", 404),
        ("nobody", 401),
    ],
)
@pytest.mark.parametrize("what", ["session", "check_in"])
@pytest.mark.parametrize("action", ["patch", "void"])
def test_who_may_change_what_the_therapist_entered(who, status, what, action):
    ward = make_ward()
    session = record(ward.body(check_ins=[pre()]), by=ward.tove)
    row, route = {
        "session": (session, SESSIONS),
        "check_in": (CheckIn.objects.get(), CHECK_INS),
    }[what]
    people = {
        "owner": lambda: ward.anna.user,
        "therapist": lambda: ward.tove,
        "colleague": lambda: make_therapist(ward.clinic),
        "manager": lambda: make_manager(ward.clinic),
        "stranger": lambda: make_therapist(make_clinic()),
        "nobody": lambda: None,
    }
    user = people[who]()

    if action == "patch":
        change = {"note": "x"} if what == "session" else {"pain_mm": 1}
        response = patch(user, row, route=route, **change)
    else:
        response = act(user, row, "void", route=route, reason="Wrong")

    assert response.status_code == status
    if status != 200:
        enter_also(ward.clinic)
        row.refresh_from_db()
        assert (row.version, row.voided_at) == (1, None)
        assert Snapshot.objects.count() == 0


@pytest.mark.parametrize("what", ["session", "check_in"])
def test_patient_corrects_and_voids_what_they_entered(what):
    ward = make_ward()
    session = record(ward.body(check_ins=[pre()]), by=ward.anna.user)
    row, route, change = {
        "session": (session, SESSIONS, {"note": "x"}),
        "check_in": (CheckIn.objects.get(), CHECK_INS, {"pain_mm": 1}),
    }[what]

    corrected = patch(ward.anna.user, row, route=route, **change)
    voided = act(ward.anna.user, row, "void", route=route, reason="Wrong day")

    assert [corrected.status_code, voided.status_code] == [200, 200]


def test_corrected_check_in_is_judged_anew_and_the_earlier_one_is_kept():
    ward = make_ward()
    session = record(ward.body(), by=ward.tove)
    row = check_in(ward.check_in(session, flare="yes"), by=ward.tove)
    before = api_client(ward.tove).get(f"{CHECK_INS}{row.public_id}/").json()

    response = patch(
        ward.tove,
        row,
        route=CHECK_INS,
        answered_at="2026-03-02T23:30:00+01:00",
        pain_mm=None,
    )

    after = response.json()
    assert (after["version"], after["in_window"], after["pain_mm"]) == (2, False, None)
    assert (after["day"], after["flare"]) == ("2026-03-02", "yes")
    [kept] = versions(ward.tove, row, route=CHECK_INS)
    assert kept["content"] == before


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"pain_mm": 101}, "/pain_mm", "max_value"),
        ({"scale": "NRS11", "pain_mm": 55}, "/pain_mm", "not_on_scale"),
        ({"session": None}, "", "session_required"),
        ({"patient": str(uuid4())}, "/patient", "not_correctable"),
        ({"painn_mm": 5}, "/painn_mm", "unknown_field"),
        ({"answered_at": "2026-04-01T00:00:00Z"}, "/answered_at", "in_future"),
    ],
)
def test_correction_of_a_check_in_refuses(changes, pointer, code):
    ward = make_ward()
    row = check_in(ward.check_in(record(ward.body(), by=ward.tove)), by=ward.tove)

    response = patch(ward.tove, row, route=CHECK_INS, **changes)

    [error] = response.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)


def test_check_in_is_moved_to_another_session():
    ward = make_ward()
    wrong = record(ward.body(), by=ward.tove)
    right = record(moved(ward.body(), days=-1), by=ward.tove)
    row = check_in(ward.check_in(wrong), by=ward.tove)

    after = patch(
        ward.tove,
        row,
        route=CHECK_INS,
        session=str(right.public_id),
        moment="h48",
        answered_at="2026-03-03T09:00:00+01:00",
    ).json()

    assert after["session"] == str(right.public_id)
    # The next session closed that window on Monday.
    assert after["in_window"] is False


def test_unhooked_pre_is_not_hooked_on_again():
    ward = make_ward()
    record(ward.body(check_ins=[pre()]), by=ward.tove)
    row = CheckIn.objects.get()

    after = patch(ward.tove, row, route=CHECK_INS, session=None).json()

    assert (after["session"], after["in_window"]) == (None, None)


def test_void_takes_a_session_out_and_keeps_it_readable():
    ward = make_ward()
    slot = make_slot(make_programme(ward.anna), "2026-03-02T10:00+01:00")
    session = record(ward.body(check_ins=[pre(), post()]), by=ward.tove)

    voided = act(ward.tove, session, "void", reason="Another patient's")
    read = api_client(ward.tove).get(f"{SESSIONS}{session.public_id}/")

    slot.refresh_from_db()
    assert voided.status_code == 200
    assert read.json() == voided.json()
    assert read.json()["voided_at"] == "2026-03-05T12:00:00+01:00"
    assert read.json()["void_reason"] == "Another patient's"
    assert read.json()["follow_ups"] == []
    assert len(read.json()["check_ins"]) == 2
    assert slot.status == "planned"
    assert record(ward.body(), by=ward.tove).planned_session == slot


def test_void_leaves_the_slot_excused_if_it_was_before():
    ward = make_ward()
    slot = make_slot(
        make_programme(ward.anna),
        "2026-03-02T10:00+01:00",
        status="excused",
        excuse_reason="work",
        excused_late=True,
    )
    session = record(ward.body(planned_session=str(slot.public_id)), by=ward.tove)
    slot.refresh_from_db()
    assert slot.status == "held"

    act(ward.tove, session, "void", reason="Another patient's")

    slot.refresh_from_db()
    assert (slot.status, slot.excuse_reason) == ("excused", "work")
    assert slot.excused_late is True


# What stands outside an entry may change: that makes no old entry uncorrectable.


def test_session_is_corrected_after_its_supervisor_left():
    ward = make_ward()
    lena = make_therapist(ward.clinic)
    body = ward.body(supervised_by=str(lena.public_id))
    session = record(body, by=ward.tove)
    Membership.objects.filter(user=lena).update(active_until=THURSDAY_MORNING)

    after = patch(ward.tove, session, note="Typo")
    again = patch(ward.tove, session, version=2, supervised_by=str(lena.public_id))

    assert (after.status_code, again.status_code) == (200, 200)
    assert after.json()["supervised_by"] == str(lena.public_id)


def test_correction_names_nobody_new_who_has_left():
    ward = make_ward()
    lena = make_therapist(ward.clinic)
    session = record(ward.body(), by=ward.tove)
    Membership.objects.filter(user=lena).update(active_until=THURSDAY_MORNING)

    response = patch(ward.tove, session, supervised_by=str(lena.public_id))

    assert pointers(response) == [("/supervised_by", "unknown")]


@pytest.mark.parametrize(
    "change",
    [{"unilateral": True}, {"is_active": False}, {"load_kind": "heart_rate"}],
    ids=["one-sided", "retired", "another kind of load"],
)
@pytest.mark.parametrize("correct", ["the note", "a set"])
def test_session_is_corrected_after_its_exercise_changed(change, correct):
    ward = make_ward()
    session = record(ward.body(), by=ward.tove)
    Exercise.objects.filter(pk=ward.leg_press.pk).update(**change)
    exercises = [done(ward.leg_press, a_set(reps=12))]
    changes = {"note": "Typo"} if correct == "the note" else {"exercises": exercises}

    after = patch(ward.tove, session, **changes)

    assert after.status_code == 200
    sets = after.json()["exercises"][0]["sets"]
    assert [each["reps"] for each in sets] == ([12] if correct == "a set" else [15, 15])


def test_correction_may_say_the_side_of_what_became_one_sided():
    ward = make_ward()
    session = record(ward.body(), by=ward.tove)
    Exercise.objects.filter(pk=ward.leg_press.pk).update(unilateral=True)

    after = patch(ward.tove, session, exercises=[done(ward.leg_press, side="left")])

    assert after.json()["exercises"][0]["side"] == "left"


@pytest.mark.parametrize(
    ("make_work", "pointer", "code"),
    [
        (lambda ward: done(ward.arm_curl), "/exercises/0/side", "required"),
        (
            lambda ward: done(ward.leg_press, side="left"),
            "/exercises/0/side",
            "not_for_this_exercise",
        ),
        (
            lambda ward: done(ward.leg_press, {"seconds": 30}),
            "/exercises/0/sets/0/seconds",
            "not_for_this_exercise",
        ),
        (
            lambda ward: done(ward.bridge, {"reps": 5, "lever_level": 1}, side="left"),
            "/exercises/0/side",
            "not_for_this_exercise",
        ),
    ],
    ids=["side left away", "new side", "other kind of load", "skipped before"],
)
def test_what_a_correction_changes_is_judged_by_the_catalogue(make_work, pointer, code):
    ward = make_ward()
    body = ward.body(
        done(ward.leg_press), done(ward.arm_curl, side="left"), skipped(ward.bridge)
    )
    session = record(body, by=ward.tove)

    response = patch(ward.tove, session, exercises=[make_work(ward)])

    assert (pointer, code) in pointers(response)


def test_skipped_exercise_that_became_one_sided_asks_its_side_once_it_was_done():
    ward = make_ward()
    session = record(ward.body(skipped(ward.leg_press)), by=ward.tove)
    Exercise.objects.filter(pk=ward.leg_press.pk).update(unilateral=True)

    response = patch(ward.tove, session, exercises=[done(ward.leg_press)])

    assert pointers(response) == [("/exercises/0/side", "required")]


def test_check_in_is_corrected_after_people_and_exercises_changed():
    ward = make_ward()
    lena = make_therapist(ward.clinic)
    body = ward.body(check_ins=[post()], supervised_by=str(lena.public_id))
    record(body, by=ward.tove)
    Membership.objects.filter(user=lena).update(active_until=THURSDAY_MORNING)
    Exercise.objects.filter(pk=ward.leg_press.pk).update(unilateral=True)

    response = patch(ward.tove, CheckIn.objects.get(), route=CHECK_INS, pain_mm=44)

    assert (response.status_code, response.json()["pain_mm"]) == (200, 44)


@pytest.mark.parametrize("route", [SESSIONS, CHECK_INS])
def test_what_is_void_is_neither_corrected_nor_voided_again(route):
    ward = make_ward()
    session = record(ward.body(check_ins=[pre()]), by=ward.tove)
    row = session if route == SESSIONS else CheckIn.objects.get()
    change = {"change_id": str(uuid4()), "reason": "Wrong"}

    statuses = [
        act(ward.tove, row, "void", route=route, **change).status_code,
        act(ward.tove, row, "void", route=route, **change).status_code,
        act(ward.tove, row, "void", route=route, reason="Wrong").status_code,
        patch(ward.tove, row, route=route).status_code,
    ]

    assert statuses == [200, 200, 409, 409]


@pytest.mark.parametrize(
    ("body", "pointer"), [({}, "/reason"), ({"reason": " "}, "/reason")]
)
def test_void_says_why(body, pointer):
    ward = make_ward()
    session = record(ward.body(), by=ward.tove)

    response = act(ward.tove, session, "void", **body)

    assert response.json()["errors"][0]["pointer"] == pointer


def test_confounders_are_added_by_the_patient_and_kept_as_a_version():
    ward = make_ward()
    session = record(ward.body(confounders=["injury"]), by=ward.tove)

    first = act(
        ward.anna.user, session, "confounders", confounders=["injury", "infection"]
    )
    again = act(ward.anna.user, session, "confounders", confounders=["infection"])

    assert first.json()["confounders"] == ["injury", "infection"]
    assert (first.json()["version"], again.json()["version"]) == (2, 2)
    [kept] = versions(ward.tove, session)
    assert kept["content"]["confounders"] == ["injury"]
    assert kept["reason"] == "Added: infection"


@pytest.mark.parametrize(
    ("who", "status"), [("colleague", 404), ("stranger", 404), ("nobody", 401)]
)
def test_confounders_are_not_added_by_others(who, status):
    ward = make_ward()
    session = record(ward.body(), by=ward.tove)
    people = {
        "colleague": lambda: make_therapist(ward.clinic),
        "stranger": lambda: make_therapist(make_clinic()),
        "nobody": lambda: None,
    }

    response = act(people[who](), session, "confounders", confounders=["injury"])

    assert response.status_code == status
    enter_also(ward.clinic)
    session.refresh_from_db()
    assert session.confounders == []


def test_confounders_of_a_void_session_are_refused():
    ward = make_ward()
    session = record(ward.body(), by=ward.tove)
    act(ward.tove, session, "void", reason="Wrong")

    response = act(ward.tove, session, "confounders", confounders=["injury"])

    assert response.status_code == 409


def test_patient_keeps_the_therapists_override_when_correcting_something_else():
    ward = make_ward()
    session = record(ward.body(), by=ward.anna.user)
    press = done(ward.leg_press, novel=True, novel_reason="New grip")
    patch(ward.tove, session, exercises=[press])

    note = patch(ward.anna.user, session, version=2, note="x")
    override = patch(ward.anna.user, session, version=3, exercises=[press])

    assert [note.status_code, override.status_code] == [200, 403]


def test_exercise_of_another_clinic_is_no_correction():
    ward = make_ward()
    session = record(ward.body(), by=ward.tove)
    foreign = make_exercise(make_clinic(), slug="other")

    response = patch(ward.tove, session, exercises=[done(foreign)])

    assert response.json()["errors"][0]["pointer"] == "/exercises/0/exercise"


def test_what_was_measured_before_training_is_stored_corrected_and_kept():
    ward = make_ward()
    high, lower = ({"systolic": mm, "diastolic": 85} for mm in (165, 150))
    body = pre(patient=str(ward.anna.public_id), blood_pressure=high)
    row = check_in(body | {"acute_illness": True}, by=ward.tove)

    corrected = patch(ward.tove, row, route=CHECK_INS, blood_pressure=lower)

    assert corrected.status_code == 200
    answer = corrected.json()
    assert (answer["blood_pressure"], answer["acute_illness"]) == (lower, True)
    row.refresh_from_db()
    assert (row.blood_pressure, row.version) == (lower, 2)
    [kept] = Snapshot.objects.filter(record_id=row.public_id)
    assert kept.content["blood_pressure"] == high
    moved_on = patch(ward.tove, row, version=2, route=CHECK_INS, moment="run_in")
    assert ("/blood_pressure", "not_here") in pointers(moved_on)
