"""What the API tells of one patient over a range of days."""

from datetime import date, datetime
from uuid import UUID

from pydantic import ConfigDict, Field

from apps.common.loads import load_answer
from apps.common.shapes import Answer, LoadAnswer
from apps.context.entry import DoseChange
from apps.context.models import AdverseEvent, CoIntervention
from apps.inbox.models import Alert
from apps.overview import queries
from apps.programmes.models import IntroductoryMeeting, Pause, PhaseInForce
from apps.progression.api.serializers import load_of
from apps.progression.models import LoadProposal
from apps.strength.models import OneRepMaxTest


class SessionPointAnswer(Answer):
    """A session on the time line; a missing value is null, never 0."""

    id: UUID
    started_at: datetime
    ended_at: datetime
    status: str
    volume_kg: str
    pain_before_mm: int | None
    pain_during_mm: int | None
    pain_after_mm: int | None
    pain_h24_mm: int | None
    pain_h48_mm: int | None


class TestPointAnswer(Answer):
    """A 1RM test on the time line."""

    id: UUID
    exercise: UUID
    exercise_name: str
    side: str | None
    tested_at: datetime
    method: str
    one_rep_max: LoadAnswer
    confidence: str


class ProposalPointAnswer(Answer):
    """A load proposal on the time line; superseded ones are left out.

    ``from`` and ``to`` are null where no load in kilograms is in force.
    """

    model_config = ConfigDict(frozen=True, serialize_by_alias=True)

    id: UUID
    exercise: UUID
    exercise_name: str
    side: str | None
    rule: int
    rule_name: str
    action: str
    from_: LoadAnswer | None = Field(serialization_alias="from")
    to: LoadAnswer | None
    status: str
    drafted_at: datetime
    decided_at: datetime | None


class AlertPointAnswer(Answer):
    """An alert on the time line."""

    id: UUID
    kind: str
    severity: str
    opened_at: datetime
    status: str
    sentence: str


class PauseAnswer(Answer):
    """A stretch without sessions; ``paused_until`` is excluded, null while it lasts."""

    paused_from: date
    paused_until: date | None
    reason: str


class PhasePointAnswer(Answer):
    """The phase that a programme came into on a day, and why."""

    position: int
    in_force_from: date
    reason: str


class MeetingPointAnswer(Answer):
    """An introductory meeting on the time line; ``tolerance`` is null if not tried."""

    id: UUID
    held_at: datetime
    tolerance: str | None


class CoInterventionPointAnswer(Answer):
    """A medicine or another treatment on the time line; both days are included.

    Without ``first_day`` it began before anybody noted it, without ``last_day`` it goes
    on.
    """

    id: UUID
    kind: str
    name: str
    first_day: date | None
    last_day: date | None
    dose: str
    dose_changes: list[DoseChange]


class AdverseEventPointAnswer(Answer):
    """An adverse event on the time line."""

    id: UUID
    began_on: date
    ended_on: date | None
    grade: int
    serious: bool
    relation: str
    outcome: str


class TimeLineAnswer(Answer):
    """Everything for the picture of one patient."""

    first_day: date
    last_day: date
    sessions: list[SessionPointAnswer]
    one_rep_max_tests: list[TestPointAnswer]
    proposals: list[ProposalPointAnswer]
    alerts: list[AlertPointAnswer]
    pauses: list[PauseAnswer]
    phases: list[PhasePointAnswer]
    introductory_meetings: list[MeetingPointAnswer]
    co_interventions: list[CoInterventionPointAnswer]
    adverse_events: list[AdverseEventPointAnswer]


def time_line_answer(
    line: queries.TimeLine, *, first_day: date, last_day: date
) -> TimeLineAnswer:
    """Return a time line."""
    return TimeLineAnswer(
        first_day=first_day,
        last_day=last_day,
        sessions=[_session_point_answer(each) for each in line.sessions],
        one_rep_max_tests=[_test_point_answer(each) for each in line.tests],
        proposals=[_proposal_point_answer(each) for each in line.proposals],
        alerts=[_alert_point_answer(each) for each in line.alerts],
        pauses=[_pause_answer(each) for each in line.pauses],
        phases=[_phase_point_answer(each) for each in line.phases],
        introductory_meetings=[_meeting_point_answer(each) for each in line.meetings],
        co_interventions=[
            _co_intervention_point_answer(each) for each in line.co_interventions
        ],
        adverse_events=[
            _adverse_event_point_answer(each) for each in line.adverse_events
        ],
    )


def _session_point_answer(point: queries.SessionPoint) -> SessionPointAnswer:
    session = point.session
    return SessionPointAnswer(
        id=session.public_id,
        started_at=session.started_at,
        ended_at=session.ended_at,
        status=session.status,
        volume_kg=f"{session.volume_kg:.2f}",
        pain_before_mm=point.before_mm,
        pain_during_mm=point.during_mm,
        pain_after_mm=point.after_mm,
        pain_h24_mm=point.h24_mm,
        pain_h48_mm=point.h48_mm,
    )


def _test_point_answer(test: OneRepMaxTest) -> TestPointAnswer:
    return TestPointAnswer(
        id=test.public_id,
        exercise=test.exercise.public_id,
        exercise_name=test.exercise.name,
        side=test.side or None,
        tested_at=test.tested_at,
        method=test.method,
        one_rep_max=load_answer(
            value=test.one_rep_max_kg, unit="kg", kg=test.one_rep_max_kg
        ),
        confidence=test.confidence,
    )


def _proposal_point_answer(row: LoadProposal) -> ProposalPointAnswer:
    exercise = row.prescription.exercise
    return ProposalPointAnswer(
        id=row.public_id,
        exercise=exercise.public_id,
        exercise_name=exercise.name,
        side=row.prescription.side or None,
        rule=row.rule,
        rule_name=row.rule_name,
        action=row.action,
        from_=load_of(row, row.from_kg),
        to=load_of(row, row.to_kg),
        status=row.status,
        drafted_at=row.drafted_at,
        decided_at=row.decided_at,
    )


def _phase_point_answer(row: PhaseInForce) -> PhasePointAnswer:
    return PhasePointAnswer(
        position=row.position, in_force_from=row.in_force_from, reason=row.reason
    )


def _meeting_point_answer(row: IntroductoryMeeting) -> MeetingPointAnswer:
    return MeetingPointAnswer(
        id=row.public_id, held_at=row.held_at, tolerance=row.tolerance or None
    )


def _alert_point_answer(alert: Alert) -> AlertPointAnswer:
    return AlertPointAnswer(
        id=alert.public_id,
        kind=alert.kind,
        severity=alert.severity,
        opened_at=alert.opened_at,
        status=alert.status,
        sentence=alert.sentence,
    )


def _pause_answer(pause: Pause) -> PauseAnswer:
    return PauseAnswer(
        paused_from=pause.paused_from,
        paused_until=pause.paused_until,
        reason=pause.reason,
    )


def _co_intervention_point_answer(row: CoIntervention) -> CoInterventionPointAnswer:
    return CoInterventionPointAnswer(
        id=row.public_id,
        kind=row.kind,
        name=row.name,
        first_day=row.first_day,
        last_day=row.last_day,
        dose=row.dose,
        dose_changes=row.dose_changes,
    )


def _adverse_event_point_answer(row: AdverseEvent) -> AdverseEventPointAnswer:
    return AdverseEventPointAnswer(
        id=row.public_id,
        began_on=row.began_on,
        ended_on=row.ended_on,
        grade=row.grade,
        serious=row.serious,
        relation=row.relation,
        outcome=row.outcome,
    )
