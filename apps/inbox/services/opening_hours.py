"""When a clinic is open, as its managers say."""

from datetime import datetime
from typing import Any

from django.db import transaction

from apps.audit.services import record
from apps.clinics.models import Clinic, Role
from apps.clinics.permissions import require_role
from apps.common.receipts import is_replay
from apps.inbox import queries
from apps.inbox.entry import OpeningHoursEntry
from apps.inbox.models import OpeningWeek

from .waiting import reckon_again


@transaction.atomic
def set_opening_hours(
    *, entry: OpeningHoursEntry, clinic: Clinic, by: Any, now: datetime
) -> OpeningWeek | None:
    """Put a clinic's opening hours in force; what waits is reckoned by them anew.

    Raises:
        NotAllowedError: The user is not a manager of the clinic.
    """
    require_role(by, clinic.pk, Role.MANAGER, now=now)
    target = "opening_hours.set"
    if is_replay(
        request=entry, target=target, target_id=clinic.public_id, by=by, now=now
    ):
        return queries.opening_week(clinic.pk)
    # Versions count up without a gap: two managers wait for each other.
    Clinic.objects.select_for_update(no_key=True).only("pk").get(pk=clinic.pk)
    before = queries.opening_week(clinic.pk)
    week = OpeningWeek.objects.create(
        clinic=clinic,
        version=1 + (before.version if before is not None else 0),
        spans=entry.model_dump(mode="json")["opening_hours"],
        set_by=by,
        set_at=now,
    )
    waiting = reckon_again(clinic.pk)
    record(
        target,
        by=by,
        now=now,
        clinic_id=clinic.pk,
        detail={"version": week.version, "waiting": waiting},
    )
    return week
