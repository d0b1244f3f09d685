"""Phones whose clock is off."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.common.device_clock import FURTHEST, TOLERANCE, corrected, offset_s
from apps.common.errors import InvalidEntryError
from apps.logbook.models import CheckIn, HeldSession
from tests.factories.people import api_client
from tests.factories.training import make_one_rep_max
from tests.logbook.builders import SESSIONS, at, check_in, make_ward, post, pre, record

NOON = at("2026-03-05T12:00:00+01:00")


@pytest.mark.parametrize(
    ("sent_at", "seconds"),
    [
        pytest.param(None, 0, id="not told"),
        pytest.param("2026-03-05T12:00:00+01:00", 0, id="right"),
        pytest.param("2026-03-05T11:59:00+01:00", 0, id="a minute slow"),
        pytest.param("2026-03-05T11:58:59+01:00", 61, id="more than a minute slow"),
        pytest.param("2026-03-05T12:01:00+01:00", 0, id="a minute fast"),
        pytest.param("2026-03-05T12:01:01+01:00", -61, id="more than a minute fast"),
        pytest.param("2026-03-05T11:00:00Z", 0, id="another zone"),
        pytest.param("2026-03-03T12:00:00+01:00", 172_800, id="two days slow"),
        pytest.param("2026-03-07T12:00:00+01:00", -172_800, id="two days fast"),
    ],
)
def test_offset_s_puts_a_clock_right(sent_at, seconds):
    given = at(sent_at) if sent_at else None

    assert offset_s(given, NOON) == seconds


@pytest.mark.parametrize(
    "sent_at", ["2026-03-03T11:59:59+01:00", "2026-03-07T12:00:01+01:00"]
)
def test_offset_s_refuses_a_clock_more_than_two_days_off(sent_at):
    with pytest.raises(InvalidEntryError) as refused:
        offset_s(at(sent_at), NOON)

    assert refused.value.errors[0]["pointer"] == "/sent_at"


def test_corrected_adds_the_offset():
    assert corrected(NOON, -61) == at("2026-03-05T11:58:59+01:00")


@pytest.mark.django_db
@pytest.mark.requirement("C2")
@pytest.mark.parametrize(
    ("sent_at", "offset"),
    [
        pytest.param("2026-03-05T11:50:00+01:00", 600, id="10 minutes slow"),
        pytest.param("2026-03-05T12:10:00+01:00", -600, id="10 minutes fast"),
        pytest.param("2026-03-03T12:00:00+01:00", 172_800, id="two days slow"),
        pytest.param("2026-03-07T12:00:00+01:00", -172_800, id="two days fast"),
    ],
)
def test_all_times_of_a_request_are_put_right_and_the_raw_ones_can_be_told(
    sent_at, offset
):
    ward = make_ward()
    body = ward.body(check_ins=[pre(), post()], sent_at=sent_at)

    record(body, by=ward.tove)

    session = HeldSession.objects.get()
    rows = list(CheckIn.objects.order_by("answered_at"))
    assert session.clock_offset_s == offset
    for value, typed in (
        (session.started_at, body["started_at"]),
        (session.ended_at, body["ended_at"]),
        (session.recorded_at, body["recorded_at"]),
        (rows[0].answered_at, body["check_ins"][0]["answered_at"]),
        (rows[1].answered_at, body["check_ins"][1]["answered_at"]),
    ):
        assert (value - at(typed)).total_seconds() == offset
    assert [row.in_window for row in rows] == [True, True]
    assert {row.clock_offset_s for row in rows} == {offset}


@pytest.mark.django_db
def test_fast_phone_can_log_what_it_takes_for_the_future():
    ward = make_ward()
    fields = {
        "started_at": "2026-03-07T11:00:00+01:00",
        "ended_at": "2026-03-07T11:59:00+01:00",
        "recorded_at": "2026-03-07T12:00:00+01:00",
    }

    session = record(
        ward.body(sent_at="2026-03-07T12:00:00+01:00", **fields), by=ward.tove
    )
    refused = api_client(ward.tove).post(SESSIONS, ward.body(**fields), format="json")

    assert session.started_at == at("2026-03-05T11:00:00+01:00")
    assert refused.status_code == 400


@pytest.mark.django_db
def test_slow_phone_cannot_log_the_future():
    ward = make_ward()
    body = ward.body(
        started_at="2026-03-05T11:00:00+01:00",
        ended_at="2026-03-05T11:55:00+01:00",
        recorded_at=None,
        sent_at="2026-03-05T11:50:00+01:00",
    )

    with pytest.raises(InvalidEntryError, match="future"):
        record(body, by=ward.tove)


@pytest.mark.django_db
def test_check_in_of_a_slow_phone_lands_on_the_right_day():
    ward = make_ward()
    body = {
        "patient": str(ward.anna.public_id),
        "moment": "run_in",
        "answered_at": "2026-03-01T23:55:00+01:00",
        "sent_at": "2026-03-05T11:50:00+01:00",
    }

    row = check_in(body, by=ward.tove)

    assert (row.day.isoformat(), row.clock_offset_s) == ("2026-03-02", 600)


@pytest.mark.django_db
def test_clock_too_far_off_is_refused_and_nothing_is_written():
    ward = make_ward()
    body = ward.body(sent_at="2026-03-03T11:59:59+01:00")

    response = api_client(ward.tove).post(SESSIONS, body, format="json")

    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"] == "/sent_at"
    assert HeldSession.objects.count() == 0


@given(st.integers(-200_000, 200_000))
def test_a_clock_is_right_within_a_minute_corrected_within_two_days_else_refused(
    off_by_s,
):
    sent_at = NOON - timedelta(seconds=off_by_s)

    if abs(off_by_s) > FURTHEST.total_seconds():
        with pytest.raises(InvalidEntryError):
            offset_s(sent_at, NOON)
        return
    offset = offset_s(sent_at, NOON)

    is_right = abs(off_by_s) <= TOLERANCE.total_seconds()
    assert offset == (0 if is_right else off_by_s)
    # What the phone says was now comes out as now, but for the minute of grace.
    assert abs(corrected(sent_at, offset) - NOON) <= TOLERANCE


RATED = {"moment": "run_in", "pain_mm": 50}


@pytest.mark.django_db
@pytest.mark.requirement("C2")
@pytest.mark.parametrize(
    ("sent_at", "offset", "day"),
    [
        pytest.param("2026-03-05T11:59:00+01:00", 0, "2026-03-04", id="60 s slow"),
        pytest.param("2026-03-05T11:58:59+01:00", 61, "2026-03-05", id="61 s slow"),
        pytest.param("2026-03-05T12:01:00+01:00", 0, "2026-03-04", id="60 s fast"),
        pytest.param("2026-03-05T12:01:01+01:00", -61, "2026-03-04", id="61 s fast"),
        pytest.param("2026-03-03T12:00:00+01:00", 172_800, "2026-03-06", id="48 h"),
    ],
)
def test_an_answer_just_before_midnight_lands_on_the_day_of_the_right_clock(
    it_is, sent_at, offset, day
):
    ward = make_ward()
    if day == "2026-03-06":
        it_is("2026-03-07T12:00:00+01:00")
        sent_at = "2026-03-05T12:00:00+01:00"
    body = RATED | {
        "patient": str(ward.anna.public_id),
        "answered_at": "2026-03-04T23:59:00+01:00",
        "sent_at": sent_at,
    }

    row = check_in(body, by=ward.tove)

    assert (f"{row.day}", row.clock_offset_s) == (day, offset)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sent_at", "expected"),
    [
        pytest.param("2026-03-05T11:59:00+01:00", 0, id="60 s slow"),
        pytest.param("2026-03-05T11:58:59+01:00", 61, id="61 s slow"),
        pytest.param("2026-03-03T12:00:00+01:00", 172_800, id="48 h slow"),
        pytest.param("2026-03-07T12:00:00+01:00", -172_800, id="48 h fast"),
    ],
)
def test_a_strength_test_of_a_wrong_clock_is_put_right_too(sent_at, expected):
    ward = make_ward()
    tested_at = "2026-03-02T10:00:00+01:00"

    test = make_one_rep_max(
        ward.anna,
        ward.leg_press,
        by=ward.tove,
        now=NOON,
        tested_at=tested_at,
        sent_at=sent_at,
    )

    assert test.clock_offset_s == expected
    assert (test.tested_at - at(tested_at)).total_seconds() == expected


@pytest.mark.django_db
def test_replay_from_a_clock_that_was_set_meanwhile_changes_nothing():
    ward = make_ward()
    body = RATED | {
        "id": str(ward.anna.public_id),
        "patient": str(ward.anna.public_id),
        "answered_at": "2026-03-04T12:00:00+01:00",
    }
    client = api_client(ward.tove)
    slow = body | {"sent_at": "2026-03-05T11:50:00+01:00"}

    first = client.post("/api/v1/check-ins/", slow, format="json")
    again = [
        client.post("/api/v1/check-ins/", body | {"sent_at": sent_at}, format="json")
        for sent_at in (
            "2026-03-05T12:00:00+01:00",
            "2026-03-01T12:00:00+01:00",
            "2026-03-05T14:00:00+01:00",
        )
    ]

    assert [first.status_code, *(each.status_code for each in again)] == [
        201,
        *[200] * 3,
    ]
    assert {each.text for each in again} == {first.text}
    assert CheckIn.objects.get().clock_offset_s == 600


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("recorded_at", "recalled"),
    [
        pytest.param("2026-03-03T21:00:00+01:00", False, id="12 h later"),
        pytest.param("2026-03-03T21:00:01+01:00", True, id="more than 12 h later"),
        pytest.param(None, True, id="not told, so on arrival"),
    ],
)
def test_an_answer_kept_offline_counts_by_when_it_was_felt_and_written(
    recorded_at, recalled
):
    ward = make_ward()
    session = record(ward.body(), by=ward.tove)
    body = ward.check_in(
        session, recorded_at=recorded_at, sent_at="2026-03-05T12:00:00+01:00"
    )

    answer = api_client(ward.anna.user).post("/api/v1/check-ins/", body, format="json")

    kept = answer.json()
    assert answer.status_code == 201
    assert (kept["in_window"], kept["recalled"]) == (True, recalled)
    assert kept["answered_at"] == "2026-03-03T09:00:00+01:00"
    assert kept["received_at"] == "2026-03-05T12:00:00+01:00"
    assert (kept["day"], kept["clock_offset_s"]) == ("2026-03-03", 0)


@pytest.mark.django_db
def test_a_clock_two_days_slow_makes_no_recall_of_what_was_written_at_once():
    ward = make_ward()
    session = record(ward.body(), by=ward.tove)
    body = ward.check_in(
        session,
        answered_at="2026-03-01T09:00:00+01:00",
        recorded_at="2026-03-01T09:01:00+01:00",
        sent_at="2026-03-03T12:00:00+01:00",
    )

    row = check_in(body, by=ward.tove)

    assert row.answered_at == at("2026-03-03T09:00:00+01:00")
    assert row.recorded_at == at("2026-03-03T09:01:00+01:00")
    assert row.in_window is True
