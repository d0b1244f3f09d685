"""What all writes of questionnaires share: the trail and locks."""

from datetime import datetime
from typing import Any

from apps.audit.services import record
from apps.questionnaires.models import Questionnaire, QuestionnaireResponse


def locked(questionnaire: Questionnaire) -> None:
    """Let nobody else write about this questionnaire until the transaction ends."""
    Questionnaire.objects.select_for_update(of=("self",)).get(pk=questionnaire.pk)


def trace(
    action: str,
    row: Questionnaire | QuestionnaireResponse,
    *,
    by: Any,
    now: datetime,
    fields: list[str] | None = None,
) -> None:
    """Note a change in the trail: field names alone, never what was answered."""
    record(
        action,
        by=by,
        now=now,
        clinic_id=row.clinic_id,
        patient_id=row.patient_id,
        subject_id=row.public_id,
        detail={"fields": fields} if fields else None,
    )
