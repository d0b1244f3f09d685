"""What is to be judged: one row a patient, written beside whatever changed an input.

What changes an input of the detector changes one of adherence too.
"""

from datetime import datetime
from typing import Final

from apps.clinics.models import Patient
from apps.common.celery import nudge_on_commit
from apps.common.statements import prepared_cursor
from apps.programmes.services import due as adherence

JUDGE_DUE: Final = "flares.judge_due"
# One statement, so that nothing can come between looking and writing, and so that
# logging a session waits for the database once. Both halves are constants.
UPSERT: Final = f"""
    WITH adherence AS ({adherence.UPSERT})
    INSERT INTO logbook_judgementdue AS due
        (patient_id, clinic_id, from_started_at, due_at, reason, attempts)
    VALUES (%s, %s, %s, %s, %s, 0)
    ON CONFLICT (patient_id) DO UPDATE SET
        from_started_at = least(due.from_started_at, excluded.from_started_at),
        due_at = least(due.due_at, excluded.due_at),
        reason = excluded.reason,
        attempts = 0
"""  # noqa: S608


def mark_for_judgement(
    *, patient: Patient, from_started_at: datetime, due_at: datetime, reason: str
) -> None:
    """Have the patient's sessions from a time on judged at ``due_at``, or sooner.

    Their adherence is computed by the next sweep: a time that has passed is due at
    once. What is due already stays due. Call it in the transaction of the change; a
    worker is woken once that commits. Safe to repeat.
    """
    with prepared_cursor() as cursor:
        cursor.execute(
            UPSERT,
            [
                *(patient.pk, patient.clinic_id, from_started_at),
                *(patient.pk, patient.clinic_id, from_started_at, due_at, reason),
            ],
        )
    nudge_on_commit(JUDGE_DUE)
