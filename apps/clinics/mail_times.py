"""When a mail that can wait may go out: not at night, and one a day."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apps.accounts.models import User

from .models import Clinic


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """The hours in which no mail goes out, by the wall clock of a zone.

    The end is excluded. They may lie across midnight; equal ends mean none.
    """

    zone: ZoneInfo
    quiet_from: time
    quiet_until: time

    def include(self, instant: datetime) -> bool:
        """Tell whether the instant is quiet."""
        clock = instant.astimezone(self.zone).time()
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= clock < self.quiet_until
        return clock >= self.quiet_from or clock < self.quiet_until

    def end_after(self, instant: datetime) -> datetime:
        """Return when the quiet hours end next, strictly after the instant.

        An end that a change of the clocks leaves out is told by the clock as it was
        before the change; one that they show twice is there twice.
        """
        day = instant.astimezone(self.zone).date()
        while True:
            later = [end for end in self._ends_on(day) if end > instant]
            if later:
                return min(later)
            day += timedelta(days=1)

    def _ends_on(self, day: date) -> list[datetime]:
        local = datetime.combine(day, self.quiet_until, tzinfo=self.zone)
        second = local.replace(fold=1).astimezone(UTC)
        # In a gap the second reading lies before the change, where nothing ends.
        is_shown = second.astimezone(self.zone).time() == self.quiet_until
        return [local.astimezone(UTC), *([second] if is_shown else [])]


def polite_moment(
    now: datetime, *, hours: QuietHours, taken: Collection[date]
) -> datetime:
    """Return the first moment from now on that is not quiet and on a free day.

    Args:
        hours: The quiet hours; days are counted in their zone.
        taken: Days on which the recipient has a mail about this patient already.
    """
    moment = now
    while hours.include(moment) or moment.astimezone(hours.zone).date() in taken:
        moment = hours.end_after(moment)
    return moment


def quiet_hours_of(clinic: Clinic, *, user: User) -> QuietHours:
    """Return the clinic's quiet hours, by the clock of who gets the mail.

    UTC is what somebody has who never named a zone: for them the clinic's counts.
    """
    unnamed = User._meta.get_field("time_zone").default
    zone = clinic.time_zone if user.time_zone == unnamed else user.time_zone
    return QuietHours(
        zone=ZoneInfo(zone),
        quiet_from=clinic.quiet_from,
        quiet_until=clinic.quiet_until,
    )
