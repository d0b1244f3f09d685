"""Beat's own Celery: it sends the names of sweeps and loads none of their code.

    celery -A eihtrack.beat beat

Without Django's models and the tasks it starts in half the time and memory.
"""

import logging.config
from typing import Any

from celery import Celery
from celery.beat import Service
from celery.loaders.app import AppLoader
from celery.signals import beat_init, setup_logging
from django.conf import settings

UNTIL_IT_IS_BACK = {"max_retries": None, "interval_step": 0.2, "interval_max": 2}


class NamesOnly(AppLoader):
    """Loads no tasks."""

    def import_default_modules(self) -> list[Any]:
        """Return what it loads for the names: nothing."""
        return []


app = Celery("eihtrack", loader=NamesOnly, fixups=(), set_as_current=False)
app.config_from_object("django.conf:settings", namespace="CELERY")
# A broker that is away is waited for; the web role must not.
app.conf.broker_transport_options = {}


@app.on_after_finalize.connect
def schedule_sweeps(sender: Celery, **_: object) -> None:
    """Put every sweep on Beat's timer."""
    for name, every_s in settings.SWEEPS.items():
        # A sweep that waited longer than its interval is replaced by the next one.
        sender.add_periodic_task(
            every_s, sender.signature(name), name=name, expires=every_s
        )


@setup_logging.connect
def log_as_django_does(**_: object) -> None:
    """Write the same lines as all other processes."""
    logging.config.dictConfig(settings.LOGGING)


@beat_init.connect
def catch_up(sender: Service, **_: object) -> None:
    """Run every sweep once when Beat starts, so that a restart loses no minute."""
    for name, every_s in settings.SWEEPS.items():
        # However long the broker is away: nothing else can be sent before that.
        sender.app.send_task(name, expires=every_s, retry_policy=UNTIL_IT_IS_BACK)
