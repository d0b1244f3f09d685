"""What makes the pages an app of the phone: manifest and service worker."""

import hashlib
import json
from functools import cache
from pathlib import Path

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
    *("today", "session", "waiting", "help-now", "flare-plan"),
    *("before", "after", "next-day", "second-day", "rest-day"),
)
# Kept one by one, as the first page leads to them: their id stands in the query.
KEPT_FORMS = ("questionnaire",)
KEPT_FILES = (
    *("eihtrack/style.css", "eihtrack/icon.svg", "patient_app/app.css"),
    *("patient_app/app.js", "patient_app/queue.js", "patient_app/entries.js"),
    *("patient_app/controls.js",),
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
        "pages": [reverse(name) for name in KEPT_PAGES],
        "forms": [reverse(name) for name in KEPT_FORMS],
        "files": [static(name) for name in KEPT_FILES],
    }
    return render(
        request,
        "patient_app/service_worker.js",
        {"kept": json.dumps(kept)},
        content_type="text/javascript",
    )


@cache
def build() -> str:
    """Return what names this version of the files: it changes with any of them."""
    digest = hashlib.sha256()
    for name in KEPT_FILES:
        digest.update(Path(str(finders.find(name))).read_bytes())
    return digest.hexdigest()[:12]
