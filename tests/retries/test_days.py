"""On which day an entry lands, across midnight and changes of the clocks."""

import json
from datetime import date, datetime, time, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from apps.clinics import entry
from apps.common.zones import day_in, wall_time
from apps.logbook import queries as logbook
from apps.logbook.entry import CheckInsQuery, SessionsQuery
from apps.logbook.models import CheckIn
from apps.programmes import queries as programmes
from apps.programmes import services as programme_services
from apps.programmes.calendar import number_of_sessions, session_days
from apps.programmes.entry import PlannedSessionQuery
from apps.programmes.models import PlannedSession
from apps.programmes.plan import TemplatePlan
from apps.programmes.services.slots import CalendarState, place
from apps.programmes.services.templates import FOLDER
from apps.strength import queries as strength
from apps.strength.entry import OneRepMaxTestQuery
from tests.factories.people import make_clinic, make_patient, make_therapist
from tests.factories.training import (
    calendar_of,
    make_one_rep_max,
    make_programme,
    with_catalogue,
)
from tests.logbook.builders import (
    check_in,
    done,
    make_exercise,
    make_slot,
    record,
    session_body,
)
from tests.logbook.builders import make_programme as make_bare_programme

from .test_zones import DAY, HOUR, ZONES, at, changes, written_in

# The database reads these as fixed offsets, without summer time.
ABBREVIATED = ("CET", "EET", "WET", "MET")
# One of each kind; the others when there is time.
FIRST_TRIED = ("Europe/Stockholm", "Australia/Lord_Howe", "CET")
every_zone = pytest.mark.parametrize(
    "zone",
    [
        pytest.param(zone, marks=() if zone in FIRST_TRIED else pytest.mark.long)
        for zone in (*ZONES, *ABBREVIATED)
    ],
)
LATER = at("2028-06-01T12:00:00+00:00")


@pytest.fixture
def ward(db):
    """Return the maker of a clinic in one zone, with a patient in another."""

    def make(*, clinic_zone="Europe/Stockholm", patient_zone="Europe/Stockholm"):
        clinic = make_clinic(time_zone=clinic_zone)
        tove = make_therapist(clinic)
        anna = make_patient(
            clinic,
            therapist=tove,
            time_zone=patient_zone,
            created_at=at("2024-01-01T00:00:00+00:00"),
        )
        press = make_exercise(clinic, slug="press")
        return SimpleNamespace(clinic=clinic, tove=tove, anna=anna, press=press)

    return make


def around_changes(zone):
    """Return instants close to every change of a year, and to the year's end."""
    turns = (
        [each for each in changes(zone) if each.year == 2026] if zone in ZONES else []
    )
    turns += [at("2026-03-29T01:00:00+00:00"), at("2026-12-31T23:00:00+00:00")]
    steps = range(-26 * 60, 26 * 60, 65)
    return [turn + timedelta(minutes=step) for turn in turns for step in steps]


def copies(row, instants, change):
    """Store a copy of a row for each instant, as ``change`` says, and return them."""
    made = []
    for number, instant in enumerate(instants, start=2):
        fields = {
            field.attname: getattr(row, field.attname)
            for field in row._meta.concrete_fields
            if field.name not in ("id", "public_id")
        }
        moved = type(row)(**fields | change(instant, number))
        made.append(moved)
    type(row).objects.bulk_create(made)
    return made


def found_by_day(found, days):
    """Return the days on which each row was found, by its public id."""
    by_row = {}
    for day in days:
        for row in found(day):
            by_row.setdefault(row.public_id, []).append(day)
    return by_row


def days_of(zone, instants):
    """Return every day that the instants may lie on, and one more on both sides."""
    days = {day_in(zone, instant) for instant in instants}
    return sorted({day + each * DAY for day in days for each in (-1, 0, 1)})


@every_zone
def test_every_entry_is_listed_on_exactly_the_day_of_the_patient(ward, zone):
    here = ward(clinic_zone="Asia/Kathmandu", patient_zone=zone)
    session = record(session_body(here.anna, done(here.press)), by=here.tove, now=LATER)
    test = make_one_rep_max(here.anna, here.press, by=here.tove, now=LATER)
    body = {
        "patient": str(here.anna.public_id),
        "moment": "run_in",
        "answered_at": "2026-02-01T12:00:00Z",
    }
    rating = check_in(body, by=here.tove, now=LATER)
    instants = around_changes(zone)
    sessions = copies(
        session,
        instants,
        lambda instant, _: {"started_at": instant, "ended_at": instant + HOUR},
    )
    tests = copies(test, instants, lambda instant, _: {"tested_at": instant})
    ratings = copies(
        rating,
        instants,
        lambda instant, _: {"answered_at": instant, "day": day_in(zone, instant)},
    )
    days = days_of(zone, instants)

    for rows, column, search, query in (
        (sessions, "started_at", logbook.found_sessions, SessionsQuery),
        (tests, "tested_at", strength.found_tests, OneRepMaxTestQuery),
        (ratings, "answered_at", logbook.found_check_ins, CheckInsQuery),
    ):
        listed = found_by_day(
            lambda day, search=search, query=query: search(
                here.tove, query.parse({"from": f"{day}", "to": f"{day}"})
            ),
            days,
        )
        there = {row.public_id: [day_in(zone, getattr(row, column))] for row in rows}
        assert {key: listed.get(key) for key in there} == there


