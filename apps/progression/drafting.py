"""What the load table says about a patient now, and what of it is asked of a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from apps.clinical.progression.inputs import FLARE_ROW, Situation
from apps.clinical.progression.moves import reps_of
from apps.clinical.progression.proposals import Proposal, at_pre, draft
from apps.clinical.progression.record import digest_of
from apps.clinical.progression.table import POSTPONE, RED_FLAG, Action
from apps.programmes.models import Prescription

from .models import LoadProposal
from .patient_rows import PatientRows
from .situations import situation_of

TAKES_AWAY: Final = frozenset({Action.REDUCE, Action.RESTART, Action.NO_TRAINING})
CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A proposal with what it is about and a digest that a new day leaves alone."""

    proposal: Proposal
    situation: Situation
    about: str
    digest: str


def drafted(prescription: Prescription, *, rows: PatientRows) -> Drafted | None:
    """Return what is to be asked about one exercise; None where nothing is.

    The table is read once the two-day value of the newest session has come or is too
    late. At the check before a session only downgrades come on top. What is blocked is
    no proposal. After a decision about a session only what takes away is asked, and
    nothing twice.
    """
    before = situation_of(prescription, rows=rows, with_pre=False)
    standing = draft(before, policy=rows.rules.load) if rows.is_final else None
    situation, found = before, standing
    if rows.pre is not None or before.red_flags:
        situation = situation_of(prescription, rows=rows, with_pre=True)
        found = at_pre(situation, standing=standing, policy=rows.rules.load)
    if found is None or found.is_blocked:
        return None
    one = Drafted(
        proposal=found,
        situation=situation,
        about=_about(found, situation=situation, rows=rows),
        digest=_digest(found, standing=standing),
    )
    return None if _is_settled(one, prescription=prescription, rows=rows) else one


def row_of(
    one: Drafted, *, prescription: Prescription, rows: PatientRows, now: datetime
) -> LoadProposal:
    """Return a proposal as the row that waits for a decision."""
    found, plan = one.proposal, one.situation.plan
    phase = {-1: plan.previous_phase, 1: plan.next_phase}.get(found.phase_change)
    reps = (found.reps_min, found.reps_max)
    return LoadProposal(
        clinic_id=rows.patient.clinic_id,
        patient=rows.patient,
        programme=rows.programme,
        prescription=prescription,
        session=rows.newest,
        made=found.made,
        table_version=found.table_version,
        rules=rows.rules.row,
        rule=found.row,
        rule_name=found.name,
        about=one.about,
        action=found.action,
        from_kg=_cents(found.load_in_force_kg),
        to_kg=_cents(found.next_load_kg),
        change_pct=found.change_pct,
        sets=found.sets,
        changes_sets=found.sets not in (0, plan.sets),
        reps_min=found.reps_min,
        reps_max=found.reps_max,
        changes_reps=reps != reps_of(phase or plan.phase),
        offered_kg=_cents(found.offered_load_kg),
        offered_reps_min=found.offered_reps_min,
        offered_reps_max=found.offered_reps_max,
        phase=phase.position if phase else None,
        explosive_allowed=found.explosive_allowed,
        therapist_decides=found.therapist_decides,
        is_urgent=found.is_urgent,
        retest_within_days=found.retest_within_days,
        reason=found.explanation.text,
        notes=[
            {"key": note.key, "params": dict(note.params), "text": note.text}
            for note in found.notes
        ],
        unknowns=list(found.unknowns),
        inputs=dict(found.inputs),
        inputs_digest=one.digest,
        drafted_at=now,
    )


def _about(found: Proposal, *, situation: Situation, rows: PatientRows) -> str:
    """Return what a row looked at, so that it is decided on once."""
    flare, newest = situation.detector.flare, situation.newest
    if found.row == FLARE_ROW and flare is not None:
        return flare.key
    if found.row == RED_FLAG.number:
        screens = (each for each in rows.check_ins if each.red_flags is not None)
        *_, last = screens
        return str(last.public_id)
    if found.row == POSTPONE.number and rows.pre is not None:
        return str(rows.pre.public_id)
    return newest.key if newest else ""


def _is_settled(one: Drafted, *, prescription: Prescription, rows: PatientRows) -> bool:
    """Tell whether a person has decided already what this would ask them."""
    decided = [
        each for each in rows.decided(prescription) if each.session == rows.newest
    ]
    if not decided:
        return False
    asked = {(each.rule, each.about) for each in decided}
    if (one.proposal.row, one.about) in asked:
        return True
    return one.proposal.action not in TAKES_AWAY


def _digest(found: Proposal, *, standing: Proposal | None) -> str:
    parts = [found.inputs] if standing is None else [found.inputs, standing.inputs]
    return digest_of({"inputs": [_without_day(each) for each in parts]})


def _without_day(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return inputs without the day that they were read on.

    What a day changes, a condition says: eight days off, or the weeks of a phase done.
    """
    situation = {k: v for k, v in inputs["situation"].items() if k != "on"}
    values = {k: v for k, v in inputs["values"].items() if k != "days_off"}
    # The draft beneath has its own place in the digest.
    rest = {k: v for k, v in inputs.items() if k != "standing"}
    return rest | {"situation": situation, "values": values}


def _cents(load_kg: Decimal | None) -> Decimal | None:
    return None if load_kg is None else load_kg.quantize(CENT)
