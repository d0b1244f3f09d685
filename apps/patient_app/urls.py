"""The pages of a patient. None of them names a patient: it is whoever signed in."""

from django.urls import path

from . import device, me, sign_ins, views
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
    path("waiting/", views.WaitingPage.as_view(), name="waiting"),
    path("progress/", views.ProgressPage.as_view(), name="progress"),
    path("history/", views.HistoryPage.as_view(), name="history"),
    path("me/", me.MePage.as_view(), name="my-page"),
    path("me/settings/", me.SettingsPage.as_view(), name="my-settings"),
    path("me/clinic/", me.ClinicPage.as_view(), name="my-clinic"),
    path("me/devices/", sign_ins.DevicesPage.as_view(), name="my-devices"),
    path("me/passkeys/", sign_ins.PasskeysPage.as_view(), name="my-passkeys"),
    path("manifest.webmanifest", device.manifest, name="manifest"),
    path("service-worker.js", device.service_worker, name="service-worker"),
]
