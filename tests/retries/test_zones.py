"""Days and wall times where the clocks change: whatever the zone, and always.

Zones with a change by an hour, by half an hour and by two, at midnight, and in the
southern summer; without any change, by odd minutes, and on both sides of the date line.
"""

from bisect import bisect
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apps.clinics.mail_times import QuietHours, polite_moment
from apps.common import zones
from apps.common.shapes import ChangeRequest
from apps.logbook.entry import CheckInEntry
from apps.logbook.services.clocks import on_our_clock
from apps.logbook.services.windows import lies_in_window

ZONES = (
    "Europe/Stockholm",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Africa/Casablanca",
    "America/St_Johns",
    "America/Santiago",
    "America/Havana",
    "Africa/Cairo",
    "Asia/Beirut",
    "Atlantic/Azores",
    "Antarctica/Troll",
    "Pacific/Kiritimati",
    "Pacific/Niue",
    "UTC",
)
FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2033, 1, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STOCKHOLM = "Europe/Stockholm"


def at(text):
    """Return the instant of an ISO text."""
    return datetime.fromisoformat(text)


@cache
def changes(zone):
    """Return every instant at which the clocks of the zone change, to the second."""
    there = ZoneInfo(zone)

    def offset(seconds):
        instant = FIRST + timedelta(seconds=seconds)
        return instant.astimezone(there).utcoffset()

    days = range(0, int((LAST - FIRST).total_seconds()), 86_400)
    return [
        FIRST
        + timedelta(
            seconds=bisect(
                range(begin, end), 0, key=lambda now: offset(now) != offset(begin)
            )
            + begin
        )
        for begin, end in pairwise(days)
        if offset(begin) != offset(end)
    ]


@st.composite
def places_and_instants(draw):
    """Draw a zone and an instant, as often as not within hours of a change there."""
    zone = draw(st.sampled_from(ZONES))
    anywhere = st.datetimes(
        FIRST.replace(tzinfo=None), LAST.replace(tzinfo=None), timezones=st.just(UTC)
    )
    if changes(zone):
        near = st.integers(-30 * 3600, 30 * 3600)
        seconds = timedelta(seconds=draw(near))
        anywhere |= st.sampled_from(changes(zone)).map(lambda change: change + seconds)
    return zone, draw(anywhere)


wall_clocks = st.times().map(lambda at: at.replace(microsecond=0, fold=0))
days_of_years = st.dates(date(2024, 1, 1), date(2032, 12, 31))
feb_29, new_year_s_eve = date(2028, 2, 29), date(2027, 12, 31)


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("Europe/Stockholm", "2026-03-29T01:00:00+00:00"),
        ("America/New_York", "2026-03-08T07:00:00+00:00"),
        ("Australia/Lord_Howe", "2026-04-04T15:00:00+00:00"),
        ("Africa/Cairo", "2026-04-23T22:00:00+00:00"),
    ],
)
def test_the_changes_that_are_tried_are_those_of_the_almanac(zone, text):
    assert at(text) in changes(zone)


@given(places_and_instants())
def test_each_instant_is_in_one_day_and_between_its_ends(drawn):
    zone, instant = drawn

    day = zones.day_in(zone, instant)

    assert zones.start_of_day(day, zone=zone) <= instant
    assert instant < zones.end_of_day(day, zone=zone)
    for other in (day - DAY, day + DAY):
        begin, end = (
            zones.start_of_day(other, zone=zone),
            zones.end_of_day(other, zone=zone),
        )
        assert not begin <= instant < end


@given(st.sampled_from(ZONES), days_of_years)
@example(STOCKHOLM, feb_29)
@example(STOCKHOLM, new_year_s_eve)
def test_days_follow_each_other_without_gap_or_overlap(zone, day):
    end = zones.end_of_day(day, zone=zone)

    assert end == zones.start_of_day(day + DAY, zone=zone)
    assert zones.day_in(zone, zones.start_of_day(day, zone=zone)) == day
    assert zones.day_in(zone, end - timedelta(microseconds=1)) == day
    # No change here is by more than two hours.
    assert 22 * HOUR <= end - zones.start_of_day(day, zone=zone) <= 26 * HOUR


@given(places_and_instants(), wall_clocks)
def test_wall_time_is_what_the_clock_shows_or_just_after_the_leap(drawn, clock):
    zone, near = drawn
    day = zones.day_in(zone, near)

    instant = zones.wall_time(day, clock, zone=zone)

    shown = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    wanted = datetime.combine(day, clock)
    if shown == wanted:
        # Of two such moments it is the first.
        assert not any(
            (instant - back).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wanted
            for back in (30 * timedelta(minutes=1), HOUR, 2 * HOUR)
        )
        return
    # The clocks leapt over it, and it is as long after the leap as it was to be.
    leap = max(change for change in changes(zone) if change <= instant)
    before = (leap - timedelta(seconds=1)).astimezone(ZoneInfo(zone))
    after = leap.astimezone(ZoneInfo(zone))
    assert before.replace(tzinfo=None) < wanted < after.replace(tzinfo=None)
    assert shown - wanted == after.utcoffset() - before.utcoffset()


