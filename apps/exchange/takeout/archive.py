"""One ZIP with everything: a file a kind, words to read first, and FHIR."""

import json
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string
from django.utils import translation

from apps.clinics.models import Patient
from apps.exchange.fhir.bundle import bundle_of
from apps.exchange.fhir_resources import response_resource
from apps.questionnaires.models import QuestionnaireResponse

from .kinds import KINDS
from .rows import Writer

READ_ME: Final = "read-me.txt"
BUNDLE: Final = "fhir/bundle.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file of a copy, as the words to read first tell of it."""

    name: str
    about: Any
    rows: int


def archive_of(patient: Patient, *, now: datetime) -> bytes:
    """Return the ZIP of all data of a patient, whose clinic is loaded.

    Call it inside the clinic's wall, in one transaction, so that all parts tell of the
    same moment.
    """
    target = BytesIO()
    writer = Writer(patient)
    parts = []
    with ZipFile(target, "w", compression=ZIP_DEFLATED) as archive:
        for kind in KINDS:
            rows = writer.rows_of(kind)
            part = Part(name=f"data/{kind.file}.json", about=kind.about, rows=len(rows))
            archive.writestr(part.name, _json({"about": part.about, "rows": rows}))
            parts.append(part)
        archive.writestr(BUNDLE, _json(_bundle(patient, now=now)))
        archive.writestr(READ_ME, _read_me(patient, parts=parts, now=now))
    return target.getvalue()


def _read_me(patient: Patient, *, parts: list[Part], now: datetime) -> str:
    context = {
        "patient": patient,
        "parts": [each for each in parts if each.rows],
        "empty": [each for each in parts if not each.rows],
        "made_at": now,
        "bundle": BUNDLE,
    }
    with translation.override(patient.language):
        return render_to_string("exchange/read_me.txt", context)


def _bundle(patient: Patient, *, now: datetime) -> dict[str, Any]:
    rows = QuestionnaireResponse.objects.filter(patient=patient)
    rows = rows.select_related("patient").order_by("pk")
    return bundle_of(
        patient_id=patient.public_id,
        email=patient.email,
        given_name=patient.given_name,
        family_name=patient.family_name,
        sex=patient.sex,
        birth_year=patient.birth_year,
        resources=[response_resource(row) for row in rows],
        made_at=now,
    )


def _json(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
