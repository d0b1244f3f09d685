"""Each sweep says that it ran; whoever asks hears which one is late."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from . import clock
from .models import Heartbeat


def run_sweep(name: str, service: Callable[..., Any]) -> dict[str, Any]:
    """Run ``service(now=…)``, stamp its heartbeat, return its report as a mapping.

    A sweep that raises stamps nothing, so that its silence is noticed.
    """
    report = asdict(service(now=clock.now()))
    Heartbeat.objects.update_or_create(
        name=name, defaults={"beat_at": clock.now(), "report": report}
    )
    return report


def late_sweeps(*, now: datetime) -> list[str]:
    """Return the names of sweeps that have missed their turn, in the order of settings.

    Late means: nothing for one and a half intervals and 15 seconds, or never yet.
    """
    beats = dict(Heartbeat.objects.values_list("name", "beat_at"))
    return [
        name
        for name, every_s in settings.SWEEPS.items()
        if name not in beats
        or now - beats[name] > timedelta(seconds=1.5 * every_s + 15)
    ]
