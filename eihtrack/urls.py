"""Every address of the product."""

from django.conf import settings
from django.urls import include, path, re_path

from apps.clinics.views import invitation
from apps.common import health
from apps.common.api import problems

urlpatterns = [
    path("api/v1/", include("eihtrack.api_urls")),
    # What the sign-in library offers besides and we do not: nobody signs up, changes
    # their address or has a password.
    re_path(
        r"^_allauth/browser/v1/"
        r"(?:account/(?:email|phone|password)|auth/(?:password|signup|email|phone|login))\b",
        problems.not_found,
    ),
    path("_allauth/", include("allauth.headless.urls")),
    path("invitation/", invitation, name="invitation"),
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
