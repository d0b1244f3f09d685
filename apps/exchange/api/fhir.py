"""Instruments and filled forms as FHIR R4."""

import json
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from apps.audit.services import note_look
from apps.common import clock
from apps.common.api.documentation import query_parameters
from apps.common.api.views import ApiView
from apps.common.shapes import Answer
from apps.exchange import fhir_services
from apps.exchange.entry import (
    FhirQuestionnaireImport,
    FhirQuestionnaireQuery,
    FhirResponseImport,
)
from apps.exchange.fhir.questionnaires import questionnaire_of
from apps.exchange.fhir_resources import response_resource
from apps.exchange.permissions import require_passing_on
from apps.questionnaires import queries
from apps.questionnaires.api.views import ManagedView

FHIR_JSON = "application/fhir+json"


class FhirImportAnswer(Answer):
    """The instrument that came of a Questionnaire.

    ``left_out``: JSON pointers of what only describes and was not taken over, such as
    texts, which come by a wording file.
    """

    id: UUID
    key: str
    version: int
    left_out: list[str]


class FhirQuestionnairesView(ManagedView):
    """Instruments from other systems."""

    @extend_schema(
        operation_id="fhir_questionnaire_import",
        request=FhirQuestionnaireImport,
        responses={200: FhirImportAnswer, 201: FhirImportAnswer},
    )
    def post(self, request: Request) -> HttpResponse:
        """Add a Questionnaire as an instrument of the clinic's own, for a manager."""
        found = fhir_services.import_questionnaire(
            entry=self.parse(FhirQuestionnaireImport),
            clinic=self.managed_clinic(),
            by=request.user,
            now=clock.now(),
        )
        row = found.imported.row
        answer = FhirImportAnswer(
            id=row.public_id,
            key=row.key,
            version=row.version,
            left_out=found.left_out,
        )
        return HttpResponse(
            answer.model_dump_json(),
            content_type="application/json",
            status=201 if found.imported.created else 200,
        )


class FhirQuestionnaireView(ApiView):
    """One version of an instrument."""

    query_shape = FhirQuestionnaireQuery

    @extend_schema(
        operation_id="fhir_questionnaire_read",
        parameters=query_parameters(FhirQuestionnaireQuery),
        responses={(200, FHIR_JSON): OpenApiTypes.OBJECT},
    )
    def get(self, request: Request, instrument_id: UUID) -> HttpResponse:
        """Return the instrument as a Questionnaire, for staff.

        Words are in it only where the instrument is the clinic's own and ``language``
        names one of its wordings.
        """
        query = self.query(FhirQuestionnaireQuery)
        found = queries.exportable_instrument(
            request.user, instrument_id, language=query.language
        )
        resource = questionnaire_of(
            found.document,
            resource_id=instrument_id,
            words=found.words,
            language=query.language,
        )
        return fhir_answer(resource)


class FhirResponsesView(ApiView):
    """Filled forms from other systems."""

    @extend_schema(
        operation_id="fhir_questionnaire_response_import",
        request=FhirResponseImport,
        responses={
            (200, FHIR_JSON): OpenApiTypes.OBJECT,
            (201, FHIR_JSON): OpenApiTypes.OBJECT,
        },
    )
    def post(self, request: Request) -> HttpResponse:
        """Record a QuestionnaireResponse; it is scored like any other response."""
        recorded = fhir_services.import_response(
            entry=self.parse(FhirResponseImport), by=request.user, now=clock.now()
        )
        return fhir_answer(
            response_resource(recorded.response),
            status=201 if recorded.created else 200,
        )


class FhirResponseView(ApiView):
    """One filled form."""

    @extend_schema(
        operation_id="fhir_questionnaire_response_read",
        responses={(200, FHIR_JSON): OpenApiTypes.OBJECT},
    )
    def get(self, request: Request, response_id: UUID) -> HttpResponse:
        """Return the response as a QuestionnaireResponse, without scores.

        Staff may only if the patient allows passing on (`export`).
        """
        self.query(self.query_shape)
        found = queries.visible_response(request.user, response_id)
        require_passing_on(request.user, found.patient)
        note_look(by=request.user, patient=found.patient, now=clock.now())
        return fhir_answer(response_resource(found))


def fhir_answer(resource: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Return a resource under FHIR's own media type."""
    return HttpResponse(json.dumps(resource), content_type=FHIR_JSON, status=status)
