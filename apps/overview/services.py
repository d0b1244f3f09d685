"""Opening a clinic: the one thing that needs every room below."""

from datetime import datetime

from django.db import transaction

from apps.clinics.entry import ClinicEntry, StaffInvitation
from apps.clinics.models import Clinic
from apps.clinics.services import create_clinic, invite_first_manager
from apps.common.tenancy import in_clinic
from apps.exercises.services import add_catalogue
from apps.flares.policies import load_policies
from apps.programmes.services import load_templates


@transaction.atomic
def furnish_clinic(*, entry: ClinicEntry, now: datetime) -> Clinic:
    """Return a new clinic with all that is shipped, still without people.

    It judges by the shipped policy in shadow: nobody is alerted until a named person
    of the clinic signs.

    Raises:
        AlreadyRecordedError: There is a clinic of this name.
    """
    load_templates()
    load_policies()
    clinic = create_clinic(entry=entry, now=now)
    with in_clinic(clinic.pk):
        add_catalogue(clinic=clinic)
    return clinic


@transaction.atomic
def open_clinic(
    *, entry: ClinicEntry, manager: StaffInvitation, now: datetime
) -> Clinic:
    """Return a new, furnished clinic; its first manager gets a letter.

    Raises:
        AlreadyRecordedError: There is a clinic of this name. Nothing was written.
    """
    clinic = furnish_clinic(entry=entry, now=now)
    invite_first_manager(entry=manager, clinic=clinic, now=now)
    return clinic
