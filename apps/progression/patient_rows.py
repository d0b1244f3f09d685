"""Everything stored about one patient that the load table reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from apps.clinics.models import Patient
from apps.common.zones import day_in
from apps.flares.models import Verdict
from apps.inbox.models import Alert
from apps.logbook.models import CheckIn, HeldSession, Moment
from apps.programmes.models import Pause, PhaseInForce, Prescription, Programme
from apps.programmes.queries import RulesInForce
from apps.strength.models import OneRepMaxTest

from . import queries
from .models import DECIDED, LoadProposal, ProposalStatus

# The table looks at the two newest sessions of each exercise.
MOST_SESSIONS: Final = 30


@dataclass(frozen=True, kw_only=True)
class PatientRows:
    """The rows of one patient in a running programme; void ones are left out.

    Sessions, check-ins, phases and proposals are oldest first. ``is_held_up``: the
    newest session could not be judged.
    """

    patient: Patient
    on: date
    is_live: bool
    is_held_up: bool
    rules: RulesInForce
    programme: Programme
    prescriptions: Sequence[Prescription]
    phases: Sequence[PhaseInForce]
    pauses: Sequence[Pause]
    tests: Mapping[tuple[int, str], OneRepMaxTest]
    sessions: Sequence[HeldSession]
    check_ins: Sequence[CheckIn]
    verdicts: Mapping[int, Verdict]
    alerts: Sequence[Alert]
    proposals: Sequence[LoadProposal]
    left_out_a_slot: bool

    @property
    def newest(self) -> HeldSession | None:
        """The newest session."""
        return self.sessions[-1] if self.sessions else None

    @property
    def is_final(self) -> bool:
        """Whether the two-day value of the newest session has come or is too late."""
        verdict = None if self.newest is None else self.verdicts.get(self.newest.pk)
        return verdict is not None and bool(verdict.remarks["is_final"])

    @cached_property
    def pre(self) -> CheckIn | None:
        """The check of today before a session that is not recorded yet."""
        newest = self.newest
        waiting = [
            each
            for each in self.check_ins
            if each.moment == Moment.PRE
            and each.session_id is None
            and each.day == self.on
            and (newest is None or each.answered_at > newest.ended_at)
        ]
        return waiting[-1] if waiting else None

    def told(self, *, with_pre: bool) -> list[CheckIn]:
        """Return the check-ins that count, before or with the check of today."""
        return [each for each in self.check_ins if with_pre or each != self.pre]

    def since_newest(self, told: Sequence[CheckIn]) -> list[CheckIn]:
        """Return those around the newest session and later; all before the first."""
        newest = self.newest
        return [
            each
            for each in told
            if newest is None
            or each.session_id == newest.pk
            or each.answered_at > newest.started_at
        ]

    def around(self, session: HeldSession, *moments: str) -> list[CheckIn]:
        """Return the check-ins of a session at these moments."""
        return [
            each
            for each in self.check_ins
            if each.session_id == session.pk and each.moment in moments
        ]

    @property
    def open_proposals(self) -> dict[int, LoadProposal]:
        """What waits for a decision, by the key of the prescription."""
        return {
            each.prescription_id: each
            for each in self.proposals
            if each.status == ProposalStatus.OPEN
        }

    def decided(self, prescription: Prescription) -> list[LoadProposal]:
        """Return what a person decided for a prescription, in that order."""
        theirs = [
            each
            for each in self.proposals
            if each.prescription_id == prescription.pk and each.status in DECIDED
        ]
        return sorted(theirs, key=lambda each: (each.decided_at, each.pk))


def rows_of(
    programme: Programme,
    *,
    is_live: bool,
    is_held_up: bool,
    rules: RulesInForce,
    now: datetime,
) -> PatientRows:
    """Return what is stored, in a fixed number of queries.

    ``programme`` needs its template, patient and clinic.
    """
    patient = programme.patient
    sessions = queries.newest_sessions(patient, limit=MOST_SESSIONS)
    first = sessions[0] if sessions else None
    newest = sessions[-1] if sessions else None
    today = day_in(patient.time_zone, now)
    return PatientRows(
        patient=patient,
        # Who flew west has trained on a day that has not come there yet.
        on=max((today, *map(local_day, sessions))),
        is_live=is_live,
        is_held_up=is_held_up,
        rules=rules,
        programme=programme,
        prescriptions=queries.prescriptions_of(programme),
        phases=list(programme.phases.order_by("in_force_from", "id")),
        pauses=list(programme.pauses.order_by("paused_from")),
        tests=queries.one_rep_maxes(patient, at=now),
        sessions=sessions,
        check_ins=queries.check_ins_since(patient, first=first),
        verdicts=queries.current_verdicts(sessions),
        alerts=queries.running_alerts(patient),
        proposals=queries.proposals_of(programme),
        left_out_a_slot=queries.has_left_out_slot(programme, since=newest, now=now),
    )


def local_day(session: HeldSession) -> date:
    """Return the day of a session by the clock that the patient lived by then."""
    return session.started_at.astimezone(ZoneInfo(session.time_zone)).date()
