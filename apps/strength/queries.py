"""Reads owned by strength."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from apps.clinics.models import Patient
from apps.common.errors import NotThereError
from apps.common.zones import within_days
from apps.exercises.models import Exercise

from .entry import OneRepMaxTestQuery
from .models import OneRepMaxTest


def latest_one_rep_max(
    *, patient: Patient, exercise: Exercise, side: str, at: datetime
) -> OneRepMaxTest | None:
    """Return the newest valid test up to and including ``at``; ``side`` may be ""."""
    found: OneRepMaxTest | None = (
        _valid_tests(patient, at=at)
        .filter(exercise=exercise, side=side)
        .order_by("-tested_at", "-id")
        .first()
    )
    return found


def latest_one_rep_maxes(
    *, patient: Patient, at: datetime
) -> dict[tuple[int, str], OneRepMaxTest]:
    """Return the newest valid test of each (exercise's key, side), in one query."""
    rows = (
        _valid_tests(patient, at=at)
        .order_by("exercise", "side", "-tested_at", "-id")
        .distinct("exercise", "side")
    )
    return {(row.exercise_id, row.side): row for row in rows}


def newest_one_rep_maxes_of(
    patient_ids: Iterable[int], *, clinic_ids: Iterable[int]
) -> dict[tuple[int, int, str], OneRepMaxTest]:
    """Return the newest valid test by (patient, exercise, side), in one query."""
    rows = (
        OneRepMaxTest.objects.filter(
            # The clinic is the first column of the index.
            clinic__in=set(clinic_ids),
            patient__in=set(patient_ids),
            voided_at__isnull=True,
        )
        .order_by("patient", "exercise", "side", "-tested_at", "-id")
        .distinct("patient", "exercise", "side")
    )
    return {(row.patient_id, row.exercise_id, row.side): row for row in rows}


def visible_test(user: Any, test_id: UUID) -> OneRepMaxTest:
    """Return a test of a patient whom the user may read, with all that it shows.

    Raises:
        NotThereError: There is none, or it is not theirs to see.
    """
    rows = with_details(OneRepMaxTest.objects.visible_to(user))
    test: OneRepMaxTest | None = rows.filter(public_id=test_id).first()
    if test is None:
        raise NotThereError("There is no such test, or you may not see it.")
    return test


def found_tests(user: Any, query: OneRepMaxTestQuery) -> QuerySet[OneRepMaxTest]:
    """Return the tests that the user may read and asked for, with all they show."""
    rows = with_details(OneRepMaxTest.objects.visible_to(user))
    if query.patient:
        rows = rows.filter(patient__public_id=query.patient)
    if query.exercise:
        rows = rows.filter(exercise__public_id=query.exercise)
    return within_days(
        rows, column="tested_at", zone_column="patient__time_zone", days=query
    )


def with_details(rows: QuerySet[OneRepMaxTest]) -> QuerySet[OneRepMaxTest]:
    """Return the tests with their people, trials and the test before each."""
    people = ("patient__clinic", "exercise", "tester", "entered_by", "voided_by")
    return (
        rows.select_related(*people)
        .prefetch_related("trials")
        .annotate(previous_id=Subquery(_test_before().values("pk")[:1]))
    )


def previous_tests(tests: Iterable[Any]) -> dict[int, OneRepMaxTest]:
    """Return the test before each of ``tests`` (``with_details``) by its own key."""
    wanted = {test.pk: test.previous_id for test in tests if test.previous_id}
    found = OneRepMaxTest.objects.in_bulk(set(wanted.values()))
    return {pk: found[previous_id] for pk, previous_id in wanted.items()}


def tests_before(tests: Iterable[OneRepMaxTest]) -> dict[int, OneRepMaxTest]:
    """Return the valid test before each of ``tests`` by its own key."""
    rows = OneRepMaxTest.objects.filter(pk__in=[test.pk for test in tests])
    return previous_tests(
        rows.annotate(previous_id=Subquery(_test_before().values("pk")[:1]))
    )


def _test_before() -> QuerySet[OneRepMaxTest]:
    earlier = Q(tested_at__lt=OuterRef("tested_at")) | Q(
        tested_at=OuterRef("tested_at"), pk__lt=OuterRef("pk")
    )
    rows: QuerySet[OneRepMaxTest] = OneRepMaxTest.objects.filter(
        earlier,
        clinic=OuterRef("clinic"),
        patient=OuterRef("patient"),
        exercise=OuterRef("exercise"),
        side=OuterRef("side"),
        voided_at__isnull=True,
    )
    return rows.order_by(F("tested_at").desc(), F("pk").desc())


def _valid_tests(patient: Patient, *, at: datetime) -> QuerySet[OneRepMaxTest]:
    rows: QuerySet[OneRepMaxTest] = OneRepMaxTest.objects.filter(
        clinic=patient.clinic_id,
        patient=patient,
        voided_at__isnull=True,
        tested_at__lte=at,
    )
    return rows
