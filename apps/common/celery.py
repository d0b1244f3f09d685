"""Waking workers up without depending on them."""

import atexit
import logging
import os
import threading

from celery import current_app
from django.db import connection, transaction

logger = logging.getLogger(__name__)

MOST_WAITING = 100
PATIENCE_AT_EXIT_S = 2.0


class Nudger:
    """Sends nudges from one thread of this process, so that nobody waits for a broker.

    The thread is started by the first nudge. The child of a fork begins anew: what
    waits in the parent is left to the parent.
    """

    def __init__(self, *, most_waiting: int = MOST_WAITING) -> None:
        self._most_waiting = most_waiting
        self._begin_anew()
        os.register_at_fork(after_in_child=self._begin_anew)

    def hand_over(self, task_name: str) -> None:
        """Have a task nudged soon, and return at once.

        Nothing is done if a nudge for it waits already; one nudge too many is dropped
        and logged.
        """
        with self._changed:
            if task_name in self._waiting:
                return
            if len(self._waiting) >= self._most_waiting:
                logger.warning("Too many nudges wait; dropped one for %s", task_name)
                return
            self._waiting.append(task_name)
            if self._thread is None or not self._thread.is_alive():
                self._start()
            self._changed.notify_all()

    def finish(self, timeout_s: float) -> bool:
        """Wait until every nudge is out; say whether that happened in time."""
        with self._changed:
            return self._changed.wait_for(self._is_idle, timeout_s)

    def _begin_anew(self) -> None:
        # A new lock too: whoever held the old one at the fork is not in the child.
        self._changed = threading.Condition()
        self._waiting: list[str] = []
        self._is_sending = False
        self._thread: threading.Thread | None = None

    def _is_idle(self) -> bool:
        return not self._waiting and not self._is_sending

    def _start(self) -> None:
        # A daemon: a broker that hangs must not keep the process from ending.
        thread = threading.Thread(target=self._run, name="nudges", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:
            # No threads left, or the interpreter is ending: Beat finds the work.
            self._waiting.clear()
            logger.warning("Nudges are dropped: %s", error)
        else:
            self._thread = thread

    def _run(self) -> None:
        while True:
            with self._changed:
                self._is_sending = False
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._waiting)
                task_name = self._waiting.pop(0)
                self._is_sending = True
            send_nudge(task_name)


def send_nudge(task_name: str) -> None:
    """Ask a worker to run a sweep, waiting for the broker; errors are logged."""
    try:
        current_app.send_task(task_name, retry=False, expires=60)
    except Exception as error:  # noqa: BLE001
        # Broad on purpose, and without the text, which may hold the broker's password.
        logger.warning("Nudge for %s not sent (%s)", task_name, type(error).__name__)


_nudger = Nudger()


# Commands end as soon as they are done; their nudges get a moment to leave.
@atexit.register
def _finish_nudges() -> None:
    _nudger.finish(PATIENCE_AT_EXIT_S)


def nudge_on_commit(task_name: str) -> None:
    """Ask a worker to run a sweep soon, once the current transaction commits.

    One nudge a sweep and transaction is enough, however often it is asked for. A nudge
    only shortens the wait: Beat runs every sweep on a timer and the work itself is a
    row in the database, so a broker that is down or hangs must neither fail nor delay
    the request that saved the row. Errors are logged, not raised.
    """
    if any(_name_of(waiting) == task_name for waiting in connection.run_on_commit):
        return

    # A named function, not functools.partial: Django 5.2 reads the callback's
    # __qualname__ when it logs a failure, and a partial has none.
    def nudge() -> None:
        _nudger.hand_over(task_name)

    nudge.task_name = task_name  # type: ignore[attr-defined]
    transaction.on_commit(nudge, robust=True)


def _name_of(waiting: tuple[object, ...]) -> str | None:
    _, callback, *_ = waiting
    return getattr(callback, "task_name", None)
