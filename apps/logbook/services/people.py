"""Whose entry it is, locked, so that one patient's changes come one after another."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from apps.accounts.models import User
from apps.clinics import queries as clinic_queries
from apps.clinics.models import Patient
from apps.common import clock
from apps.common.errors import NotThereError
from apps.common.statements import Compiled
from apps.logbook.models import CheckIn, HeldSession


def locked_patient(patient_id: UUID | None, *, by: Any) -> Patient:
    """Return the patient of an entry; who names none means themself.

    Until the transaction ends nobody else records or corrects for this patient: so a
    request that comes 32 times at once finds what the first of them wrote.

    Raises:
        NotThereError: There is none, or it is not the user's to see.
        InvalidEntryError: None was named and the user is nobody's patient here, or
            several clinics'.
    """
    if patient_id is None:
        patient_id = clinic_queries.own_patient_record(by).public_id
    found = by.is_authenticated and _visible_patients(
        user_id=by.pk, patient_id=patient_id, at=clock.now()
    )
    if not found:
        raise NotThereError("There is no such patient, or you may not see them.")
    patient: Patient = found[0]
    return patient


@Compiled
def _visible_patients(
    *, user_id: int, patient_id: UUID, at: datetime
) -> QuerySet[Patient]:
    visible = Patient.objects.visible_to(User(pk=user_id), at=at)
    return _locked(visible.filter(public_id=patient_id))


def locked_patient_of(
    model: type[HeldSession] | type[CheckIn], record_id: UUID, *, by: Any
) -> Patient:
    """Return the patient of a session or check-in, locked the same way.

    Raises:
        NotThereError: There is no such record, or it is not the user's to see.
    """
    its_patient = model.objects.filter(public_id=record_id).values_list(
        "patient_id", flat=True
    )
    visible = Patient.objects.visible_to(by)
    patient = _locked(visible.filter(pk__in=its_patient)).first()
    if patient is None:
        raise NotThereError("There is no such entry, or you may not see it.")
    return patient


def _locked(rows: QuerySet[Patient]) -> QuerySet[Patient]:
    # NO KEY: rows that point at the patient may be added meanwhile, by other rooms.
    locked = rows.select_for_update(of=("self",), no_key=True)
    return locked.select_related("clinic")
