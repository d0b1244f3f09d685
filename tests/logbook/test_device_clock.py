"""Phones whose clock is off."""

import pytest

from apps.common.device_clock import corrected, offset_s
from apps.common.errors import InvalidEntryError
from apps.logbook.models import CheckIn, HeldSession
from tests.factories.people import api_client
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
