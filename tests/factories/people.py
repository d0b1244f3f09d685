"""The people of a test: clinics, staff, patients, and a client for each."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.accounts.services import issue_token
from apps.clinics.models import (
    CareTeamMember,
    Clinic,
    Membership,
    Patient,
    Role,
)
from apps.common import clock

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
_numbers = itertools.count(1)


def make_user(**fields: Any) -> User:
    """Return a new person with an account."""
    number = next(_numbers)
    values = {"email": f"person{number}@test.example", "name": f"Person {number}"}
    return User.objects.create_user(**(values | fields))


def make_clinic(**fields: Any) -> Clinic:
    """Return a new clinic in Stockholm's zone, with its wall open for the test."""
    number = next(_numbers)
    values = {
        "name": f"Clinic {number}",
        "time_zone": "Europe/Stockholm",
        "emergency_words": {
            language: {"general": "Call 112.", "crisis": "Call 90101."}
            for language, _ in settings.LANGUAGES
        },
    }
    clinic = Clinic.objects.create(**(values | fields))
    enter_also(clinic)
    return clinic


def enter_also(clinic: Clinic) -> None:
    """Open the wall of one more clinic for the rest of the test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.clinic_ids', true)")
        entered = set(filter(None, (cursor.fetchone()[0] or "").split(",")))
        cursor.execute(
            "SELECT set_config('app.clinic_ids', %s, true)",
            [",".join(sorted(entered | {str(clinic.pk)}))],
        )


def make_member(clinic: Clinic, role: str, **fields: Any) -> User:
    """Return a new person who works in the clinic in this role."""
    user = make_user(**fields)
    Membership.objects.create(user=user, clinic=clinic, role=role, active_from=LONG_AGO)
    return user


def make_therapist(clinic: Clinic, **fields: Any) -> User:
    """Return a new physiotherapist of the clinic."""
    return make_member(clinic, Role.THERAPIST, **fields)


def make_manager(clinic: Clinic, **fields: Any) -> User:
    """Return a new manager of the clinic."""
    return make_member(clinic, Role.MANAGER, **fields)


def make_assessor(clinic: Clinic, **fields: Any) -> User:
    """Return a new blinded assessor of the clinic."""
    return make_member(clinic, Role.ASSESSOR, **fields)


def make_patient(
    clinic: Clinic, *, therapist: User | None = None, **fields: Any
) -> Patient:
    """Return a new patient with an account, in the care of ``therapist`` if given."""
    number = next(_numbers)
    user = fields.pop("user", None) or make_user()
    values = {
        "clinic": clinic,
        "user": user,
        "email": user.email,
        "given_name": f"Given{number}",
        "family_name": f"Family{number}",
        "birth_year": 1975,
        "sex": "female",
        "condition": "fibromyalgia",
        "time_zone": "Europe/Stockholm",
        "pem": False,
        "created_at": LONG_AGO,
    }
    patient = Patient.objects.create(**(values | fields))
    if therapist is not None:
        give_care(therapist, patient)
    return patient


def give_care(therapist: User, patient: Patient, **fields: Any) -> CareTeamMember:
    """Put the therapist into the patient's care team."""
    membership = Membership.objects.get(
        user=therapist, clinic=patient.clinic, role=Role.THERAPIST
    )
    values = {
        "clinic": patient.clinic,
        "patient": patient,
        "membership": membership,
        "active_from": LONG_AGO,
    }
    return CareTeamMember.objects.create(**(values | fields))


def bearer(user: User, *, scope: str = "full", days: int = 1) -> str:
    """Return a fresh token of the person, good for so many days."""
    now = clock.now()
    _, text = issue_token(
        user=user,
        name="test",
        scope=scope,
        expires_at=now + timedelta(days=days),
        now=now,
    )
    return text


def api_client(user: User | None = None, *, scope: str = "full") -> APIClient:
    """Return a client that is signed in as ``user`` by a token, or as nobody."""
    client = APIClient()
    if user is not None:
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {bearer(user, scope=scope)}")
    return client
