"""Alerts at which nobody looks, and patients of whom nothing is heard."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from apps.clinical.escalation import Pace, escalates_at
from apps.clinical.opening_hours import OpeningHours
from apps.clinical.silence import SILENT_FROM_DAYS, silent_days

from ..shown import plain, table

ZONE = ZoneInfo("Europe/Stockholm")
OPENED_AT = datetime(2026, 3, 6, 15, tzinfo=UTC)
STARTS_ON = date(2026, 3, 2)


def waiting() -> dict[str, str]:
    """Return the usual week, when one alert escalates, and when silence begins."""
    hours = OpeningHours(zone=ZONE)
    monday = date(2026, 3, 2)
    days = (monday + timedelta(days=n) for n in range(7))
    week = [
        (f"{day:%A}", ", ".join(f"{_at(a):%H:%M}-{_at(b):%H:%M}" for a, b in spans))
        for day in days
        if (spans := hours.spans_on(day))
    ]
    rows = [
        (plain(pace), f"{_at(found):%A %H:%M}")
        for pace in Pace
        for found in [escalates_at(pace=pace, since=OPENED_AT, hours=hours)]
    ]
    heard_on = STARTS_ON + timedelta(days=SILENT_FROM_DAYS)
    silent_on = heard_on + timedelta(days=SILENT_FROM_DAYS)
    days_silent = silent_days(
        starts_on=STARTS_ON, last_entry_on=heard_on, today=silent_on
    )
    return {
        "week": table(["weekday", "open"], week),
        "opened": f"{_at(OPENED_AT):%A %H:%M}",
        "escalations": table(["alert", "managers hear"], rows),
        "heard": heard_on.isoformat(),
        "silent": silent_on.isoformat(),
        "days": str(days_silent),
    }


def _at(instant: datetime) -> datetime:
    return instant.astimezone(ZONE)
