"""How each kind of entry becomes a row."""

from collections.abc import Callable
from typing import Any, Final, TypeVar
from uuid import UUID

from apps.clinics.models import RecordKind
from apps.common.errors import InvalidEntryError
from apps.context import answers, queries
from apps.context.entry import (
    AdverseEventEntry,
    AgreementEntry,
    CoInterventionEntry,
    FlarePlanEntry,
    PhenotypeEntry,
    in_order,
)
from apps.context.models import (
    AdverseEvent,
    Agreement,
    CoIntervention,
    FlarePlan,
    Party,
    Phenotype,
)
from apps.exercises.queries import clinic_exercises
from apps.programmes.models import Programme
from apps.programmes.plan import plan_of

from .records import Kind

Row = TypeVar("Row")


def _fill_agreement(row: Agreement, entry: AgreementEntry) -> None:
    row.agreed_on = entry.agreed_on
    row.agreed_by = [str(party) for party in entry.agreed_by]
    row.exercise = _linked(
        row.exercise,
        entry.exercise,
        find=lambda wanted: clinic_exercises(row.clinic_id, [wanted]).get(wanted),
        where="exercise",
    )
    row.programme = _linked(
        row.programme,
        entry.programme,
        find=lambda wanted: queries.programme_of(row.patient_id, programme_id=wanted),
        where="programme",
    )
    _require_phase(row.programme, entry.phase)
    row.phase = entry.phase
    row.goal = entry.goal
    row.goal_status = entry.goal_status or ""
    row.confidence = entry.confidence
    row.preference = entry.preference or ""
    row.adjustment = entry.adjustment


def _fill_flare_plan(row: FlarePlan, entry: FlarePlanEntry) -> None:
    is_own = row.entered_by_id == row.patient.user_id
    if is_own and Party.THERAPIST in entry.agreed_by:
        raise InvalidEntryError.at(
            "/agreed_by",
            code="not_yours_to_say",
            detail="Your therapist says so themself. Propose your words without them.",
        )
    row.agreed_on = entry.agreed_on
    row.agreed_by = [str(party) for party in entry.agreed_by]
    row.first_signs = entry.first_signs
    row.steps = entry.steps
    row.leave_out = entry.leave_out
    row.call = entry.call


def _fill_phenotype(row: Phenotype, entry: PhenotypeEntry) -> None:
    row.assessed_on = entry.assessed_on
    row.basis = entry.basis
    row.mechanism = entry.mechanism
    row.wpi = entry.wpi
    row.sss = entry.sss
    row.modulation = entry.modulation or ""
    row.sensitisation = entry.sensitisation or ""
    row.fear_of_movement = entry.fear_of_movement or ""


def _fill_co_intervention(row: CoIntervention, entry: CoInterventionEntry) -> None:
    row.kind = entry.kind
    row.name = entry.name
    row.first_day = entry.first_day
    row.last_day = entry.last_day
    row.dose = entry.dose
    row.dose_changes = in_order(entry.dose_changes)
    row.note = entry.note


def _fill_adverse_event(row: AdverseEvent, entry: AdverseEventEntry) -> None:
    row.session = _linked(
        row.session,
        entry.session,
        find=lambda wanted: queries.session_of(row.patient_id, session_id=wanted),
        where="session",
    )
    row.began_on = entry.began_on
    row.ended_on = entry.ended_on
    row.description = entry.description
    row.grade = entry.grade
    row.serious = entry.serious
    row.relation = entry.relation
    row.actions = [str(action) for action in entry.actions]
    row.outcome = entry.outcome
    row.reported_by = entry.reported_by


def _linked(
    current: Any,
    wanted: UUID | None,
    *,
    find: Callable[[UUID], Row | None],
    where: str,
) -> Row | None:
    """Return the row of this id; a correction is judged for what it changes."""
    if wanted is None:
        return None
    if current is not None and current.public_id == wanted:
        kept: Row = current
        return kept
    found = find(wanted)
    if found is None:
        raise InvalidEntryError.at(
            f"/{where}", code="not_found", detail=f"The patient has no such {where}."
        )
    return found


def _require_phase(programme: Programme | None, phase: int | None) -> None:
    if programme is None or phase is None:
        return
    known = [each.position for each in plan_of(programme.template).phases]
    if phase not in known:
        raise InvalidEntryError.at(
            "/phase",
            code="not_found",
            detail=f"The programme has the phases {known[0]} to {known[-1]}.",
        )


AGREEMENT: Final = Kind(
    name=RecordKind.AGREEMENT,
    model=Agreement,
    entry=AgreementEntry,
    answer=answers.agreement_answer,
    fill=_fill_agreement,
    happened_on="agreed_on",
)
# The patient proposes in their own words; what the therapist enters is agreed.
FLARE_PLAN: Final = Kind(
    name=RecordKind.FLARE_PLAN,
    model=FlarePlan,
    entry=FlarePlanEntry,
    answer=answers.flare_plan_answer,
    fill=_fill_flare_plan,
    happened_on="agreed_on",
    by_patient=True,
)
PHENOTYPE: Final = Kind(
    name=RecordKind.PHENOTYPE,
    model=Phenotype,
    entry=PhenotypeEntry,
    answer=answers.phenotype_answer,
    fill=_fill_phenotype,
    happened_on="assessed_on",
    told_to_patient=False,
)
# Who takes a medicine knows best; surgery may be planned, so its day may lie ahead.
CO_INTERVENTION: Final = Kind(
    name=RecordKind.CO_INTERVENTION,
    model=CoIntervention,
    entry=CoInterventionEntry,
    answer=answers.co_intervention_answer,
    fill=_fill_co_intervention,
    by_patient=True,
)
ADVERSE_EVENT: Final = Kind(
    name=RecordKind.ADVERSE_EVENT,
    model=AdverseEvent,
    entry=AdverseEventEntry,
    answer=answers.adverse_event_answer,
    fill=_fill_adverse_event,
    happened_on="began_on",
    told_to_patient=False,
)
