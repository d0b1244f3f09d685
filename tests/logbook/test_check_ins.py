"""Check-ins: windows, one pre and one post, days, those sent ahead."""

from datetime import date

import pytest

from apps.common.errors import (
    AlreadyRecordedError,
    IdReusedError,
    InvalidEntryError,
    NotThereError,
    WrongStateError,
)
from apps.logbook import services
from apps.logbook.entry import VoidRequest
from apps.logbook.models import CheckIn
from tests.factories.people import make_patient, make_therapist
from tests.logbook.builders import (
    check_in,
    done,
    h24,
    make_programme,
    make_slot,
    make_ward,
    moved,
    post,
    pre,
    record,
    session_body,
)

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("E1")]


def faults(body, *, by):
    """Return (pointer, code) of everything that is wrong with a check-in."""
    with pytest.raises(InvalidEntryError) as refused:
        check_in(body, by=by)
    return [(each["pointer"], each["code"]) for each in refused.value.errors]


def of(ward, **fields):
    """Return a pre of Anna that is sent alone."""
    return pre(**fields) | {"patient": str(ward.anna.public_id)}


@pytest.mark.parametrize(
    ("moment", "answered_at", "in_window"),
    [
        # The session of the builders lasts from 10:02 to 11:00.
        ("pre", "2026-03-02T08:31:59+01:00", False),
        ("pre", "2026-03-02T08:32:00+01:00", True),
        ("pre", "2026-03-02T10:12:00+01:00", True),
        ("pre", "2026-03-02T10:12:01+01:00", False),
        ("post", "2026-03-02T10:54:59+01:00", False),
        ("post", "2026-03-02T10:55:00+01:00", True),
        ("post", "2026-03-02T12:00:00+01:00", True),
        ("post", "2026-03-02T12:00:01+01:00", False),
        ("h24", "2026-03-03T04:59:59+01:00", False),
        ("h24", "2026-03-03T05:00:00+01:00", True),
        ("h24", "2026-03-03T23:00:00+01:00", True),
        ("h24", "2026-03-03T23:00:01+01:00", False),
        ("h48", "2026-03-04T02:59:59+01:00", False),
        ("h48", "2026-03-04T03:00:00+01:00", True),
        ("h48", "2026-03-04T23:00:00+01:00", True),
        ("h48", "2026-03-04T23:00:01+01:00", False),
        ("during", "2026-03-02T10:30:00+01:00", True),
    ],
)
def test_window_of_each_moment(moment, answered_at, in_window):
    ward = make_ward()
    session = record(ward.body(), by=ward.tove)

    alone = check_in(
        ward.check_in(session, moment=moment, answered_at=answered_at), by=ward.tove
    )
    again = moved(ward.body(), days=-7)
    week_before = answered_at.replace("03-02", "02-23").replace("03-03", "02-24")
    inside = record(
        again
        | {
            "check_ins": [
                h24(moment=moment, answered_at=week_before.replace("03-04", "02-25"))
            ]
        },
        by=ward.tove,
    )

    assert alone.in_window is in_window
    assert inside.check_ins.get().in_window is in_window


@pytest.mark.parametrize(
    ("moment", "when"),
    [("pre", "2026-03-02T09:59:00+01:00"), ("post", "2026-03-02T11:10:00+01:00")],
)
def test_second_in_window_pre_or_post_is_refused_and_the_first_is_named(moment, when):
    ward = make_ward()
    first = pre() if moment == "pre" else post()
    session = record(ward.body(check_ins=[first]), by=ward.tove)

    with pytest.raises(AlreadyRecordedError, match=first["id"]) as refused:
        check_in(ward.check_in(session, moment=moment, answered_at=when), by=ward.tove)

    assert (refused.value.status, refused.value.code) == (409, "already_recorded")
    assert CheckIn.objects.count() == 1


def test_two_pre_in_one_session_are_refused():
    ward = make_ward()
    body = ward.body(check_ins=[pre(), pre(answered_at="2026-03-02T09:59:00+01:00")])

    with pytest.raises(AlreadyRecordedError):
        record(body, by=ward.tove)


