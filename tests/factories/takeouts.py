"""Copies of all data of a patient, and their end."""

from datetime import datetime

from apps.clinics.models import Patient
from apps.common.shapes import ChangeRequest
from apps.exchange.entry import ErasureEntry
from apps.exchange.erasure import ask_erasure, take_back
from apps.exchange.exports import ask_export, make_exports
from apps.exchange.models import DataExport, ErasureRequest


def make_copy(patient: Patient, *, now: datetime) -> DataExport:
    """Return a copy that the patient asked for and can fetch."""
    export = ask_export(entry=ChangeRequest(), by=patient.user, now=now)
    make_exports(now=now)
    export.refresh_from_db()
    return export


def ask_to_be_erased(patient: Patient, *, now: datetime) -> ErasureRequest:
    """Return the wish of a patient to be erased."""
    entry = ErasureEntry(confirmation=patient.email)
    return ask_erasure(entry=entry, by=patient.user, now=now)


def change_mind(wish: ErasureRequest, *, now: datetime) -> None:
    """Take a wish back."""
    take_back(
        request_id=wish.public_id,
        entry=ChangeRequest(),
        by=wish.patient.user,
        now=now,
    )
