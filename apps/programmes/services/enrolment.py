"""Into a programme, and out of it."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from apps.clinics.models import Patient, PatientStatus
from apps.clinics.permissions import require_therapist_of
from apps.clinics.queries import visible_patient
from apps.common.errors import (
    AlreadyRecordedError,
    InvalidEntryError,
    WrongStateError,
)
from apps.common.receipts import is_replay
from apps.common.zones import day_in, start_of_day
from apps.exercises.models import Exercise
from apps.exercises.queries import active_by_slug, clinic_exercises
from apps.programmes import queries
from apps.programmes.calendar import number_of_sessions, session_days
from apps.programmes.entry import EndRequest, EnrolmentEntry
from apps.programmes.models import (
    PhaseInForce,
    PlannedSession,
    PlannedStatus,
    Prescription,
    Programme,
    ProgrammeStatus,
    ProgrammeTemplate,
)
from apps.programmes.plan import Slot, TemplatePlan, plan_of
from apps.strength.models import Side

from .gates import overridden, require_open
from .locking import locked_programme, require_running
from .slots import place, require_weekdays, states_of
from .trail import note

RUNNING = (ProgrammeStatus.ACTIVE, ProgrammeStatus.PAUSED)
FURTHEST_BACK = timedelta(days=5 * 365)
FURTHEST_AHEAD = timedelta(days=2 * 365)


@transaction.atomic
def enrol(*, entry: EnrolmentEntry, by: Any, now: datetime) -> Programme:
    """Put a patient into a programme: prescriptions, first phase, whole calendar.

    No load is put in force: that is a person's decision, after the first 1RM test.

    Raises:
        NotThereError: The patient is not the user's to see.
        NotAllowedError: The user is the patient.
        AlreadyRecordedError: The patient is in a programme.
        WrongStateError: The patient is no longer treated here, or the gate of
            intervals is closed.
        InvalidEntryError: Template, weekdays or exercises do not fit.
    """
    patient = visible_patient(by, entry.patient)
    require_therapist_of(by, patient)
    _require_free(patient)
    template = _require_template(entry, clinic_id=patient.clinic_id)
    _require_near(entry.starts_on, now=now)
    plan = plan_of(template)
    days = session_days(
        plan,
        weekdays=entry.weekdays,
        start=entry.starts_on,
        numbers=range(1, number_of_sessions(plan) + 1),
    )
    require_weekdays(plan, weekdays=entry.weekdays, days=list(days.values()))
    exercises = _exercises_by_slot(patient, plan=plan, entry=entry)
    gate = queries.gate_of_phase(patient, phase=plan.phase(1), now=now)
    require_open(
        gate,
        what="High-intensity intervals may not be started yet.",
        override_reason=entry.override_reason,
    )
    programme = _create(patient, template=template, entry=entry, by=by, now=now)
    _put_first_phase_in_force(programme, entry=entry, by=by, now=now)
    _prescribe(programme, plan=plan, exercises=exercises)
    _build_calendar(programme, plan=plan, days=days)
    note(
        "programme.enrol",
        patient=patient,
        subject=programme,
        by=by,
        now=now,
        detail={"template": plan.key, "version": plan.version, "sessions": len(days)}
        | overridden(gate),
    )
    return queries.visible_programme(by, programme.public_id)


@transaction.atomic
def end(*, programme_id: UUID, entry: EndRequest, by: Any, now: datetime) -> Programme:
    """End a programme on a day; what is planned from that day on is cancelled.

    Raises:
        NotThereError: Not the user's to see.
        NotAllowedError: The user is the patient.
        WrongStateError: It has ended.
        InvalidEntryError: The day lies before the start.
    """
    programme = queries.visible_programme(by, programme_id)
    require_therapist_of(by, programme.patient)
    if is_replay(
        request=entry, target="programmes.end", target_id=programme_id, by=by, now=now
    ):
        return queries.visible_programme(by, programme_id)
    programme = locked_programme(programme)
    require_running(programme)
    if entry.on < programme.starts_on:
        raise InvalidEntryError.at(
            "/on",
            code="out_of_range",
            detail=f"The programme starts on {programme.starts_on}: it cannot end "
            "before.",
        )
    _end(programme, entry=entry, by=by, now=now)
    return queries.visible_programme(by, programme_id)


@transaction.atomic
def end_for_leaver(*, patient: Patient, now: datetime) -> int:
    """End whatever runs of a patient who has left, without a word why.

    Return how many programmes ended. Safe to repeat.
    """
    running = Programme.objects.filter(patient=patient, status__in=RUNNING)
    today = day_in(patient.clinic.time_zone, now)
    rows = list(running.order_by("pk"))
    for row in rows:
        programme = locked_programme(row)
        entry = EndRequest(
            on=max(today, programme.starts_on),
            outcome="withdrawn",
            reason="The patient left.",
        )
        _end(programme, entry=entry, by=None, now=now)
    return len(rows)


def _end(programme: Programme, *, entry: EndRequest, by: Any, now: datetime) -> None:
    _cancel_rest(programme, on=entry.on)
    programme.status = ProgrammeStatus(entry.outcome)
    programme.ended_on = entry.on
    programme.end_reason = entry.reason
    programme.save(update_fields=["status", "ended_on", "end_reason"])
    note(
        "programme.end",
        patient=programme.patient,
        subject=programme,
        by=by,
        now=now,
        detail={"outcome": entry.outcome},
    )


def _require_free(patient: Patient) -> None:
    if patient.status != PatientStatus.ACTIVE:
        raise WrongStateError("This patient is no longer treated here.")
    if Programme.objects.filter(patient=patient, status__in=RUNNING).exists():
        raise _in_a_programme()


def _in_a_programme() -> AlreadyRecordedError:
    return AlreadyRecordedError(
        "This patient is in a programme. End it before you start another."
    )


def _require_template(entry: EnrolmentEntry, *, clinic_id: int) -> ProgrammeTemplate:
    template = queries.template_for(clinic_id=clinic_id, name=entry.template)
    if template is None:
        raise InvalidEntryError.at(
            "/template",
            code="not_found",
            detail="There is no such template. GET /programme-templates/ lists them.",
        )
    return template


def _require_near(starts_on: date, *, now: datetime) -> None:
    today = now.date()
    if not today - FURTHEST_BACK <= starts_on <= today + FURTHEST_AHEAD:
        raise InvalidEntryError.at(
            "/starts_on",
            code="out_of_range",
            detail="A programme starts at most 5 years back or 2 years ahead.",
        )


def _exercises_by_slot(
    patient: Patient, *, plan: TemplatePlan, entry: EnrolmentEntry
) -> dict[str, Exercise]:
    unknown = sorted(set(entry.exercises) - {slot.key for slot in plan.slots})
    if unknown:
        raise InvalidEntryError(
            [
                {
                    "pointer": f"/exercises/{key}",
                    "code": "unknown_slot",
                    "detail": "The template has no slot of this name.",
                }
                for key in unknown
            ]
        )
    chosen = clinic_exercises(patient.clinic_id, list(entry.exercises.values()))
    own = active_by_slug(patient.clinic_id)
    return {
        slot.key: (
            _chosen(slot, entry=entry, chosen=chosen)
            if slot.key in entry.exercises
            else _default(slot, own=own)
        )
        for slot in plan.slots
    }


def _chosen(
    slot: Slot, *, entry: EnrolmentEntry, chosen: dict[UUID, Exercise]
) -> Exercise:
    exercise = chosen.get(entry.exercises[slot.key])
    if exercise is None or not exercise.is_active:
        raise InvalidEntryError.at(
            f"/exercises/{slot.key}",
            code="not_found",
            detail="The patient's clinic has no such exercise in use.",
        )
    return exercise


def _default(slot: Slot, *, own: dict[str, Exercise]) -> Exercise:
    for slug in slot.choices:
        if slug in own:
            return own[slug]
    raise InvalidEntryError.at(
        f"/exercises/{slot.key}",
        code="required",
        detail=f"The clinic has none of {', '.join(slot.choices)}: name an exercise "
        f"for the slot {slot.key}.",
    )


def _create(
    patient: Patient,
    *,
    template: ProgrammeTemplate,
    entry: EnrolmentEntry,
    by: Any,
    now: datetime,
) -> Programme:
    try:
        with transaction.atomic():
            return Programme.objects.create(
                clinic_id=patient.clinic_id,
                patient=patient,
                template=template,
                starts_on=entry.starts_on,
                weekdays=list(entry.weekdays),
                time=entry.time,
                goal=entry.goal,
                enrolled_by=by,
                enrolled_at=now,
            )
    except IntegrityError as error:
        # Somebody enrolled the patient between the look and this line.
        raise _in_a_programme() from error


def _put_first_phase_in_force(
    programme: Programme, *, entry: EnrolmentEntry, by: Any, now: datetime
) -> None:
    PhaseInForce.objects.create(
        clinic_id=programme.clinic_id,
        programme=programme,
        position=1,
        in_force_from=programme.starts_on,
        reason="Start of the programme",
        override_reason=entry.override_reason or "",
        decided_by=by,
        decided_at=now,
    )


def _prescribe(
    programme: Programme, *, plan: TemplatePlan, exercises: dict[str, Exercise]
) -> None:
    wanted = [
        (slot, exercises[slot.key], side)
        for slot in plan.slots
        for side in (Side.values if exercises[slot.key].unilateral else [""])
    ]
    Prescription.objects.bulk_create(
        Prescription(
            clinic_id=programme.clinic_id,
            programme=programme,
            slot=slot.key,
            exercise=exercise,
            side=side,
            position=position,
        )
        for position, (slot, exercise, side) in enumerate(wanted, start=1)
    )


def _build_calendar(
    programme: Programme, *, plan: TemplatePlan, days: dict[int, date]
) -> None:
    states = states_of(programme.clinic_id, list(days.values()))
    rows = []
    for number, day in days.items():
        planned = PlannedSession(
            clinic_id=programme.clinic_id,
            patient=programme.patient,
            programme=programme,
            number=number,
            minutes=plan.session_minutes,
        )
        place(planned, day=day, programme=programme, closed=states[day])
        planned.original_starts_at = planned.starts_at
        rows.append(planned)
    PlannedSession.objects.bulk_create(rows)


def _cancel_rest(programme: Programme, *, on: date) -> None:
    first = on
    # What an open pause took out has no day left to be held on.
    for pause in programme.pauses.filter(paused_until__isnull=True):
        first = min(first, pause.paused_from)
        pause.paused_until = max(on, pause.paused_from)
        pause.save(update_fields=["paused_until"])
    programme.planned_sessions.filter(
        Q(status=PlannedStatus.PLANNED),
        starts_at__gte=start_of_day(first, zone=programme.patient.clinic.time_zone),
    ).update(status=PlannedStatus.CANCELLED, cancel_reason="The programme ended.")
