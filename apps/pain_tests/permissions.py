"""Who may measure."""

from typing import Any

from apps.clinics.models import Patient
from apps.common.errors import NotAllowedError


def require_measuring(user: Any, patient: Patient) -> None:
    """Refuse the patient; whoever else sees the tests treats or assesses them.

    Raises:
        NotAllowedError: The user is the patient.
    """
    if patient.user_id == user.pk:
        raise NotAllowedError(
            "Tests are entered by who took them: a therapist or an assessor."
        )
