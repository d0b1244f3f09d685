"""Whose adherence is to be computed: one row a patient, beside what changed it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import connection

from apps.clinics.models import Patient
from apps.common.statements import prepared_cursor

# One statement, so that nothing can come between looking and writing.
UPSERT: Final = """
    INSERT INTO programmes_adherencedue AS adherence
        (patient_id, clinic_id, due_at, attempts)
    VALUES (%s, %s, %s, 0)
    ON CONFLICT (patient_id) DO UPDATE SET
        due_at = least(adherence.due_at, excluded.due_at),
        attempts = 0
"""
UPSERT_MANY: Final = """
    INSERT INTO programmes_adherencedue AS adherence
        (patient_id, clinic_id, due_at, attempts)
    SELECT patient_id, %s::bigint, %s::timestamptz, 0
    FROM unnest(%s::bigint[]) AS patient_id ORDER BY patient_id
    ON CONFLICT (patient_id) DO UPDATE SET
        due_at = least(adherence.due_at, excluded.due_at),
        attempts = 0
"""


def mark_adherence_due(*, patient: Patient, now: datetime) -> None:
    """Have the patient's adherence computed by the next sweep. Safe to repeat.

    Call it in the transaction of the change.
    """
    with prepared_cursor() as cursor:
        cursor.execute(UPSERT, [patient.pk, patient.clinic_id, now])


def mark_adherence_due_of(
    *, clinic_id: int, patient_ids: Iterable[int], now: datetime
) -> None:
    """Do so for patients of one clinic, in the order of their keys."""
    with connection.cursor() as cursor:
        cursor.execute(UPSERT_MANY, [clinic_id, now, sorted(set(patient_ids))])