def test_pre_out_of_window_is_stored_and_blocks_nothing():
    ward = make_ward()
    early = pre(answered_at="2026-03-02T06:00:00+01:00")
    session = record(ward.body(check_ins=[early]), by=ward.tove)

    check_in(
        ward.check_in(session, moment="pre", answered_at="2026-03-02T09:58:00+01:00"),
        by=ward.tove,
    )

    stored = CheckIn.objects.filter(session=session).order_by("answered_at")
    assert list(stored.values_list("in_window", flat=True)) == [False, True]


def test_void_pre_blocks_nothing():
    ward = make_ward()
    first = pre()
    session = record(ward.body(check_ins=[first]), by=ward.tove)
    services.void_check_in(
        check_in_id=CheckIn.objects.get().public_id,
        request=VoidRequest.parse({"reason": "Typed for somebody else"}),
        by=ward.tove,
        now=session.received_at,
    )

    second = check_in(
        ward.check_in(session, moment="pre", answered_at="2026-03-02T09:59:00+01:00"),
        by=ward.tove,
    )

    assert second.in_window is True


@pytest.mark.parametrize("moment", ["h24", "h48", "during"])
def test_follow_ups_may_be_several(moment):
    ward = make_ward()
    session = record(ward.body(), by=ward.tove)
    days = {"h24": "03", "h48": "04", "during": "02"}

    for hour in ("10", "11"):
        when = f"2026-03-{days[moment]}T{hour}:30:00+01:00"
        check_in(ward.check_in(session, moment=moment, answered_at=when), by=ward.tove)

    assert CheckIn.objects.filter(moment=moment, in_window=True).count() == 2


@pytest.mark.requirement("C6")
@pytest.mark.parametrize(
    ("zone", "answered_at", "day"),
    [
        ("Europe/Stockholm", "2026-03-01T23:30:00+00:00", date(2026, 3, 2)),
        ("Europe/Stockholm", "2026-03-01T22:59:59+00:00", date(2026, 3, 1)),
        ("America/New_York", "2026-03-02T04:59:59+00:00", date(2026, 3, 1)),
        ("Asia/Shanghai", "2026-03-01T16:00:00+00:00", date(2026, 3, 2)),
        # Summer time: midnight in Stockholm is 22:00 in Greenwich.
        ("Europe/Stockholm", "2026-03-29T22:30:00+00:00", date(2026, 3, 30)),
        ("Europe/Stockholm", "2026-03-28T22:30:00+00:00", date(2026, 3, 28)),
    ],
)
def test_run_in_lands_on_the_patients_day(it_is, zone, answered_at, day):
    it_is("2026-04-01T12:00:00+02:00")
    ward = make_ward()
    anna = make_patient(ward.clinic, therapist=ward.tove, time_zone=zone)
    body = {
        "patient": str(anna.public_id),
        "moment": "run_in",
        "answered_at": answered_at,
        "pain_mm": 40,
    }

    row = check_in(body, by=ward.tove)

    assert (row.day, row.time_zone, row.in_window) == (day, zone, True)


def test_run_in_may_come_twice_a_day():
    ward = make_ward()
    for hour in ("08", "20"):
        when = f"2026-03-01T{hour}:00:00+01:00"
        check_in(of(ward, moment="run_in", answered_at=when), by=ward.anna.user)

    assert CheckIn.objects.count() == 2


@pytest.mark.parametrize(
    ("answered_at", "recorded_at", "expected"),
    [
        ("2026-03-05T12:01:00+01:00", None, []),
        ("2026-03-05T12:01:01+01:00", None, [("/answered_at", "in_future")]),
        (
            "2026-03-02T09:58:00+01:00",
            "2026-03-06T09:58:00+01:00",
            [("/recorded_at", "in_future")],
        ),
        ("2018-12-31T00:00:00+00:00", None, [("/answered_at", "too_early")]),
    ],
)
def test_times_of_a_check_in(answered_at, recorded_at, expected):
    ward = make_ward()
    body = of(ward, answered_at=answered_at, recorded_at=recorded_at)

    if expected:
        assert faults(body, by=ward.tove) == expected
    else:
        check_in(body, by=ward.tove)


