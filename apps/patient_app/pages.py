"""The base of every page of a patient."""

import logging
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.gzip import gzip_page

from apps.accounts.models import User
from apps.clinics.models import Patient
from apps.clinics.queries import own_patient_record
from apps.common import origin, tenancy
from apps.common.errors import InvalidEntryError, ServiceError

logger = logging.getLogger(__name__)


@method_decorator(gzip_page, name="dispatch")
class PatientPage(View):
    """One transaction a request, inside the wall of the person's own record.

    ``patient`` is the record of whoever is signed in: no address names a patient, so
    there is nobody else's to ask for.
    """

    http_method_names = ("get", "head", "post")
    patient: Patient

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """Answer with the page, or say why not; nothing of it is kept on the way."""
        came_from = origin.current.set(
            origin.Origin(address=request.META.get("REMOTE_ADDR") or "", door="app")
        )
        try:
            response = self._answer(*args, **kwargs)
        finally:
            origin.current.reset(came_from)
        add_never_cache_headers(response)
        return response

    def _answer(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        method = str(self.request.method).lower()
        if method not in self.http_method_names or not hasattr(self, method):
            return self.http_method_not_allowed(self.request)
        if not self.request.user.is_authenticated or self._is_of_another():
            return self._ask_to_sign_in()
        try:
            with transaction.atomic():
                tenancy.enter_clinics_of(self.request.user.pk)
                self.patient = own_patient_record(self.request.user)
                with timezone.override(self.patient.time_zone):
                    return super().dispatch(self.request, *args, **kwargs)
        except InvalidEntryError:
            # Forms tell their own faults; this one is about whose pages these are.
            return self.refuse("patient_app/no_record.html", status=403)
        except ServiceError as error:
            return self.refuse(
                "patient_app/refusal.html", status=error.status, error=error
            )
        except (OperationalError, InterfaceError):
            logger.exception("The database did not answer.")
            return self.refuse("patient_app/unavailable.html", status=503)

    @property
    def is_from_queue(self) -> bool:
        """Whether the device's own queue asks, which reads JSON."""
        return self.request.headers.get("Accept") == "application/json"

    def page(self, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
        """Return a page of the signed-in patient."""
        shared = {
            "patient": self.patient,
            "emergency": emergency_words(self.patient),
            "csrf_cookie_name": settings.CSRF_COOKIE_NAME,
        }
        return render(self.request, template, shared | context, status=status)

    def refuse(self, template: str, *, status: int, **context: Any) -> HttpResponse:
        """Say why there is no page, or tell the queue by the status alone."""
        if self.is_from_queue:
            return JsonResponse({}, status=status)
        return render(self.request, template, context, status=status)

    def _is_of_another(self) -> bool:
        """Whether the queue sends what another person entered on the same phone."""
        of, user = self.request.headers.get("Entry-Of"), self.request.user
        return of is not None and isinstance(user, User) and of != str(user.public_id)

    def _ask_to_sign_in(self) -> HttpResponse:
        if self.is_from_queue:
            return JsonResponse({}, status=401)
        address = reverse("account_request_login_code")
        here = self.request.get_full_path() if self.request.method == "GET" else "/"
        return redirect(f"{address}?{urlencode({'next': here})}")


def emergency_words(patient: Patient) -> dict[str, str]:
    """Return the clinic's words in the patient's language, else in the clinic's."""
    clinic = patient.clinic
    words: dict[str, dict[str, str]] = clinic.emergency_words
    return words.get(patient.language) or words.get(clinic.language) or {}