@pytest.mark.parametrize(
    ("zone", "day", "clock", "expected"),
    [
        pytest.param(
            STOCKHOLM, "2026-03-29", "02:30", "2026-03-29T03:30+02:00", id="leapt over"
        ),
        pytest.param(
            STOCKHOLM, "2026-10-25", "02:30", "2026-10-25T02:30+02:00", id="twice"
        ),
        pytest.param(
            "Australia/Lord_Howe",
            "2026-10-04",
            "02:15",
            "2026-10-04T02:45+11:00",
            id="half an hour leapt over",
        ),
        pytest.param(
            "Africa/Cairo",
            "2026-04-24",
            "00:00",
            "2026-04-24T01:00+03:00",
            id="a day that begins at one",
        ),
    ],
)
def test_wall_time_where_the_clocks_change(zone, day, clock, expected):
    instant = zones.wall_time(
        date.fromisoformat(day), time.fromisoformat(clock), zone=zone
    )

    assert instant == at(expected)


@given(st.sampled_from(ZONES), days_of_years, wall_clocks)
def test_wall_time_never_stands_still_from_one_day_to_the_next(zone, day, clock):
    one, next_one = (
        zones.wall_time(each, clock, zone=zone) for each in (day, day + DAY)
    )

    assert 22 * HOUR <= next_one - one <= 26 * HOUR


def written_in(zone, instant):
    """Return an instant as a client in that zone writes it."""
    return instant.astimezone(ZoneInfo(zone)).isoformat()


@given(places_and_instants(), st.sampled_from(ZONES), st.sampled_from(ZONES))
def test_an_entry_says_the_same_in_whichever_zone_it_is_written(drawn, one, other):
    _, instant = drawn

    first, second = (
        CheckInEntry.parse(
            {"moment": "run_in", "answered_at": written_in(zone, instant)}
        )
        for zone in (one, other)
    )

    assert first.answered_at == second.answered_at == instant
    assert first.digest() == second.digest()


@given(
    places_and_instants(),
    st.integers(-172_800, 172_800),
    st.sampled_from(ZONES),
)
def test_a_corrected_time_is_the_same_in_whichever_zone_it_is_written(
    drawn, offset_s, zone
):
    _, instant = drawn
    entry = CheckInEntry.parse(
        {"moment": "run_in", "answered_at": written_in(zone, instant)}
    )

    right = on_our_clock(entry, offset_s)

    # Across a change of the clocks this differs from adding to the wall time.
    assert (right.answered_at - instant).total_seconds() == offset_s


class Session:
    """An hour of training that ended then, as the rules of windows read it."""

    def __init__(self, ended_at):
        self.started_at, self.ended_at = ended_at - HOUR, ended_at


@given(places_and_instants(), st.sampled_from(ZONES))
def test_mornings_after_are_counted_in_hours_not_by_the_clock_on_the_wall(drawn, zone):
    _, ended_at = drawn
    limits = {"h24": (18, 36), "h48": (40, 60), "post": (-5 / 60, 1)}

    for moment, (opens, closes) in limits.items():
        for hours, expected in (
            (opens, True),
            (closes, True),
            (opens - 1 / 3600, False),
            (closes + 1 / 3600, False),
        ):
            answered_at = ended_at + timedelta(seconds=round(hours * 3600))
            entry = CheckInEntry.parse(
                {"moment": "run_in", "answered_at": written_in(zone, answered_at)}
            )
            assert (
                lies_in_window(
                    moment=moment,
                    answered_at=entry.answered_at,
                    session=Session(ended_at),
                    next_started_at=None,
                )
                is expected
            ), (moment, hours)


@given(places_and_instants(), wall_clocks, wall_clocks)
def test_polite_mail_is_never_early_never_quiet_and_at_most_a_day_late(
    drawn, quiet_from, quiet_until
):
    zone, now = drawn
    hours = QuietHours(
        zone=ZoneInfo(zone), quiet_from=quiet_from, quiet_until=quiet_until
    )

    moment = polite_moment(now, hours=hours, taken=())

    assert moment >= now
    assert not hours.include(moment)
    assert moment - now <= 26 * HOUR
    if not hours.include(now):
        assert moment == now


@given(places_and_instants(), wall_clocks, wall_clocks)
def test_polite_mail_waits_no_longer_than_the_quiet_hours(
    drawn, quiet_from, quiet_until
):
    zone, now = drawn
    window = (quiet_from, quiet_until)
    hours = QuietHours(
        zone=ZoneInfo(zone), quiet_from=quiet_from, quiet_until=quiet_until
    )

    moment = polite_moment(now, hours=hours, taken=())

    # Every change here is by two hours at most.
    begin, end = (each.hour * 3600 + each.minute * 60 + each.second for each in window)
    quiet = timedelta(seconds=(end - begin) % (24 * 3600))
    assert moment - now <= quiet + 2 * HOUR


@given(places_and_instants(), st.sets(st.integers(0, 3)))
def test_polite_mail_is_on_a_day_that_is_free_where_its_reader_lives(drawn, taken):
    zone, now = drawn
    hours = QuietHours(zone=ZoneInfo(zone), quiet_from=time(20), quiet_until=time(7))
    days = {zones.day_in(zone, now) + each * DAY for each in taken}

    moment = polite_moment(now, hours=hours, taken=days)

    assert zones.day_in(zone, moment) not in days
    assert not hours.include(moment)
    assert moment - now <= (len(days) + 1) * DAY + 2 * HOUR


@given(places_and_instants(), st.sampled_from(ZONES))
def test_time_of_sending_is_no_content_in_any_zone(drawn, zone):
    _, instant = drawn
    change = {"change_id": "0195e2a0-0000-7000-8000-000000000001"}

    with_time = ChangeRequest.parse(change | {"sent_at": written_in(zone, instant)})

    assert with_time.digest() == ChangeRequest.parse(change).digest()
