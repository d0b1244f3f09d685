"""What goes out about a patient, built from rows that are loaded already.

Services keep the same answer as an earlier version, so it stands below the API.
"""

from datetime import date
from uuid import UUID

from apps.common.shapes import Answer

from .models import Patient


class PatientAnswer(Answer):
    """A patient as staff see them."""

    id: UUID
    clinic: UUID
    email: str
    given_name: str
    family_name: str
    birth_year: int
    sex: str
    condition: str
    status: str
    time_zone: str
    language: str
    pem: bool | None
    weight_kg: str | None
    height_cm: str | None
    diagnosed_on: date | None
    hr_rest: int | None
    hr_max_measured: int | None
    beta_blocker: bool | None
    pacemaker: bool | None
    version: int


def patient_answer(patient: Patient) -> PatientAnswer:
    """Return a patient, whose clinic is loaded."""
    return PatientAnswer(
        id=patient.public_id,
        clinic=patient.clinic.public_id,
        email=patient.email,
        given_name=patient.given_name,
        family_name=patient.family_name,
        birth_year=patient.birth_year,
        sex=patient.sex,
        condition=patient.condition,
        status=patient.status,
        time_zone=patient.time_zone,
        language=patient.language,
        pem=patient.pem,
        weight_kg=_text(patient.weight_kg),
        height_cm=_text(patient.height_cm),
        diagnosed_on=patient.diagnosed_on,
        hr_rest=patient.hr_rest,
        hr_max_measured=patient.hr_max_measured,
        beta_blocker=patient.beta_blocker,
        pacemaker=patient.pacemaker,
        version=patient.version,
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)
