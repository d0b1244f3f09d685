"""Outcomes of a clinic do not change while figures are made from them.

A lock of the clinic instead of its rows: to lock a row is to write it, which would take
longer than its figures. Whoever records something waits for neither.
"""

from typing import Final

from django.db import connection

# Among the advisory locks of the database.
NAMESPACE: Final = 20


def lock_outcomes(clinic_id: int) -> None:
    """Let no figures be made from outcomes until the transaction ends.

    Several workers may make outcomes at once, each of its own patients.
    """
    _lock("pg_advisory_xact_lock_shared", clinic_id)


def lock_figures(clinic_id: int) -> None:
    """Let nobody change outcomes or make figures until the transaction ends."""
    _lock("pg_advisory_xact_lock", clinic_id)


def _lock(how: str, clinic_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {how}(%s, %s::int)", [NAMESPACE, clinic_id])
