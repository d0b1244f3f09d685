"""Celery and its Beat schedule, made from ``settings.SWEEPS``."""

import os

from celery import Celery
from celery.signals import beat_init, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eihtrack.settings.local")

app = Celery("eihtrack")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_finalize.connect
def schedule_sweeps(sender: Celery, **_: object) -> None:
    """Put every sweep on Beat's timer."""
    from django.conf import settings

    for name, every_s in settings.SWEEPS.items():
        # A sweep that waited longer than its interval is replaced by the next one.
        sender.add_periodic_task(
            every_s, sender.signature(name), name=name, expires=every_s
        )


@worker_init.connect
@beat_init.connect
def keep_reconnecting(**_: object) -> None:
    """Let workers and Beat wait for a broker that is away; the web role must not."""
    app.conf.broker_transport_options = {}


@beat_init.connect
def catch_up(**_: object) -> None:
    """Run every sweep once when Beat starts, so that a restart loses no minute."""
    from django.conf import settings

    for name, every_s in settings.SWEEPS.items():
        app.send_task(name, expires=every_s)
