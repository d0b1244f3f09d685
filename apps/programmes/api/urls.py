"""Routes of programmes."""

from django.urls import path

from . import calendar_views, meeting_views, retest_views, rules_views, views

PROGRAMME = "programmes/<uuid:programme_id>/"
MEETING = "introductory-meetings/<uuid:meeting_id>/"
PLANNED = "planned-sessions/<uuid:planned_session_id>/"

urlpatterns = [
    path(
        "programme-templates/",
        views.TemplatesView.as_view(),
        name="programme-templates",
    ),
    path(
        "programme-templates/<uuid:template_id>/",
        views.TemplateView.as_view(),
        name="programme-template",
    ),
    path("programmes/", views.ProgrammesView.as_view(), name="programmes"),
    path(PROGRAMME, views.ProgrammeView.as_view(), name="programme"),
    path(
        f"{PROGRAMME}pause/", views.PauseProgrammeView.as_view(), name="programme-pause"
    ),
    path(
        f"{PROGRAMME}resume/",
        views.ResumeProgrammeView.as_view(),
        name="programme-resume",
    ),
    path(f"{PROGRAMME}end/", views.EndProgrammeView.as_view(), name="programme-end"),
    path(f"{PROGRAMME}phase/", views.PhaseView.as_view(), name="programme-phase"),
    path(
        f"{PROGRAMME}prescription/",
        views.PrescriptionView.as_view(),
        name="programme-prescription",
    ),
    path(
        "prescriptions/<uuid:prescription_id>/load/",
        views.LoadView.as_view(),
        name="prescription-load",
    ),
    path(
        f"{PROGRAMME}introductory-meeting/",
        meeting_views.ProgrammeMeetingView.as_view(),
        name="programme-introductory-meeting",
    ),
    path(MEETING, meeting_views.MeetingView.as_view(), name="introductory-meeting"),
    path(
        f"{MEETING}void/",
        meeting_views.VoidMeetingView.as_view(),
        name="introductory-meeting-void",
    ),
    path(
        f"{MEETING}versions/",
        meeting_views.MeetingVersionsView.as_view(),
        name="introductory-meeting-versions",
    ),
    path("clinic-rules/", rules_views.ClinicRulesView.as_view(), name="clinic-rules"),
    path(
        "clinic-rules/versions/",
        rules_views.ClinicRulesVersionsView.as_view(),
        name="clinic-rules-versions",
    ),
    path("retests-due/", retest_views.RetestsDueView.as_view(), name="retests-due"),
    path(
        "planned-sessions/",
        calendar_views.PlannedSessionsView.as_view(),
        name="planned-sessions",
    ),
    path(
        f"{PLANNED}excuse/",
        calendar_views.ExcuseView.as_view(),
        name="planned-session-excuse",
    ),
    path(
        f"{PLANNED}cancel/",
        calendar_views.CancelView.as_view(),
        name="planned-session-cancel",
    ),
    path(
        f"{PLANNED}move/",
        calendar_views.MoveView.as_view(),
        name="planned-session-move",
    ),
    path("closures/", calendar_views.ClosuresView.as_view(), name="closures"),
]
