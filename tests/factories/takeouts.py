"""Copies of all data of a patient."""

from datetime import datetime

from apps.clinics.models import Patient
from apps.common.shapes import ChangeRequest
from apps.exchange.exports import ask_export, make_exports
from apps.exchange.models import DataExport


def make_copy(patient: Patient, *, now: datetime) -> DataExport:
    """Return a copy that the patient asked for and can fetch."""
    export = ask_export(entry=ChangeRequest(), by=patient.user, now=now)
    make_exports(now=now)
    export.refresh_from_db()
    return export
