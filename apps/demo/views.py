"""Pages of the demo: a door, and the mail that went out."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from . import mailbox
from .people import ACCOUNTS


@require_safe
def door(request: HttpRequest) -> HttpResponse:
    """Show what runs here and where to go on."""
    return render(request, "demo/door.html", {"accounts": ACCOUNTS})


@never_cache
@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """List the mails that went out, newest first."""
    return render(request, "demo/mails.html", {"mails": mailbox.newest_mails()})


@never_cache
@require_safe
def mail(request: HttpRequest, name: str) -> HttpResponse:
    """Show one mail."""
    found = mailbox.find_mail(name)
    if found is None:
        raise Http404
    return render(request, "demo/mail.html", {"mail": found})
