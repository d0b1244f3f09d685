"""Who hears of an alert by mail, and when. No mail says anything about health."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from apps.accounts.models import User
from apps.clinics.models import Clinic
from apps.messaging.models import MailState, OutboxMail
from apps.messaging.services import queue_mail, release_mail, suppress_mails

from . import queries
from .mail_times import QuietHours, polite_moment
from .models import Alert, AlertKind, AlertStatus, Severity

TEMPLATE = "alert"
NO_LONGER_HOLDS = "After a correction the rule no longer holds."
TAKEN_IN_HAND = "Somebody looks into it."
OVERTAKEN = "The alert has risen since, and another mail says so."
# Mails further back cannot lie on a day from now on.
LOOK_BACK = timedelta(days=2)


class Urgency(StrEnum):
    """How soon a mail goes out; other alerts stay in the inbox."""

    AT_ONCE = "at_once"
    POLITE = "polite"


def urgency_of(*, kind: str, severity: str) -> Urgency | None:
    """Return how soon a mail is due for an alert; None when the inbox is enough.

    Source: no source; decided for this product (who hears).
    """
    if kind in (AlertKind.RED_FLAG, AlertKind.SUSTAINED_FLARE):
        return Urgency.AT_ONCE
    if kind == AlertKind.HYPERALGESIA:
        return Urgency.POLITE
    if kind == AlertKind.ACUTE_FLARE:
        is_high = severity == Severity.HIGH
        return Urgency.AT_ONCE if is_high else Urgency.POLITE
    return None


def tell(alert: Alert, *, now: datetime) -> None:
    """Write the mails for the step that an open alert has reached. Safe to repeat.

    One mail for each recipient and step. A polite one waits for the end of the
    clinic's quiet hours and for a day on which its recipient has no other polite mail
    about this patient.
    """
    urgency = urgency_of(kind=alert.kind, severity=alert.severity)
    if urgency is None or alert.status != AlertStatus.OPEN:
        return
    clinic = Clinic.objects.get(pk=alert.clinic_id)
    suppress_mails(
        reason_prefix=_prefix(alert), keep_prefix=_step(alert), why=OVERTAKEN
    )
    for user in queries.recipients(alert.patient, now=now):
        _tell_one(user, alert=alert, urgency=urgency, clinic=clinic, now=now)


def withdraw(alert: Alert, *, why: str) -> int:
    """Keep the alert's unsent mails from being sent and return how many there were."""
    return suppress_mails(reason_prefix=_prefix(alert), why=why)


def _tell_one(
    user: User, *, alert: Alert, urgency: Urgency, clinic: Clinic, now: datetime
) -> None:
    reason_key = _reason_key(alert, urgency=urgency, user=user)
    moment = now
    if urgency == Urgency.POLITE:
        hours = _quiet_hours(clinic)
        taken = _taken_days(user, alert=alert, hours=hours, now=now)
        moment = polite_moment(now, hours=hours, taken=taken)
    # Withdrawn by a correction that was itself corrected: it is due again.
    if release_mail(
        reason_key=reason_key, suppressed_because=NO_LONGER_HOLDS, at=moment
    ):
        return
    queue_mail(
        TEMPLATE,
        to=user.email,
        language=user.language,
        context={"clinic": clinic.name},
        reason_key=reason_key,
        now=now,
        clinic_id=alert.clinic_id,
        patient_id=alert.patient_id,
        not_before=moment,
    )


def _taken_days(
    user: User, *, alert: Alert, hours: QuietHours, now: datetime
) -> set[date]:
    mails = OutboxMail.objects.filter(
        clinic_id=alert.clinic_id,
        patient_id=alert.patient_id,
        kind=TEMPLATE,
        to_address=user.email,
        state__in=(MailState.PENDING, MailState.SENT),
        next_attempt_at__gt=now - LOOK_BACK,
        reason_key__contains=f":{Urgency.POLITE}:",
    )
    return {
        (mail.sent_at or mail.next_attempt_at).astimezone(hours.zone).date()
        for mail in mails.only("sent_at", "next_attempt_at")
    }


def _quiet_hours(clinic: Clinic) -> QuietHours:
    return QuietHours(
        zone=ZoneInfo(clinic.time_zone),
        quiet_from=clinic.quiet_from,
        quiet_until=clinic.quiet_until,
    )


def _prefix(alert: Alert) -> str:
    return f"alert:{alert.public_id}:"


def _step(alert: Alert) -> str:
    # A pattern's growing severity is noted without another mail.
    severity = "any" if alert.kind == AlertKind.HYPERALGESIA else alert.severity
    return f"{_prefix(alert)}{alert.kind}:{severity}:"


def _reason_key(alert: Alert, *, urgency: Urgency, user: User) -> str:
    return f"{_step(alert)}{urgency}:{user.public_id}"
