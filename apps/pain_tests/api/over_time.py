"""Tests over time over HTTP."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from apps.audit.services import note_look
from apps.clinical.pain_tests.comparison import Change
from apps.clinical.pain_tests.function_tests import FunctionChange
from apps.common import clock
from apps.common.api.documentation import query_parameters
from apps.common.api.views import ApiView
from apps.common.shapes import Answer
from apps.pain_tests import over_time, queries
from apps.pain_tests.entry import OverTimeQuery
from apps.pain_tests.results import stored

from .serializers import RemarkAnswer


class ChangeAnswer(Answer):
    """How one measure differs: later minus earlier, in the unit of the measure.

    ``percent`` is of the earlier value. Nothing says better, worse or real: read the
    ``cautions``. With ``refusals`` there is no number.
    """

    measure: str
    difference: float | None
    percent: float | None
    refusals: list[RemarkAnswer]
    cautions: list[RemarkAnswer]


class VisitOverTimeAnswer(Answer):
    """The results of a visit beside the first one and the one before."""

    id: UUID
    tested_at: datetime
    ppt_average_kpa: float | None
    mvc_n: float | None
    eih_score: float | None
    p50_kpa: float | None
    cpm_percent: float | None
    from_first: list[ChangeAnswer]
    from_previous: list[ChangeAnswer]


class FunctionChangeAnswer(Answer):
    """Later minus earlier in the unit of the test; ``is_better`` null if equal."""

    difference: float
    is_better: bool | None


class FunctionOverTimeAnswer(Answer):
    """A test of function beside the first and the one before of its own series."""

    id: UUID
    tested_at: datetime
    kind: str
    side: str | None
    movement: str | None
    unit: str
    best: float | None
    from_first: FunctionChangeAnswer | None
    from_previous: FunctionChangeAnswer | None


class OverTimeAnswer(Answer):
    """All tests of a patient that are not void, oldest first."""

    patient: UUID
    pain_tests: list[VisitOverTimeAnswer]
    function_tests: list[FunctionOverTimeAnswer]


class OverTimeView(ApiView):
    """How a patient's tests differ from visit to visit."""

    query_shape = OverTimeQuery

    @extend_schema(
        operation_id="pain_test_over_time",
        parameters=query_parameters(OverTimeQuery),
        responses={200: OverTimeAnswer},
    )
    def get(self, request: Request) -> HttpResponse:
        """Return each visit beside the first and the one before."""
        wanted = self.query(OverTimeQuery)
        patient = queries.testable_patient(request.user, wanted.patient)
        note_look(by=request.user, patient=patient, now=clock.now())
        return self.answer(
            OverTimeAnswer(
                patient=patient.public_id,
                pain_tests=[
                    _visit_answer(each) for each in over_time.visits_over_time(patient)
                ],
                function_tests=[
                    _function_answer(each)
                    for each in over_time.functions_over_time(patient)
                ],
            )
        )


def _visit_answer(visit: over_time.VisitOverTime) -> VisitOverTimeAnswer:
    test = visit.test
    return VisitOverTimeAnswer(
        id=test.public_id,
        tested_at=test.tested_at,
        ppt_average_kpa=test.ppt_average_kpa,
        mvc_n=test.mvc_n,
        eih_score=test.eih_score,
        p50_kpa=test.p50_kpa,
        cpm_percent=test.cpm_percent,
        from_first=[_change_answer(change) for change in visit.from_first],
        from_previous=[_change_answer(change) for change in visit.from_previous],
    )


def _change_answer(change: Change) -> ChangeAnswer:
    return ChangeAnswer(
        measure=str(change.measure),
        difference=change.difference,
        percent=change.percent,
        refusals=[RemarkAnswer(**stored(one)) for one in change.refusals],
        cautions=[RemarkAnswer(**stored(one)) for one in change.cautions],
    )


def _function_answer(told: over_time.FunctionOverTime) -> FunctionOverTimeAnswer:
    test = told.test
    return FunctionOverTimeAnswer(
        id=test.public_id,
        tested_at=test.tested_at,
        kind=test.kind,
        side=test.side or None,
        movement=test.movement or None,
        unit=test.unit,
        best=test.best,
        from_first=_function_change_answer(told.from_first),
        from_previous=_function_change_answer(told.from_previous),
    )


def _function_change_answer(
    change: FunctionChange | None,
) -> FunctionChangeAnswer | None:
    return None if change is None else FunctionChangeAnswer(**asdict(change))
