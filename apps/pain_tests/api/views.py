"""Pain tests and tests of function: record, correct, void, read."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.audit.services import note_list_look, note_look
from apps.clinics.models import Clinic, RecordKind, Role
from apps.clinics.queries import acting_clinic
from apps.clinics.versions import VersionAnswer, earlier_versions
from apps.common import clock
from apps.common.api.documentation import query_parameters
from apps.common.api.views import ApiView, expected_version
from apps.common.errors import NotAllowedError
from apps.common.shapes import Listing, Page
from apps.pain_tests import entry, queries, services
from apps.pain_tests.models import FunctionTest, PainTest

from . import serializers as out


class MeasurementsView(ApiView):
    """What lists of tests have in common."""

    def note_look(self, query: entry.MeasurementQuery, *, what: str) -> None:
        """Leave a trace of who read which list."""
        user: Any = self.request.user
        if query.patient is not None:
            patient = queries.testable_patient(user, query.patient)
            note_look(by=user, patient=patient, now=clock.now())
            return
        note_list_look(
            by=user,
            what=what,
            filters=query.model_dump(mode="json", exclude_none=True),
            clinic_ids=self.entered,
            now=clock.now(),
        )


class PainTestsView(MeasurementsView):
    """All pain tests that the person may read."""

    query_shape = entry.MeasurementQuery

    @extend_schema(
        operation_id="pain_test_list",
        parameters=query_parameters(entry.MeasurementQuery),
        responses={200: Page[out.PainTestAnswer]},
    )
    def get(self, request: Request) -> Response:
        """Return the tests, newest first; void ones are marked."""
        query = self.query(entry.MeasurementQuery)
        self.note_look(query, what="pain_test")
        return self.page(
            queries.found_tests(PainTest, request.user, query),
            ordering=("-tested_at", "-id"),
            present=lambda page: map(out.pain_test_answer, page),
        )

    @extend_schema(
        operation_id="pain_test_record",
        request=entry.PainTestEntry,
        responses={200: out.PainTestAnswer, 201: out.PainTestAnswer},
    )
    def post(self, request: Request) -> Response:
        """Record the tests of a visit; sent again with the same id, they are once."""
        recorded = services.record_pain_test(
            entry=self.parse(entry.PainTestEntry), by=request.user, now=clock.now()
        )
        return self.answer(
            out.pain_test_answer(recorded.test), status=201 if recorded.created else 200
        )


class PainTestView(ApiView):
    """The pain tests of one visit."""

    @extend_schema(operation_id="pain_test_read", responses={200: out.PainTestAnswer})
    def get(self, request: Request, pain_test_id: UUID) -> Response:
        """Return the tests."""
        self.query(self.query_shape)
        test = queries.visible_test(PainTest, request.user, pain_test_id)
        note_look(by=request.user, patient=test.patient, now=clock.now())
        return self.answer(out.pain_test_answer(test))

    @extend_schema(
        operation_id="pain_test_correct",
        request=entry.PainTestCorrection,
        responses={200: out.PainTestAnswer},
    )
    def patch(self, request: Request, pain_test_id: UUID) -> Response:
        """Correct the tests, which are computed anew; the earlier version stays."""
        test = services.correct_pain_test(
            test_id=pain_test_id,
            entry=self.parse(entry.PainTestCorrection),
            expected_version=expected_version(request),
            content=out.pain_test_content,
            by=request.user,
            now=clock.now(),
        )
        return self.answer(out.pain_test_answer(test))


class VoidPainTestView(ApiView):
    """Take the tests of a visit out of every computation."""

    @extend_schema(
        operation_id="pain_test_void",
        request=entry.VoidMeasurementRequest,
        responses={200: out.PainTestAnswer},
    )
    def post(self, request: Request, pain_test_id: UUID) -> Response:
        """Void the tests; they stay readable."""
        test = services.void_pain_test(
            test_id=pain_test_id,
            entry=self.parse(entry.VoidMeasurementRequest),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(out.pain_test_answer(test))


class PainTestVersionsView(ApiView):
    """What the tests of a visit said before their corrections."""

    @extend_schema(
        operation_id="pain_test_versions", responses={200: Listing[VersionAnswer]}
    )
    def get(self, request: Request, pain_test_id: UUID) -> Response:
        """Return the earlier versions, oldest first."""
        self.query(self.query_shape)
        test = queries.visible_test(PainTest, request.user, pain_test_id)
        note_look(by=request.user, patient=test.patient, now=clock.now())
        return self.answers(earlier_versions(RecordKind.PAIN_TEST, test.public_id))


class P50OrdersView(ApiView):
    """Orders of P50 calibrations."""

    @extend_schema(
        operation_id="p50_order_make",
        request=entry.P50OrderEntry,
        responses={200: out.P50OrderAnswer, 201: out.P50OrderAnswer},
    )
    def post(self, request: Request) -> Response:
        """Draw and store an order; asked again with the same id, it is the same."""
        made = services.make_p50_order(
            entry=self.parse(entry.P50OrderEntry), by=request.user, now=clock.now()
        )
        return self.answer(
            out.p50_order_answer(made.order), status=201 if made.created else 200
        )


class P50OrderView(ApiView):
    """One order of a P50 calibration."""

    @extend_schema(operation_id="p50_order_read", responses={200: out.P50OrderAnswer})
    def get(self, request: Request, order_id: UUID) -> Response:
        """Return the order."""
        self.query(self.query_shape)
        order = queries.visible_order(request.user, order_id)
        note_look(by=request.user, patient=order.patient, now=clock.now())
        return self.answer(out.p50_order_answer(order))


class PainTestSettingsView(ApiView):
    """What the clinic has decided about pain tests."""

    @extend_schema(
        operation_id="pain_test_settings_read",
        responses={200: out.PainTestSettingsAnswer},
    )
    def get(self, request: Request) -> Response:
        """Return the settings in force; null is not decided."""
        self.query(self.query_shape)
        clinic = self._clinic({Role.THERAPIST, Role.MANAGER, Role.ASSESSOR})
        return self.answer(out.settings_answer(queries.current_settings(clinic.pk)))

    @extend_schema(
        operation_id="pain_test_settings_decide",
        request=entry.PainTestSettingsEntry,
        responses={200: out.PainTestSettingsAnswer},
    )
    def post(self, request: Request) -> Response:
        """Decide anew; tests that were recorded before keep their settings."""
        decided = self.parse(entry.PainTestSettingsEntry)
        settings = services.decide_settings(
            entry=decided,
            clinic=self._clinic({Role.MANAGER}),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(out.settings_answer(settings))

    def _clinic(self, roles: set[str]) -> Clinic:
        clinic = acting_clinic(
            self.request.user, roles=roles, entered=self.entered, now=clock.now()
        )
        if clinic is None:
            raise NotAllowedError(
                "Who treats and assesses reads these settings; a manager decides them."
            )
        return clinic


class FunctionTestsView(MeasurementsView):
    """All tests of function that the person may read."""

    query_shape = entry.FunctionTestQuery

    @extend_schema(
        operation_id="function_test_list",
        parameters=query_parameters(entry.FunctionTestQuery),
        responses={200: Page[out.FunctionTestAnswer]},
    )
    def get(self, request: Request) -> Response:
        """Return the tests, newest first; void ones are marked."""
        query = self.query(entry.FunctionTestQuery)
        self.note_look(query, what="function_test")
        return self.page(
            queries.found_tests(FunctionTest, request.user, query),
            ordering=("-tested_at", "-id"),
            present=lambda page: map(out.function_test_answer, page),
        )

    @extend_schema(
        operation_id="function_test_record",
        request=entry.FunctionTestEntry,
        responses={200: out.FunctionTestAnswer, 201: out.FunctionTestAnswer},
    )
    def post(self, request: Request) -> Response:
        """Record a test; sent again with the same id it is answered, not doubled."""
        recorded = services.record_function_test(
            entry=self.parse(entry.FunctionTestEntry), by=request.user, now=clock.now()
        )
        return self.answer(
            out.function_test_answer(recorded.test),
            status=201 if recorded.created else 200,
        )


class FunctionTestView(ApiView):
    """One test of function."""

    @extend_schema(
        operation_id="function_test_read", responses={200: out.FunctionTestAnswer}
    )
    def get(self, request: Request, function_test_id: UUID) -> Response:
        """Return the test."""
        self.query(self.query_shape)
        test = queries.visible_test(FunctionTest, request.user, function_test_id)
        note_look(by=request.user, patient=test.patient, now=clock.now())
        return self.answer(out.function_test_answer(test))

    @extend_schema(
        operation_id="function_test_correct",
        request=entry.FunctionTestCorrection,
        responses={200: out.FunctionTestAnswer},
    )
    def patch(self, request: Request, function_test_id: UUID) -> Response:
        """Correct the test; the earlier version stays readable."""
        test = services.correct_function_test(
            test_id=function_test_id,
            entry=self.parse(entry.FunctionTestCorrection),
            expected_version=expected_version(request),
            content=out.function_test_content,
            by=request.user,
            now=clock.now(),
        )
        return self.answer(out.function_test_answer(test))


class VoidFunctionTestView(ApiView):
    """Take a test of function out of every computation."""

    @extend_schema(
        operation_id="function_test_void",
        request=entry.VoidMeasurementRequest,
        responses={200: out.FunctionTestAnswer},
    )
    def post(self, request: Request, function_test_id: UUID) -> Response:
        """Void the test; it stays readable."""
        test = services.void_function_test(
            test_id=function_test_id,
            entry=self.parse(entry.VoidMeasurementRequest),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(out.function_test_answer(test))


class FunctionTestVersionsView(ApiView):
    """What a test of function said before its corrections."""

    @extend_schema(
        operation_id="function_test_versions", responses={200: Listing[VersionAnswer]}
    )
    def get(self, request: Request, function_test_id: UUID) -> Response:
        """Return the earlier versions, oldest first."""
        self.query(self.query_shape)
        test = queries.visible_test(FunctionTest, request.user, function_test_id)
        note_look(by=request.user, patient=test.patient, now=clock.now())
        return self.answers(earlier_versions(RecordKind.FUNCTION_TEST, test.public_id))
