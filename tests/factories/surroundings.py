"""What surrounds exercise, flare plans among it, as clients send it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from apps.accounts.models import User
from apps.clinics.models import Patient
from apps.context import services


def agreement_body(patient: Patient, **fields: Any) -> dict[str, Any]:
    """Return a goal and how sure the person is to reach it."""
    values = {
        "patient": str(patient.public_id),
        "agreed_on": "2026-03-05",
        "agreed_by": ["patient", "therapist"],
        "goal": "Carry the shopping up two floors.",
        "goal_status": "working_on",
        "confidence": 6,
    }
    return values | fields


def phenotype_body(patient: Patient, **fields: Any) -> dict[str, Any]:
    """Return widespread pain that is taken for nociplastic."""
    values = {
        "patient": str(patient.public_id),
        "assessed_on": "2026-03-05",
        "basis": "History, body chart, thresholds at 8 sites.",
        "mechanism": "nociplastic",
        "wpi": 11,
        "sss": 8,
        "modulation": "reduced",
        "sensitisation": "probable",
        "fear_of_movement": "moderate",
    }
    return values | fields


def flare_plan_body(patient: Patient, **fields: Any) -> dict[str, Any]:
    """Return a plan that patient and therapist agreed on 1 March."""
    values = {
        "patient": str(patient.public_id),
        "agreed_on": "2026-03-01",
        "agreed_by": ["patient", "therapist"],
        "first_signs": "My hands are stiff in the morning.",
        "steps": "Half the load, more rest.",
        "leave_out": "Heavy work overhead.",
        "call": "The clinic, on the third bad day.",
    }
    return values | fields


def co_intervention_body(patient: Patient, **fields: Any) -> dict[str, Any]:
    """Return a medicine that began on 1 March and was raised on 5 March."""
    values = {
        "patient": str(patient.public_id),
        "kind": "drug",
        "name": "Duloxetine",
        "first_day": "2026-03-01",
        "dose": "30 mg in the morning",
        "dose_changes": [{"day": "2026-03-05", "dose": "60 mg in the morning"}],
    }
    return values | fields


def adverse_event_body(patient: Patient, **fields: Any) -> dict[str, Any]:
    """Return a severe event that is over."""
    values = {
        "patient": str(patient.public_id),
        "began_on": "2026-03-03",
        "ended_on": "2026-03-05",
        "description": "Could not walk stairs for two days.",
        "grade": 3,
        "serious": False,
        "relation": "probable",
        "actions": ["load_reduced"],
        "outcome": "recovered",
        "reported_by": "patient",
    }
    return values | fields


BODIES = {
    services.AGREEMENT: agreement_body,
    services.FLARE_PLAN: flare_plan_body,
    services.PHENOTYPE: phenotype_body,
    services.CO_INTERVENTION: co_intervention_body,
    services.ADVERSE_EVENT: adverse_event_body,
}


def make_record(
    kind: services.Kind, patient: Patient, *, by: User, now: datetime, **fields: Any
):
    """Return one record of a kind as somebody entered it."""
    entry = kind.entry.parse(BODIES[kind](patient, **fields))
    return services.enter(kind, entry=entry, by=by, now=now).record


def make_surroundings(
    patient: Patient, *, by: User, now: datetime, about: dict[str, dict[str, str]]
) -> dict[str, UUID]:
    """Give a patient one of everything, and return the ids.

    ``about`` has further fields by the name of the kind.
    """
    return {
        f"{kind.name}_id": make_record(
            kind, patient, by=by, now=now, **about.get(kind.name, {})
        ).public_id
        for kind in BODIES
    }
