"""The base of every page of a patient."""

import logging
from collections.abc import Sequence
from typing import Any, ClassVar, cast
from urllib.parse import urlencode

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.gzip import gzip_page

from apps.accounts.models import User
from apps.accounts.services import note_use
from apps.clinics.models import Patient
from apps.clinics.queries import own_patient_records
from apps.common import clock, origin, tenancy
from apps.common.errors import NotThereError, ServiceError

from .refusals import refusal_in_words

logger = logging.getLogger(__name__)

CHOSEN_RECORD = "record"


class NoRecordError(Exception):
    """Nobody treats whoever is signed in."""


class NoneChosenError(Exception):
    """Several clinics treat whoever is signed in, and it is not said which is meant."""


@method_decorator(gzip_page, name="dispatch")
class PatientPage(View):
    """One transaction a request, inside the wall of the person's own record.

    ``patient`` is the record of whoever is signed in: no address names a patient, so
    there is nobody else's to ask for. Who is treated in several clinics chooses one;
    the wall then stands around that clinic alone.
    """

    http_method_names = ("get", "head", "post")
    needs_choice: ClassVar[bool] = True
    # By what people came in, for the trail.
    door: ClassVar[str] = "app"
    # Of whoever is signed in; more than one where several clinics treat them.
    records: Sequence[Patient] = ()
    patient: Patient
    is_chosen = True

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """Answer with the page, or say why not; nothing of it is kept on the way."""
        came_from = origin.current.set(
            origin.Origin(address=request.META.get("REMOTE_ADDR") or "", door=self.door)
        )
        try:
            # Of the browser until one knows who it is; put back for whoever comes next.
            with translation.override(translation.get_language()):
                response = self._answer(*args, **kwargs)
                response.headers["Content-Language"] = translation.get_language()
        finally:
            origin.current.reset(came_from)
        add_never_cache_headers(response)
        return response

    def _answer(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        method = str(self.request.method).lower()
        if method not in self.http_method_names or not hasattr(self, method):
            return self.http_method_not_allowed(self.request)
        if not self.is_let_in():
            return self._ask_to_sign_in()
        try:
            with transaction.atomic():
                self.patient = self.enter(**kwargs)
                # Also of a refusal, which is told outside of this transaction.
                translation.activate(self.patient.language)
                with timezone.override(self.patient.time_zone):
                    return super().dispatch(self.request, *args, **kwargs)
        except NoRecordError:
            return self.refuse("patient_app/no_record.html", status=403)
        except NoneChosenError:
            return self._ask_which()
        except ServiceError as error:
            return self.refuse(
                "patient_app/refusal.html",
                status=error.status,
                detail=refusal_in_words(error),
                error=error,
            )
        except (OperationalError, InterfaceError):
            logger.exception("The database did not answer.")
            return self.refuse("patient_app/unavailable.html", status=503)

    def is_let_in(self) -> bool:
        """Tell whether whoever asks may ask at all."""
        return bool(self.request.user.is_authenticated) and not self._is_of_another()

    def enter(self, **kwargs: Any) -> Patient:
        """Return the record that the page is about, and close the wall around it.

        A form says which record it was filled in for: it may have waited on the phone
        while the person turned to another clinic.
        """
        session = self.request.session
        if AUTHENTICATION_METHODS_SESSION_KEY in session:
            note_use(session=session, now=clock.now())
        tenancy.enter_clinics_of(self.person.pk)
        self.records = own_patient_records(self.request.user)
        if not self.records:
            raise NoRecordError
        patient = self._meant_record()
        if len(self.records) > 1:
            tenancy.enter_clinics([patient.clinic_id])
        return patient

    def _meant_record(self) -> Patient:
        by_id = {str(each.public_id): each for each in self.records}
        said = self.request.POST.get("patient")
        if said and said not in by_id:
            # Also of one that is left: it may have had another when it was filled in.
            raise NotThereError(str(_("This form is not of a record of yours.")))
        if len(self.records) == 1:
            return self.records[0]
        meant = said or self.request.session.get(CHOSEN_RECORD)
        if meant in by_id:
            return by_id[meant]
        if self.needs_choice:
            raise NoneChosenError
        self.is_chosen = False
        return self.records[0]

    @property
    def person(self) -> User:
        """Whoever is signed in."""
        return cast("User", self.request.user)

    @property
    def is_from_queue(self) -> bool:
        """Whether the device's own queue asks, which reads JSON."""
        return self.request.headers.get("Accept") == "application/json"

    def page(self, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
        """Return a page of the signed-in patient."""
        shared = {
            "patient": self.patient if self.is_chosen else None,
            "has_several": len(self.records) > 1,
            "kept_for": self._kept_for(),
            "emergency": emergency_words(self.patient),
            "csrf_cookie_name": settings.CSRF_COOKIE_NAME,
        }
        return render(self.request, template, shared | context, status=status)

    def _kept_for(self) -> str:
        """Return what the copies of pages on the phone depend on."""
        # Nobody need be signed in where a link was opened.
        of, unit = self.patient, getattr(self.request.user, "load_unit", "")
        shown = (of.public_id, of.language, of.time_zone, unit)
        return " ".join(map(str, shown))

    def refuse(self, template: str, *, status: int, **context: Any) -> HttpResponse:
        """Say why there is no page, or tell the queue by the status alone."""
        if self.is_from_queue:
            return JsonResponse({}, status=status)
        return render(self.request, template, context, status=status)

    def _is_of_another(self) -> bool:
        """Whether the queue sends what another person entered on the same phone."""
        of, user = self.request.headers.get("Entry-Of"), self.request.user
        return of is not None and isinstance(user, User) and of != str(user.public_id)

    def _ask_which(self) -> HttpResponse:
        if self.is_from_queue:
            # None of the answers that the queue takes for a fault of the entry.
            return JsonResponse({}, status=403)
        here = self.request.get_full_path() if self.request.method == "GET" else "/"
        return redirect(f"{reverse('my-clinic')}?{urlencode({'next': here})}")

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
