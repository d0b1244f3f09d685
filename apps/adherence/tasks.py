"""Celery entry points of adherence."""

from typing import Any

from celery import shared_task

from apps.common.heartbeat import run_sweep

from . import services


@shared_task(name=services.REFRESH)
def refresh() -> dict[str, Any]:
    """Compute what changed. Beat runs this each minute."""
    return run_sweep(services.REFRESH, services.refresh)


@shared_task(name=services.REFRESH_ALL)
def refresh_all() -> dict[str, Any]:
    """Compute everybody's. Beat runs this once a day."""
    return run_sweep(services.REFRESH_ALL, services.refresh_all)
