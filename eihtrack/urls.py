"""Every address of the product."""

from allauth.account.views import confirm_login_code, logout, request_login_code
from allauth.mfa.base.views import authenticate
from django.conf import settings
from django.urls import include, path, re_path
from django.views.decorators.http import require_POST

from apps.clinics.sign_in import PasskeySignIn
from apps.clinics.views import invitation
from apps.common import health
from apps.common.api import problems

urlpatterns = [
    path("api/v1/", include("eihtrack.api_urls")),
    # What the sign-in library offers besides and we do not: nobody signs up, changes
    # their address or has a password; sign-ins are ended on a page of ours.
    re_path(
        r"^_allauth/browser/v1/"
        r"(?:account/(?:email|phone|password)"
        r"|auth/(?:password|signup|email|phone|login|sessions|webauthn/login))\b",
        problems.not_found,
    ),
    path("_allauth/", include("allauth.headless.urls")),
    path("invitation/", invitation, name="invitation"),
    # The library's own views, each by name: it has many more that we do not offer.
    path("sign-in/", request_login_code, name="account_login"),
    path("sign-in/", request_login_code, name="account_request_login_code"),
    path("sign-in/code/", confirm_login_code, name="account_confirm_login_code"),
    path("sign-in/passkey/", PasskeySignIn.as_view(), name="mfa_login_webauthn"),
    path("sign-in/second-factor/", authenticate, name="mfa_authenticate"),
    path("sign-out/", require_POST(logout), name="account_logout"),
    path("", include("apps.patient_app.urls")),
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
