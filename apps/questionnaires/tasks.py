"""Celery entry points of questionnaires."""

from typing import Any

from celery import shared_task

from apps.common.heartbeat import run_sweep

from . import services


@shared_task(name=services.ASSIGN_SCHEDULED)
def assign_scheduled() -> dict[str, Any]:
    """Make, move and cancel what schedules ask for. Beat runs this each hour."""
    return run_sweep(services.ASSIGN_SCHEDULED, services.assign_scheduled)
