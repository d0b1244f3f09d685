"""Waking workers up without depending on them."""

from celery import current_app
from django.db import connection, transaction


def nudge_on_commit(task_name: str) -> None:
    """Ask a worker to run a sweep soon, once the current transaction commits.

    One nudge a sweep and transaction is enough, however often it is asked for. A nudge
    only shortens the wait: Beat runs every sweep on a timer and the work itself is a
    row in the database, so a broker that is down must never fail the request that saved
    the row. Errors are logged, not raised.
    """
    if any(_name_of(waiting) == task_name for waiting in connection.run_on_commit):
        return

    # A named function, not functools.partial: Django 5.2 reads the callback's
    # __qualname__ when it logs a failure, and a partial has none.
    def nudge() -> None:
        current_app.send_task(task_name, retry=False, expires=60)

    nudge.task_name = task_name  # type: ignore[attr-defined]
    transaction.on_commit(nudge, robust=True)


def _name_of(waiting: tuple[object, ...]) -> str | None:
    _, callback, *_ = waiting
    return getattr(callback, "task_name", None)
