"""1RM tests that are due."""

from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.common import clock
from apps.common.api.documentation import query_parameters
from apps.common.api.views import ApiView
from apps.common.loads import load_answer
from apps.common.shapes import Answer, LoadAnswer, Page
from apps.programmes import entry, queries
from apps.programmes.models import Prescription
from apps.strength.models import OneRepMaxTest

from .views import note_reading


class LastTestAnswer(Answer):
    """The newest valid test of the exercise."""

    id: UUID
    tested_at: datetime
    method: str
    equation: str | None
    one_rep_max: LoadAnswer


class RetestDueAnswer(Answer):
    """One exercise whose 1RM test is due; ``week`` is that of the template.

    ``week`` is null where a restart after a break promised the test.

    ``method`` and ``equation`` are those of the last test: another way of testing
    starts a new series, which does not compare with this one.
    """

    prescription: UUID
    programme: UUID
    patient: UUID
    exercise: UUID
    exercise_name: str
    side: str | None
    week: int | None
    due_on: date
    method: str | None
    equation: str | None
    last_test: LastTestAnswer | None


def retest_answers(rows: list[Prescription]) -> Iterator[RetestDueAnswer]:
    """Return prescriptions (of ``queries.retests_due``) as they go out."""
    tests = queries.newest_tests_of(rows)
    for row in rows:
        patient = row.programme.patient
        test = tests.get((patient.pk, row.exercise_id, row.side))
        yield RetestDueAnswer(
            prescription=row.public_id,
            programme=row.programme.public_id,
            patient=patient.public_id,
            exercise=row.exercise.public_id,
            exercise_name=row.exercise.name,
            side=row.side or None,
            week=row.week,
            due_on=row.due_on,
            method=test.method if test else None,
            equation=(test.equation or None) if test else None,
            last_test=_last_test_answer(test) if test else None,
        )


class RetestsDueView(ApiView):
    """1RM tests that the template or a restart asks for and nobody has made yet."""

    query_shape = entry.RetestQuery

    @extend_schema(
        operation_id="retest_due_list",
        parameters=query_parameters(entry.RetestQuery),
        responses={200: Page[RetestDueAnswer]},
    )
    def get(self, request: Request) -> Response:
        """Return what is due, longest first."""
        query = self.query(entry.RetestQuery)
        note_reading(self, what="retest_due", query=query)
        return self.page(
            queries.retests_due(request.user, query, now=clock.now()),
            ordering=("due_on", "programme_id", "position"),
            present=retest_answers,
        )


def _last_test_answer(test: OneRepMaxTest) -> LastTestAnswer:
    return LastTestAnswer(
        id=test.public_id,
        tested_at=test.tested_at,
        method=test.method,
        equation=test.equation or None,
        one_rep_max=load_answer(
            value=test.one_rep_max_value, unit=test.unit, kg=test.one_rep_max_kg
        ),
    )
