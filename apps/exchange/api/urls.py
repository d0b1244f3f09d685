"""Routes of FHIR R4 and of copies of one's own data."""

from django.urls import path

from . import erasures, exports, fhir

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
    path("exports/", exports.ExportsView.as_view(), name="exports"),
    path("exports/<uuid:export_id>/", exports.ExportView.as_view(), name="export"),
    path(
        "exports/<uuid:export_id>/file/",
        exports.ExportFileView.as_view(),
        name="export-file",
    ),
    path(
        "erasure-requests/",
        erasures.ErasureRequestsView.as_view(),
        name="erasure-requests",
    ),
    path(
        "erasure-requests/<uuid:erasure_id>/take-back/",
        erasures.TakeBackErasureView.as_view(),
        name="erasure-request-take-back",
    ),
]
