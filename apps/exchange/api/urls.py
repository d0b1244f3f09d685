"""Routes of FHIR R4."""

from django.urls import path

from . import fhir

urlpatterns = [
    path(
        "fhir/Questionnaire/",
        fhir.FhirQuestionnairesView.as_view(),
        name="fhir-questionnaires",
    ),
    path(
        "fhir/Questionnaire/<uuid:instrument_id>/",
        fhir.FhirQuestionnaireView.as_view(),
        name="fhir-questionnaire",
    ),
    path(
        "fhir/QuestionnaireResponse/",
        fhir.FhirResponsesView.as_view(),
        name="fhir-questionnaire-responses",
    ),
    path(
        "fhir/QuestionnaireResponse/<uuid:response_id>/",
        fhir.FhirResponseView.as_view(),
        name="fhir-questionnaire-response",
    ),
]
