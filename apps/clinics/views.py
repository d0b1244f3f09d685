"""The page behind the link of an invitation."""

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from apps.common import clock
from apps.common.errors import InvalidEntryError, ServiceError

from . import services
from .entry import Acceptance

PAGE = "clinics/invitation.html"
AWAY = gettext_lazy("This is not possible right now. Please try again in a moment.")
NOT_A_CODE = gettext_lazy(
    "This is not the code of an invitation. Copy all of it from the mail."
)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest) -> HttpResponse:
    """Show the invitation; accept it when the button is pressed.

    Opening the link changes nothing: mail programs open links too.
    """
    if request.method != "POST":
        return render(request, PAGE)
    token = request.POST.get("token", "").strip()
    try:
        acceptance = Acceptance.parse({"token": token})
        user = services.accept_invitation(token=acceptance.token, now=clock.now())
    except (OperationalError, InterfaceError):
        context = {"refusal": AWAY, "token": token[:100]}
        return render(request, PAGE, context, status=503)
    except ServiceError as error:
        refusal = (
            NOT_A_CODE
            if isinstance(error, InvalidEntryError)
            else gettext(error.detail)
        )
        context = {"refusal": refusal, "token": token[:100]}
        return render(request, PAGE, context, status=error.status)
    return render(request, PAGE, {"email": user.email})
