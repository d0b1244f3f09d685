"""Every address of the product."""

from django.conf import settings
from django.urls import include, path

from apps.common import health
from apps.common.api import problems

urlpatterns = [
    path("api/v1/", include("eihtrack.api_urls")),
    path("_allauth/", include("allauth.headless.urls")),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("healthz", health.healthz, name="healthz"),
]
if settings.DEMO:
    urlpatterns.append(path("", include("apps.demo.urls")))

handler400 = problems.bad_request
handler403 = problems.permission_denied
handler404 = problems.not_found
handler500 = problems.server_error
