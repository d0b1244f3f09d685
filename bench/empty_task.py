"""A task that only says that it ran: the yardstick of ``alert_latency.py``."""

from pathlib import Path

from celery import shared_task


@shared_task(name="bench.empty")
def empty(path: str) -> None:
    """Make an empty file, which the measurement waits for as it waits for a mail."""
    Path(path).touch()
