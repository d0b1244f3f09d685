"""Writes owned by progression: drafts, and what a person decides on them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from apps.audit.services import record
from apps.clinical.progression.steps import is_above
from apps.clinics.models import Patient, ProposalDue
from apps.clinics.permissions import require_therapist_of
from apps.clinics.services import DRAFT_DUE, mark_proposals_due
from apps.common.celery import nudge_on_commit
from apps.common.due_work import Again, DueReport, DueSweep
from apps.common.errors import InvalidEntryError, WrongStateError
from apps.common.loads import written
from apps.common.receipts import is_replay
from apps.common.shapes import ChangeRequest, Load
from apps.common.zones import day_in, end_of_day
from apps.exercises.models import LoadKind
from apps.programmes.models import LoadInForce, Programme
from apps.programmes.queries import RulesInForce, rules_of
from apps.programmes.services import DecidedLoad, carry_out
from apps.programmes.services.locking import locked_programme, require_active

from . import queries
from .drafting import Drafted, drafted, row_of
from .entry import ProposalAcceptance, ProposalChange, ProposalDismissal
from .machine import as_typed
from .models import Action, LoadProposal, ProposalStatus
from .patient_rows import PatientRows, rows_of
from .targets import offered_reps, proposed_reps

MOST_A_SWEEP: Final = 500
# Whoever records something about one of them waits until all are drafted.
AT_ONCE: Final = 10


def draft_due(*, now: datetime) -> DueReport:
    """Draft the proposals of whom something changed, or a new day has begun."""
    sweep = DueSweep(
        failure="The loads of patient %s could not be proposed",
        model=ProposalDue,
        work=draft_for,
        most=MOST_A_SWEEP,
        at_once=AT_ONCE,
    )
    report = sweep.run(now=now)
    if report.has_more:
        nudge_on_commit(DRAFT_DUE)
    return report


@transaction.atomic
def draft_patient(*, patient: Patient, now: datetime) -> None:
    """Draft the proposals of one patient now. Safe to repeat."""
    mark_proposals_due(clinic_id=patient.clinic_id, patient_ids=[patient.pk], now=now)
    draft_for([patient], now=now)


def draft_for(patients: Iterable[Patient], *, now: datetime) -> Again:
    """Draft the proposals of patients of one clinic whose rows are locked.

    A proposal whose inputs are the same stays; one that the table no longer makes is
    superseded. What was decided is never touched, and no load changes. Return when
    each is to be looked at again: a new day may end a phase or make a break.
    """
    keys = [patient.pk for patient in patients]
    judging = queries.judgements_due(keys, now=now)
    programmes = queries.running_programmes(keys)
    if programmes:
        clinic_id = programmes[0].clinic_id
        live, rules = queries.is_live(clinic_id), rules_of(clinic_id)
    again: dict[int, datetime | None] = dict.fromkeys(keys)
    running = {programme.patient_id for programme in programmes}
    _supersede(queries.open_of([pk for pk in keys if pk not in running]), now=now)
    for programme in programmes:
        patient = programme.patient
        today = day_in(patient.time_zone, now)
        again[patient.pk] = end_of_day(today, zone=patient.time_zone)
        if judging.get(patient.pk) is False:
            # The judge comes first, and then makes them due.
            continue
        _draft(
            programme,
            is_live=live,
            is_held_up=patient.pk in judging,
            rules=rules,
            now=now,
        )
    return again


@transaction.atomic
def accept(
    *, proposal_id: UUID, request: ProposalAcceptance, by: Any, now: datetime
) -> LoadProposal:
    """Take a proposal over: its load, sets, repetitions and phase are in force.

    Where the table says not to train, the load stays as it is.

    Raises:
        NotThereError: Not the user's to see.
        NotAllowedError: The user is the patient.
        WrongStateError: It was decided or superseded, what it stands on has changed
            or is being judged, or the programme has ended or is paused.
        InvalidEntryError: The therapist is asked, and has not confirmed.
    """
    proposal = _to_decide(proposal_id, request=request, verb="accept", by=by, now=now)
    if proposal is None:
        return queries.visible_proposal(by, proposal_id)
    _require_current(proposal, now=now)
    load = None
    if proposal.action != Action.NO_TRAINING:
        _require_confirmed(proposal, request=request)
        load = carry_out(
            DecidedLoad(
                load=_proposed_load(proposal),
                sets=proposal.sets if proposal.changes_sets else None,
                reps=proposed_reps(proposal),
                phase=proposal.phase,
                retest_within_days=proposal.retest_within_days,
                reason=f"Rule {proposal.rule}: {proposal.reason}",
            ),
            prescription=proposal.prescription,
            by=by,
            now=now,
        )
    return _decide(
        proposal, ProposalStatus.ACCEPTED, load=load, reason="", by=by, now=now
    )


@transaction.atomic
def change(
    *, proposal_id: UUID, request: ProposalChange, by: Any, now: datetime
) -> LoadProposal:
    """Put another load in force than the proposed one, for a reason.

    Any load that can be is taken: the therapist says so. What is unusual about it
    stands in the trail.

    Raises:
        NotThereError: Not the user's to see.
        NotAllowedError: The user is the patient.
        WrongStateError: As for ``accept``.
        InvalidEntryError: The exercise has no weight.
    """
    proposal = _to_decide(proposal_id, request=request, verb="change", by=by, now=now)
    if proposal is None:
        return queries.visible_proposal(by, proposal_id)
    _require_current(proposal, now=now)
    if proposal.prescription.exercise.load_kind != LoadKind.EXTERNAL:
        raise InvalidEntryError.at(
            "/load", code="no_weight", detail="This exercise has no weight."
        )
    load = carry_out(
        DecidedLoad(
            load=request.load,
            sets=proposal.sets if proposal.changes_sets else None,
            reps=offered_reps(proposal, load=request.load) or proposed_reps(proposal),
            phase=proposal.phase,
            retest_within_days=proposal.retest_within_days,
            reason=f"{request.reason} (instead of rule {proposal.rule}: "
            f"{_shown(proposal)})",
        ),
        prescription=proposal.prescription,
        by=by,
        now=now,
    )
    return _decide(
        proposal,
        ProposalStatus.CHANGED,
        load=load,
        reason=request.reason,
        by=by,
        now=now,
    )


@transaction.atomic
def dismiss(
    *, proposal_id: UUID, request: ProposalDismissal, by: Any, now: datetime
) -> LoadProposal:
    """Leave everything as it is.

    Raises:
        NotThereError: Not the user's to see.
        NotAllowedError: The user is the patient.
        WrongStateError: It was decided or superseded.
    """
    proposal = _to_decide(proposal_id, request=request, verb="dismiss", by=by, now=now)
    if proposal is None:
        return queries.visible_proposal(by, proposal_id)
    return _decide(
        proposal,
        ProposalStatus.DISMISSED,
        load=None,
        reason=request.reason,
        by=by,
        now=now,
    )


def _draft(
    programme: Programme,
    *,
    is_live: bool,
    is_held_up: bool,
    rules: RulesInForce,
    now: datetime,
) -> None:
    rows = rows_of(
        programme, is_live=is_live, is_held_up=is_held_up, rules=rules, now=now
    )
    waiting = rows.open_proposals
    ended: list[LoadProposal] = []
    fresh: list[LoadProposal] = []
    for prescription in rows.prescriptions:
        standing = waiting.get(prescription.pk)
        one = drafted(prescription, rows=rows)
        if standing is not None and _is_same(one, standing, rows=rows):
            continue
        if standing is not None:
            ended.append(standing)
        if one is not None:
            fresh.append(row_of(one, prescription=prescription, rows=rows, now=now))
    _supersede(ended, now=now)
    LoadProposal.objects.bulk_create(fresh)


def _is_same(one: Drafted | None, standing: LoadProposal, *, rows: PatientRows) -> bool:
    return (
        one is not None
        and standing.inputs_digest == one.digest
        and standing.session == rows.newest
    )


def _supersede(proposals: Iterable[LoadProposal], *, now: datetime) -> None:
    keys = [each.pk for each in proposals]
    if keys:
        LoadProposal.objects.filter(pk__in=keys).update(
            status=ProposalStatus.SUPERSEDED, superseded_at=now
        )


def _to_decide(
    proposal_id: UUID, *, request: ChangeRequest, verb: str, by: Any, now: datetime
) -> LoadProposal | None:
    """Return the open proposal, locked against sweeps; None where it was a replay."""
    found = queries.visible_proposal(by, proposal_id)
    require_therapist_of(by, found.patient)
    if is_replay(
        request=request,
        target=f"load_proposals.{verb}",
        target_id=proposal_id,
        by=by,
        now=now,
    ):
        return None
    # In the order of every other change of a programme.
    locked_programme(found.programme)
    # Holds the patient's row, so that no sweep drafts in between.
    mark_proposals_due(
        clinic_id=found.clinic_id, patient_ids=[found.patient_id], now=now
    )
    LoadProposal.objects.select_for_update(of=("self",)).get(pk=found.pk)
    proposal = queries.visible_proposal(by, proposal_id)
    if proposal.status != ProposalStatus.OPEN:
        raise WrongStateError(f"This proposal is {proposal.status}. Look at the list.")
    return proposal


def _require_current(proposal: LoadProposal, *, now: datetime) -> None:
    """Refuse to bring into force what the table no longer says; sweeps lag behind.

    Nothing is superseded here: a refusal writes nothing, and whatever changed an input
    has left the patient due, whether or not a worker could be woken.
    """
    _require_same_load(proposal)
    programme = locked_programme(proposal.programme)
    require_active(programme)
    judging = queries.judgements_due([proposal.patient_id], now=now)
    if judging.get(proposal.patient_id) is False:
        raise WrongStateError(
            "Values have come in since this was proposed, and they are being judged. "
            "Look again in a moment."
        )
    rows = rows_of(
        programme,
        is_live=queries.is_live(programme.clinic_id),
        is_held_up=proposal.patient_id in judging,
        rules=rules_of(programme.clinic_id),
        now=now,
    )
    [prescription] = [
        each for each in rows.prescriptions if each.pk == proposal.prescription_id
    ]
    if not _is_same(drafted(prescription, rows=rows), proposal, rows=rows):
        raise WrongStateError(
            "What this was proposed on has changed since. It is computed anew within "
            "minutes: look at the list again."
        )


def _require_confirmed(proposal: LoadProposal, *, request: ProposalAcceptance) -> None:
    if proposal.therapist_decides and not request.confirmed:
        raise InvalidEntryError.at(
            "/confirmed",
            code="not_confirmed",
            detail="This one is asked, not proposed: its reason and notes say what "
            "speaks against it. Send confirmed: true, or change with a load and a "
            "reason.",
        )


def _require_same_load(proposal: LoadProposal) -> None:
    load = queries.load_now(proposal.prescription)
    load_kg = load.load_kg or None if load else None
    if load_kg != proposal.from_kg:
        raise WrongStateError(
            "Another load has come into force since this was proposed. "
            "A new proposal follows within minutes."
        )


def _decide(
    proposal: LoadProposal,
    status: ProposalStatus,
    *,
    load: LoadInForce | None,
    reason: str,
    by: Any,
    now: datetime,
) -> LoadProposal:
    proposal.status, proposal.load_in_force = status, load
    proposal.decided_by, proposal.decided_at = by, now
    proposal.decision_reason = reason
    proposal.save(
        update_fields=[
            *("status", "load_in_force", "decided_by", "decided_at"),
            "decision_reason",
        ]
    )
    record(
        f"load_proposal.{status.value}",
        by=by,
        now=now,
        clinic_id=proposal.clinic_id,
        patient_id=proposal.patient_id,
        subject_id=proposal.public_id,
        detail={"rule": proposal.rule, "beyond": _beyond(proposal, load=load)},
    )
    return queries.visible_proposal(by, proposal.public_id)


def _beyond(proposal: LoadProposal, *, load: LoadInForce | None) -> list[str]:
    """Return which limits of the table a decision goes over: a therapist may."""
    if load is None:
        return []
    # Of the rules that it was made by.
    most_pct = proposal.inputs["policy"]["raise_max_pct"]
    from_kg, to_kg = proposal.from_kg, proposal.to_kg
    is_big = from_kg is not None and is_above(
        load.load_kg, base_kg=from_kg, by_pct=most_pct
    )
    is_more = to_kg is not None and load.load_kg > to_kg
    limits = (("raise_max_pct", is_big), ("proposed_load", is_more))
    return [name for name, is_over in limits if is_over]


def _proposed_load(proposal: LoadProposal) -> Load | None:
    if proposal.to_kg is None:
        return None
    return as_typed(proposal.prescription.exercise, load_kg=proposal.to_kg)


def _shown(proposal: LoadProposal) -> str:
    if proposal.to_kg is None:
        return proposal.get_action_display()
    load = as_typed(proposal.prescription.exercise, load_kg=proposal.to_kg)
    return f"{written(load.value)} {load.unit}"
