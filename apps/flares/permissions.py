"""Who may write, try and sign the policy of a clinic."""

from datetime import datetime
from typing import Any, Final

from apps.clinics.models import Clinic, Role
from apps.clinics.queries import acting_clinic, roles_in
from apps.common.errors import NotAllowedError

WHO_SIGNS: Final = frozenset({Role.THERAPIST.value, Role.MANAGER.value})
ONLY_STAFF: Final = "A therapist or manager of the clinic signs its policy."


def require_signer(user: Any, clinic: Clinic, *, now: datetime) -> None:
    """Refuse who neither treats people in the clinic now nor manages it.

    Raises:
        NotAllowedError: They do not.
    """
    if not WHO_SIGNS & roles_in(user, clinic.pk, now=now):
        raise NotAllowedError(ONLY_STAFF)


def signing_clinic(user: Any, *, entered: list[int], now: datetime) -> Clinic:
    """Return the clinic whose policy the user may sign, within the open wall.

    Raises:
        NotAllowedError: There is none.
        InvalidEntryError: There are several; the client must name one.
    """
    clinic = acting_clinic(user, roles=set(WHO_SIGNS), entered=entered, now=now)
    if clinic is None:
        raise NotAllowedError(ONLY_STAFF)
    return clinic