@every_zone
def test_every_planned_session_is_listed_on_exactly_the_day_of_the_clinic(ward, zone):
    here = ward(clinic_zone=zone, patient_zone="Pacific/Kiritimati")
    slot = make_slot(make_bare_programme(here.anna), "2026-02-02T10:00+01:00")
    instants = around_changes(zone)
    slots = copies(
        slot, instants, lambda instant, number: {"starts_at": instant, "number": number}
    )

    listed = found_by_day(
        lambda day: programmes.found_planned_sessions(
            here.tove, PlannedSessionQuery.parse({"from": f"{day}", "to": f"{day}"})
        ),
        days_of(zone, instants),
    )

    there = {row.public_id: [day_in(zone, row.starts_at)] for row in slots}
    assert {key: listed.get(key) for key in there} == there


@pytest.mark.django_db
def test_every_zone_that_may_be_entered_is_known_to_the_database():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(timezone(zone, now())) FROM unnest(%s::text[]) AS zone",
            [sorted(entry.ZONES)],
        )
        [known] = cursor.fetchone()

    assert known == len(entry.ZONES)


def test_session_over_midnight_is_of_the_day_on_which_it_began(ward):
    here = ward(patient_zone="America/New_York")
    body = session_body(
        here.anna,
        done(here.press),
        started_at="2026-03-08T23:30:00-04:00",
        ended_at="2026-03-09T00:30:00-04:00",
        recorded_at=None,
        check_ins=[
            {"moment": "pre", "answered_at": "2026-03-08T23:25:00-04:00"},
            {"moment": "post", "answered_at": "2026-03-09T00:31:00-04:00"},
        ],
    )

    session = record(body, by=here.tove, now=LATER)

    def on(day):
        query = SessionsQuery.parse({"from": day, "to": day})
        return list(logbook.found_sessions(here.tove, query))

    assert (on("2026-03-08"), on("2026-03-09")) == ([session], [])
    kept = CheckIn.objects.order_by("answered_at")
    assert [(f"{each.day}", each.in_window) for each in kept] == [
        ("2026-03-08", True),
        ("2026-03-09", True),
    ]


def test_session_belongs_to_the_slot_of_the_day_in_the_clinic(ward):
    # An evening in New York is the next morning in Stockholm.
    here = ward(patient_zone="America/New_York")
    programme = make_bare_programme(here.anna, exercises=[here.press])
    slots = [make_slot(programme, f"2026-03-0{day}T02:00:00+01:00") for day in (9, 8)]

    session = record(
        session_body(
            here.anna,
            done(here.press),
            started_at="2026-03-08T20:30:00-04:00",
            ended_at="2026-03-08T21:30:00-04:00",
            recorded_at=None,
        ),
        by=here.tove,
        now=LATER,
    )

    assert session.planned_session == slots[0]


@pytest.mark.parametrize(
    ("zone", "ended_at"),
    [
        pytest.param("Europe/Stockholm", "2026-03-28T19:00+01:00", id="spring"),
        pytest.param("Europe/Stockholm", "2026-10-24T19:00+02:00", id="autumn"),
        pytest.param("Australia/Lord_Howe", "2026-10-03T19:00+10:30", id="half"),
        pytest.param("Africa/Casablanca", "2026-02-14T19:00+01:00", id="ramadan"),
        pytest.param("Asia/Kathmandu", "2027-12-31T19:00+05:45", id="new year"),
        pytest.param("America/New_York", "2028-02-28T19:00-05:00", id="leap day"),
    ],
)
@pytest.mark.parametrize(
    ("moment", "opens", "closes"), [("h24", 18, 36), ("h48", 40, 60)]
)
def test_morning_after_is_in_time_by_hours_whatever_the_clocks_do(
    ward, zone, ended_at, moment, opens, closes
):
    here = ward(patient_zone=zone)
    body = session_body(
        here.anna,
        done(here.press),
        started_at=(at(ended_at) - HOUR).isoformat(),
        ended_at=ended_at,
        recorded_at=None,
    )
    session = record(body, by=here.tove, now=LATER)
    second = timedelta(seconds=1)
    cases = {
        at(ended_at) + opens * HOUR - second: False,
        at(ended_at) + opens * HOUR: True,
        at(ended_at) + closes * HOUR: True,
        at(ended_at) + closes * HOUR + second: False,
    }

    found = {
        answered_at: check_in(
            {
                "patient": str(here.anna.public_id),
                "session": str(session.public_id),
                "moment": moment,
                "answered_at": written_in(zone, answered_at),
            },
            by=here.tove,
            now=LATER,
        )
        for answered_at in cases
    }

    assert {instant: row.in_window for instant, row in found.items()} == cases
    for instant, row in found.items():
        assert row.day == instant.astimezone(ZoneInfo(zone)).date()


