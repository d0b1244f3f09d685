"""Decide what the sources leave open about pain tests."""

from datetime import datetime
from typing import Any

from django.db import transaction

from apps.audit.services import record
from apps.clinics.models import Clinic, Role
from apps.clinics.permissions import require_role
from apps.common.receipts import is_replay
from apps.pain_tests import queries
from apps.pain_tests.entry import PainTestSettingsEntry
from apps.pain_tests.models import PainTestSettings


@transaction.atomic
def decide_settings(
    *, entry: PainTestSettingsEntry, clinic: Clinic, by: Any, now: datetime
) -> PainTestSettings | None:
    """Return the clinic's new settings; tests recorded before keep theirs.

    Raises:
        NotAllowedError: The user is not a manager of the clinic.
    """
    require_role(by, clinic.pk, Role.MANAGER, now=now)
    if is_replay(
        request=entry,
        target="pain_test_settings.decide",
        target_id=clinic.public_id,
        by=by,
        now=now,
    ):
        return queries.current_settings(clinic.pk)
    # Versions count up without a gap: two managers wait for each other.
    Clinic.objects.select_for_update(no_key=True).only("pk").get(pk=clinic.pk)
    before = queries.current_settings(clinic.pk)
    settings = PainTestSettings.objects.create(
        clinic=clinic,
        version=1 + (before.version if before is not None else 0),
        p50_degree=entry.p50_degree,
        bp_rule=entry.bp_rule or "",
        set_by=by,
        set_at=now,
    )
    record(
        "pain_test_settings.decide",
        by=by,
        now=now,
        clinic_id=clinic.pk,
        detail={"version": settings.version},
    )
    return settings
