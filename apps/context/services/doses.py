"""A dose that changes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.context.entry import DoseChangeRequest
from apps.context.models import CoIntervention

from .kinds import CO_INTERVENTION
from .records import change, opened


@transaction.atomic
def change_dose(
    *, record_id: UUID, entry: DoseChangeRequest, by: Any, now: datetime
) -> CoIntervention:
    """Add from which day on another dose holds, one version higher.

    It marks no session: the answer offers those around the day to a person.

    Raises:
        NotThereError: Not the user's to see.
        NotAllowedError: The user is the patient, and did not enter it.
        WrongStateError: The co-intervention is void.
        InvalidEntryError: The day lies outside it, or the dose changed on it already.
    """
    record, was_done = opened(
        CO_INTERVENTION,
        "change_dose",
        record_id=record_id,
        request=entry,
        by=by,
        now=now,
    )
    if was_done:
        return record
    added = entry.model_dump(mode="json", include={"day", "dose"})
    return change(
        CO_INTERVENTION,
        record,
        changes={"dose_changes": [*record.dose_changes, added]},
        verb="change_dose",
        reason="The dose changed.",
        by=by,
        now=now,
    )