def test_session_and_slot_must_be_the_patients():
    ward = make_ward()
    other = make_patient(ward.clinic, therapist=ward.tove)
    theirs = record(session_body(other, done(ward.leg_press)), by=ward.tove)
    slot = make_slot(make_programme(other), "2026-03-02T10:00+01:00")

    found = faults(
        ward.check_in(theirs, planned_session=str(slot.public_id)), by=ward.tove
    )

    assert found == [("/planned_session", "unknown"), ("/session", "unknown")]


def test_check_in_of_a_void_session_is_refused():
    ward = make_ward()
    session = record(ward.body(), by=ward.tove)
    void(session, by=ward.tove)

    with pytest.raises(WrongStateError):
        check_in(ward.check_in(session), by=ward.tove)


def void(session, *, by):
    """Take a session out."""
    services.void_session(
        session_id=session.public_id,
        request=VoidRequest.parse({"reason": "Entered twice"}),
        by=by,
        now=session.received_at,
    )


# Sent ahead of the session.


def test_pre_sent_alone_waits_for_its_session():
    ward = make_ward()

    row = check_in(of(ward), by=ward.anna.user)

    assert (row.session, row.in_window) == (None, None)


def test_pre_named_again_in_its_session_is_linked_and_not_doubled():
    ward = make_ward()
    ahead = pre()
    check_in(ahead | {"patient": str(ward.anna.public_id)}, by=ward.anna.user)

    session = record(ward.body(check_ins=[ahead]), by=ward.tove)

    row = CheckIn.objects.get()
    assert (row.session, row.in_window, row.version) == (session, True, 1)
    assert row.entered_by == ward.anna.user


def test_pre_named_again_with_other_answers_is_refused():
    ward = make_ward()
    ahead = pre()
    check_in(ahead | {"patient": str(ward.anna.public_id)}, by=ward.anna.user)

    with pytest.raises(IdReusedError) as refused:
        record(ward.body(check_ins=[ahead | {"pain_mm": 52}]), by=ward.tove)

    assert refused.value.pointer == "/check_ins/0/id"


def test_check_in_of_one_session_is_not_linked_to_another():
    ward = make_ward()
    before = pre()
    record(ward.body(check_ins=[before]), by=ward.tove)

    with pytest.raises(IdReusedError, match="another session"):
        record(moved(ward.body(), days=1) | {"check_ins": [before]}, by=ward.tove)


def test_check_in_of_a_void_session_goes_over_to_the_one_in_its_place():
    ward = make_ward()
    before = pre()
    wrong = record(ward.body(check_ins=[before]), by=ward.tove)
    void(wrong, by=ward.tove)

    right = record(ward.body(check_ins=[before]), by=ward.tove)

    assert CheckIn.objects.get().session == right


def test_pre_sent_ahead_is_linked_by_its_slot():
    ward = make_ward()
    slot = make_slot(make_programme(ward.anna), "2026-03-02T10:00+01:00")
    row = check_in(of(ward, planned_session=str(slot.public_id)), by=ward.anna.user)

    session = record(ward.body(), by=ward.tove)

    row.refresh_from_db()
    assert (row.session, row.in_window) == (session, True)
    assert [each.pk for each in session.check_ins.all()] == [row.pk]


def test_pre_sent_ahead_without_a_slot_is_linked_by_its_window():
    ward = make_ward()
    row = check_in(of(ward), by=ward.anna.user)

    session = record(ward.body(), by=ward.tove)

    row.refresh_from_db()
    assert row.session == session


@pytest.mark.parametrize(
    ("ahead", "with_session"),
    [
        pytest.param([{}, {}], [], id="two come into question"),
        pytest.param([{"answered_at": "2026-03-02T08:00:00+01:00"}], [], id="early"),
        pytest.param([{}], [{}], id="the session brings its own"),
    ],
)
def test_pre_sent_ahead_is_not_linked_in_doubt(ahead, with_session):
    ward = make_ward()
    for fields in ahead:
        check_in(of(ward, **fields), by=ward.anna.user)

    record(ward.body(check_ins=[pre(**each) for each in with_session]), by=ward.tove)

    assert CheckIn.objects.filter(session=None).count() == len(ahead)


