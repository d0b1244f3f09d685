"""Celery entry points of reminders."""

from typing import Any

from celery import shared_task

from apps.common.heartbeat import run_sweep

from . import services


@shared_task(name=services.REMIND_OF_CHECK_INS)
def remind_of_check_ins() -> dict[str, Any]:
    """Ask for the check-ins that it is time for. Beat runs this every five minutes."""
    return run_sweep(services.REMIND_OF_CHECK_INS, services.remind_of_check_ins)
