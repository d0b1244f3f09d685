"""Who may take what out of the product."""

from typing import Any

from apps.clinics.consents import allows
from apps.clinics.models import Patient, Purpose
from apps.common.errors import NotAllowedError


def require_passing_on(user: Any, patient: Patient) -> None:
    """Refuse staff who would take a patient's data out for others.

    What they read here to treat the patient is care, and not asked for.

    Raises:
        NotAllowedError: The patient does not allow it. Their own data is theirs.
    """
    if user.pk != patient.user_id and not allows(patient, Purpose.EXPORT):
        raise NotAllowedError(
            "The patient has not allowed passing their data on. Ask them to allow it "
            "in their app."
        )
