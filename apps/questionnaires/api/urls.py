"""Routes of questionnaires."""

from django.urls import path

from . import schedules, views

QUESTIONNAIRES = "questionnaires/"
QUESTIONNAIRE = f"{QUESTIONNAIRES}<uuid:questionnaire_id>/"
RESPONSES = "questionnaire-responses/"
RESPONSE = f"{RESPONSES}<uuid:response_id>/"

urlpatterns = [
    path("instruments/", views.InstrumentsView.as_view(), name="instruments"),
    path(
        "instrument-wordings/",
        views.InstrumentWordingsView.as_view(),
        name="instrument-wordings",
    ),
    path(
        "questionnaire-schedules/",
        schedules.SchedulesView.as_view(),
        name="questionnaire-schedules",
    ),
    path(QUESTIONNAIRES, views.QuestionnairesView.as_view(), name="questionnaires"),
    path(QUESTIONNAIRE, views.QuestionnaireView.as_view(), name="questionnaire"),
    path(
        f"{QUESTIONNAIRE}void/",
        views.VoidQuestionnaireView.as_view(),
        name="questionnaire-void",
    ),
    path(RESPONSES, views.ResponsesView.as_view(), name="questionnaire-responses"),
    path(RESPONSE, views.ResponseView.as_view(), name="questionnaire-response"),
    path(
        f"{RESPONSE}void/",
        views.VoidResponseView.as_view(),
        name="questionnaire-response-void",
    ),
    path(
        f"{RESPONSE}versions/",
        views.ResponseVersionsView.as_view(),
        name="questionnaire-response-versions",
    ),
]
