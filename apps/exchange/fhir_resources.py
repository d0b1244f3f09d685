"""Stored rows as FHIR resources."""

from typing import Any

from apps.exchange.fhir.responses import FilledForm, response_of
from apps.questionnaires.instruments import instrument_named
from apps.questionnaires.models import QuestionnaireResponse


def response_resource(row: QuestionnaireResponse) -> dict[str, Any]:
    """Return a stored response, whose patient is loaded, as FHIR has it."""
    name = (row.clinic_id, row.instrument_key, row.instrument_version)
    form = FilledForm(
        response_id=row.public_id,
        patient_id=row.patient.public_id,
        version=row.version,
        answers=row.answers,
        completed_at=row.completed_at,
        recorded_at=row.recorded_at,
        is_void=row.voided_at is not None,
    )
    return response_of(form, instrument=instrument_named(name))
