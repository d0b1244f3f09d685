"""The web process as the server runs it: whole requests only."""

from django.conf import settings

from apps.common.whole_body import WholeBody

from .wsgi import application as wsgi_application

application = WholeBody(wsgi_application, longest=settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
