"""Who may work with alerts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from apps.clinics.models import Role
from apps.clinics.queries import working_clinics
from apps.common.errors import NotAllowedError

from . import queries
from .models import Alert


def require_alert_staff(user: Any, *, now: datetime) -> None:
    """Refuse whoever is neither therapist nor manager anywhere.

    Raises:
        NotAllowedError: A patient, an assessor or a trial lead.
    """
    if not queries.works_with_alerts(user, now=now):
        raise NotAllowedError("Alerts are for therapists and managers.")


def require_alert(user: Any, alert_id: UUID, *, now: datetime) -> Alert:
    """Return an alert that the user may read and work on.

    Raises:
        NotThereError: There is none, or it is not theirs to see.
        NotAllowedError: It is about the user themself.
    """
    if queries.own_alert_exists(user, alert_id):
        raise NotAllowedError("Alerts are for your therapist.")
    return queries.alert_for(user, alert_id, now=now)


def escalations_for(user: Any, *, now: datetime) -> QuerySet[Alert]:
    """Return the escalated alerts of the clinics that the user manages.

    Raises:
        NotAllowedError: They manage none.
    """
    managed = working_clinics(user, now=now).filter(role=Role.MANAGER)
    if not managed.exists():
        raise NotAllowedError("What waits too long is for managers.")
    return queries.escalated_alerts(managed.order_by().values("clinic"))
