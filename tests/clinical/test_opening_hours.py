"""Open time by the clock on the wall, over nights, closures, changes of the clocks."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.clinical.errors import ClinicalInputError
from apps.clinical.opening_hours import (
    ClosedDays,
    OpeningHours,
    OpenSpan,
    after_open_time,
    after_working_days,
)

pytestmark = pytest.mark.requirement("F3")
STOCKHOLM = ZoneInfo("Europe/Stockholm")
OFFICE = OpeningHours(zone=STOCKHOLM)
FOUR_HOURS = timedelta(hours=4)


def at(day, clock):
    """Return an instant by the clock of Stockholm, in 2026."""
    return datetime.fromisoformat(f"2026-{day}T{clock}").replace(tzinfo=STOCKHOLM)


def z(text):
    return datetime.fromisoformat(f"2026-{text}:00Z")


def hours(*spans, closures=(), zone=STOCKHOLM):
    """Return hours of spans like ``(6, "00:00", "06:00")``."""
    week = tuple(
        OpenSpan(
            weekday=weekday,
            opens_at=time.fromisoformat(opens),
            closes_at=time.fromisoformat(closes),
        )
        for weekday, opens, closes in spans
    )
    return OpeningHours(zone=zone, week=week, closures=tuple(closures))


def closed(first, last=None):
    return ClosedDays(
        first_day=date.fromisoformat(f"2026-{first}"),
        last_day=date.fromisoformat(f"2026-{last or first}"),
    )


def after(since, *, of=OFFICE, lasting=FOUR_HOURS, latest=timedelta(days=60)):
    return after_open_time(since, lasting=lasting, hours=of, latest=since + latest)


def days_after(since, *, of=OFFICE, days=2, latest=timedelta(days=60)):
    return after_working_days(since, days=days, hours=of, latest=since + latest)


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        pytest.param(at("03-02", "12:00"), z("03-02T15:00"), id="within a day"),
        pytest.param(at("03-02", "13:00"), z("03-02T16:00"), id="just at closing"),
        pytest.param(at("03-02", "13:01"), z("03-03T07:01"), id="a minute left"),
        pytest.param(at("03-02", "06:00"), z("03-02T11:00"), id="before opening"),
        pytest.param(at("03-02", "17:00"), z("03-03T11:00"), id="closed just now"),
        pytest.param(at("03-06", "16:00"), z("03-09T10:00"), id="over a weekend"),
        pytest.param(at("03-07", "12:00"), z("03-09T11:00"), id="on a Saturday"),
        pytest.param(at("03-27", "16:00"), z("03-30T09:00"), id="spring"),
        pytest.param(at("10-23", "16:00"), z("10-26T10:00"), id="autumn"),
    ],
)
def test_after_open_time_counts_office_hours_alone(since, expected):
    assert after(since) == expected


def test_after_open_time_leaves_closures_out():
    of = OpeningHours(zone=STOCKHOLM, closures=(closed("04-03", "04-06"),))

    assert after(at("04-02", "16:00"), of=of) == at("04-07", "11:00")


def test_after_open_time_counts_the_hours_of_a_night_as_they_pass():
    nights = hours((6, "00:00", "06:00"))
    spring, autumn = at("03-28", "12:00"), at("10-24", "12:00")

    # Six hours on the wall are five in spring and seven in autumn.
    assert after(spring, of=nights, lasting=timedelta(hours=5)) == z("03-29T04:00")
    assert after(spring, of=nights, lasting=timedelta(hours=6)) == z("04-04T23:00")
    assert after(autumn, of=nights, lasting=timedelta(hours=7)) == z("10-25T05:00")


def test_spans_on_knows_no_span_that_the_clocks_leap_over():
    gap = hours((6, "02:30", "03:15"))

    assert gap.spans_on(date(2026, 3, 29)) == []
    assert gap.spans_on(date(2026, 3, 22)) == [(z("03-22T01:30"), z("03-22T02:15"))]


def test_spans_on_counts_once_what_the_clocks_put_into_two_spans():
    # 02:59 is not there that night and is read as 03:59.
    split = hours((6, "01:00", "02:59"), (6, "03:00", "05:00"))

    assert split.spans_on(date(2026, 3, 29)) == [
        (z("03-29T00:00"), z("03-29T01:59")),
        (z("03-29T01:59"), z("03-29T03:00")),
    ]


def test_spans_on_drops_what_the_span_before_has_taken():
    # 03:00 to 03:59 is what 02:00 to 02:59 was read as.
    split = hours((6, "01:00", "02:59"), (6, "03:00", "03:59"))

    assert split.spans_on(date(2026, 3, 29)) == [
        (z("03-29T00:00"), z("03-29T01:59")),
    ]


def test_spans_on_tells_instants_in_utc():
    ((start, end),) = OFFICE.spans_on(date(2026, 3, 2))

    assert start.tzinfo is end.tzinfo is UTC


def test_after_open_time_looks_as_far_as_the_clinic_s_day_of_the_latest():
    # The latest is still Saturday in Greenwich; the clinic has opened on Sunday.
    nights = hours((6, "00:00", "06:00"))

    found = after_open_time(
        z("03-07T12:00"),
        lasting=timedelta(minutes=15),
        hours=nights,
        latest=z("03-07T23:30"),
    )

    assert found == z("03-07T23:15")


def test_spans_on_returns_the_spans_of_a_day_in_order():
    split = hours((0, "13:00", "17:00"), (0, "08:00", "12:00"))

    assert split.spans_on(date(2026, 3, 2)) == [
        (z("03-02T07:00"), z("03-02T11:00")),
        (z("03-02T12:00"), z("03-02T16:00")),
    ]
    # The break at noon does not count.
    assert after(at("03-02", "11:00"), of=split) == z("03-02T15:00")


@pytest.mark.parametrize(
    ("clock", "expected"),
    [("07:59", False), ("08:00", True), ("16:59", True), ("17:00", False)],
)
def test_is_open_at_excludes_the_end(clock, expected):
    assert OFFICE.is_open_at(at("03-02", clock)) is expected


def test_is_open_at_goes_by_the_clinic_s_day():
    # Half past midnight of a Sunday in Stockholm is still Saturday in Greenwich.
    nights = hours((6, "00:00", "06:00"))

    assert nights.is_open_at(z("03-07T23:30")) is True
    assert nights.is_open_at(z("03-08T23:30")) is False


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        pytest.param(at("03-02", "12:00"), z("03-04T16:00"), id="Monday noon"),
        pytest.param(at("03-02", "00:00"), z("03-04T16:00"), id="Monday at midnight"),
        pytest.param(at("03-02", "23:59"), z("03-04T16:00"), id="Monday late"),
        pytest.param(at("03-06", "08:00"), z("03-10T16:00"), id="Friday"),
        pytest.param(at("03-07", "12:00"), z("03-10T16:00"), id="Saturday"),
        pytest.param(at("03-27", "08:00"), z("03-31T15:00"), id="spring"),
        pytest.param(at("10-23", "08:00"), z("10-27T16:00"), id="autumn"),
    ],
)
def test_after_working_days_ends_when_the_clinic_closes(since, expected):
    assert days_after(since) == expected


def test_after_working_days_leaves_closures_out():
    of = OpeningHours(zone=STOCKHOLM, closures=(closed("03-03"), closed("03-05")))

    assert days_after(at("03-02", "12:00"), of=of) == at("03-06", "17:00")


def test_what_never_comes_is_cut_at_the_latest():
    of = OpeningHours(zone=STOCKHOLM, closures=(closed("01-01", "12-31"),))
    since, cap = at("03-02", "12:00"), timedelta(days=28)

    assert after(since, of=of, latest=cap) == since + cap
    assert days_after(since, of=of, latest=cap) == since + cap


def test_the_latest_may_lie_within_the_span_that_reaches_it():
    since, cap = at("03-02", "12:00"), timedelta(hours=2)

    assert after(since, latest=cap) == since + cap
    assert days_after(since, days=1, latest=timedelta(hours=24)) == at("03-03", "12:00")


NAIVE = datetime(2026, 3, 2)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        (hours, "A clinic must open at least once a week."),
        (
            lambda: hours((7, "08:00", "17:00")),
            "weekday must be 0 (Monday) to 6 (Sunday), got 7.",
        ),
        (
            lambda: hours((-1, "08:00", "17:00")),
            "weekday must be 0 (Monday) to 6 (Sunday), got -1.",
        ),
        (
            lambda: hours((0, "08:00", "08:00")),
            (
                "closes_at must come after opens_at on the same day, got 08:00:00 to "
                "08:00:00."
            ),
        ),
        (
            lambda: hours((0, "17:00", "08:00")),
            (
                "closes_at must come after opens_at on the same day, got 17:00:00 to "
                "08:00:00."
            ),
        ),
        (
            lambda: hours((0, "08:00", "12:00"), (0, "11:59", "17:00")),
            (
                "Spans of weekday 0 must not overlap, got 08:00:00 to 12:00:00 and "
                "11:59:00 to 17:00:00."
            ),
        ),
        (
            lambda: after(z("03-02T11:00"), lasting=timedelta(0)),
            "lasting must be above 0, got 0:00:00.",
        ),
        (
            lambda: days_after(z("03-02T11:00"), days=0),
            "days must be at least 1, got 0.",
        ),
    ],
)
def test_what_cannot_be_is_refused(refused, message):
    with pytest.raises(ClinicalInputError) as error:
        refused()

    assert str(error.value) == message


@pytest.mark.parametrize("name", ["since", "latest"])
@pytest.mark.parametrize(
    ("rule", "more"),
    [(after_open_time, {"lasting": FOUR_HOURS}), (after_working_days, {"days": 2})],
)
def test_an_instant_without_a_zone_is_refused(rule, more, name):
    instants = {"since": z("03-02T11:00"), "latest": z("03-09T11:00"), name: NAIVE}

    with pytest.raises(ClinicalInputError) as error:
        rule(instants.pop("since"), hours=OFFICE, **instants, **more)

    assert str(error.value) == f"{name} must have a time zone, got 2026-03-02 00:00:00."


def test_spans_that_touch_are_accepted():
    touching = hours((0, "08:00", "12:00"), (0, "12:00", "17:00"))

    assert after(at("03-02", "11:00"), of=touching) == at("03-02", "15:00")


ZONES = st.sampled_from(
    [
        ZoneInfo(name)
        for name in (
            "Europe/Stockholm",
            "America/New_York",
            "Australia/Lord_Howe",
            "Asia/Kolkata",
            "America/Santiago",
            "UTC",
        )
    ]
)
INSTANTS = st.datetimes(
    datetime(2025, 1, 1),  # noqa: DTZ001
    datetime(2027, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)
CLOCK = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))


@st.composite
def weeks(draw):
    """Return one span on some weekdays, in one of the zones."""
    spans = []
    for weekday in sorted(draw(st.sets(st.integers(0, 6), min_size=1))):
        opens, closes = sorted(
            draw(st.lists(CLOCK, min_size=2, max_size=2, unique=True))
        )
        spans.append((weekday, opens.isoformat(), closes.isoformat()))
    return hours(*spans, zone=draw(ZONES))


def open_minutes(start, end, *, of):
    """Return for how many minutes it is open, found minute by minute."""
    length = int((end - start).total_seconds() // 60)
    return sum(of.is_open_at(start + timedelta(minutes=n)) for n in range(length))


@given(since=INSTANTS, of=weeks(), minutes=st.integers(1, 300))
def test_after_open_time_holds_just_that_much_open_time(since, of, minutes):
    since = since.replace(second=0, microsecond=0)
    cap = timedelta(days=3)

    found = after(since, of=of, lasting=timedelta(minutes=minutes), latest=cap)

    passed = open_minutes(since, found, of=of)
    assert passed == minutes if found < since + cap else passed <= minutes
    # The minute before it was an open one, so nothing earlier would do.
    if found < since + cap:
        assert of.is_open_at(found - timedelta(minutes=1))


@given(since=INSTANTS, of=weeks(), more=st.integers(0, 10**6))
def test_what_comes_in_later_never_escalates_earlier(since, of, more):
    later = since + timedelta(seconds=more)
    latest = timedelta(days=90)

    assert after(since, of=of, latest=latest) <= after(later, of=of, latest=latest)
    assert days_after(since, of=of, latest=latest) <= days_after(
        later, of=of, latest=latest
    )


@given(since=INSTANTS, of=weeks(), day=st.integers(-3, 40), length=st.integers(0, 9))
def test_a_closure_never_brings_it_forward(since, of, day, length):
    first = since.date() + timedelta(days=day)
    closure = ClosedDays(first_day=first, last_day=first + timedelta(days=length))
    shut = OpeningHours(zone=of.zone, week=of.week, closures=(closure,))

    assert after(since, of=of) <= after(since, of=shut)
    assert days_after(since, of=of) <= days_after(since, of=shut)
