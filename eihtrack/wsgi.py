"""The web process."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from apps.common.whole_body import WholeBody

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eihtrack.settings.production")
application = WholeBody(
    get_wsgi_application(), longest=settings.DATA_UPLOAD_MAX_MEMORY_SIZE
)
