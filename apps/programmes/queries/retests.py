"""Which 1RM tests the template asks for and nobody has made yet."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import (
    Case,
    DateField,
    DateTimeField,
    Exists,
    OuterRef,
    PositiveSmallIntegerField,
    QuerySet,
    Value,
    When,
)

from apps.common.zones import day_in, start_of_day
from apps.exercises.models import LoadKind
from apps.programmes.entry import RetestQuery
from apps.programmes.models import Pause, Prescription, Programme, ProgrammeStatus
from apps.programmes.plan import plan_of
from apps.strength.models import OneRepMaxTest
from apps.strength.queries import newest_one_rep_maxes_of

from .programmes import week_of_programme

# [D] a test made a little early is the one that was asked for
COUNTS_FROM: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueWeek:
    """The newest week of a running programme whose 1RM tests have fallen due."""

    programme: Programme
    week: int
    due_on: date

    @property
    def counts_from(self) -> datetime:
        """Return from when on a test is the one of this week."""
        zone = self.programme.patient.clinic.time_zone
        return start_of_day(self.due_on - COUNTS_FROM, zone=zone)


def retests_due(user: Any, query: RetestQuery, *, now: datetime) -> QuerySet[Any]:
    """Return the exercises that the user may read and whose 1RM test is due.

    Each has ``week`` and ``due_on``. Only the newest week counts: a test that was left
    out is made up by the next one. A paused programme asks for none.
    """
    programmes = Programme.objects.visible_to(user)
    if query.patient is not None:
        programmes = programmes.filter(patient__public_id=query.patient)
    return _untested(_due_weeks(programmes, now=now))


def retests_due_in(clinic_id: int, *, now: datetime) -> QuerySet[Any]:
    """Return the same for all patients of a clinic."""
    return _untested(_due_weeks(Programme.objects.filter(clinic=clinic_id), now=now))


def newest_tests_of(
    rows: Sequence[Prescription],
) -> dict[tuple[int, int, str], OneRepMaxTest]:
    """Return the newest valid tests of the patients of some prescriptions."""
    return newest_one_rep_maxes_of(
        (row.programme.patient_id for row in rows),
        clinic_ids=(row.clinic_id for row in rows),
    )


def _due_weeks(programmes: QuerySet[Programme], *, now: datetime) -> list[DueWeek]:
    running = (
        programmes.filter(status=ProgrammeStatus.ACTIVE)
        .select_related("template", "patient__clinic")
        .prefetch_related("pauses")
    )
    found = (_due_week(programme, now=now) for programme in running)
    return [each for each in found if each is not None]


def _due_week(programme: Programme, *, now: datetime) -> DueWeek | None:
    pauses = sorted(programme.pauses.all(), key=lambda pause: pause.paused_from)
    today = day_in(programme.patient.clinic.time_zone, now)
    now_in = week_of_programme(programme=programme, pauses=pauses, on=today)
    planned = plan_of(programme.template).one_rm_test_weeks
    week = max((week for week in planned if week <= now_in), default=None)
    if week is None:
        return None
    due_on = _first_day(week, programme=programme, pauses=pauses, today=today)
    return DueWeek(programme=programme, week=week, due_on=due_on)


def _first_day(
    week: int, *, programme: Programme, pauses: Iterable[Pause], today: date
) -> date:
    """Return the first day of a programme's week, later by the pauses before it.

    ``pauses`` in order. The reverse of ``week_of_programme``.
    """
    day = programme.starts_on + timedelta(weeks=week - 1)
    for pause in pauses:
        if pause.paused_from <= day:
            day += (pause.paused_until or today) - pause.paused_from
    return day


def _untested(due: Sequence[DueWeek]) -> QuerySet[Any]:
    tests = OneRepMaxTest.objects.filter(
        clinic=OuterRef("clinic"),
        patient=OuterRef("programme__patient"),
        exercise=OuterRef("exercise"),
        side=OuterRef("side"),
        voided_at__isnull=True,
        tested_at__gte=OuterRef("counts_from"),
    )
    return (
        Prescription.objects.filter(
            programme__in=[each.programme.pk for each in due],
            exercise__load_kind=LoadKind.EXTERNAL,
        )
        .annotate(
            week=_by_programme(
                due, lambda each: each.week, output=PositiveSmallIntegerField()
            ),
            due_on=_by_programme(due, lambda each: each.due_on, output=DateField()),
            counts_from=_by_programme(
                due, lambda each: each.counts_from, output=DateTimeField()
            ),
        )
        .filter(~Exists(tests))
        .select_related("exercise", "programme__patient__clinic")
    )


def _by_programme(
    due: Iterable[DueWeek],
    value: Callable[[DueWeek], Any],
    *,
    output: Any,
) -> Case:
    return Case(
        *(
            When(programme=each.programme.pk, then=Value(value(each), output))
            for each in due
        ),
        output_field=output,
    )
