"""When managers hear of an alert at which nobody has looked."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.clinical.errors import ClinicalInputError
from apps.clinical.escalation import LATEST_AFTER, Pace, escalates_at
from apps.clinical.opening_hours import ClosedDays, OpeningHours

pytestmark = pytest.mark.requirement("F3")
OFFICE = OpeningHours(zone=ZoneInfo("Europe/Stockholm"))
FRIDAY_AT_FOUR = datetime(2026, 3, 6, 15, tzinfo=UTC)  # 16:00 in Stockholm


@pytest.mark.parametrize(
    ("pace", "expected"),
    [
        pytest.param(Pace.RED_FLAG, "2026-03-06T15:30Z", id="by the clock"),
        pytest.param(Pace.HIGH, "2026-03-09T10:00Z", id="Monday at eleven"),
        pytest.param(Pace.MODERATE, "2026-03-10T16:00Z", id="Tuesday at closing"),
    ],
)
def test_escalates_at_gives_each_pace_its_time(pace, expected):
    found = escalates_at(pace=pace, since=FRIDAY_AT_FOUR, hours=OFFICE)

    assert found == datetime.fromisoformat(expected)


def test_escalates_at_lets_a_red_flag_run_through_the_night():
    night = datetime(2026, 3, 7, 2, tzinfo=UTC)

    found = escalates_at(pace=Pace.RED_FLAG, since=night, hours=OFFICE)

    assert found == night + timedelta(minutes=30)


@pytest.mark.parametrize("pace", [Pace.HIGH, Pace.MODERATE])
def test_escalates_at_waits_four_weeks_at_most(pace):
    shut = ClosedDays(first_day=date(2026, 1, 1), last_day=date(2027, 12, 31))
    hours = OpeningHours(zone=OFFICE.zone, closures=(shut,))

    found = escalates_at(pace=pace, since=FRIDAY_AT_FOUR, hours=hours)

    assert found == FRIDAY_AT_FOUR + timedelta(days=28)
    assert timedelta(days=28) == LATEST_AFTER


@pytest.mark.parametrize("pace", [Pace.HIGH, Pace.MODERATE])
def test_escalates_at_refuses_a_time_without_a_zone(pace):
    with pytest.raises(ClinicalInputError, match="time zone"):
        escalates_at(pace=pace, since=datetime(2026, 3, 6), hours=OFFICE)  # noqa: DTZ001
