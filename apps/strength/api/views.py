"""1RM tests: record, correct, void, read."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.audit.services import note_list_look, note_look
from apps.clinics.models import RecordKind
from apps.clinics.queries import visible_patient
from apps.clinics.versions import VersionAnswer, earlier_versions
from apps.common import clock
from apps.common.api.documentation import query_parameters
from apps.common.api.views import ApiView, expected_version
from apps.common.shapes import Listing, Page
from apps.strength import queries, services
from apps.strength.entry import (
    OneRepMaxTestCorrection,
    OneRepMaxTestEntry,
    OneRepMaxTestQuery,
    VoidTestRequest,
)

from .serializers import (
    OneRepMaxTestAnswer,
    one_rep_max_answer,
    one_rep_max_answers,
    one_rep_max_content,
)


class OneRepMaxTestsView(ApiView):
    """All 1RM tests that the person may read."""

    query_shape = OneRepMaxTestQuery

    @extend_schema(
        operation_id="one_rep_max_test_list",
        parameters=query_parameters(OneRepMaxTestQuery),
        responses={200: Page[OneRepMaxTestAnswer]},
    )
    def get(self, request: Request) -> Response:
        """Return the tests, newest first; void ones are marked."""
        query = self.query(OneRepMaxTestQuery)
        self._note_look(query)
        return self.page(
            queries.found_tests(request.user, query),
            ordering=("-tested_at", "-id"),
            present=one_rep_max_answers,
        )

    @extend_schema(
        operation_id="one_rep_max_test_record",
        request=OneRepMaxTestEntry,
        responses={200: OneRepMaxTestAnswer, 201: OneRepMaxTestAnswer},
    )
    def post(self, request: Request) -> Response:
        """Record a test; sent again with the same id it is answered, not doubled."""
        recorded = services.record_one_rep_max_test(
            entry=self.parse(OneRepMaxTestEntry), by=request.user, now=clock.now()
        )
        return self.answer(
            one_rep_max_answer(recorded.test), status=201 if recorded.created else 200
        )

    def _note_look(self, query: OneRepMaxTestQuery) -> None:
        user: Any = self.request.user
        if query.patient is not None:
            patient = visible_patient(user, query.patient)
            note_look(by=user, patient=patient, now=clock.now())
            return
        note_list_look(
            by=user,
            what="one_rep_max_test",
            filters=query.model_dump(mode="json", exclude_none=True),
            clinic_ids=self.entered,
            now=clock.now(),
        )


class OneRepMaxTestView(ApiView):
    """One 1RM test."""

    @extend_schema(
        operation_id="one_rep_max_test_read", responses={200: OneRepMaxTestAnswer}
    )
    def get(self, request: Request, test_id: UUID) -> Response:
        """Return the test."""
        self.query(self.query_shape)
        test = queries.visible_test(request.user, test_id)
        note_look(by=request.user, patient=test.patient, now=clock.now())
        return self.answer(one_rep_max_answer(test))

    @extend_schema(
        operation_id="one_rep_max_test_correct",
        request=OneRepMaxTestCorrection,
        responses={200: OneRepMaxTestAnswer},
    )
    def patch(self, request: Request, test_id: UUID) -> Response:
        """Correct the test; the earlier version stays readable."""
        test = services.correct_one_rep_max_test(
            test_id=test_id,
            entry=self.parse(OneRepMaxTestCorrection),
            expected_version=expected_version(request),
            content=one_rep_max_content,
            by=request.user,
            now=clock.now(),
        )
        return self.answer(one_rep_max_answer(test))


class VoidOneRepMaxTestView(ApiView):
    """Take a test out of every computation."""

    @extend_schema(
        operation_id="one_rep_max_test_void",
        request=VoidTestRequest,
        responses={200: OneRepMaxTestAnswer},
    )
    def post(self, request: Request, test_id: UUID) -> Response:
        """Void the test; it stays readable."""
        test = services.void_one_rep_max_test(
            test_id=test_id,
            entry=self.parse(VoidTestRequest),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(one_rep_max_answer(test))


class OneRepMaxTestVersionsView(ApiView):
    """What a test said before its corrections."""

    @extend_schema(
        operation_id="one_rep_max_test_versions",
        responses={200: Listing[VersionAnswer]},
    )
    def get(self, request: Request, test_id: UUID) -> Response:
        """Return the earlier versions, oldest first."""
        self.query(self.query_shape)
        test = queries.visible_test(request.user, test_id)
        note_look(by=request.user, patient=test.patient, now=clock.now())
        return self.answers(
            earlier_versions(RecordKind.ONE_REP_MAX_TEST, test.public_id)
        )
