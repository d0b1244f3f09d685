"""Who may change what in the logbook. Whoever sees a patient may add to it."""

from typing import Any

from apps.clinics.models import Patient
from apps.common.errors import NotAllowedError

from .entry import SessionEntry
from .models import CheckIn, HeldSession


def require_may_change(
    user: Any, record: HeldSession | CheckIn, *, patient: Patient
) -> None:
    """Let the care team change everything, and patients what they entered themselves.

    Raises:
        NotAllowedError: A patient would change what somebody else entered.
    """
    if patient.user_id == user.pk and record.entered_by_id != user.pk:
        raise NotAllowedError("Your therapist entered this. Ask them to correct it.")


def require_may_override(user: Any, entry: SessionEntry, *, patient: Patient) -> None:
    """Let therapists alone say that an exercise is new or not new.

    Raises:
        NotAllowedError: A patient would.
    """
    overridden = any(each.novel is not None for each in entry.exercises)
    if overridden and patient.user_id == user.pk:
        raise NotAllowedError("Only a therapist overrides whether an exercise is new.")
