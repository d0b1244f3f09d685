"""Routes of the inbox."""

from django.urls import path

from . import views

urlpatterns = [
    path("alerts/", views.AlertsView.as_view(), name="alerts"),
    path("alerts/<uuid:alert_id>/", views.AlertView.as_view(), name="alert"),
    path(
        "alerts/<uuid:alert_id>/acknowledge/",
        views.AcknowledgeView.as_view(),
        name="alert-acknowledge",
    ),
    path("alerts/<uuid:alert_id>/act/", views.ActView.as_view(), name="alert-act"),
    path(
        "alerts/<uuid:alert_id>/resolve/",
        views.ResolveView.as_view(),
        name="alert-resolve",
    ),
    path("escalations/", views.EscalationsView.as_view(), name="escalations"),
    path(
        "clinics/<uuid:clinic_id>/opening-hours/",
        views.OpeningHoursView.as_view(),
        name="clinic-opening-hours",
    ),
]
