"""In which language a page speaks."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

API = "/api/"


class PageLanguageMiddleware(LocaleMiddleware):
    """Pages speak the browser's language until one knows whose page it is.

    The API speaks English: programs read its codes, and what it tells is written down.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Choose the language; each request does, or it would keep the last one's."""
        if not request.path_info.startswith(API):
            super().process_request(request)
            return
        translation.activate(settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = settings.LANGUAGE_CODE

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Say in the answer of a page which language it is in."""
        if request.path_info.startswith(API):
            return response
        return super().process_response(request, response)
