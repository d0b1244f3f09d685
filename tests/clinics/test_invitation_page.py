"""The page behind the link of an invitation."""

from datetime import timedelta

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.clinics.entry import StaffInvitation
from apps.clinics.models import Invitation, Membership
from apps.clinics.services import invite_staff
from apps.common import clock
from apps.messaging.models import OutboxMail
from tests.factories import people

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A4")]
URL = "/invitation/"


def letter():
    """Return the code of a fresh invitation to work in a clinic."""
    clinic = people.make_clinic()
    invite_staff(
        entry=StaffInvitation.parse(
            {"email": "kim@test.example", "name": "Kim", "role": "therapist"}
        ),
        clinic=clinic,
        by=people.make_manager(clinic),
        now=clock.now(),
    )
    body = OutboxMail.objects.get(kind="invitation").body_text
    return body.split("/invitation/#")[1].split()[0]


def test_invitation_page_changes_nothing_when_it_is_opened():
    letter()

    response = Client().get(URL)

    assert response.status_code == 200
    assert Invitation.objects.get().accepted_at is None


def test_invitation_page_accepts_once_and_names_the_address_to_sign_in_with():
    code = letter()

    first = Client().post(URL, {"token": f" {code} "})
    second = Client().post(URL, {"token": code})

    assert first.status_code == 200
    assert "kim@test.example" in first.content.decode()
    assert Membership.objects.get(user=User.objects.get(email="kim@test.example"))
    assert second.status_code == 400
    assert "used or has expired" in second.content.decode()


def test_invitation_page_refuses_an_expired_letter():
    code = letter()
    Invitation.objects.update(expires_at=clock.now() - timedelta(seconds=1))

    response = Client().post(URL, {"token": code})

    assert response.status_code == 400
    assert not User.objects.filter(email="kim@test.example").exists()


@pytest.mark.parametrize(
    "code", ["", "zzz", "x" * 101, "<script>alert(1)</script>" * 2]
)
def test_invitation_page_refuses_what_is_no_code_and_keeps_what_was_typed(code):
    response = Client().post(URL, {"token": code})

    page = response.content.decode()
    assert response.status_code == 400
    assert 'role="alert"' in page
    assert "<script>alert(1)" not in page
    assert code[:3].replace("<", "&lt;") in page


def test_invitation_page_needs_its_own_form():
    code = letter()

    response = Client(enforce_csrf_checks=True).post(URL, {"token": code})

    assert response.status_code == 403
    assert Invitation.objects.get().accepted_at is None
