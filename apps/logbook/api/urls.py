"""Routes of logbook."""

from django.urls import path

from . import views

SESSION = "sessions/<uuid:session_id>/"
CHECK_IN = "check-ins/<uuid:check_in_id>/"

urlpatterns = [
    path("sessions/", views.SessionsView.as_view(), name="sessions"),
    path(SESSION, views.SessionView.as_view(), name="session"),
    path(
        f"{SESSION}versions/",
        views.SessionVersionsView.as_view(),
        name="session-versions",
    ),
    path(f"{SESSION}void/", views.VoidSessionView.as_view(), name="session-void"),
    path(
        f"{SESSION}confounders/",
        views.ConfoundersView.as_view(),
        name="session-confounders",
    ),
    path("check-ins/", views.CheckInsView.as_view(), name="check-ins"),
    path(CHECK_IN, views.CheckInView.as_view(), name="check-in"),
    path(
        f"{CHECK_IN}versions/",
        views.CheckInVersionsView.as_view(),
        name="check-in-versions",
    ),
    path(f"{CHECK_IN}void/", views.VoidCheckInView.as_view(), name="check-in-void"),
]
