"""Which clinics' rows the current transaction may touch.

PostgreSQL's row-level security is the net beneath ``visible_to``: the policies compare
``clinic_id`` with the setting ``app.clinic_ids``, which lasts for one transaction only.
A query outside a transaction, or without this call, finds nothing.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.contrib.postgres.fields import ArrayField
from django.db import connection, transaction
from django.db.models import BigIntegerField, Func

from . import clock


class NoTransactionError(RuntimeError):
    """The wall was to be opened outside a transaction, where it would not close."""


class EnterClinicsOf(Func):
    """The same as ``enter_clinics_of`` within a query: user, only, time.

    The query must find one row at most, or the wall of the last one stays open.
    """

    function = "enter_clinics_of"
    output_field = ArrayField(BigIntegerField())


def enter_clinics(clinic_ids: Iterable[int]) -> None:
    """Open the wall for these clinics until the current transaction ends."""
    _require_transaction()
    _set("app.clinic_ids", ",".join(str(clinic_id) for clinic_id in clinic_ids))


def enter_clinics_of(user_id: int, *, only: str | None = None) -> list[int]:
    """Open the wall for every clinic in which the user works or is treated.

    Args:
        user_id: The signed-in person.
        only: Public id of the one clinic to act in; must be one of the person's.

    Returns:
        The clinics' ids; empty for a stranger, also if ``only`` is not theirs.
    """
    _require_transaction()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT enter_clinics_of(%s, %s::uuid, %s)", [user_id, only, clock.now()]
        )
        (ids,) = cursor.fetchone()
    return list(ids)


@contextmanager
def in_clinic(clinic_id: int) -> Iterator[None]:
    """Run a block in a transaction of its own, inside one clinic's wall."""
    is_nested = connection.in_atomic_block
    with transaction.atomic():
        before = _setting("app.clinic_ids") if is_nested else ""
        enter_clinics([clinic_id])
        # The end of a transaction takes the setting back, and so does an error.
        yield
        if is_nested:
            _set("app.clinic_ids", before)


@contextmanager
def across_clinics() -> Iterator[None]:
    """Run a block in a transaction as the role that sweeps over all clinics.

    For finding work only: what is found is done inside its own clinic.
    """
    with transaction.atomic():
        before = _setting("role")
        _set("role", "eihtrack_sweep")
        # A block that raises takes the role back with its transaction.
        yield
        _set("role", before)


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise NoTransactionError("Open a transaction before entering a clinic.")


def _setting(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s, true)", [name])
        (value,) = cursor.fetchone()
    return value or ""


def _set(name: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [name, value])
