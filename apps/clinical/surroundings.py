"""What surrounds exercise: ranges of what is recorded, and days around a new drug.

Nothing here decides anything: it bounds what is entered and says where to look.
"""

from datetime import date, timedelta
from typing import Final

WPI_MAX: Final = 19  # [K] widespread pain index: places out of 19
SSS_MAX: Final = 12  # [K] symptom severity scale

GRADE_MIN: Final = 1  # [K] mild
GRADE_MAX: Final = 5  # [K] fatal
SERIOUS_FROM_GRADE: Final = 4  # [K] life-threatening is always serious
TOLD_FROM_GRADE: Final = 3  # [D] managers see these, and all that are serious

# [D] the next-day values of a session that came before the change
OFFER_BEFORE: Final = timedelta(days=2)
OFFER_AFTER: Final = timedelta(days=14)  # [D] how long a change may still be felt


def days_to_offer(changed_on: date) -> tuple[date, date]:
    """Return the first and the last day whose sessions a change may have touched.

    They are offered to a person for a confounder tick; nothing is ticked by itself.
    """
    return changed_on - OFFER_BEFORE, changed_on + OFFER_AFTER
