"""What makes the pages an app of the phone: manifest and service worker."""

import hashlib
import json
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

# Kept on the phone, so that they open without a signal.
KEPT_PAGES = (
    *("today", "session", "waiting", "help-now", "progress", "flare-plan"),
    *("before", "after", "next-day", "second-day", "rest-day"),
)
# Shown where a page is not kept, also to who is not signed in: nobody's.
NO_SIGNAL = "no-signal"
# Kept one by one, as the first page leads to them: their id stands in the query.
KEPT_FORMS = ("questionnaire",)
# Kept when they were looked at: a change of mind needs its form also without a signal.
CHANGE_FORMS = (
    *("correct-session", "correct-check-in", "take-out-session", "take-out-check-in"),
)
KEPT_FILES = (
    *("eihtrack/style.css", "eihtrack/icon.svg", "patient_app/app.css"),
    *("patient_app/app.js", "patient_app/queue.js", "patient_app/entries.js"),
    *("patient_app/controls.js", "patient_app/page.js", "patient_app/store.js"),
    *("patient_app/rest.js", "patient_app/waiting.js", "patient_app/today.js"),
    *("patient_app/person.js", "patient_app/changes.js", "patient_app/undo.js"),
)


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """Return what the phone needs to put the app on its home screen."""
    icon = {"src": static("eihtrack/icon.svg"), "sizes": "any", "type": "image/svg+xml"}
    return JsonResponse(
        {
            "name": "EIHtrack",
            "short_name": "EIHtrack",
            "description": _("My exercise and my pain"),
            "id": "/",
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": "#fbfaf8",
            "theme_color": "#1f6f78",
            "icons": [icon | {"purpose": purpose} for purpose in ("any", "maskable")],
        },
        content_type="application/manifest+json",
    )


@never_cache
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """Return the worker with the addresses of this version's files in it."""
    kept = {
        "build": build(),
        "static": settings.STATIC_URL,
        "noSignal": reverse(NO_SIGNAL),
        "askForCode": reverse("account_request_login_code"),
        "pages": [reverse(name) for name in KEPT_PAGES],
        "forms": [reverse(name) for name in KEPT_FORMS],
        "changes": [reverse(name) for name in CHANGE_FORMS],
        "files": [static(name) for name in KEPT_FILES],
    }
    return render(
        request,
        "patient_app/service_worker.js",
        {"kept": json.dumps(kept)},
        content_type="text/javascript",
    )


@never_cache
@require_safe
def no_signal(request: HttpRequest) -> HttpResponse:
    """Return what a phone shows without a signal instead of a page it does not keep."""
    return render(request, "patient_app/no_signal.html")


@cache
def build() -> str:
    """Return what names this version of the files: it changes with any of them."""
    digest = hashlib.sha256()
    for name in KEPT_FILES:
        digest.update(Path(str(finders.find(name))).read_bytes())
    return digest.hexdigest()[:12]
