"""The routes of the API, by the app that owns the answer."""

from django.urls import include, path
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny

from apps.common.api.openapi import OpenApiView
from apps.common.api.problems import not_found

OPEN = [AllowAny]

urlpatterns = [
    path("openapi.json", OpenApiView.as_view(), name="openapi"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(
            url_name="openapi", permission_classes=OPEN, authentication_classes=[]
        ),
        name="docs",
    ),
    path("", include("apps.accounts.api.urls")),
    path("", include("apps.clinics.api.urls")),
    path("", include("apps.exercises.api.urls")),
    path("", include("apps.strength.api.urls")),
    path("", include("apps.programmes.api.urls")),
    path("", include("apps.logbook.api.urls")),
    path("", include("apps.pain_tests.api.urls")),
    path("", include("apps.questionnaires.api.urls")),
    path("", include("apps.inbox.api.urls")),
    path("", include("apps.flares.api.urls")),
    path("", include("apps.adherence.api.urls")),
    path("", include("apps.context.api.urls")),
    path("", include("apps.progression.api.urls")),
    path("", include("apps.overview.api.urls")),
    path("", include("apps.exchange.api.urls")),
    # Also while debugging, an address that is not there is told as a problem.
    path("<path:unknown>", not_found),
    path("", not_found),
]
