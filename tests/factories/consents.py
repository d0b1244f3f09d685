"""What patients allow, as clients send it."""

from datetime import datetime
from typing import Any

from apps.clinics.entry import ConsentEntry, ConsentTextEntry
from apps.clinics.models import Clinic, ConsentDecision, Patient
from apps.clinics.services import decide_consent, write_consent_text

OWN_WORDS = "These are the words that our clinic has written itself."


def consent_body(**fields: Any) -> dict[str, Any]:
    """Return that a patient allows passing on, after reading what is shipped."""
    values = {
        "purpose": "export",
        "decision": "given",
        "version": 1,
        "language": "en",
    }
    return values | fields


def decide(
    patient: Patient, purpose: str, decision: str, *, now: datetime, **fields: Any
) -> ConsentDecision:
    """Return the patient's own decision."""
    body = consent_body(purpose=purpose, decision=decision) | fields
    row, _ = decide_consent(entry=ConsentEntry.parse(body), by=patient.user, now=now)
    return row


def write_words(
    clinic: Clinic, *, by: Any, now: datetime, purpose: str = "research"
) -> None:
    """Let a manager write the clinic's own words for a purpose."""
    entry = ConsentTextEntry.parse({"purpose": purpose, "texts": {"en": OWN_WORDS}})
    write_consent_text(entry=entry, clinic=clinic, by=by, now=now)
