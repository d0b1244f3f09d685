"""What patients change of themselves."""

from datetime import datetime

from django.db import transaction

from apps.accounts.models import User
from apps.accounts.services import choose_manner
from apps.audit.services import record
from apps.clinics.answers import patient_answer
from apps.clinics.entry import OwnSettings
from apps.clinics.models import Patient, RecordKind
from apps.clinics.versions import keep_version


@transaction.atomic
def choose_own_settings(*, entry: OwnSettings, by: User, now: datetime) -> None:
    """Keep language, zone and unit of the person, in all of their own records.

    Records outside the open wall stay as they are. The earlier version of a record
    stays readable, as after any correction. Safe to repeat.
    """
    choose_manner(user=by, now=now, **entry.model_dump())
    wanted = {"language": entry.language, "time_zone": entry.time_zone}
    own = Patient.objects.filter(user=by).select_related("clinic").order_by("pk")
    for patient in own.select_for_update(of=("self",)):
        changed = sorted(
            name for name, to in wanted.items() if getattr(patient, name) != to
        )
        if changed:
            _change(patient, {name: wanted[name] for name in changed}, by=by, now=now)


def _change(
    patient: Patient, changes: dict[str, str], *, by: User, now: datetime
) -> None:
    keep_version(
        patient,
        kind=RecordKind.PATIENT,
        content=patient_answer(patient).model_dump(mode="json"),
        by=by,
        reason="Chosen by the patient.",
        now=now,
    )
    for name, value in changes.items():
        setattr(patient, name, value)
    patient.save(update_fields=[*changes, "version"])
    record(
        "patient.choose",
        by=by,
        now=now,
        clinic_id=patient.clinic_id,
        patient_id=patient.pk,
        subject_id=patient.public_id,
        detail={"fields": sorted(changes)},
    )
