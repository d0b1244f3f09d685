"""Which programme, which phase, which week."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet

from apps.clinical.phases import week_of
from apps.clinics.models import Patient
from apps.common.errors import NotThereError
from apps.common.zones import day_in
from apps.programmes.entry import ProgrammeQuery
from apps.programmes.models import (
    LoadInForce,
    Pause,
    PhaseInForce,
    Prescription,
    Programme,
    ProgrammeStatus,
    ProgrammeTemplate,
)


def visible_template(user: Any, template_id: UUID) -> ProgrammeTemplate:
    """Return a shipped template, or one of a clinic that the user belongs to.

    Raises:
        NotThereError: There is none, or it is another clinic's.
    """
    rows = ProgrammeTemplate.objects.readable_by(user).select_related("clinic")
    template: ProgrammeTemplate | None = rows.filter(public_id=template_id).first()
    if template is None:
        raise NotThereError("There is no such template.")
    return template


def template_for(*, clinic_id: int, name: str) -> ProgrammeTemplate | None:
    """Return what ``name`` means in a clinic: an id, or a key.

    A key stands for its newest version, the clinic's own before the shipped one.
    """
    rows = ProgrammeTemplate.objects.usable_in(clinic_id)
    try:
        rows = rows.filter(public_id=UUID(name))
    except ValueError:
        rows = rows.filter(key=name)
    template: ProgrammeTemplate | None = rows.order_by(
        F("clinic").asc(nulls_last=True), "-version"
    ).first()
    return template


def newest_own_template(*, clinic_id: int, key: str) -> ProgrammeTemplate | None:
    """Return the newest version of a clinic's own key."""
    rows = ProgrammeTemplate.objects.filter(clinic=clinic_id, key=key)
    template: ProgrammeTemplate | None = (
        rows.select_related("clinic").order_by("-version").first()
    )
    return template


def programme_at(*, patient: Patient, at: datetime) -> Programme | None:
    """Return the programme that the patient was in, on that day in the clinic's zone.

    The last day of an ended programme counts. A pause does not interrupt it.
    """
    day = day_in(patient.clinic.time_zone, at)
    found: Programme | None = (
        Programme.objects.filter(
            Q(ended_on__isnull=True) | Q(ended_on__gte=day),
            clinic=patient.clinic_id,
            patient=patient,
            starts_on__lte=day,
        )
        .select_related("template")
        .order_by("-starts_on", "-id")
        .first()
    )
    return found


def phase_history(programme: Programme) -> list[PhaseInForce]:
    """Return every phase that was put in force, oldest first."""
    return list(programme.phases.order_by("in_force_from", "id"))


def phase_on(history: Sequence[PhaseInForce], on: date) -> PhaseInForce:
    """Return the phase in force on a day; before the start, the first one.

    ``history`` is that of ``phase_history``.
    """
    begun = [phase for phase in history if phase.in_force_from <= on]
    return begun[-1] if begun else history[0]


def decided_reps(
    load: LoadInForce | None, *, phase: PhaseInForce
) -> tuple[int, int] | None:
    """Return the target that was decided with a load; it ends with its phase.

    ``phase`` is the one in force. A target of repetitions before a large step means
    nothing in the next phase, which asks for fewer.
    """
    if load is None or load.reps_min is None or load.reps_max is None:
        return None
    if load.in_force_from < phase.decided_at:
        return None
    return load.reps_min, load.reps_max


def week_of_programme(
    *, programme: Programme, pauses: Sequence[Pause], on: date
) -> int:
    """Return the programme's week on a day: 1 from the start, 0 before it.

    Days of a pause do not count, so a patient comes back to the week they left.
    """
    paused_days = sum(
        max((min(pause.paused_until or on, on) - pause.paused_from).days, 0)
        for pause in pauses
    )
    return week_of(on - timedelta(days=paused_days), starts_on=programme.starts_on)


def visible_programme(user: Any, programme_id: UUID) -> Programme:
    """Return a programme of a patient whom the user may read, with what it shows.

    Raises:
        NotThereError: There is none, or it is not theirs to see.
    """
    rows = _with_details(Programme.objects.visible_to(user))
    programme: Programme | None = rows.filter(public_id=programme_id).first()
    if programme is None:
        raise NotThereError("There is no such programme, or you may not see it.")
    return programme


def found_programmes(user: Any, query: ProgrammeQuery) -> QuerySet[Programme]:
    """Return the programmes that the user may read, with what they show."""
    rows = _with_details(Programme.objects.visible_to(user))
    if query.patient is not None:
        rows = rows.filter(patient__public_id=query.patient)
    return rows


def visible_prescription(user: Any, prescription_id: UUID) -> Prescription:
    """Return a prescription of a patient whom the user may read.

    Raises:
        NotThereError: There is none, or it is not theirs to see.
    """
    prescription: Prescription | None = (
        Prescription.objects.visible_to(user)
        .select_related("exercise", "programme__template", "programme__patient__clinic")
        .filter(public_id=prescription_id)
        .first()
    )
    if prescription is None:
        raise NotThereError("There is no such prescription, or you may not see it.")
    return prescription


def _with_details(rows: QuerySet[Programme]) -> QuerySet[Programme]:
    return rows.select_related(
        "patient__clinic", "template__clinic", "enrolled_by"
    ).prefetch_related("phases__decided_by", "pauses")


def patients_in_training(clinic_id: int) -> list[int]:
    """Return the keys of the clinic's patients whose programme runs."""
    rows = Programme.objects.filter(clinic=clinic_id, status=ProgrammeStatus.ACTIVE)
    return list(rows.values_list("patient", flat=True))


def patients_with_programmes(clinic_id: int) -> list[int]:
    """Return the keys of the clinic's patients who ever were in a programme."""
    rows = Programme.objects.filter(clinic=clinic_id).order_by("patient")
    return list(rows.values_list("patient", flat=True).distinct())
