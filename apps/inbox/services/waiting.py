"""Alerts at which nobody has looked yet, on their way to the managers."""

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from apps.clinical.escalation import Pace, escalates_at
from apps.clinical.opening_hours import OpeningHours
from apps.clinics.queries import managers
from apps.common.tenancy import across_clinics, in_clinic
from apps.inbox import mails, queries
from apps.inbox.models import Alert, AlertKind, AlertStatus, Severity

from .rows import record_step

logger = logging.getLogger(__name__)

ESCALATE: Final = "inbox.escalate"
MOST_A_SWEEP: Final = 1000


@dataclass(frozen=True, slots=True)
class EscalationReport:
    """What one sweep did, in alerts.

    ``postponed`` ones wait longer because the clinic has closed since; ``held_up`` ones
    failed and are tried again by the next sweep.
    """

    escalated: int
    postponed: int
    held_up: int


def pace_of(alert: Alert) -> Pace | None:
    """Return how soon somebody must have looked; None if managers never hear."""
    if alert.kind == AlertKind.RED_FLAG:
        return Pace.RED_FLAG
    paces = {Severity.HIGH: Pace.HIGH, Severity.MODERATE: Pace.MODERATE}
    return paces.get(Severity(alert.severity))


def begin_to_wait(alert: Alert, *, now: datetime) -> None:
    """Let an open alert wait from now on, if it does not yet. Safe to repeat."""
    is_open = alert.status == AlertStatus.OPEN
    if not is_open or alert.waits_since is not None or pace_of(alert) is None:
        return
    alert.waits_since = now
    hours = queries.hours_of(alert.clinic_id)
    alert.escalates_at = _due(alert, hours=hours)
    alert.save(update_fields=["waits_since", "escalates_at"])


def hasten(alert: Alert) -> None:
    """Let a waiting alert that has become graver wait as short as it may now."""
    if alert.escalates_at is None:
        return
    due = _due(alert, hours=queries.hours_of(alert.clinic_id))
    alert.escalates_at = min(due, alert.escalates_at)
    alert.save(update_fields=["escalates_at"])


def reckon_again(clinic_id: int) -> int:
    """Give each waiting alert of a clinic its time by the opening hours of now.

    Return how many wait.
    """
    waiting = list(
        queries.waiting_alerts()
        .filter(clinic=clinic_id)
        .select_for_update()
        .order_by("pk")
    )
    hours = queries.hours_of(clinic_id)
    for alert in waiting:
        alert.escalates_at = _due(alert, hours=hours)
    Alert.objects.bulk_update(waiting, ["escalates_at"])
    return len(waiting)


def escalate(*, now: datetime) -> EscalationReport:
    """Tell the managers of each alert that has waited too long, once.

    Each in a transaction of its own: one that fails delays no other and is tried again
    by the next sweep. Safe to repeat.
    """
    with across_clinics():
        due = queries.due_alerts(now=now, limit=MOST_A_SWEEP)
    counts = Counter(_try(clinic_id, key, now=now) for clinic_id, key in due)
    return EscalationReport(
        escalated=counts["escalated"],
        postponed=counts["postponed"],
        held_up=counts["failed"],
    )


def _try(clinic_id: int, key: int, *, now: datetime) -> str:
    try:
        with in_clinic(clinic_id):
            return _escalate(key, now=now)
    except Exception:
        # Broad on purpose: one bad row must not keep the others from being heard.
        logger.exception("Alert %s could not be escalated", key)
        return "failed"


def _escalate(key: int, *, now: datetime) -> str:
    alert = (
        queries.waiting_alerts()
        .filter(pk=key, escalates_at__lte=now)
        .select_for_update(skip_locked=True, of=("self",))
        .first()
    )
    if alert is None:
        return "taken"
    # A closure that was entered meanwhile gives it more time.
    due = _due(alert, hours=queries.hours_of(alert.clinic_id))
    if due > now:
        alert.escalates_at = due
        alert.save(update_fields=["escalates_at"])
        return "postponed"
    alert.escalated_at, alert.escalates_at = now, None
    alert.save(update_fields=["escalated_at", "escalates_at"])
    told = managers(alert.clinic_id, now=now)
    mails.tell_managers(alert, managers=told, now=now)
    record_step("alert.escalate", alert, now=now, detail={"managers": len(told)})
    return "escalated"


def _due(alert: Alert, *, hours: OpeningHours) -> datetime:
    pace = pace_of(alert)
    if pace is None or alert.waits_since is None:
        raise ValueError(f"{alert} waits for nobody.")
    return escalates_at(pace=pace, since=alert.waits_since, hours=hours)
