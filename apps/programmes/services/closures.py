"""Days on which a clinic is closed."""

from datetime import datetime
from typing import Any

from django.db import transaction

from apps.audit.services import record
from apps.clinics.models import Clinic, Role
from apps.clinics.permissions import require_role
from apps.common.errors import InvalidEntryError
from apps.common.zones import end_of_day, start_of_day
from apps.programmes.entry import ClosureEntry
from apps.programmes.models import Closure, PlannedSession, PlannedStatus

from .due import mark_adherence_due_of
from .slots import closed_because


@transaction.atomic
def add_closure(
    *, entry: ClosureEntry, clinic: Clinic, by: Any, now: datetime
) -> Closure:
    """Close the clinic for some days; planned sessions on them are cancelled.

    Raises:
        NotAllowedError: The user is not a manager of the clinic.
        InvalidEntryError: The days run backwards.
    """
    require_role(by, clinic.pk, Role.MANAGER, now=now)
    if entry.last_day < entry.first_day:
        raise InvalidEntryError.at(
            "/last_day",
            code="out_of_range",
            detail="The last day must not lie before the first.",
        )
    closure: Closure = Closure.objects.create(clinic=clinic, **entry.model_dump())
    on_these_days = PlannedSession.objects.filter(
        clinic=clinic,
        status=PlannedStatus.PLANNED,
        starts_at__gte=start_of_day(entry.first_day, zone=clinic.time_zone),
        starts_at__lt=end_of_day(entry.last_day, zone=clinic.time_zone),
    )
    concerned = list(on_these_days.values_list("patient", flat=True).distinct())
    cancelled = on_these_days.update(
        status=PlannedStatus.CANCELLED, cancel_reason=closed_because(closure)
    )
    mark_adherence_due_of(clinic_id=clinic.pk, patient_ids=concerned, now=now)
    record(
        "closure.add",
        by=by,
        now=now,
        clinic_id=clinic.pk,
        subject_id=closure.public_id,
        detail={"cancelled": cancelled},
    )
    return closure
