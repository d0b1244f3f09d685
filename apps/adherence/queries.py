"""Reads owned by adherence."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from django.db.models import (
    Count,
    Exists,
    Min,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Sum,
)

from apps.clinical.adherence.inputs import Course
from apps.clinics.models import Clinic
from apps.inbox.models import Alert
from apps.logbook.models import CheckIn, ExerciseEntry, HeldSession
from apps.programmes.models import (
    AdherenceDue,
    PlannedSession,
    Prescription,
    Programme,
    ProgrammeStatus,
)

from .course_rows import HeldRow, Logged, PlannedRow, WorkRow, course_from
from .models import AdherenceSnapshot, CourseOutcome, Light, Window

Row = TypeVar("Row")

ORIGIN = "adherence"
RUNNING = (ProgrammeStatus.ACTIVE, ProgrammeStatus.PAUSED)
# What may be added up over programmes. Doses may not: some count kg and some sets.
ADDABLE = (
    *("due", "attended", "held", "partial", "excused", "excused_pain_flare"),
    *("excused_late", "missed", "cancelled", "paused", "dose_modified"),
    *("sets_on_plan", "sets_judged", "seconds_done", "seconds_planned"),
    *("exercises_done", "exercises_planned"),
    *("check_ins_in_window", "check_ins_expected"),
)
DOSES = ("dose", "dose_when_attended")


def courses_of(programmes: Iterable[Programme]) -> dict[int, Course]:
    """Return programmes of one clinic as the rules take them, by their key.

    In a fixed number of queries, however many there are. What there is much of comes
    as plain tuples: a model costs ten times what its row does.
    """
    rows = list(_in_full([programme.pk for programme in programmes]))
    slots = _grouped(_planned_of(rows), by="programme_id")
    held = _grouped(_held_by(rows), by="patient_id")
    logged = _logged_with([one.pk for some in held.values() for one in some])
    return {
        row.pk: _course(
            row,
            slots=slots.get(row.pk, []),
            held=held.get(row.patient_id, []),
            logged=logged,
        )
        for row in rows
    }


def programmes_of(patients: Iterable[int]) -> QuerySet[Programme]:
    """Return the programmes of patients by their keys, oldest first."""
    rows = Programme.objects.filter(patient__in=list(patients))
    return rows.select_related("patient").order_by("patient", "starts_on", "pk")


def visible_snapshots(
    user: Any, *, patient: UUID | None, window: str | None
) -> QuerySet[AdherenceSnapshot]:
    """Return the figures of patients whom the user may read."""
    rows = AdherenceSnapshot.objects.visible_to(user)
    if patient is not None:
        rows = rows.filter(patient__public_id=patient)
    if window is not None:
        rows = rows.filter(window=window)
    found: QuerySet[AdherenceSnapshot] = rows.select_related(
        "patient__clinic", "programme"
    )
    return found


def clinic_totals(clinic: Clinic, *, window: str | None) -> list[dict[str, Any]]:
    """Return sums over the programmes of a clinic, one mapping a window.

    They name nobody. Only programmes that run have a light; the dose is the mean over
    those in which it is known.
    """
    windows = [window] if window else Window.values
    runs = Q(programme__status__in=RUNNING)
    rows = (
        AdherenceSnapshot.objects.filter(clinic=clinic, window__in=windows)
        .values("window")
        .annotate(
            programmes=Count("pk"),
            oldest=Min("computed_at"),
            **{f"sum_{name}": Sum(name) for name in (*ADDABLE, *DOSES)},
            **{f"known_{name}": Count(name) for name in DOSES},
            **{
                f"light_{light}": Count("pk", filter=runs & Q(light=light))
                for light in Light.values
            },
        )
    )
    found = {row["window"]: row for row in rows}
    return [dict(found[name]) for name in windows if name in found]


class Moved(NamedTuple):
    """A programme whose figures time has moved."""

    programme_id: int
    clinic_id: int


def programmes_that_change(*, now: datetime, limit: int) -> list[Moved]:
    """Return whose figures time has moved by now, clinic by clinic.

    Call it in a transaction that sees all clinics.
    """
    rows = _up_to_date(now=now).filter(changes_at__lte=now).order_by("changes_at")
    found = (Moved(*row) for row in rows.values_list(*Moved._fields)[:limit])
    return sorted(found, key=lambda one: (one.clinic_id, one.programme_id))


def clinics_with_programmes() -> list[int]:
    """Return the keys of the clinics in which anybody ever was in a programme.

    Call it in a transaction that sees all clinics.
    """
    rows = Clinic.objects.filter(
        Exists(Programme.objects.filter(clinic=OuterRef("pk")))
    )
    return list(rows.order_by("pk").values_list("pk", flat=True))


def programmes_after(last: int, *, clinic_id: int, limit: int = 1000) -> list[int]:
    """Return the next programmes of a clinic by their keys."""
    rows = Programme.objects.filter(clinic=clinic_id, pk__gt=last).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:limit])


def courses_after(last: int, *, clinic_id: int, now: datetime, limit: int) -> list[int]:
    """Return those of them whose outcomes hold all that was recorded."""
    rows = _up_to_date(now=now).filter(clinic=clinic_id, pk__gt=last).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:limit])


def rows_of(programmes: Iterable[int]) -> list[AdherenceSnapshot]:
    """Return the figures of the last four weeks, with patient and programme."""
    return list(_four_weeks().filter(programme__in=list(programmes)))


def rows_with_alerts(programmes: Iterable[int]) -> list[AdherenceSnapshot]:
    """Return those of them that give reason to alert, or of which alerts are open."""
    told = CourseOutcome.objects.exclude(told=[]).filter(pk__in=list(programmes))
    return list(
        _four_weeks()
        .filter(programme__in=list(programmes))
        .filter(~Q(reasons=[]) | Q(programme__in=told.values("pk")))
    )


def _up_to_date(*, now: datetime) -> QuerySet[CourseOutcome]:
    # Figures from old outcomes would call a session missed that waits to be counted.
    waits = Q(due_at__lte=now) | Q(attempts__gt=0)
    waiting = AdherenceDue.objects.filter(waits, pk=OuterRef("programme__patient"))
    rows: QuerySet[CourseOutcome] = CourseOutcome.objects.exclude(Exists(waiting))
    return rows


def _four_weeks() -> QuerySet[AdherenceSnapshot]:
    rows: QuerySet[AdherenceSnapshot] = AdherenceSnapshot.objects.filter(
        window=Window.FOUR_WEEKS
    )
    return rows.select_related("patient", "programme").order_by("programme")


def adherence_alerts(patients: Iterable[int]) -> dict[tuple[str, str], list[Alert]]:
    """Return patients' alerts about adherence by programme and kind, oldest first."""
    rows = Alert.objects.filter(
        patient__in=list(patients), origin_key__startswith=f"{ORIGIN}:"
    )
    found: dict[tuple[str, str], list[Alert]] = {}
    for alert in rows.select_related("patient").order_by("opened_at", "pk"):
        _, kind, programme, _ = alert.origin_key.split(":")
        found.setdefault((programme, kind), []).append(alert)
    return found


