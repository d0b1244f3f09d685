"""Celery entry points of progression."""

from typing import Any

from celery import shared_task

from apps.clinics.services import DRAFT_DUE
from apps.common.heartbeat import run_sweep

from . import services


@shared_task(name=DRAFT_DUE)
def draft_due() -> dict[str, Any]:
    """Draft what is due. Nudged after each judgement; Beat runs this each minute."""
    return run_sweep(DRAFT_DUE, services.draft_due)
