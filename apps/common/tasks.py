"""Celery entry points of common."""

from typing import Any

from celery import shared_task

from .heartbeat import TICK, run_sweep, tick


@shared_task(name=TICK)
def tick_task() -> dict[str, Any]:
    """Show that Beat and a worker run. Nobody nudges it; Beat runs this each minute."""
    return run_sweep(TICK, tick)
