"""Reads owned by flares."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, Min, OuterRef, Q, QuerySet

from apps.clinical.check_in_windows import SPANS, Moment
from apps.clinical.flare.inputs import Closing, Family
from apps.clinics.models import Clinic, Patient
from apps.common.errors import NotThereError
from apps.inbox.models import Alert, AlertKind
from apps.logbook.models import HeldSession, JudgementDue

from .models import Verdict

FAMILIES = tuple(family.value for family in Family)
# Kinds that are not told again for some days.
TOLD_WITH_PAUSE = (AlertKind.HYPERALGESIA, AlertKind.RISING_PAIN)


def visible_session(user: Any, session_id: UUID) -> HeldSession:
    """Return a session that the user may read, with its patient.

    Raises:
        NotThereError: There is none, or it is not theirs to see.
    """
    session: HeldSession | None = (
        HeldSession.objects.visible_to(user)
        .select_related("patient")
        .filter(public_id=session_id)
        .first()
    )
    if session is None:
        raise NotThereError("There is no such session, or you may not see it.")
    return session


def current_verdict(session: HeldSession) -> Verdict:
    """Return the verdict on a session that is not superseded.

    Raises:
        NotThereError: There is none yet, or there was nothing to judge.
    """
    verdict: Verdict | None = verdicts_of(session).filter(superseded_at=None).first()
    if verdict is None or not verdict.says_something:
        raise NotThereError("This session cannot be judged yet.")
    return verdict


def verdicts_of(session: HeldSession) -> QuerySet[Verdict]:
    """Return all verdicts on a session with their policies, superseded ones too."""
    return Verdict.objects.filter(session=session).select_related("policy")


def current_verdicts(patient: Patient) -> dict[int, Verdict]:
    """Return the current verdicts of a patient by the key of their session."""
    rows = Verdict.objects.filter(
        clinic=patient.clinic_id, patient=patient, superseded_at=None
    )
    return {row.session_id: row for row in rows}


def closings_of(patient: Patient) -> tuple[Closing, ...]:
    """Return the resolutions of the patient's alerts that the detector had opened."""
    return tuple(
        _closing(alert, closed_at=alert.resolved_at)
        for alert in detector_alerts(patient).values()
        if alert.resolved_at is not None
    )


def detector_alerts(patient: Patient) -> dict[str, Alert]:
    """Return the alerts of a patient that the detector had opened, by origin."""
    rows = Alert.objects.filter(clinic=patient.clinic_id, patient=patient)
    return {
        row.origin_key: row
        for row in rows.select_related("patient")
        if row.origin_key.partition(":")[0] in FAMILIES
    }


def _closing(alert: Alert, *, closed_at: datetime) -> Closing:
    parts = alert.origin_key.split(":")
    is_paused = alert.kind in TOLD_WITH_PAUSE
    told_on = alert.evidence.get("alerted_on") if is_paused else None
    return Closing(
        family=Family(parts[0]),
        opened_by=parts[1],
        generation=int(parts[2]) if len(parts) > 2 else 1,
        closed_at=closed_at,
        judged_until=alert.judged_until,
        session_keys=tuple(alert.evidence.get("sessions", ())),
        alerted_on=date.fromisoformat(told_on) if told_on else None,
    )


def patients_with_verdicts(clinic: Clinic) -> list[tuple[Patient, datetime]]:
    """Return the patients of a clinic with the start of their first judged session."""
    patients = Patient.objects.filter(clinic=clinic)
    firsts = dict(
        Verdict.objects.filter(clinic=clinic, superseded_at=None)
        .values_list("patient")
        .annotate(first=Min("session__started_at"))
    )
    return [
        (patient, firsts[patient.pk])
        for patient in patients.filter(pk__in=firsts).order_by("pk")
    ]


def due_patients(*, now: datetime, limit: int) -> list[tuple[int, int]]:
    """Return whom to judge now, who has waited longest first: patient and clinic.

    Call it in a transaction that sees all clinics.
    """
    due = JudgementDue.objects.filter(due_at__lte=now).order_by("due_at", "patient_id")
    return list(due.values_list("patient_id", "clinic_id")[:limit])


def sessions_with_missed_closing(
    *, now: datetime, ended_since: datetime
) -> QuerySet[HeldSession]:
    """Return sessions whose window closed unanswered and that nobody judged since.

    Those of a patient who is due already are left out. Call it in a transaction that
    sees all clinics.
    """
    h24, h48 = SPANS[Moment.H24].closes, SPANS[Moment.H48].closes
    current = Verdict.objects.filter(session=OuterRef("pk"), superseded_at=None)
    unheard_24 = current.filter(
        remarks__h24_answered=False, judged_at__lt=OuterRef("ended_at") + h24
    )
    unheard_48 = current.filter(
        remarks__is_final=False, judged_at__lt=OuterRef("ended_at") + h48
    )
    due = JudgementDue.objects.filter(patient=OuterRef("patient"))
    return HeldSession.objects.filter(
        Q(ended_at__lte=now - h24) & (~Exists(current) | Exists(unheard_24))
        | Q(ended_at__lte=now - h48) & Exists(unheard_48),
        ~Exists(due),
        voided_at__isnull=True,
        ended_at__gt=ended_since,
    ).order_by("patient", "started_at")
