"""What the API tells about load proposals."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from apps.clinical.progression.policy import TABLE_KEY
from apps.common.loads import load_answer
from apps.common.shapes import Answer, LoadAnswer

from ..machine import as_typed
from ..models import LoadProposal


class NoteAnswer(Answer):
    """What else is to be said, by key and values for other languages."""

    key: str
    params: dict[str, Any]
    text: str


class LoadProposalAnswer(Answer):
    """What the load table proposes for one exercise; nothing is in force by itself.

    ``from`` and ``to`` are null where no load in kilograms is in force. ``offered`` is
    more than may be raised at once. ``sets`` are of the next session alone; ``phase``
    is the position that accepting brings in. ``rules_version`` is that of the clinic's
    rules, 0 for what is shipped; ``inputs`` holds every number.
    """

    model_config = ConfigDict(frozen=True, serialize_by_alias=True)

    id: UUID
    patient: UUID
    programme: UUID
    prescription: UUID
    exercise: UUID
    exercise_name: str
    side: str | None
    session: UUID | None
    made: str
    table: str
    rules_version: int
    rule: int
    rule_name: str
    action: str
    from_: LoadAnswer | None = Field(serialization_alias="from")
    to: LoadAnswer | None
    change_percent: str | None
    sets: int
    reps: tuple[int, int] | None
    offered: LoadAnswer | None
    offered_reps: tuple[int, int] | None
    phase: int | None
    explosive_allowed: bool
    therapist_decides: bool
    urgent: bool
    retest_within_days: int | None
    reason: str
    notes: list[NoteAnswer]
    unknowns: list[str]
    inputs: dict[str, Any]
    drafted_at: datetime
    status: str
    superseded_at: datetime | None
    decided_by: UUID | None
    decided_at: datetime | None
    decision_reason: str | None
    decided_load: LoadAnswer | None


def present_proposals(rows: Iterable[LoadProposal]) -> list[LoadProposalAnswer]:
    """Return proposals (of ``queries.visible_proposals``) as they go out."""
    return [present_proposal(row) for row in rows]


def present_proposal(row: LoadProposal) -> LoadProposalAnswer:
    """Return a proposal (of ``queries.visible_proposal``) as it goes out."""
    exercise, in_force = row.prescription.exercise, row.load_in_force
    return LoadProposalAnswer(
        id=row.public_id,
        patient=row.patient.public_id,
        programme=row.programme.public_id,
        prescription=row.prescription.public_id,
        exercise=exercise.public_id,
        exercise_name=exercise.name,
        side=row.prescription.side or None,
        session=row.session.public_id if row.session else None,
        made=row.made,
        table=f"{TABLE_KEY}-{row.table_version}",
        rules_version=row.rules.version if row.rules else 0,
        rule=row.rule,
        rule_name=row.rule_name,
        action=row.action,
        from_=load_of(row, row.from_kg),
        to=load_of(row, row.to_kg),
        change_percent=None if row.change_pct is None else str(row.change_pct),
        sets=row.sets,
        reps=_pair(row.reps_min, row.reps_max),
        offered=load_of(row, row.offered_kg),
        offered_reps=_pair(row.offered_reps_min, row.offered_reps_max),
        phase=row.phase,
        explosive_allowed=row.explosive_allowed,
        therapist_decides=row.therapist_decides,
        urgent=row.is_urgent,
        retest_within_days=row.retest_within_days,
        reason=row.reason,
        notes=[NoteAnswer(**note) for note in row.notes],
        unknowns=row.unknowns,
        inputs=row.inputs,
        drafted_at=row.drafted_at,
        status=row.status,
        superseded_at=row.superseded_at,
        decided_by=row.decided_by.public_id if row.decided_by else None,
        decided_at=row.decided_at,
        decision_reason=row.decision_reason or None,
        decided_load=in_force
        and load_answer(
            value=in_force.load_value, unit=in_force.load_unit, kg=in_force.load_kg
        ),
    )


def load_of(row: LoadProposal, load_kg: Decimal | None) -> LoadAnswer | None:
    """Return a load of a proposal in the unit of its machine."""
    if load_kg is None:
        return None
    typed = as_typed(row.prescription.exercise, load_kg=load_kg)
    return load_answer(value=typed.value, unit=typed.unit, kg=load_kg)


def _pair(low: int | None, high: int | None) -> tuple[int, int] | None:
    return None if low is None or high is None else (low, high)
