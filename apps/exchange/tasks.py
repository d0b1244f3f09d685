"""Celery entry points of exchange."""

from typing import Any

from celery import shared_task

from apps.common.heartbeat import run_sweep

from . import erasure, exports


@shared_task(name=exports.MAKE_EXPORTS)
def make_exports() -> dict[str, Any]:
    """Make copies of data. Nudged when one is asked for; Beat runs this each minute."""
    return run_sweep(exports.MAKE_EXPORTS, exports.make_exports)


@shared_task(name=erasure.CARRY_OUT)
def carry_out_erasures() -> dict[str, Any]:
    """Erase whose time to take it back is over. Beat runs this each hour."""
    return run_sweep(erasure.CARRY_OUT, erasure.carry_out_erasures)
