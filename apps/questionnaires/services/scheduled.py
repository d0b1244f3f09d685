"""From schedules to questionnaires: made when they open, moved with the programme.

A questionnaire has no row before its window opens, so a pause or a move of what lies
ahead changes nothing. What is open and not begun follows its programme; what is begun
or complete stays as it is.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from apps.audit.services import record
from apps.clinical.questionnaires.schedule import (
    Anchor,
    Break,
    Course,
    Window,
    window_of,
)
from apps.clinics.models import PatientStatus
from apps.common.tenancy import across_clinics, in_clinic
from apps.common.zones import day_in
from apps.programmes.models import Programme, ProgrammeStatus
from apps.questionnaires import queries
from apps.questionnaires.entry import ScheduleLine
from apps.questionnaires.instruments import instrument_named, needs_wording
from apps.questionnaires.models import Questionnaire, QuestionnaireSchedule

logger = logging.getLogger(__name__)

ASSIGN_SCHEDULED: Final = "questionnaires.assign_scheduled"
AT_ONCE: Final = 500  # programmes held in memory

Place = tuple[int, str, str, int]
"""Programme, instrument, anchor and weeks: what one scheduled questionnaire is of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledReport:
    """What one sweep did."""

    assigned: int
    moved: int
    cancelled: int
    failed_clinics: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One line of a schedule in the days of one programme."""

    line: ScheduleLine
    schedule: QuestionnaireSchedule
    programme: Programme
    window: Window

    @property
    def place(self) -> Place:
        line = self.line
        return self.programme.pk, line.instrument, line.anchor, line.weeks

    @property
    def week(self) -> int:
        is_after_end = self.line.anchor == Anchor.END
        return self.line.weeks + (self.programme.template.weeks if is_after_end else 0)


def assign_scheduled(*, now: datetime) -> ScheduledReport:
    """Make what opens today, move what its programme moved, cancel what it dropped.

    Each clinic has its own transaction, so that one bad record stops no other clinic.
    Safe to repeat.
    """
    with across_clinics():
        clinic_ids = list(
            QuestionnaireSchedule.objects.order_by("clinic")
            .values_list("clinic", flat=True)
            .distinct()
        )
    assigned = moved = cancelled = failed = 0
    for clinic_id in clinic_ids:
        try:
            done = _assign_in(clinic_id, now=now)
        except Exception:
            # Broad on purpose: whatever went wrong, the next clinic comes first.
            logger.exception("Could not follow the schedules of clinic %s", clinic_id)
            failed += 1
            continue
        assigned, moved, cancelled = (
            before + more
            for before, more in zip((assigned, moved, cancelled), done, strict=True)
        )
    return ScheduledReport(
        assigned=assigned, moved=moved, cancelled=cancelled, failed_clinics=failed
    )


def _assign_in(clinic_id: int, *, now: datetime) -> tuple[int, int, int]:
    """Return how many questionnaires were made, moved and cancelled."""
    assigned = moved = cancelled = 0
    with in_clinic(clinic_id):
        rows = QuestionnaireSchedule.objects.filter(clinic=clinic_id)
        # The first to come makes the rows; another sweep waits and finds them.
        list(rows.order_by("pk").select_for_update(of=("self",)).values_list("pk"))
        schedules = {
            each.template_key: each for each in queries.schedules_in_force(rows)
        }
        for programmes in _in_parts(clinic_id):
            asked = {
                each.place: each
                for programme in programmes
                for each in _asked(programme, schedules=schedules, now=now)
            }
            stored = _stored(programmes)
            changed = _followed(stored, asked=asked, now=now)
            cancelled += sum(each.cancelled_at == now for each in changed)
            moved += sum(each.cancelled_at is None for each in changed)
            taken = {_place_of(each) for each in stored}
            new = [each for place, each in asked.items() if place not in taken]
            assigned += _assign(new, now=now)
    return assigned, moved, cancelled


def _in_parts(clinic_id: int) -> Iterator[list[Programme]]:
    rows = (
        Programme.objects.filter(clinic=clinic_id)
        .select_related("template", "patient")
        .prefetch_related("pauses")
        .order_by("pk")
    )
    part = list(rows[:AT_ONCE])
    while part:
        yield part
        part = list(rows.filter(pk__gt=part[-1].pk)[:AT_ONCE])


def _asked(
    programme: Programme,
    *,
    schedules: Mapping[str, QuestionnaireSchedule],
    now: datetime,
) -> Iterator[_Asked]:
    """Yield what is asked of a patient who is still treated here, whenever it is."""
    schedule = schedules.get(programme.template.key, schedules.get(""))
    if schedule is None or programme.patient.status != PatientStatus.ACTIVE:
        return
    today, course = day_in(programme.patient.time_zone, now), _course(programme)
    for each in schedule.lines:
        line = ScheduleLine.model_validate(each)
        window = window_of(line.moment(), course=course, today=today)
        if window is not None:
            yield _Asked(
                line=line, schedule=schedule, programme=programme, window=window
            )


def _course(programme: Programme) -> Course:
    return Course(
        starts_on=programme.starts_on,
        weeks=programme.template.weeks,
        breaks=[
            Break(from_=each.paused_from, until=each.paused_until)
            for each in programme.pauses.all()
        ],
        ended_on=programme.ended_on,
        is_withdrawn=programme.status == ProgrammeStatus.WITHDRAWN,
    )


def _stored(programmes: Iterable[Programme]) -> list[Any]:
    rows = Questionnaire.objects.filter(programme__in=programmes)
    return list(queries.with_state(rows).select_for_update(of=("self",)))


def _place_of(row: Any) -> Place:
    return row.programme_id, row.instrument_key, row.anchor, row.weeks_from_anchor


def _followed(
    stored: Iterable[Any], *, asked: Mapping[Place, _Asked], now: datetime
) -> list[Any]:
    """Give what is not begun the days of today's programme; return what changed."""
    changed = []
    for row in stored:
        if row.voided_at is not None or row.response_id is not None:
            continue
        wanted = asked.get(_place_of(row))
        before = (row.opens_on, row.due_on, row.closes_on, row.cancelled_at)
        if wanted is None:
            row.cancelled_at = row.cancelled_at or now
        else:
            _put_days(row, wanted.window)
            row.cancelled_at = None
        if before != (row.opens_on, row.due_on, row.closes_on, row.cancelled_at):
            changed.append(row)
    fields = ["opens_on", "due_on", "closes_on", "cancelled_at"]
    Questionnaire.objects.bulk_update(changed, fields)
    for row in changed:
        what = "cancel_scheduled" if row.cancelled_at else "move_scheduled"
        _trace(f"questionnaire.{what}", row, now=now)
    return changed


