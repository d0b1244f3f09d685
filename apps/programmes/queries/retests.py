"""Which 1RM tests the template or a restart asks for and nobody has made yet."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import (
    BooleanField,
    Case,
    DateField,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    PositiveSmallIntegerField,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast

from apps.common.zones import day_in, start_of_day
from apps.exercises.models import LoadKind
from apps.programmes.entry import RetestQuery
from apps.programmes.models import (
    LoadInForce,
    Pause,
    Prescription,
    Programme,
    ProgrammeStatus,
)
from apps.programmes.plan import plan_of
from apps.strength.models import OneRepMaxTest
from apps.strength.queries import newest_one_rep_maxes_of

from .programmes import week_of_programme

# [D] a test made a little early is the one that was asked for
COUNTS_FROM: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A running programme, and the newest week of 1RM tests that has come, if any."""

    programme: Programme
    today: date
    week: int | None
    due_on: date | None

    @property
    def counts_from(self) -> datetime | None:
        """Return from when on a test is the one of this week."""
        if self.due_on is None:
            return None
        zone = self.programme.patient.clinic.time_zone
        return start_of_day(self.due_on - COUNTS_FROM, zone=zone)


def retests_due(user: Any, query: RetestQuery, *, now: datetime) -> QuerySet[Any]:
    """Return the exercises that the user may read and whose 1RM test is due.

    Each has ``week`` and ``due_on``. Only the newest week counts: a test that was left
    out is made up by the next one. One that a restart promised has no week; any test
    since is the one. A paused programme asks for none.
    """
    programmes = Programme.objects.visible_to(user)
    if query.patient is not None:
        programmes = programmes.filter(patient__public_id=query.patient)
    return _untested(_running(programmes, now=now))


def retests_due_in(clinic_id: int, *, now: datetime) -> QuerySet[Any]:
    """Return the same for all patients of a clinic."""
    return _untested(_running(Programme.objects.filter(clinic=clinic_id), now=now))


def newest_tests_of(
    rows: Sequence[Prescription],
) -> dict[tuple[int, int, str], OneRepMaxTest]:
    """Return the newest valid tests of the patients of some prescriptions."""
    return newest_one_rep_maxes_of(
        (row.programme.patient_id for row in rows),
        clinic_ids=(row.clinic_id for row in rows),
    )


def _running(programmes: QuerySet[Programme], *, now: datetime) -> list[Running]:
    rows = (
        programmes.filter(status=ProgrammeStatus.ACTIVE)
        .select_related("template", "patient__clinic")
        .prefetch_related("pauses")
    )
    return [_of_today(programme, now=now) for programme in rows]


def _of_today(programme: Programme, *, now: datetime) -> Running:
    pauses = sorted(programme.pauses.all(), key=lambda pause: pause.paused_from)
    today = day_in(programme.patient.clinic.time_zone, now)
    now_in = week_of_programme(programme=programme, pauses=pauses, on=today)
    planned = plan_of(programme.template).one_rm_test_weeks
    week = max((week for week in planned if week <= now_in), default=None)
    due_on = None
    if week is not None:
        due_on = _first_day(week, programme=programme, pauses=pauses, today=today)
    return Running(programme=programme, today=today, week=week, due_on=due_on)


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


def _untested(running: Sequence[Running]) -> QuerySet[Any]:
    promises = LoadInForce.objects.filter(
        prescription=OuterRef("pk"), retest_by__isnull=False
    ).order_by("-in_force_from", "-pk")
    return (
        Prescription.objects.filter(
            programme__in=[each.programme.pk for each in running],
            exercise__load_kind=LoadKind.EXTERNAL,
        )
        .annotate(
            planned_week=_by_programme(
                running, lambda each: each.week, output=PositiveSmallIntegerField()
            ),
            planned_on=_by_programme(
                running, lambda each: each.due_on, output=DateField()
            ),
            counts_from=_by_programme(
                running, lambda each: each.counts_from, output=DateTimeField()
            ),
            today=_by_programme(running, lambda each: each.today, output=DateField()),
            promised_on=Subquery(promises.values("retest_by")[:1]),
            promised_at=Subquery(promises.values("in_force_from")[:1]),
        )
        .annotate(
            by_week=_is(Q(planned_week__isnull=False) & ~_tested_since("counts_from")),
            by_promise=_is(
                Q(promised_on__lte=F("today")) & ~_tested_since("promised_at")
            ),
        )
        .filter(Q(by_week=True) | Q(by_promise=True))
        .annotate(
            week=Case(When(by_week=True, then=F("planned_week"))),
            due_on=Case(
                When(by_week=True, then=F("planned_on")), default=F("promised_on")
            ),
        )
        .select_related("exercise", "programme__patient__clinic")
    )


def _is(condition: Any) -> Case:
    # What is null in a condition is no yes.
    return Case(
        When(condition, then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )


def _tested_since(column: str) -> Exists:
    return Exists(
        OneRepMaxTest.objects.filter(
            clinic=OuterRef("clinic"),
            patient=OuterRef("programme__patient"),
            exercise=OuterRef("exercise"),
            side=OuterRef("side"),
            voided_at__isnull=True,
            tested_at__gte=OuterRef(column),
        )
    )


def _by_programme(
    running: Iterable[Running],
    value: Callable[[Running], Any],
    *,
    output: Any,
) -> Cast:
    found = Case(
        *(
            When(programme=each.programme.pk, then=Value(value(each), output))
            for each in running
        ),
        output_field=output,
    )
    # A column of nulls alone has no type that the database could guess.
    return Cast(found, output)
