"""What the API tells about programmes, prescriptions and the calendar."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from apps.clinical.intensity.gates import Closed
from apps.common.loads import load_answer
from apps.common.shapes import Answer, LoadAnswer
from apps.exercises.api.serializers import ExerciseAnswer, exercise_answer
from apps.programmes.calendar import number_of_sessions
from apps.programmes.models import (
    LoadInForce,
    Pause,
    PhaseInForce,
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

from .dose_serializers import (
    ExplosiveGateAnswer,
    GateReasonAnswer,
    HintAnswer,
    IntensityAnswer,
    OfferedLoadAnswer,
    explosive_answer,
    hint_answers,
    intensity_answer,
    offered_answer,
    reason_answers,
)


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
    load of the machine is more than prescribed. ``offered_load`` (after a retest),
    ``offer_withheld`` (why there is none although the test gives more) and ``hints``
    are for the therapist.
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
    intensity: IntensityAnswer | None
    offered_load: OfferedLoadAnswer | None
    offer_withheld: str | None
    hints: list[HintAnswer] | None


class WarmUpAnswer(Answer):
    """How the session begins."""

    activity: str
    minutes: int
    rpe: tuple[int, int]


class PrescriptionAnswer(Answer):
    """What is prescribed for a day.

    For the therapist alone: ``hints`` (how long and how often), ``explosive_gate``
    (null where the week has none) and ``before_first_loads``, what should come before
    loads that are missing. ``rules_version`` is that of the clinic's rules, 0 for
    what is shipped.
    """

    on: date
    week: int
    rules_version: int
    phase: PhaseOfDayAnswer
    warm_up: WarmUpAnswer | None
    cool_down: str | None
    explosive_level: int | None
    one_rep_max_test_due: bool
    exercises: list[PrescribedExerciseAnswer]
    hints: list[HintAnswer] | None
    explosive_gate: ExplosiveGateAnswer | None
    before_first_loads: list[GateReasonAnswer] | None


class LoadInForceAnswer(Answer):
    """A load in force; ``remarks`` say what is odd about it for the machine.

    ``missing`` is what should have come before a first load.
    """

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
    missing: list[GateReasonAnswer]


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


def prescription_answer(
    found: PrescriptionOfDay, *, for_staff: bool
) -> PrescriptionAnswer:
    """Return the prescription of a day as it goes out."""
    plan, phase = found.plan, found.phase
    warm_up = plan.warm_up
    return PrescriptionAnswer(
        on=found.on,
        week=found.week,
        rules_version=found.rules.version,
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
        exercises=[
            _prescribed_answer(each, phase=phase, for_staff=for_staff)
            for each in found.exercises
        ],
        hints=hint_answers(found.hints) if for_staff else None,
        explosive_gate=explosive_answer(found.explosive) if for_staff else None,
        before_first_loads=(
            reason_answers(found.first_loads.reasons) if for_staff else None
        ),
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
        missing=reason_answers(tuple(Closed(code) for code in load.missing)),
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
    each: PrescribedExercise, *, phase: PhasePlan, for_staff: bool
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
        reason=each.reason if for_staff else each.reason_for_patient,
        intensity=intensity_answer(each.intensity),
        offered_load=offered_answer(each.offered) if for_staff else None,
        offer_withheld=each.offer_withheld if for_staff else None,
        hints=hint_answers(each.hints) if for_staff else None,
    )


def _suggested_answer(suggested: SuggestedLoad | None) -> LoadAnswer | None:
    if suggested is None:
        return None
    return load_answer(value=suggested.value, unit=suggested.unit, kg=suggested.kg)


def _load_answer(load: LoadInForce) -> LoadAnswer:
    return load_answer(value=load.load_value, unit=load.load_unit, kg=load.load_kg)
