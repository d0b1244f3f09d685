"""The pages of a patient. None of them names a patient: it is whoever signed in."""

from django.urls import path

from . import correction_pages, device, history_pages, me, sign_ins, views
from .consent_page import ConsentPage
from .data_page import DataFilePage, DataPage
from .flare_plan_page import FlarePlanPage
from .link_page import LinkPage
from .questionnaire_page import QuestionnairePage

urlpatterns = [
    path("", views.TodayPage.as_view(), name="today"),
    path("check-in/before/", views.BeforePage.as_view(), name="before"),
    path("check-in/after/", views.AfterPage.as_view(), name="after"),
    path("check-in/next-day/", views.NextDayPage.as_view(), name="next-day"),
    path("check-in/second-day/", views.SecondDayPage.as_view(), name="second-day"),
    path("check-in/rest-day/", views.RestDayPage.as_view(), name="rest-day"),
    path("session/", views.SessionPage.as_view(), name="session"),
    path("questionnaire/", QuestionnairePage.as_view(), name="questionnaire"),
    path("help-now/", views.HelpPage.as_view(), name="help-now"),
    path("flare-plan/", FlarePlanPage.as_view(), name="flare-plan"),
    path("waiting/", views.WaitingPage.as_view(), name="waiting"),
    path("progress/", views.ProgressPage.as_view(), name="progress"),
    path("history/", history_pages.HistoryPage.as_view(), name="history"),
    path(
        "history/session/",
        history_pages.SessionRecordPage.as_view(),
        name="history-session",
    ),
    path(
        "history/check-in/",
        history_pages.CheckInRecordPage.as_view(),
        name="history-check-in",
    ),
    path(
        "history/questionnaire/",
        history_pages.QuestionnaireRecordPage.as_view(),
        name="history-questionnaire",
    ),
    path(
        "history/session/correct/",
        correction_pages.CorrectSessionPage.as_view(),
        name="correct-session",
    ),
    path(
        "history/check-in/correct/",
        correction_pages.CorrectCheckInPage.as_view(),
        name="correct-check-in",
    ),
    path(
        "history/session/take-out/",
        correction_pages.TakeOutSessionPage.as_view(),
        name="take-out-session",
    ),
    path(
        "history/check-in/take-out/",
        correction_pages.TakeOutCheckInPage.as_view(),
        name="take-out-check-in",
    ),
    path("no-signal/", device.no_signal, name=device.NO_SIGNAL),
    path("me/", me.MePage.as_view(), name="my-page"),
    path("me/settings/", me.SettingsPage.as_view(), name="my-settings"),
    path("me/clinic/", me.ClinicPage.as_view(), name="my-clinic"),
    path("me/devices/", sign_ins.DevicesPage.as_view(), name="my-devices"),
    path("me/passkeys/", sign_ins.PasskeysPage.as_view(), name="my-passkeys"),
    path("me/consent/", ConsentPage.as_view(), name="my-consent"),
    path("me/data/", DataPage.as_view(), name="my-data"),
    path("me/data/file/", DataFilePage.as_view(), name="my-data-file"),
    path("l/<str:token>/", LinkPage.as_view(), name="check-in-link"),
    path("manifest.webmanifest", device.manifest, name="manifest"),
    path("service-worker.js", device.service_worker, name="service-worker"),
]
