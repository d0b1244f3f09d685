"""Routes of flares."""

from django.urls import path

from . import views

SESSION = "sessions/<uuid:session_id>/"

urlpatterns = [
    path(f"{SESSION}verdict/", views.VerdictView.as_view(), name="session-verdict"),
    path(f"{SESSION}verdicts/", views.VerdictsView.as_view(), name="session-verdicts"),
]