def _assign(asked: Iterable[_Asked], *, now: datetime) -> int:
    """Make what stands open today; what its clinic cannot score yet waits."""
    rows = [
        _questionnaire(each, now=now)
        for each in asked
        if each.window.holds(_today(each, now=now)) and _can_be_scored(each)
    ]
    Questionnaire.objects.bulk_create(rows)
    for row in rows:
        _trace("questionnaire.assign_scheduled", row, now=now)
    return len(rows)


def _today(asked: _Asked, *, now: datetime) -> date:
    return day_in(asked.programme.patient.time_zone, now)


def _can_be_scored(asked: _Asked) -> bool:
    key, version = asked.line.instrument, _version(asked.line)
    name = (asked.programme.clinic_id, key, version)
    if not needs_wording(instrument_named(name)):
        return True
    patient = asked.programme.patient
    return queries.wording_for(patient, key=key, version=version) is not None


def _version(line: ScheduleLine) -> int:
    # A stored line always has one; see ``set_schedule``.
    return line.instrument_version or 1


def _questionnaire(asked: _Asked, *, now: datetime) -> Questionnaire:
    line, programme = asked.line, asked.programme
    row = Questionnaire(
        clinic_id=programme.clinic_id,
        patient=programme.patient,
        instrument_key=line.instrument,
        instrument_version=_version(line),
        label=line.label,
        week=asked.week,
        programme=programme,
        anchor=line.anchor,
        weeks_from_anchor=line.weeks,
        # Who set the schedule asks.
        entered_by=asked.schedule.set_by,
        recorded_at=now,
        received_at=now,
    )
    _put_days(row, asked.window)
    return row


def _put_days(row: Questionnaire, window: Window) -> None:
    row.opens_on, row.due_on = window.opens_on, window.due_on
    row.closes_on = window.closes_on


def _trace(action: str, row: Questionnaire, *, now: datetime) -> None:
    record(
        action,
        by=None,
        now=now,
        clinic_id=row.clinic_id,
        patient_id=row.patient_id,
        subject_id=row.public_id,
    )
