"""Routes of overview."""

from django.urls import path

from . import views

urlpatterns = [
    path("alert-ledger/", views.AlertLedgerView.as_view(), name="alert-ledger"),
    path(
        "silent-patients/", views.SilentPatientsView.as_view(), name="silent-patients"
    ),
    path("audit-events/", views.AuditEventsView.as_view(), name="audit-events"),
    path("patients/", views.PatientsView.as_view(), name="patients"),
    path(
        "patients/<uuid:patient_id>/timeline/",
        views.TimeLineView.as_view(),
        name="patient-timeline",
    ),
    path(
        "patients/<uuid:patient_id>/response-profile/",
        views.ResponseProfileView.as_view(),
        name="patient-response-profile",
    ),
]