def plan(key="resistance_fm_15w"):
    """Return a shipped template."""
    path = FOLDER / f"{key}.v1.json"
    return TemplatePlan.parse(json.loads(path.read_text(encoding="utf-8")))


PLANS = [plan(), plan("aerobic_start")]


@given(
    st.sampled_from(PLANS),
    st.sampled_from(ZONES),
    st.dates(date(2024, 1, 1), date(2031, 12, 31)),
    st.permutations(range(7)),
    st.times().map(lambda clock: clock.replace(second=0, microsecond=0, fold=0)),
)
def test_calendar_has_each_session_once_on_its_weekday_at_its_time(
    plan, zone, start, weekdays, clock
):
    weekdays = weekdays[: plan.busiest_week]
    total = number_of_sessions(plan)
    clinic = SimpleNamespace(time_zone=zone)
    programme = SimpleNamespace(time=clock, patient=SimpleNamespace(clinic=clinic))

    days = session_days(
        plan, weekdays=weekdays, start=start, numbers=range(1, total + 1)
    )
    slots = [PlannedSession(number=number) for number in days]
    for slot in slots:
        state = CalendarState("planned", "")
        place(slot, day=days[slot.number], programme=programme, closed=state)

    assert [slot.number for slot in slots] == list(range(1, total + 1))
    starts = [slot.starts_at for slot in slots]
    assert starts == sorted(set(starts))
    assert days[1] >= start
    for slot in slots:
        shown = slot.starts_at.astimezone(ZoneInfo(zone))
        assert shown.weekday() in weekdays
        assert shown.date() == days[slot.number]
        # Only a time that the clocks leapt over is held later, by the leap.
        late = shown.replace(tzinfo=None) - datetime.combine(shown.date(), clock)
        if late:
            assert any(abs(each - slot.starts_at) <= late for each in changes(zone))
        assert timedelta(0) <= late <= 2 * HOUR


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("zone", "clock", "starts_on", "sunday", "shown"),
    [
        pytest.param(
            "Europe/Stockholm",
            "02:30",
            "2026-03-16",
            "2026-03-29",
            "2026-03-29T03:30+02:00",
            id="leapt over: an hour later, once",
        ),
        pytest.param(
            "Europe/Stockholm",
            "02:30",
            "2026-10-12",
            "2026-10-25",
            "2026-10-25T02:30+02:00",
            id="shown twice: the first time",
        ),
        pytest.param(
            "Australia/Lord_Howe",
            "02:15",
            "2026-09-21",
            "2026-10-04",
            "2026-10-04T02:45+11:00",
            id="half an hour leapt over",
        ),
        pytest.param(
            "America/New_York",
            "10:00",
            "2026-03-02",
            "2026-03-08",
            "2026-03-08T10:00-04:00",
            id="later that day",
        ),
    ],
)
def test_enrolment_keeps_the_time_on_the_wall_of_the_clinic(
    ward, zone, clock, starts_on, sunday, shown
):
    here = ward(clinic_zone=zone, patient_zone="Asia/Kathmandu")

    programme = make_programme(
        here.anna,
        by=here.tove,
        starts_on=starts_on,
        weekdays=[6, 2],
        time=clock,
    )

    calendar = calendar_of(programme)
    there = [each.starts_at.astimezone(ZoneInfo(zone)) for each in calendar]
    assert len(calendar) == 30
    assert [each.weekday() for each in there].count(6) == 15
    # As text: Python calls no two times of different zones equal in an hour that comes
    # twice.
    on_sunday = [each for each in there if f"{each.date()}" == sunday]
    assert [each.isoformat(timespec="minutes") for each in on_sunday] == [shown]
    others = {f"{each:%H:%M}" for each in there if f"{each.date()}" != sunday}
    assert others == {clock}


@pytest.mark.parametrize(
    "day", ["2026-03-28", "2026-03-29", "2026-10-24", "2026-10-25", "2028-02-29"]
)
def test_planned_session_is_missed_a_day_after_its_end_in_hours(ward, day):
    here = ward()
    starts_at = wall_time(
        date.fromisoformat(day), time(23, 30), zone="Europe/Stockholm"
    )
    slot = make_slot(make_bare_programme(here.anna), starts_at.isoformat(), minutes=60)
    due = starts_at + 25 * HOUR

    before = programme_services.mark_missed(now=due - timedelta(seconds=1))
    after = programme_services.mark_missed(now=due)

    assert (before.missed, after.missed) == (0, 1)
    slot.refresh_from_db()
    assert slot.status == "missed"


def test_days_of_the_catalogue_of_templates_are_those_of_their_weekdays(ward):
    here = ward(clinic_zone="Pacific/Apia")
    with_catalogue(here.clinic)

    programme = make_programme(here.anna, by=here.tove, starts_on="2026-12-30")

    there = [
        each.starts_at.astimezone(ZoneInfo("Pacific/Apia"))
        for each in calendar_of(programme)
    ]
    assert [each.weekday() for each in there] == [3, 0] * 15
    assert {f"{each:%H:%M}" for each in there} == {"10:00"}
    assert f"{there[0].date()}" == "2026-12-31"
