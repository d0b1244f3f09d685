"""What was recorded, made into what became of each planned session and check-in."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, TypeVar

from apps.clinical.adherence.outcomes import check_in_outcomes, slot_outcomes
from apps.programmes.models import Programme
from apps.programmes.queries import RulesInForce

from . import queries
from .bulk import upsert
from .input_digests import input_digests
from .models import (
    AdherenceSnapshot,
    CourseCalendar,
    CourseOutcome,
    CourseWeeks,
    Light,
    SlotOutcome,
    Window,
)
from .outcome_rows import (
    SLOT_COLUMNS,
    SlotRow,
    calendar_row,
    course_row,
    slot_rows,
    weeks_row,
)

Whole = TypeVar("Whole", CourseOutcome, CourseCalendar, CourseWeeks)
# By then everything that was planned has come due.
END_OF_TIME: Final = datetime(9999, 1, 1, tzinfo=UTC)
CALENDAR_COLUMNS: Final = ("slots_due_at", "check_ins_close_at", "answered_close_at")
COURSE_COLUMNS: Final = (
    *("inputs_digest", "rules", "is_running", "withdrawn_from", "silent_from"),
)
WEEKS_COLUMNS: Final = (
    *("slot_weeks", "check_in_weeks", "check_in_moments", "check_ins_answered"),
)


def keep_outcomes(
    programmes: Sequence[Programme], *, rules: RulesInForce, now: datetime
) -> dict[int, datetime]:
    """Bring the outcomes of programmes of one clinic in line with what was recorded.

    Rows that stay as they are are not written. All programmes of a patient must be
    among them: a correction may move a session from one to another.

    Args:
        rules: What the clinic follows now.

    Returns:
        When this must be done again, by the key of the patient: a session that a fast
        clock put into the future counts when it has begun.
    """
    courses = queries.courses_of(programmes)
    digests = input_digests([programme.pk for programme in programmes])
    wholes: list[CourseOutcome] = []
    slots: list[SlotRow] = []
    calendars: list[CourseCalendar] = []
    weeks: list[CourseWeeks] = []
    again: dict[int, datetime] = {}
    for programme in programmes:
        course = courses[programme.pk]
        later = [one.started_at for one in course.sessions if one.started_at > now]
        if later:
            patient = programme.patient_id
            again[patient] = min([*later, *filter(None, [again.get(patient)])])
        begun = replace(course, sessions=course.counted_sessions(now=now))
        wholes.append(
            course_row(
                programme,
                course=begun,
                digest=digests[programme.pk],
                rules=rules,
                is_running=programme.status in queries.RUNNING,
                now=now,
            )
        )
        outcomes = slot_outcomes(begun, now=END_OF_TIME)
        slots += slot_rows(programme, outcomes=outcomes)
        calendars.append(calendar_row(programme, course=begun, outcomes=outcomes))
        entries = check_in_outcomes(begun, now=END_OF_TIME)
        weeks.append(weeks_row(programme, outcomes=outcomes, check_ins=entries))
    _keep_wholes(wholes, COURSE_COLUMNS)
    _keep_wholes(calendars, CALENDAR_COLUMNS)
    _keep_wholes(weeks, WEEKS_COLUMNS)
    _keep_slots(slots, programmes=[programme.pk for programme in programmes])
    _begin_snapshots(programmes, now=now)
    return again


def _keep_wholes(rows: Sequence[Whole], columns: Sequence[str]) -> None:
    if rows:
        type(rows[0]).objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["programme"],
            update_fields=columns,
        )


def _keep_slots(rows: Iterable[SlotRow], *, programmes: Collection[int]) -> None:
    """Write the rows that changed, and delete those that are gone."""
    there = SlotOutcome.objects.filter(programme__in=programmes)
    known = {each[0]: each for each in there.values_list(*SLOT_COLUMNS)}
    new = {row[0]: row for row in rows}
    changed = [row for key, row in new.items() if known.get(key) != row]
    SlotOutcome.objects.filter(pk__in=known.keys() - new.keys()).delete()
    upsert(SlotOutcome, changed)


def _begin_snapshots(programmes: Sequence[Programme], *, now: datetime) -> None:
    """Give each programme its rows of figures, with nothing due yet."""
    zeros = {
        field.name: 0
        for field in AdherenceSnapshot._meta.concrete_fields
        if not field.null
        and field.get_internal_type() in ("PositiveIntegerField", "DecimalField")
    }
    keys = [programme.pk for programme in programmes]
    there = set(
        AdherenceSnapshot.objects.filter(programme__in=keys).values_list(
            "programme_id", "window"
        )
    )
    AdherenceSnapshot.objects.bulk_create(
        [
            AdherenceSnapshot(
                clinic_id=programme.clinic_id,
                patient_id=programme.patient_id,
                programme=programme,
                window=window,
                computed_at=now,
                light=Light.TOO_EARLY,
                **zeros,
            )
            for programme in programmes
            for window in Window.values
            if (programme.pk, window) not in there
        ],
        ignore_conflicts=True,
    )
