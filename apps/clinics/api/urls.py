"""Routes of clinics."""

from django.urls import path

from . import consents, views

urlpatterns = [
    path("me/", views.MeView.as_view(), name="me"),
    path("patients/<uuid:patient_id>/", views.PatientView.as_view(), name="patient"),
    path(
        "patients/<uuid:patient_id>/versions/",
        views.PatientVersionsView.as_view(),
        name="patient-versions",
    ),
    path(
        "patients/<uuid:patient_id>/care-team/",
        views.CareTeamView.as_view(),
        name="patient-care-team",
    ),
    path(
        "patients/<uuid:patient_id>/break-glass/",
        views.BreakGlassView.as_view(),
        name="patient-break-glass",
    ),
    path(
        "patients/<uuid:patient_id>/invite-again/",
        views.InviteAgainView.as_view(),
        name="patient-invite-again",
    ),
    path("invitations/", views.InvitationsView.as_view(), name="invitations"),
    path(
        "invitations/accept/",
        views.AcceptInvitationView.as_view(),
        name="invitation-accept",
    ),
    path("consents/", consents.ConsentsView.as_view(), name="consents"),
    path("consent-texts/", consents.ConsentTextsView.as_view(), name="consent-texts"),
]
