"""Times of a device whose clock is wrong.

A client says what its clock shows when it sends (``sent_at``). If that is off by more
than a minute, every time in the request is off by as much and is put right.
"""

from datetime import datetime, timedelta
from typing import Final

from .errors import InvalidEntryError

# Below this a difference is the network, not the clock.
TOLERANCE: Final = timedelta(seconds=60)
FURTHEST: Final = timedelta(hours=48)


def offset_s(sent_at: datetime | None, now: datetime) -> int:
    """Return the seconds to add to the times of a request; 0 if its clock is right.

    Positive when the device's clock is slow. ``sent_at`` is what it showed when it
    sent; without it the clock is taken to be right.

    Raises:
        InvalidEntryError: The clock is off by more than 48 hours.
    """
    if sent_at is not None and abs(now - sent_at) > FURTHEST:
        raise InvalidEntryError.at(
            "/sent_at",
            code="clock_off",
            detail="The clock of this device is off by more than 48 hours. "
            "Set it and send the entry again.",
        )
    return measured_s(sent_at, now)


def measured_s(sent_at: datetime | None, now: datetime) -> int:
    """Return the same as ``offset_s``, however far the clock is off."""
    if sent_at is None or abs(now - sent_at) <= TOLERANCE:
        return 0
    return round((now - sent_at).total_seconds())


def corrected(instant: datetime, offset_s: int) -> datetime:
    """Return the instant that the device meant."""
    return instant + timedelta(seconds=offset_s)
