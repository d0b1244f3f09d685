"""What is told about agreements, phenotypes, co-interventions, adverse events.

Each answer names its fields as its entry does, so that a record can be read back as
the entry it came from when it is corrected.
"""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from apps.common.shapes import Answer

from .entry import DoseChange
from .models import AdverseEvent, Agreement, CoIntervention, FlarePlan, Phenotype
from .queries import SessionToMark


class RecordAnswer(Answer):
    """What every record of this room tells of itself."""

    id: UUID
    version: int
    patient: UUID
    recorded_at: datetime
    received_at: datetime
    entered_by: UUID
    voided_at: datetime | None
    void_reason: str | None


class AgreementAnswer(RecordAnswer):
    """What was agreed; null or empty where nothing was said.

    Without ``exercise`` it is about all exercises, without ``phase`` about all phases.
    """

    agreed_on: date
    agreed_by: list[str]
    exercise: UUID | None
    programme: UUID | None
    phase: int | None
    goal: str
    goal_status: str | None
    confidence: int | None
    preference: str | None
    adjustment: str


class FlarePlanAnswer(RecordAnswer):
    """What to do in a flare; empty where nothing was said.

    Without ``therapist`` in ``agreed_by`` it is what the patient proposes.
    """

    agreed_on: date
    agreed_by: list[str]
    first_signs: str
    steps: str
    leave_out: str
    call: str


class PhenotypeAnswer(RecordAnswer):
    """What the pain was taken for; null where nobody looked. No rule reads it."""

    assessed_on: date
    basis: str
    mechanism: str
    wpi: int | None
    sss: int | None
    modulation: str | None
    sensitisation: str | None
    fear_of_movement: str | None


class CoInterventionAnswer(RecordAnswer):
    """A medicine or another treatment; first and last day are included."""

    kind: str
    name: str
    first_day: date | None
    last_day: date | None
    dose: str
    dose_changes: list[DoseChange]
    note: str


class SessionToMarkAnswer(Answer):
    """A session whose pain a change of drug may explain: a person decides.

    ``confounder`` may be sent to the session's ``confounders/``; nothing is marked by
    itself. ``changed_on`` is the day of the change.
    """

    session: UUID
    started_at: datetime
    confounder: str
    changed_on: date


class CoInterventionInFullAnswer(CoInterventionAnswer):
    """One treatment with the sessions that could be marked because of it."""

    sessions_to_mark: list[SessionToMarkAnswer]


class AdverseEventAnswer(RecordAnswer):
    """An adverse event; ``grade`` is 1 mild to 5 fatal."""

    session: UUID | None
    began_on: date
    ended_on: date | None
    description: str
    grade: int
    serious: bool
    relation: str
    actions: list[str]
    outcome: str
    reported_by: str


class RegisteredEventAnswer(Answer):
    """A grave adverse event as a manager reads it: no name and no free text."""

    id: UUID
    patient: UUID
    began_on: date
    ended_on: date | None
    grade: int
    serious: bool
    relation: str
    actions: list[str]
    outcome: str
    received_at: datetime


def agreement_answer(row: Agreement) -> AgreementAnswer:
    """Return one agreement as it goes out."""
    return AgreementAnswer(
        **_shared(row),
        agreed_on=row.agreed_on,
        agreed_by=row.agreed_by,
        exercise=row.exercise.public_id if row.exercise else None,
        programme=row.programme.public_id if row.programme else None,
        phase=row.phase,
        goal=row.goal,
        goal_status=row.goal_status or None,
        confidence=row.confidence,
        preference=row.preference or None,
        adjustment=row.adjustment,
    )


def flare_plan_answer(row: FlarePlan) -> FlarePlanAnswer:
    """Return one flare plan as it goes out."""
    return FlarePlanAnswer(
        **_shared(row),
        agreed_on=row.agreed_on,
        agreed_by=row.agreed_by,
        first_signs=row.first_signs,
        steps=row.steps,
        leave_out=row.leave_out,
        call=row.call,
    )


def phenotype_answer(row: Phenotype) -> PhenotypeAnswer:
    """Return one phenotype record as it goes out."""
    return PhenotypeAnswer(
        **_shared(row),
        assessed_on=row.assessed_on,
        basis=row.basis,
        mechanism=row.mechanism,
        wpi=row.wpi,
        sss=row.sss,
        modulation=row.modulation or None,
        sensitisation=row.sensitisation or None,
        fear_of_movement=row.fear_of_movement or None,
    )


def co_intervention_answer(row: CoIntervention) -> CoInterventionAnswer:
    """Return one co-intervention as it goes out."""
    return CoInterventionAnswer(**_co_intervention(row))


def co_intervention_in_full(
    row: CoIntervention, *, to_mark: Iterable[SessionToMark]
) -> CoInterventionInFullAnswer:
    """Return one co-intervention with the sessions that could be marked."""
    return CoInterventionInFullAnswer(
        **_co_intervention(row),
        sessions_to_mark=[SessionToMarkAnswer(**asdict(each)) for each in to_mark],
    )


def adverse_event_answer(row: AdverseEvent) -> AdverseEventAnswer:
    """Return one adverse event as it goes out."""
    return AdverseEventAnswer(
        **_shared(row),
        session=row.session.public_id if row.session else None,
        began_on=row.began_on,
        ended_on=row.ended_on,
        description=row.description,
        grade=row.grade,
        serious=row.serious,
        relation=row.relation,
        actions=row.actions,
        outcome=row.outcome,
        reported_by=row.reported_by,
    )


def registered_event_answer(row: AdverseEvent) -> RegisteredEventAnswer:
    """Return one adverse event as a manager reads it."""
    return RegisteredEventAnswer(
        id=row.public_id,
        patient=row.patient.public_id,
        began_on=row.began_on,
        ended_on=row.ended_on,
        grade=row.grade,
        serious=row.serious,
        relation=row.relation,
        actions=row.actions,
        outcome=row.outcome,
        received_at=row.received_at,
    )


def _co_intervention(row: CoIntervention) -> dict[str, Any]:
    return {
        **_shared(row),
        "kind": row.kind,
        "name": row.name,
        "first_day": row.first_day,
        "last_day": row.last_day,
        "dose": row.dose,
        "dose_changes": row.dose_changes,
        "note": row.note,
    }


def _shared(row: Any) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "version": row.version,
        "patient": row.patient.public_id,
        "recorded_at": row.recorded_at,
        "received_at": row.received_at,
        "entered_by": row.entered_by.public_id,
        "voided_at": row.voided_at,
        "void_reason": row.void_reason or None,
    }
