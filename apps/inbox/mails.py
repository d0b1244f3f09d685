"""Who hears of an alert by mail, and when. No mail says anything about health."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from apps.accounts.models import User
from apps.clinics.mail_times import QuietHours, polite_moment, quiet_hours_of
from apps.clinics.models import Clinic, Patient
from apps.messaging.models import MailState, OutboxMail
from apps.messaging.services import (
    queue_mail,
    release_mail,
    suppress_mail,
    suppress_mails,
)

from . import queries
from .models import Alert, AlertKind, AlertStatus, Severity

# Its template, which says no more than that something waits.
ESCALATION_MAIL = "escalation"
NO_LONGER_HOLDS = "After a correction the rule no longer holds."
TAKEN_IN_HAND = "Somebody looks into it."
NOT_THEIRS = "Its recipient no longer hears of this patient."
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
    clinic's quiet hours, by the recipient's clock, and for a day on which its
    recipient has no other polite mail about this patient.
    """
    urgency = urgency_of(kind=alert.kind, severity=alert.severity)
    if urgency is None or alert.status != AlertStatus.OPEN:
        return
    suppress_mails(
        reason_prefix=_prefix(alert), keep_prefix=_step(alert), why=OVERTAKEN
    )
    _tell_all(
        alert,
        urgency=urgency,
        recipients=queries.recipients(alert.patient, now=now),
        now=now,
    )


def redirect(patients: Iterable[Patient], *, now: datetime) -> dict[int, int]:
    """Withdraw waiting mails of who no longer hears, and tell who hears now.

    Return how many were withdrawn, by the key of the patient. Safe to repeat.
    """
    by_key = {patient.pk: patient for patient in patients}
    waiting: dict[int | None, list[str]] = {}
    mails = queries.waiting_mails().filter(patient_id__in=by_key).order_by("pk")
    for patient_id, reason_key in mails.values_list("patient_id", "reason_key"):
        waiting.setdefault(patient_id, []).append(reason_key)
    concerned = [by_key[pk] for pk in by_key.keys() & waiting.keys()]
    recipients = queries.recipients_of(concerned, now=now)
    return {
        patient.pk: _redirect(
            waiting[patient.pk],
            patient=patient,
            recipients=recipients[patient.pk],
            now=now,
        )
        for patient in concerned
    }


def _redirect(
    reason_keys: Iterable[str],
    *,
    patient: Patient,
    recipients: Sequence[User],
    now: datetime,
) -> int:
    theirs = {str(user.public_id) for user in recipients}
    waiting = (reason_key.split(":") for reason_key in reason_keys)
    astray = [parts for parts in waiting if parts[-1] not in theirs]
    if not astray:
        return 0
    withdrawn = sum(
        suppress_mail(reason_key=":".join(parts), why=NOT_THEIRS) for parts in astray
    )
    alerts = Alert.objects.filter(
        clinic=patient.clinic_id,
        patient=patient,
        public_id__in={parts[1] for parts in astray},
        status=AlertStatus.OPEN,
    )
    for alert in alerts.order_by("pk"):
        urgency = urgency_of(kind=alert.kind, severity=alert.severity)
        if urgency is not None:
            _tell_all(alert, urgency=urgency, recipients=recipients, now=now)
    return withdrawn


def patients_with_waiting_mails() -> list[tuple[int, int]]:
    """Return about whom mails wait: clinic and patient.

    Call it in a transaction that sees all clinics.
    """
    waiting = queries.waiting_mails()
    pairs = waiting.values_list("clinic_id", "patient_id").distinct()
    return [
        (clinic_id, patient_id)
        for clinic_id, patient_id in pairs.order_by("clinic_id", "patient_id")
        if clinic_id is not None and patient_id is not None
    ]


def withdraw(alert: Alert, *, why: str) -> int:
    """Keep the alert's unsent mails from being sent and return how many there were."""
    return sum(
        suppress_mails(reason_prefix=prefix, why=why)
        for prefix in (_prefix(alert), _escalation_prefix(alert))
    )


def tell_managers(alert: Alert, *, managers: Iterable[User], now: datetime) -> None:
    """Write the mails that say that an alert waits. Safe to repeat.

    One for each manager and wait. That of a moderate alert waits for the end of the
    clinic's quiet hours, by the manager's clock; the others do not.
    """
    clinic = Clinic.objects.get(pk=alert.clinic_id)
    may_wait = alert.severity == Severity.MODERATE and alert.kind != AlertKind.RED_FLAG
    for user in managers:
        hours = quiet_hours_of(clinic, user=user)
        moment = polite_moment(now, hours=hours, taken=()) if may_wait else now
        queue_mail(
            ESCALATION_MAIL,
            to=user.email,
            language=user.language,
            context={"clinic": clinic.name},
            reason_key=f"{_escalation_prefix(alert)}"
            f"{_seconds(alert.waits_since)}:{user.public_id}",
            now=now,
            clinic_id=alert.clinic_id,
            patient_id=alert.patient_id,
            not_before=moment,
        )


def _tell_all(
    alert: Alert, *, urgency: Urgency, recipients: Iterable[User], now: datetime
) -> None:
    clinic = Clinic.objects.get(pk=alert.clinic_id)
    for user in recipients:
        _tell_one(user, alert=alert, urgency=urgency, clinic=clinic, now=now)


def _tell_one(
    user: User, *, alert: Alert, urgency: Urgency, clinic: Clinic, now: datetime
) -> None:
    reason_key = _reason_key(alert, urgency=urgency, user=user)
    moment = now
    if urgency == Urgency.POLITE:
        hours = quiet_hours_of(clinic, user=user)
        taken = _taken_days(user, alert=alert, hours=hours, now=now)
        moment = polite_moment(now, hours=hours, taken=taken)
    # Withdrawn by a correction that was itself corrected, or from somebody who was
    # away and is back: it is due again.
    if any(
        release_mail(reason_key=reason_key, suppressed_because=why, at=moment)
        for why in (NO_LONGER_HOLDS, NOT_THEIRS)
    ):
        return
    queue_mail(
        queries.MAIL,
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
        kind=queries.MAIL,
        to_address=user.email,
        state__in=(MailState.PENDING, MailState.SENDING, MailState.SENT),
        next_attempt_at__gt=now - LOOK_BACK,
        reason_key__contains=f":{Urgency.POLITE}:",
    )
    return {
        (mail.sent_at or mail.next_attempt_at).astimezone(hours.zone).date()
        for mail in mails.only("sent_at", "next_attempt_at")
    }


def _prefix(alert: Alert) -> str:
    return f"alert:{alert.public_id}:"


def _escalation_prefix(alert: Alert) -> str:
    return f"escalation:{alert.public_id}:"


def _seconds(instant: datetime | None) -> int:
    return 0 if instant is None else int(instant.timestamp())


def _step(alert: Alert) -> str:
    # A pattern's growing severity is noted without another mail.
    severity = "any" if alert.kind == AlertKind.HYPERALGESIA else alert.severity
    again = "" if alert.round == 1 else f"{alert.round}:"
    return f"{_prefix(alert)}{alert.kind}:{severity}:{again}"


def _reason_key(alert: Alert, *, urgency: Urgency, user: User) -> str:
    return f"{_step(alert)}{urgency}:{user.public_id}"
