"""What a test writes down itself, to compare with what the product makes of it."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from apps.clinical.adherence.inputs import ExpectedCheckIn
from apps.clinical.check_in_windows import SPANS, Moment, window_of


def expected_check_ins(
    *,
    started_at: datetime,
    ended_at: datetime,
    following: datetime | None,
    answered: Collection[Moment],
) -> tuple[ExpectedCheckIn, ...]:
    """Return the moments around a session; ``answered`` are those in their window."""
    windows = {
        moment: window_of(
            moment, started_at=started_at, ended_at=ended_at, next_started_at=following
        )
        for moment in SPANS
    }
    return tuple(
        ExpectedCheckIn(
            moment=moment,
            closes_at=window.closes_at,
            in_window=moment in answered,
            expected=window.expected,
        )
        for moment, window in windows.items()
    )


def six_decimals(value: Fraction) -> Decimal:
    """Return an exact number as a row keeps it, half up."""
    return Decimal(int(value * 10**6 + Fraction(1, 2))).scaleb(-6)
