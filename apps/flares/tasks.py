"""Celery entry points of flares."""

from typing import Any

from celery import shared_task

from apps.common.heartbeat import run_sweep
from apps.logbook.services.due import JUDGE_DUE

from . import replays, services


@shared_task(name=JUDGE_DUE)
def judge_due() -> dict[str, Any]:
    """Judge who is due. Nudged after each entry; Beat runs this each minute."""
    return run_sweep(JUDGE_DUE, services.judge_due)


@shared_task(name=services.CLOSE_WINDOWS)
def close_windows() -> dict[str, Any]:
    """Find windows that closed unnoticed. Beat runs this each hour."""
    return run_sweep(services.CLOSE_WINDOWS, services.close_windows)


@shared_task(name=replays.REPLAY_POLICIES)
def replay_policies() -> dict[str, Any]:
    """Go on with replays. Nudged by who asks for one; Beat runs this each minute."""
    return run_sweep(replays.REPLAY_POLICIES, replays.replay_policies)
