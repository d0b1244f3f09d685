"""Celery entry points of the inbox."""

from typing import Any

from celery import shared_task

from apps.common.heartbeat import run_sweep

from . import services


@shared_task(name=services.ESCALATE)
def escalate() -> dict[str, Any]:
    """Tell managers of what nobody looks at. Beat runs this each minute."""
    return run_sweep(services.ESCALATE, services.escalate)
