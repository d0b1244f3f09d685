"""Patients of whom nothing was heard: a reason to call.

No source for the number of days: decided for this product.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from .adherence.inputs import Pause
from .errors import ClinicalInputError

SILENT_FROM_DAYS: Final = 10  # [D]


def silent_days(
    *,
    starts_on: date,
    last_entry_on: date | None,
    today: date,
    pauses: Iterable[Pause] = (),
) -> int:
    """Return for how many days a patient in a programme has entered nothing.

    Counted are the days after the last entry, or after the start if that is later, up
    to today; days in a pause do not count. An entry today gives 0.

    Args:
        starts_on: First day of the programme that runs.
        last_entry_on: Of any entry, by the patient's calendar; None if there is none.

    Raises:
        ClinicalInputError: The last entry lies after today.
    """
    if last_entry_on is not None and last_entry_on > today:
        raise ClinicalInputError(
            f"last_entry_on must not lie after today ({today}), got {last_entry_on}."
        )
    since = max(starts_on, last_entry_on or starts_on)
    breaks = tuple(pauses)
    days = (since + timedelta(days=n) for n in range(1, (today - since).days + 1))
    return sum(not any(pause.covers(day) for pause in breaks) for day in days)


def is_silent(*, days: int, is_paused_today: bool) -> bool:
    """Tell whether so many silent days are a reason to call; never during a pause."""
    return days >= SILENT_FROM_DAYS and not is_paused_today
