"""Reads owned by progression."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Prefetch, Q, QuerySet

from apps.clinics.models import Patient
from apps.common.errors import NotThereError
from apps.flares.models import ClinicPolicy, PolicyMode, Verdict
from apps.inbox.models import Alert
from apps.logbook.models import CheckIn, HeldSession, JudgementDue
from apps.programmes.models import (
    LoadInForce,
    PlannedSession,
    PlannedStatus,
    Prescription,
    Programme,
    ProgrammeStatus,
)
from apps.strength.models import OneRepMaxTest
from apps.strength.queries import latest_one_rep_maxes

from .entry import ProposalQuery
from .models import LoadProposal

# Check-ins before the first session that is read: those that were sent ahead of it.
AHEAD = timedelta(days=1)
UNHELD = (PlannedStatus.MISSED, PlannedStatus.EXCUSED, PlannedStatus.CANCELLED)


def running_programmes(patients: Iterable[int]) -> list[Programme]:
    """Return the active programmes of patients by their keys."""
    rows = Programme.objects.filter(
        patient__in=list(patients), status=ProgrammeStatus.ACTIVE
    )
    return list(rows.select_related("template", "patient__clinic").order_by("patient"))


def is_live(clinic_id: int) -> bool:
    """Tell whether the detector of a clinic may have a say in loads."""
    rows = ClinicPolicy.objects.filter(clinic=clinic_id, mode=PolicyMode.LIVE)
    return rows.exists()


def judgements_due(patients: Iterable[int], *, now: datetime) -> dict[int, bool]:
    """Return who waits to be judged, and whether because it failed."""
    rows = JudgementDue.objects.filter(
        Q(due_at__lte=now) | Q(attempts__gt=0), patient__in=list(patients)
    )
    return {pk: attempts > 0 for pk, attempts in rows.values_list("pk", "attempts")}


def newest_sessions(patient: Patient, *, limit: int) -> list[HeldSession]:
    """Return the newest sessions that are not void with their work, oldest first."""
    rows = (
        HeldSession.objects.filter(
            clinic=patient.clinic_id, patient=patient, voided_at=None
        )
        .prefetch_related("exercise_entries__exercise", "exercise_entries__sets")
        .order_by("-started_at", "-pk")
    )
    return list(rows[:limit])[::-1]


def prescriptions_of(programme: Programme) -> list[Prescription]:
    """Return what is prescribed with its exercises and loads, the oldest load first."""
    loads = LoadInForce.objects.order_by("in_force_from", "pk")
    rows = programme.prescriptions.select_related("exercise")
    return list(rows.prefetch_related(Prefetch("loads", loads)).order_by("position"))


def one_rep_maxes(
    patient: Patient, *, at: datetime
) -> dict[tuple[int, str], OneRepMaxTest]:
    """Return the newest valid test of each (exercise's key, side)."""
    return latest_one_rep_maxes(patient=patient, at=at)


def check_ins_since(patient: Patient, *, first: HeldSession | None) -> list[CheckIn]:
    """Return the check-ins from a session on that are not void, oldest first.

    A void session takes its check-ins with it.
    """
    rows = CheckIn.objects.filter(
        clinic=patient.clinic_id,
        patient=patient,
        voided_at=None,
        session__voided_at=None,
    )
    if first is not None:
        rows = rows.filter(answered_at__gte=first.started_at - AHEAD)
    return list(rows.order_by("answered_at", "pk"))


def current_verdicts(sessions: Sequence[HeldSession]) -> dict[int, Verdict]:
    """Return the current verdicts by the keys of their sessions."""
    rows = Verdict.objects.filter(session__in=sessions, superseded_at=None)
    return {row.session_id: row for row in rows}


def running_alerts(patient: Patient) -> list[Alert]:
    """Return the alerts that neither a person nor their rule has ended."""
    rows = Alert.objects.filter(
        clinic=patient.clinic_id,
        patient=patient,
        resolved_at=None,
        closed_itself_at=None,
        no_longer_holds=False,
    )
    return list(rows.order_by("opened_at", "pk"))


def proposals_of(programme: Programme) -> list[LoadProposal]:
    """Return what was ever proposed and is not superseded, oldest first."""
    rows = LoadProposal.objects.filter(programme=programme, superseded_at=None)
    return list(rows.select_related("session", "load_in_force").order_by("pk"))


def open_of(patients: Iterable[int]) -> QuerySet[LoadProposal]:
    """Return what waits for a decision on patients by their keys."""
    return LoadProposal.objects.filter(patient__in=list(patients), status="open")


def has_left_out_slot(
    programme: Programme, *, since: HeldSession | None, now: datetime
) -> bool:
    """Tell whether a planned session passed by without training since the newest one.

    Why does not matter for the load: missed, excused and cancelled are the same days
    without work, and so is a pause, which takes its sessions out of the calendar, and
    a session that was moved to a later day.
    """
    if since is None:
        return False
    left_out = Q(status__in=UNHELD, starts_at__gt=since.started_at, starts_at__lte=now)
    moved = Q(
        status=PlannedStatus.PLANNED,
        original_starts_at__gt=since.started_at,
        original_starts_at__lte=now,
        starts_at__gt=F("original_starts_at"),
    )
    slots = PlannedSession.objects.filter(left_out | moved, programme=programme)
    over = Q(paused_until=None) | Q(paused_until__gt=since.started_at.date())
    paused = programme.pauses.filter(over, paused_from__lte=now.date())
    return slots.exists() or paused.exists()


def visible_proposals(user: Any, wanted: ProposalQuery) -> QuerySet[LoadProposal]:
    """Return the proposals for patients whom the user treats."""
    rows = LoadProposal.objects.visible_to(user).exclude(patient__user=user)
    if wanted.patient is not None:
        rows = rows.filter(patient__public_id=wanted.patient)
    if wanted.status is not None:
        rows = rows.filter(status=wanted.status)
    return _with_details(rows)


def visible_proposal(user: Any, proposal_id: UUID) -> LoadProposal:
    """Return a proposal for a patient whom the user may read, with what it shows.

    Raises:
        NotThereError: There is none, or it is not theirs to see.
    """
    rows = _with_details(LoadProposal.objects.visible_to(user))
    proposal: LoadProposal | None = rows.filter(public_id=proposal_id).first()
    if proposal is None:
        raise NotThereError("There is no such proposal, or you may not see it.")
    return proposal


def proposals_between(
    patient: Patient, *, start: datetime, end: datetime
) -> QuerySet[LoadProposal]:
    """Return what was drafted in a stretch of time and is not superseded."""
    rows = LoadProposal.objects.filter(
        clinic=patient.clinic_id,
        patient=patient,
        superseded_at=None,
        drafted_at__gte=start,
        drafted_at__lt=end,
    )
    return rows.select_related("prescription__exercise").order_by("drafted_at", "pk")


def load_now(prescription: Prescription) -> LoadInForce | None:
    """Return the load in force."""
    loads = prescription.loads.order_by("-in_force_from", "-pk")
    return loads.first()


def _with_details(rows: QuerySet[LoadProposal]) -> QuerySet[LoadProposal]:
    return rows.select_related(
        "patient__clinic",
        "programme",
        "rules",
        "prescription__exercise",
        "session",
        "decided_by",
        "load_in_force",
    )
