"""Who may write what surrounds a patient's exercise."""

from typing import Any

from apps.clinics.models import Patient
from apps.common.errors import NotAllowedError


def require_writer(
    user: Any, patient: Patient, *, by_patient: bool, record: Any = None
) -> None:
    """Refuse the patient, except for what they may tell, and told, themself.

    Whoever else sees the patient treats them.

    Raises:
        NotAllowedError: The user is the patient, and this is not theirs to write.
    """
    if patient.user_id != user.pk:
        return
    if not by_patient:
        raise NotAllowedError("This is for your care team. Ask your therapist.")
    if record is not None and record.entered_by_id != user.pk:
        raise NotAllowedError("Your care team entered this. Ask your therapist.")
