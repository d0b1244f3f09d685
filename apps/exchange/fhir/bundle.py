"""Everything of one patient that has a FHIR R4 form, as one Bundle."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

GENDERS: Final = {"female": "female", "male": "male", "other": "other"}


def bundle_of(
    *,
    patient_id: UUID,
    email: str,
    given_name: str,
    family_name: str,
    sex: str,
    birth_year: int,
    resources: Iterable[dict[str, Any]],
    made_at: datetime,
) -> dict[str, Any]:
    """Return a collection of the Patient and the resources that speak of them."""
    patient = {
        "resourceType": "Patient",
        "id": str(patient_id),
        "name": [{"family": family_name, "given": [given_name]}],
        "telecom": [{"system": "email", "value": email}],
        "gender": GENDERS.get(sex, "unknown"),
        # FHIR knows dates of which only the year is known.
        "birthDate": str(birth_year),
    }
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": made_at.isoformat(),
        "entry": [
            {"fullUrl": f"urn:uuid:{each['id']}", "resource": each}
            for each in (patient, *resources)
        ],
    }
