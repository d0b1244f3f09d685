"""Celery entry points of messaging."""

from typing import Any

from celery import shared_task

from apps.common.heartbeat import run_sweep

from . import services


@shared_task(name=services.SEND_OUTBOX)
def send_outbox() -> dict[str, Any]:
    """Send what is due. Nudged after each new mail; Beat runs this each minute."""
    return run_sweep(services.SEND_OUTBOX, services.send_outbox)
