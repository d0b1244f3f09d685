"""Reads owned by the inbox."""

from collections.abc import Collection
from datetime import datetime, time
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, Q, QuerySet

from apps.accounts.models import User
from apps.clinical.opening_hours import (
    DEFAULT_WEEK,
    ClosedDays,
    OpeningHours,
    OpenSpan,
)
from apps.clinics.models import Clinic, Membership, Patient, Role
from apps.clinics.queries import (
    care_therapists_of,
    managers,
    patients_without_therapist,
)
from apps.common.errors import NotThereError
from apps.messaging.models import MailState, OutboxMail
from apps.programmes.models import Closure

from .entry import AlertQuery
from .models import Alert, AlertAct, AlertStatus, OpeningWeek

# The template of mails about alerts.
MAIL: Final = "alert"
ACTS: Final = Prefetch(
    "acts", AlertAct.objects.select_related("done_by").order_by("done_at", "pk")
)
STAFF_OF_ALERTS = (Role.THERAPIST, Role.MANAGER)


def waiting_mails() -> QuerySet[OutboxMail]:
    """Return the mails about patients' alerts that nobody has begun to send."""
    return OutboxMail.objects.filter(
        kind=MAIL, state=MailState.PENDING, patient_id__isnull=False
    )


def alerts_for(user: Any, *, now: datetime) -> QuerySet[Alert]:
    """Return the alerts that the user is to look at.

    Those of the patients whom they treat, and, for a manager, those of patients of
    the clinic whom nobody treats now.
    """
    managed = Membership.objects.active_at(now).filter(user=user, role=Role.MANAGER)
    orphans = patients_without_therapist(now=now).filter(
        clinic__in=managed.values("clinic")
    )
    return (
        Alert.objects.filter(
            Q(patient__in=Patient.objects.cared_for_by(user)) | Q(patient__in=orphans)
        )
        .select_related("patient", "acknowledged_by", "resolved_by")
        .prefetch_related(ACTS)
    )


def filtered(alerts: QuerySet[Alert], wanted: AlertQuery) -> QuerySet[Alert]:
    """Return those of the alerts that the filters ask for."""
    filters = {
        "status": wanted.status,
        "severity": wanted.severity,
        "kind": wanted.kind,
        "patient__public_id": wanted.patient,
    }
    return alerts.filter(
        **{name: value for name, value in filters.items() if value is not None}
    )


def alert_for(user: Any, alert_id: UUID, *, now: datetime) -> Alert:
    """Return one alert that the user may work on.

    Raises:
        NotThereError: There is none, or it is not theirs to see.
    """
    alert = alerts_for(user, now=now).filter(public_id=alert_id).first()
    if alert is None:
        raise NotThereError("There is no such alert, or you may not see it.")
    return alert


def own_alert_exists(user: Any, alert_id: UUID) -> bool:
    """Tell whether the alert is about the user themself."""
    return Alert.objects.filter(public_id=alert_id, patient__user=user).exists()


def works_with_alerts(user: Any, *, now: datetime) -> bool:
    """Tell whether the user has a role that gets alerts in any clinic."""
    return (
        Membership.objects.active_at(now)
        .filter(user=user, role__in=STAFF_OF_ALERTS)
        .exists()
    )


def recipients(patient: Patient, *, now: datetime) -> list[User]:
    """Return who hears of the patient's alerts now, never nobody if there is staff.

    Who treats the patient, regularly or as cover; without any, the managers.
    """
    return recipients_of([patient], now=now)[patient.pk]


def recipients_of(
    patients: Collection[Patient], *, now: datetime
) -> dict[int, list[User]]:
    """Return who hears of the alerts of each of the patients now, by their key."""
    treating = care_therapists_of(patients, now=now)
    return {
        patient.pk: treating[patient.pk] or managers(patient.clinic_id, now=now)
        for patient in patients
    }


def waiting_alerts() -> QuerySet[Alert]:
    """Return the open alerts of which managers will hear unless somebody looks."""
    return Alert.objects.filter(status=AlertStatus.OPEN, escalates_at__isnull=False)


def due_alerts(*, now: datetime, limit: int) -> list[tuple[int, int]]:
    """Return clinic and key of the alerts that have waited too long, longest first.

    Call it in a transaction that sees all clinics.
    """
    due = waiting_alerts().filter(escalates_at__lte=now).order_by("escalates_at", "pk")
    return list(due.values_list("clinic_id", "pk")[:limit])


def escalated_alerts(clinics: Any) -> QuerySet[Alert]:
    """Return the alerts of clinics at which still nobody has looked, with patients."""
    rows = Alert.objects.filter(clinic__in=clinics, status=AlertStatus.OPEN)
    return rows.filter(escalated_at__isnull=False).select_related("patient")


def opening_week(clinic_id: int) -> OpeningWeek | None:
    """Return the opening hours that a clinic has told; None if it has told none."""
    weeks = OpeningWeek.objects.filter(clinic=clinic_id)
    return weeks.select_related("set_by").order_by("-version").first()


def spans_of(week: OpeningWeek | None) -> tuple[OpenSpan, ...]:
    """Return the open spans of a week; the usual ones if a clinic has told none."""
    if week is None:
        return DEFAULT_WEEK
    return tuple(
        OpenSpan(
            weekday=span["weekday"],
            opens_at=time.fromisoformat(span["opens_at"]),
            closes_at=time.fromisoformat(span["closes_at"]),
        )
        for span in week.spans
    )


def hours_of(clinic_id: int) -> OpeningHours:
    """Return when a clinic is open, without the days on which it is closed."""
    clinic = Clinic.objects.only("time_zone").get(pk=clinic_id)
    closures = Closure.objects.filter(clinic=clinic_id)
    return OpeningHours(
        zone=ZoneInfo(clinic.time_zone),
        week=spans_of(opening_week(clinic_id)),
        closures=tuple(
            ClosedDays(first_day=first, last_day=last)
            for first, last in closures.values_list("first_day", "last_day")
        ),
    )