def test_pre_of_another_slot_is_not_linked_by_its_window():
    ward = make_ward()
    programme = make_programme(ward.anna)
    make_slot(programme, "2026-03-02T10:00+01:00")
    other = make_slot(programme, "2026-03-05T10:00+01:00")
    row = check_in(of(ward, planned_session=str(other.public_id)), by=ward.anna.user)

    record(ward.body(), by=ward.tove)

    row.refresh_from_db()
    assert row.session is None


@pytest.mark.parametrize("with_slot", [True, False])
def test_pre_that_arrives_after_its_session_is_linked_at_once(with_slot):
    ward = make_ward()
    slot = make_slot(make_programme(ward.anna), "2026-03-02T10:00+01:00")
    session = record(ward.body(), by=ward.tove)
    named = {"planned_session": str(slot.public_id)} if with_slot else {}

    row = check_in(of(ward, **named), by=ward.anna.user)

    assert (row.session, row.in_window) == (session, True)


def test_late_pre_of_a_session_that_has_one_is_stored_alone():
    ward = make_ward()
    record(ward.body(check_ins=[pre()]), by=ward.tove)

    row = check_in(of(ward), by=ward.anna.user)

    assert (row.session, row.in_window) == (None, None)


def test_pre_that_came_inside_its_session_may_still_come_alone():
    ward = make_ward()
    before = pre()
    session = record(ward.body(check_ins=[before]), by=ward.tove)

    row = check_in(before | {"patient": str(ward.anna.public_id)}, by=ward.tove)

    assert (row.session, CheckIn.objects.count()) == (session, 1)


# The next session closes windows.


def test_next_session_closes_the_windows_of_the_one_before():
    ward = make_ward()
    first = record(ward.body(), by=ward.tove)
    row = check_in(
        ward.check_in(first, answered_at="2026-03-03T15:00:00+01:00"), by=ward.tove
    )
    assert row.in_window is True

    second = record(moved(ward.body(), days=1), by=ward.tove)

    row.refresh_from_db()
    assert row.in_window is False
    void(second, by=ward.tove)
    row.refresh_from_db()
    assert row.in_window is True


@pytest.mark.parametrize(
    ("answered_at", "in_window"),
    [("2026-03-03T10:02:00+01:00", True), ("2026-03-03T10:02:01+01:00", False)],
)
def test_window_closes_at_the_start_of_the_next_session(answered_at, in_window):
    ward = make_ward()
    first = record(ward.body(), by=ward.tove)
    record(moved(ward.body(), days=1), by=ward.tove)

    row = check_in(ward.check_in(first, answered_at=answered_at), by=ward.tove)

    assert row.in_window is in_window


def test_back_dated_session_closes_and_is_closed():
    ward = make_ward()
    first = record(ward.body(), by=ward.tove)
    record(moved(ward.body(), days=3, hours=-1), by=ward.tove)
    row = check_in(
        ward.check_in(first, answered_at="2026-03-03T15:00:00+01:00"), by=ward.tove
    )
    late = h24(answered_at="2026-03-04T09:00:00+01:00")

    between = record(moved(ward.body(), days=1) | {"check_ins": [late]}, by=ward.tove)

    row.refresh_from_db()
    assert row.in_window is False
    assert between.next_started_at.isoformat() == "2026-03-05T08:02:00+00:00"
    assert CheckIn.objects.get(session=between).in_window is True


def test_colleague_without_care_cannot_add_a_check_in():
    ward = make_ward()
    colleague = make_therapist(ward.clinic)

    with pytest.raises(NotThereError):
        check_in(of(ward), by=colleague)

    assert CheckIn.objects.count() == 0


def test_check_in_may_come_without_an_id():
    ward = make_ward()
    body = of(ward)
    del body["id"]

    first, second = (check_in(body, by=ward.anna.user) for _ in range(2))

    assert first.public_id != second.public_id