def _course(
    row: Programme,
    *,
    slots: Sequence[PlannedRow],
    held: Sequence[HeldRow],
    logged: Mapping[int, Logged],
) -> Course:
    return course_from(
        row,
        slots=slots,
        sessions=[one for one in held if one.counts_for == row.pk],
        logged=logged,
        next_starts={one.pk: after.started_at for one, after in pairwise(held)},
    )


def _grouped(rows: Iterable[Row], *, by: str) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(getattr(row, by), []).append(row)
    return found


def _in_full(programme_ids: Sequence[int]) -> QuerySet[Programme]:
    return (
        Programme.objects.filter(pk__in=programme_ids)
        .select_related("template", "patient__clinic")
        .prefetch_related(
            "pauses",
            "phases",
            Prefetch(
                "prescriptions",
                Prescription.objects.select_related("exercise").prefetch_related(
                    "loads"
                ),
            ),
        )
        .order_by("pk")
    )


def _planned_of(programmes: Sequence[Programme]) -> Iterator[PlannedRow]:
    rows = PlannedSession.objects.filter(programme__in=programmes)
    ordered = rows.order_by("number").values_list(*PlannedRow._fields)
    return map(PlannedRow._make, ordered.iterator())


def _held_by(programmes: Sequence[Programme]) -> Iterator[HeldRow]:
    """Yield the sessions of their patients that are not void, in order of time."""
    # The clinic is the first column of the index.
    rows = HeldSession.objects.filter(
        clinic__in={programme.clinic_id for programme in programmes},
        patient__in={programme.patient_id for programme in programmes},
        voided_at__isnull=True,
    )
    ordered = rows.order_by("started_at", "pk").values_list(*HeldRow._fields)
    return map(HeldRow._make, ordered.iterator())


def _logged_with(sessions: Sequence[int]) -> dict[int, Logged]:
    found = {session: Logged() for session in sessions}
    work = (
        ExerciseEntry.objects.filter(session__in=sessions)
        .order_by("session", "position", "sets__position")
        .values_list(*WorkRow._fields)
    )
    for row in map(WorkRow._make, work.iterator()):
        found[row.session_id].work.append(row)
    answers = CheckIn.objects.filter(
        session__in=sessions, in_window=True, voided_at__isnull=True
    )
    for session, moment in answers.values_list("session", "moment").iterator():
        found[session].answered.add(moment)
    return found
