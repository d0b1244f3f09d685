"""What the API tells about programmes, prescriptions and the calendar."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field

from apps.common.loads import load_answer
from apps.common.shapes import Answer, LoadAnswer
from apps.common.zones import day_in
from apps.exercises.api.serializers import ExerciseAnswer, exercise_answer
from apps.programmes.calendar import number_of_sessions
from apps.programmes.models import (
    Closure,
    LoadInForce,
    Pause,
    PhaseInForce,
    PlannedSession,
    PlannedStatus,
    Programme,
    ProgrammeTemplate,
)
from apps.programmes.plan import PhasePlan, plan_of
from apps.programmes.queries import (
    PrescribedExercise,
    PrescriptionOfDay,
    SuggestedLoad,
)
from apps.programmes.services import LoadDecision


class TemplateAnswer(Answer):
    """One version of a template; ``clinic`` is null for those that are shipped."""

    id: UUID
    clinic: UUID | None
    key: str
    version: int
    name: str
    weeks: int
    sessions_per_week: int
    source: str


class WholeTemplateAnswer(TemplateAnswer):
    """A template with its content: each constant with the mark of its source."""

    content: dict[str, Any]


class PhaseAnswer(Answer):
    """A phase in force: what the template says, since when, why and by whom."""

    position: int
    weeks: tuple[int, int]
    percent_1rm: int | None
    in_force_from: date
    reason: str
    decided_by: UUID


class ProgrammePauseAnswer(Answer):
    """Days without sessions; ``until`` is the first day on which it goes on."""

    model_config = ConfigDict(serialize_by_alias=True)

    from_: date = Field(serialization_alias="from")
    until: date | None
    reason: str


class ProgrammeAnswer(Answer):
    """One enrolment. ``planned_sessions`` counts the whole calendar.

    ``automatic_proposals`` is false when the patient has post-exertional malaise or
    was not asked.
    """

    id: UUID
    patient: UUID
    template: TemplateAnswer
    starts_on: date
    weekdays: list[int]
    time: str
    goal: str
    status: str
    phase: PhaseAnswer
    pauses: list[ProgrammePauseAnswer]
    planned_sessions: int
    automatic_proposals: bool
    enrolled_by: UUID
    enrolled_at: datetime
    ended_on: date | None
    end_reason: str | None


class PhaseOfDayAnswer(Answer):
    """The phase of a day as the template describes it."""

    position: int
    weeks: tuple[int, int]
    percent_1rm: int | None


class PrescribedExerciseAnswer(Answer):
    """One exercise of the day; ``load`` is null until a person put one in force.

    ``suggested_load`` is what the rule gives; ``ask_first`` says that even the smallest
    load of the machine is more than prescribed.
    """

    prescription: UUID
    slot: str
    exercise: ExerciseAnswer
    side: str | None
    sets: int | None
    reps: tuple[int, int] | None
    seconds: tuple[int, int] | None
    rest_s: int | None
    minutes: tuple[int, int] | None
    load: LoadAnswer | None
    suggested_load: LoadAnswer | None
    ask_first: bool
    reason: str


class WarmUpAnswer(Answer):
    """How the session begins."""

    activity: str
    minutes: int
    rpe: tuple[int, int]


class PrescriptionAnswer(Answer):
    """What is prescribed for a day."""

    on: date
    week: int
    phase: PhaseOfDayAnswer
    warm_up: WarmUpAnswer | None
    cool_down: str | None
    explosive_level: int | None
    one_rep_max_test_due: bool
    exercises: list[PrescribedExerciseAnswer]


class LoadInForceAnswer(Answer):
    """A load in force; ``remarks`` say what is odd about it for the machine."""

    id: UUID
    prescription: UUID
    load: LoadAnswer
    percent_1rm: str | None
    one_rep_max_test: UUID | None
    in_force_from: datetime
    reason: str
    decided_by: UUID
    on_increment: bool
    remarks: list[str]


class PlannedSessionAnswer(Answer):
    """One place in the calendar; its times carry the offset of the clinic's clock.

    ``paused``: taken out by a pause; it gets a new time when the programme goes on.
    """

    id: UUID
    patient: UUID
    programme: UUID
    number: int
    starts_at: datetime
    ends_at: datetime
    original_starts_at: datetime
    minutes: int
    status: str
    paused: bool
    excuse_reason: str | None
    excused_late: bool
    cancel_reason: str | None


class ClosureAnswer(Answer):
    """Days on which the clinic is closed; the last one is included."""

    id: UUID
    first_day: date
    last_day: date
    reason: str


def template_answer(template: ProgrammeTemplate) -> TemplateAnswer:
    """Return a template as it goes out."""
    return TemplateAnswer(**_template_fields(template))


def whole_template_answer(template: ProgrammeTemplate) -> WholeTemplateAnswer:
    """Return a template with its content."""
    return WholeTemplateAnswer(**_template_fields(template), content=template.content)


def programme_answer(programme: Programme) -> ProgrammeAnswer:
    """Return a programme (of ``queries.found_programmes``) as it goes out."""
    patient = programme.patient
    pauses = sorted(programme.pauses.all(), key=lambda pause: pause.paused_from)
    return ProgrammeAnswer(
        id=programme.public_id,
        patient=patient.public_id,
        template=template_answer(programme.template),
        starts_on=programme.starts_on,
        weekdays=programme.weekdays,
        time=programme.time.strftime("%H:%M"),
        goal=programme.goal,
        status=programme.status,
        phase=_phase_answer(programme),
        pauses=[_pause_answer(pause) for pause in pauses],
        planned_sessions=number_of_sessions(plan_of(programme.template)),
        automatic_proposals=patient.pem is False,
        enrolled_by=programme.enrolled_by.public_id,
        enrolled_at=programme.enrolled_at,
        ended_on=programme.ended_on,
        end_reason=programme.end_reason or None,
    )


def prescription_answer(found: PrescriptionOfDay) -> PrescriptionAnswer:
    """Return the prescription of a day as it goes out."""
    plan, phase = found.plan, found.phase
    warm_up = plan.warm_up
    return PrescriptionAnswer(
        on=found.on,
        week=found.week,
        phase=PhaseOfDayAnswer(
            position=phase.position,
            weeks=phase.weeks.as_pair(),
            percent_1rm=phase.percent_1rm,
        ),
        warm_up=warm_up
        and WarmUpAnswer(
            activity=warm_up.activity,
            minutes=warm_up.minutes,
            rpe=warm_up.rpe.as_pair(),
        ),
        cool_down=plan.cool_down or None,
        explosive_level=plan.explosive_level(found.week),
        one_rep_max_test_due=found.week in plan.one_rm_test_weeks,
        exercises=[_prescribed_answer(each, phase=phase) for each in found.exercises],
    )


def load_in_force_answer(decision: LoadDecision) -> LoadInForceAnswer:
    """Return a load that was put in force as it goes out."""
    load = decision.load
    test = load.one_rep_max_test
    percent = load.percent_1rm
    return LoadInForceAnswer(
        id=load.public_id,
        prescription=load.prescription.public_id,
        load=_load_answer(load),
        percent_1rm=None if percent is None else f"{percent.normalize():f}",
        one_rep_max_test=test.public_id if test else None,
        in_force_from=load.in_force_from,
        reason=load.reason,
        decided_by=load.decided_by.public_id,
        on_increment=not decision.remarks,
        remarks=list(decision.remarks),
    )


def planned_session_answer(planned: PlannedSession) -> PlannedSessionAnswer:
    """Return a planned session (of ``queries.found_planned_sessions``)."""
    zone = ZoneInfo(planned.clinic.time_zone)
    # A held one keeps the reasons of what it was before; they say nothing about it now.
    is_excused = planned.status == PlannedStatus.EXCUSED
    is_cancelled = planned.status == PlannedStatus.CANCELLED
    return PlannedSessionAnswer(
        id=planned.public_id,
        patient=planned.patient.public_id,
        programme=planned.programme.public_id,
        number=planned.number,
        starts_at=planned.starts_at.astimezone(zone),
        ends_at=(planned.starts_at + timedelta(minutes=planned.minutes)).astimezone(
            zone
        ),
        original_starts_at=planned.original_starts_at.astimezone(zone),
        minutes=planned.minutes,
        status=planned.status,
        paused=_is_out(planned),
        excuse_reason=planned.excuse_reason if is_excused else None,
        excused_late=planned.excused_late and is_excused,
        cancel_reason=planned.cancel_reason if is_cancelled else None,
    )


def closure_answer(closure: Closure) -> ClosureAnswer:
    """Return a closure as it goes out."""
    return ClosureAnswer(
        id=closure.public_id,
        first_day=closure.first_day,
        last_day=closure.last_day,
        reason=closure.reason,
    )


def _template_fields(template: ProgrammeTemplate) -> dict[str, Any]:
    return {
        "id": template.public_id,
        "clinic": template.clinic.public_id if template.clinic else None,
        "key": template.key,
        "version": template.version,
        "name": template.name,
        "weeks": template.weeks,
        "sessions_per_week": template.sessions_per_week,
        "source": template.source,
    }


def _phase_answer(programme: Programme) -> PhaseAnswer:
    in_force: PhaseInForce = max(
        programme.phases.all(), key=lambda phase: (phase.in_force_from, phase.pk)
    )
    phase: PhasePlan = plan_of(programme.template).phase(in_force.position)
    return PhaseAnswer(
        position=phase.position,
        weeks=phase.weeks.as_pair(),
        percent_1rm=phase.percent_1rm,
        in_force_from=in_force.in_force_from,
        reason=in_force.reason,
        decided_by=in_force.decided_by.public_id,
    )


def _pause_answer(pause: Pause) -> ProgrammePauseAnswer:
    return ProgrammePauseAnswer(
        from_=pause.paused_from, until=pause.paused_until, reason=pause.reason
    )


def _prescribed_answer(
    each: PrescribedExercise, *, phase: PhasePlan
) -> PrescribedExerciseAnswer:
    row = each.prescription
    return PrescribedExerciseAnswer(
        prescription=row.public_id,
        slot=row.slot,
        exercise=exercise_answer(row.exercise),
        side=row.side or None,
        sets=each.sets,
        reps=each.reps,
        seconds=each.seconds,
        rest_s=phase.rest_s,
        minutes=phase.minutes.as_pair() if phase.minutes else None,
        load=_load_answer(each.load) if each.load else None,
        suggested_load=_suggested_answer(each.suggested),
        ask_first=each.suggested is not None and each.suggested.must_ask,
        reason=each.reason,
    )


def _suggested_answer(suggested: SuggestedLoad | None) -> LoadAnswer | None:
    if suggested is None:
        return None
    return load_answer(value=suggested.value, unit=suggested.unit, kg=suggested.kg)


def _load_answer(load: LoadInForce) -> LoadAnswer:
    return load_answer(value=load.load_value, unit=load.load_unit, kg=load.load_kg)


def _is_out(planned: PlannedSession) -> bool:
    day = day_in(planned.clinic.time_zone, planned.starts_at)
    return planned.status == PlannedStatus.PLANNED and any(
        pause.paused_until is None and pause.paused_from <= day
        for pause in planned.programme.pauses.all()
    )
