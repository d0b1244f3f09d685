"""Celery as web and workers know it. Beat has its own: ``eihtrack.beat``."""

import os

from celery import Celery
from celery.signals import beat_init, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eihtrack.settings.local")

app = Celery("eihtrack")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@beat_init.connect
def refuse_beat(sender: object, **_: object) -> None:
    """Say which app has the timer: with this one Beat would run and send nothing."""
    if getattr(sender, "app", None) is app:
        raise SystemExit("Beat has its own app: celery -A eihtrack.beat beat")


@worker_init.connect
def keep_reconnecting(**_: object) -> None:
    """Let workers wait for a broker that is away; the web role must not."""
    app.conf.broker_transport_options = {}
