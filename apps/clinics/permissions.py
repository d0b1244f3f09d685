"""Who may do what with a patient whom they may see."""

from datetime import datetime
from typing import Any

from apps.common.errors import NotAllowedError

from . import queries
from .models import Patient, Role


def require_therapist_of(user: Any, patient: Patient) -> None:
    """Refuse the patient; whoever else sees the patient treats them.

    Raises:
        NotAllowedError: The user is the patient.
    """
    if patient.user_id == user.pk:
        raise NotAllowedError("This is for your care team. Ask your therapist.")


def require_treating(user: Any, patient: Patient, *, now: datetime) -> None:
    """Refuse whoever sees the patient without treating them.

    A chart opened in an emergency closes after a day; therapists whom its opener adds
    would stay.

    Raises:
        NotAllowedError: They are the patient, or opened the chart in an emergency.
    """
    require_therapist_of(user, patient)
    if user not in queries.care_therapists(patient, now=now):
        raise NotAllowedError("Who treats the patient, or a manager, does this.")


def require_role(user: Any, clinic_id: int, role: Role, *, now: datetime) -> None:
    """Refuse whoever does not have the role in the clinic now.

    Raises:
        NotAllowedError: They do not.
    """
    if role not in queries.roles_in(user, clinic_id, now=now):
        raise NotAllowedError(f"Only a {role.label.lower()} of the clinic may do this.")


def require_own_record(user: Any) -> Patient:
    """Return the record in which the user is the patient, within the open wall.

    Raises:
        NotAllowedError: They are nobody's patient here.
        InvalidEntryError: They are several clinics'.
    """
    if not Patient.objects.filter(user=user).exists():
        raise NotAllowedError("Only patients do this, each for themself.")
    return queries.own_patient_record(user)
