"""The one place where the time of day is read.

Rules take the time as an argument. Views and tasks read it here, and a sweep can be
run at another time (``manage.py run_sweep --now``), so that real processes can be tried
at a change of the clocks or at the end of a year.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.utils import timezone

_shift = timedelta(0)


def now() -> datetime:
    """Return the current instant in UTC."""
    return timezone.now() + _shift


def is_moved() -> bool:
    """Tell whether this process believes that it is another time."""
    return _shift != timedelta(0)


def start_at(instant: datetime) -> None:
    """Let this process believe that it is ``instant``; time goes on from there."""
    global _shift  # noqa: PLW0603  one clock a process is the point
    _shift = instant - timezone.now()


@contextmanager
def moved_to(instant: datetime) -> Iterator[None]:
    """Let this process believe so within the block alone."""
    global _shift  # noqa: PLW0603  one clock a process is the point
    before = _shift
    start_at(instant)
    try:
        yield
    finally:
        _shift = before
