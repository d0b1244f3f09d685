"""Each sweep says that it ran; whoever asks hears which one is late."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings

from . import clock
from .models import Heartbeat

TICK: Final = "common.tick"


@dataclass(frozen=True, slots=True)
class TickReport:
    """A tick has nothing to tell."""


def tick(*, now: datetime) -> TickReport:  # noqa: ARG001
    """Do nothing: its heartbeat is the point.

    Other sweeps are nudged too, so that theirs would hide for an hour that Beat is dead
    and nobody looks for what has become due by itself.
    """
    return TickReport()


def run_sweep(name: str, service: Callable[..., Any]) -> dict[str, Any]:
    """Run ``service(now=…)``, stamp its heartbeat, return its report as a mapping.

    A sweep that raises stamps nothing, so that its silence is noticed. One that is run
    at another time stamps nothing either: a beat of next year would hide the silence of
    a whole year.
    """
    report = asdict(service(now=clock.now()))
    if not clock.is_moved():
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


def held_up_sweeps() -> dict[str, int]:
    """Return how much each sweep could not do when it ran last, if anything.

    That is what its report calls ``held_up``: what was tried, failed and waits for
    another attempt.
    """
    reports = Heartbeat.objects.filter(name__in=settings.SWEEPS).order_by("name")
    return {
        name: report["held_up"]
        for name, report in reports.values_list("name", "report")
        if report.get("held_up")
    }
