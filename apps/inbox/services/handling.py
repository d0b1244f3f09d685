"""The life of an alert as people lead it: they look, act and resolve."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.common.errors import WrongStateError
from apps.common.receipts import is_replay
from apps.common.shapes import ChangeRequest
from apps.inbox import mails, permissions
from apps.inbox.entry import Acknowledgement, Act, Resolution
from apps.inbox.models import Alert, AlertAct, AlertStatus
from apps.logbook.services import mark_for_judgement

from .rows import lock_alert, record_step


@transaction.atomic
def acknowledge(
    *, alert_id: UUID, request: Acknowledgement, by: Any, now: datetime
) -> Alert:
    """Note that somebody looks into an alert; waiting mails about it are not sent.

    Raises:
        NotThereError: There is none, or it is not theirs to see.
        NotAllowedError: It is about the user themself.
        WrongStateError: Somebody looks into it already, or it is resolved.
    """
    alert = permissions.require_alert(by, alert_id, now=now)
    if _is_replay("alerts.acknowledge", alert, request=request, by=by, now=now):
        return lock_alert(alert)
    alert = lock_alert(alert)
    if alert.status != AlertStatus.OPEN:
        raise WrongStateError(
            f"This alert is {alert.status} already. Read it again to see by whom."
        )
    _take_in_hand(alert, by=by, now=now)
    return alert


@transaction.atomic
def act(*, alert_id: UUID, request: Act, by: Any, now: datetime) -> Alert:
    """Note what was done about an alert before it is resolved; who acts has looked.

    Several acts may follow each other; each stays as it was noted.

    Raises:
        NotThereError: There is none, or it is not theirs to see.
        NotAllowedError: It is about the user themself.
        WrongStateError: A person has resolved it already.
    """
    alert = permissions.require_alert(by, alert_id, now=now)
    if _is_replay("alerts.act", alert, request=request, by=by, now=now):
        return lock_alert(alert)
    alert = lock_alert(alert)
    _require_unresolved(alert)
    if alert.status == AlertStatus.OPEN:
        _take_in_hand(alert, by=by, now=now)
    AlertAct.objects.create(
        clinic_id=alert.clinic_id,
        alert=alert,
        action=request.action,
        note=request.note,
        done_by=by,
        done_at=now,
    )
    record_step("alert.act", alert, now=now, by=by, detail={"action": request.action})
    return alert


@transaction.atomic
def resolve(*, alert_id: UUID, request: Resolution, by: Any, now: datetime) -> Alert:
    """End an alert with a judgement and what was done; waiting mails are not sent.

    An alert that closed itself can be judged too: whether it was true is worth
    knowing. Values that came and were not judged yet are not covered: the patient is
    judged again at once.

    Raises:
        NotThereError: There is none, or it is not theirs to see.
        NotAllowedError: It is about the user themself.
        WrongStateError: A person has resolved it already.
    """
    alert = permissions.require_alert(by, alert_id, now=now)
    if _is_replay("alerts.resolve", alert, request=request, by=by, now=now):
        return lock_alert(alert)
    seen_until = alert.judged_until
    # Before the lock on the alert, as the judge does: it waits for a running judgement.
    mark_for_judgement(
        patient=alert.patient, from_started_at=now, due_at=now, reason="alert_resolved"
    )
    alert = lock_alert(alert)
    _require_unresolved(alert)
    alert.status, alert.escalates_at = AlertStatus.RESOLVED, None
    alert.resolved_at, alert.resolved_by = now, by
    alert.judgement, alert.action = request.judgement, request.action
    alert.resolution_note = request.note
    # What a judgement added while they pressed the button they have not seen.
    alert.judged_until = seen_until
    alert.save(
        update_fields=[
            "status",
            "escalates_at",
            "judged_until",
            "resolved_at",
            "resolved_by",
            "judgement",
            "action",
            "resolution_note",
        ]
    )
    mails.withdraw(alert, why=mails.TAKEN_IN_HAND)
    record_step(
        "alert.resolve", alert, now=now, by=by, detail={"judgement": alert.judgement}
    )
    return alert


def _take_in_hand(alert: Alert, *, by: Any, now: datetime) -> None:
    closed_itself = alert.closed_itself_at is not None
    alert.status = AlertStatus.RESOLVED if closed_itself else AlertStatus.ACKNOWLEDGED
    alert.acknowledged_at, alert.acknowledged_by = now, by
    alert.escalates_at = None
    alert.save(
        update_fields=["status", "acknowledged_at", "acknowledged_by", "escalates_at"]
    )
    mails.withdraw(alert, why=mails.TAKEN_IN_HAND)
    record_step("alert.acknowledge", alert, now=now, by=by)


def _require_unresolved(alert: Alert) -> None:
    if alert.is_resolved_by_person:
        raise WrongStateError(
            "This alert is resolved already. Read it again to see by whom and how."
        )


def _is_replay(
    target: str,
    alert: Alert,
    *,
    request: ChangeRequest,
    by: Any,
    now: datetime,
) -> bool:
    return is_replay(
        request=request, target=target, target_id=alert.public_id, by=by, now=now
    )
