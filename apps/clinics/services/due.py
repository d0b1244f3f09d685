"""Whose next loads are to be proposed: one row a patient, beside what changed them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import connection

from apps.common.celery import nudge_on_commit

DRAFT_DUE: Final = "progression.draft_due"
# One statement, so that nothing can come between looking and writing.
UPSERT_MANY: Final = """
    INSERT INTO clinics_proposaldue AS proposals
        (patient_id, clinic_id, due_at, attempts)
    SELECT patient_id, %s::bigint, %s::timestamptz, 0
    FROM unnest(%s::bigint[]) AS patient_id ORDER BY patient_id
    ON CONFLICT (patient_id) DO UPDATE SET
        due_at = least(proposals.due_at, excluded.due_at),
        attempts = 0
"""


def mark_proposals_due(
    *, clinic_id: int, patient_ids: Iterable[int], now: datetime
) -> None:
    """Have the load proposals of patients of one clinic drafted by the next sweep.

    Call it in the transaction of the change, which holds their rows until it ends; a
    worker is woken once that commits. Safe to repeat.
    """
    with connection.cursor() as cursor:
        cursor.execute(UPSERT_MANY, [clinic_id, now, sorted(set(patient_ids))])
    nudge_on_commit(DRAFT_DUE)
