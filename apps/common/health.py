"""Is it alive, is it ready, does everything run: for balancers and monitors."""

from collections.abc import Callable

from celery import current_app
from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError as BrokerError

from . import clock
from .heartbeat import held_up_sweeps, late_sweeps

# In seconds. A broker that hangs takes connections and never answers; a monitor does
# not wait as long as those that have something to send.
BROKER_PATIENCE = {"max_retries": 0, "socket_connect_timeout": 1, "socket_timeout": 1}


@never_cache
@require_safe
def livez(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """Say that the process answers."""
    return JsonResponse({"status": "alive"})


@never_cache
@require_safe
@transaction.non_atomic_requests
def readyz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """Say whether this process can serve: it reaches the database.

    Late sweeps do not count here, or a silent worker would take the web away too.
    """
    return _answer(_down({"database": _ask_database}))


@never_cache
@require_safe
@transaction.non_atomic_requests
def healthz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """Name what is down, late or held up; 503 if anything is. For monitors."""
    troubles: list[str] = []

    def ask_heartbeats() -> None:
        late = late_sweeps(now=clock.now())
        troubles.extend(f"{name} is late" for name in late)
        for name, count in held_up_sweeps().items():
            troubles.append(f"{name} has {count} held up")

    down = _down({"database": ask_heartbeats, "broker": _ask_broker})
    return _answer(down + troubles)


def _answer(problems: list[str]) -> JsonResponse:
    status = "unhealthy" if problems else "healthy"
    return JsonResponse(
        {"status": status, "problems": problems}, status=503 if problems else 200
    )


def _down(checks: dict[str, Callable[[], None]]) -> list[str]:
    problems = []
    for name, ask in checks.items():
        try:
            ask()
        except (DatabaseError, BrokerError, OSError):
            problems.append(f"{name} is down")
    return problems


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_broker() -> None:
    with current_app.connection_for_write() as broker:
        broker.transport_options = (broker.transport_options or {}) | BROKER_PATIENCE
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=2)
