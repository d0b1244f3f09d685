"""Celery entry points of programmes."""

from typing import Any

from celery import shared_task

from apps.common.heartbeat import run_sweep

from . import services


@shared_task(name=services.MARK_MISSED)
def mark_missed() -> dict[str, Any]:
    """Mark what was missed. Beat runs this each hour."""
    return run_sweep(services.MARK_MISSED, services.mark_missed)


@shared_task(name=services.REMIND_RETESTS)
def remind_retests() -> dict[str, Any]:
    """Remind therapists of 1RM tests that are due. Beat runs this each hour."""
    return run_sweep(services.REMIND_RETESTS, services.remind_retests)
