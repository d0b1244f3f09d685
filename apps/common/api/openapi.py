"""The OpenAPI document at its address."""

import json
from functools import cache

from django.http import HttpResponse
from drf_spectacular.generators import SchemaGenerator
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView


@cache
def openapi_document() -> bytes:
    """Return the document as JSON; it is the same for everybody.

    Made once a process: that takes seconds, and anybody may ask for it.
    """
    schema = SchemaGenerator().get_schema(request=None, public=True)
    return json.dumps(schema, separators=(",", ":"), default=str).encode()


class OpenApiView(APIView):
    """The contract of this API, for people and generators of clients."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    schema = None

    def get(self, request: Request) -> HttpResponse:
        """Return the document."""
        return HttpResponse(openapi_document(), content_type="application/json")
