"""Who may read how a clinic does as a whole."""

from datetime import datetime
from typing import Any, Final

from apps.clinics.models import Clinic, Role
from apps.clinics.queries import roles_in
from apps.common.errors import NotAllowedError

READERS: Final = frozenset({Role.THERAPIST, Role.MANAGER})


def require_reader_of(user: Any, clinic: Clinic, *, now: datetime) -> None:
    """Refuse who neither treats people in the clinic now nor manages it.

    Raises:
        NotAllowedError: They do not.
    """
    if READERS.isdisjoint(roles_in(user, clinic.pk, now=now)):
        raise NotAllowedError(
            "Only therapists and managers of the clinic read how it does as a whole."
        )
