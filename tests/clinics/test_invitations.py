"""Letters to future patients and staff: once, for a while, one account a person."""

import re
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.audit.models import AuditEvent
from apps.clinics.entry import PatientInvitation, StaffInvitation
from apps.clinics.models import CareTeamMember, Invitation, Membership, Patient
from apps.clinics.services import (
    InvitationSpentError,
    accept_invitation,
    invite_patient,
    invite_staff,
)
from apps.common import clock, tenancy
from apps.common.errors import AlreadyRecordedError, NotAllowedError
from apps.messaging.models import OutboxMail
from tests.factories import people

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A4")]

NOW = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ACCEPT = "/api/v1/invitations/accept/"
EMAIL = "wilhelmina@test.example"


@pytest.fixture(autouse=True)
def right_clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


def patient_entry(**fields):
    values = {
        "email": EMAIL,
        "given_name": "Wilhelmina",
        "family_name": "Wilhelmsson",
        "birth_year": 1980,
        "sex": "female",
        "condition": "fibromyalgia",
        "time_zone": "Europe/Stockholm",
        "language": "sv",
    }
    return PatientInvitation.parse(values | fields)


def staff_entry(**fields):
    values = {"email": EMAIL, "name": "Wilhelmina W", "role": "therapist"}
    return StaffInvitation.parse(values | fields)


def mailed_tokens():
    """Return the tokens of all letters."""
    with tenancy.across_clinics():
        mails = list(OutboxMail.objects.filter(kind="invitation"))
    return [
        re.search(r"/invitation/#([\w-]+)", mail.body_text).group(1) for mail in mails
    ]


def mailed_token(*, but=()):
    """Return the token of the one letter that is not among ``but``."""
    (token,) = set(mailed_tokens()) - set(but)
    return token


def accept(token):
    return APIClient().post(ACCEPT, {"token": token}, format="json")


@pytest.fixture
def clinic():
    return people.make_clinic()


class TestPatient:
    def test_the_inviting_therapist_becomes_theirs(self, clinic):
        therapist = people.make_therapist(clinic)

        patient = invite_patient(
            entry=patient_entry(), clinic=clinic, by=therapist, now=NOW
        )

        care = CareTeamMember.objects.get()
        assert (care.patient, care.membership.user, care.kind) == (
            patient,
            therapist,
            "regular",
        )
        assert patient.user is None
        assert patient.pem is None
        assert patient.created_at == NOW

    def test_a_manager_invites_for_a_therapist(self, clinic):
        therapist, manager = people.make_therapist(clinic), people.make_manager(clinic)

        invite_patient(
            entry=patient_entry(therapist=str(therapist.public_id)),
            clinic=clinic,
            by=manager,
            now=NOW,
        )

        assert CareTeamMember.objects.get().membership.user == therapist

    def test_a_manager_who_names_nobody_leaves_the_patient_without(self, clinic):
        invite_patient(
            entry=patient_entry(),
            clinic=clinic,
            by=people.make_manager(clinic),
            now=NOW,
        )

        assert not CareTeamMember.objects.exists()

    @pytest.mark.parametrize("role", ["assessor", "trial_lead"])
    def test_others_do_not_invite(self, clinic, role):
        with pytest.raises(NotAllowedError):
            invite_patient(
                entry=patient_entry(),
                clinic=clinic,
                by=people.make_member(clinic, role),
                now=NOW,
            )
        assert not Patient.objects.exists()

    def test_one_address_is_one_record_in_a_clinic(self, clinic):
        therapist = people.make_therapist(clinic)
        invite_patient(entry=patient_entry(), clinic=clinic, by=therapist, now=NOW)

        with pytest.raises(AlreadyRecordedError):
            invite_patient(
                entry=patient_entry(email=EMAIL.upper()),
                clinic=clinic,
                by=therapist,
                now=NOW,
            )

        assert Patient.objects.count() == 1
        assert OutboxMail.objects.count() == 1

    def test_the_letter_is_in_their_language_and_tells_nothing_clinical(self, clinic):
        therapist = people.make_therapist(clinic)
        invite_patient(entry=patient_entry(), clinic=clinic, by=therapist, now=NOW)

        mail = OutboxMail.objects.get()
        everything = mail.subject + mail.body_text + mail.body_html
        assert mail.to_address == EMAIL
        assert "fibromyalgia" not in everything.lower()
        assert "1980" not in everything
        assert clinic.name in everything

    def test_only_a_hash_of_the_token_is_in_the_invitation(self, clinic):
        therapist = people.make_therapist(clinic)
        invite_patient(entry=patient_entry(), clinic=clinic, by=therapist, now=NOW)

        row = Invitation.objects.get()
        assert mailed_token() not in str(row.__dict__)
        assert row.expires_at == NOW + 14 * DAY

    def test_accepting_makes_the_account_and_gives_it_the_record(self, clinic):
        therapist = people.make_therapist(clinic)
        patient = invite_patient(
            entry=patient_entry(), clinic=clinic, by=therapist, now=NOW
        )

        answer = accept(mailed_token())

        assert (answer.status_code, answer.json()) == (200, {"email": EMAIL})
        user = User.objects.get(email=EMAIL)
        assert (user.name, user.language, user.time_zone) == (
            "Wilhelmina Wilhelmsson",
            "sv",
            "Europe/Stockholm",
        )
        assert not user.has_usable_password()
        tenancy.enter_clinics([clinic.pk])
        patient.refresh_from_db()
        assert patient.user == user
        me = people.api_client(user).get("/api/v1/me/").json()
        assert me["patients"] == [
            {"id": str(patient.public_id), "clinic": str(clinic.public_id)}
        ]

    def test_names_of_full_length_fit_the_account(self, clinic):
        invite_patient(
            entry=patient_entry(given_name="G" * 80, family_name="F" * 80),
            clinic=clinic,
            by=people.make_therapist(clinic),
            now=NOW,
        )

        assert accept(mailed_token()).status_code == 200
        assert len(User.objects.get(email=EMAIL).name) == 161

    def test_a_person_with_an_account_keeps_it(self, clinic):
        user = people.make_user(email=EMAIL, name="As it was")
        invite_patient(
            entry=patient_entry(),
            clinic=clinic,
            by=people.make_therapist(clinic),
            now=NOW,
        )

        accept(mailed_token())

        assert User.objects.get(email=EMAIL).name == "As it was"
        tenancy.enter_clinics([clinic.pk])
        assert Patient.objects.get().user == user

    def test_one_person_may_be_treated_in_two_clinics_with_one_account(self, clinic):
        used = []
        for each in (clinic, people.make_clinic()):
            tenancy.enter_clinics([each.pk])
            invite_patient(
                entry=patient_entry(),
                clinic=each,
                by=people.make_therapist(each),
                now=NOW,
            )
            used.append(mailed_token(but=used))
            accept(used[-1])

        user = User.objects.get(email=EMAIL)
        me = people.api_client(user).get("/api/v1/me/").json()
        assert len(me["patients"]) == 2

    def test_a_second_record_in_one_clinic_is_refused(self, clinic):
        user = people.make_user(email=EMAIL)
        people.make_patient(clinic, user=user, email="other@test.example")
        invite_patient(
            entry=patient_entry(),
            clinic=clinic,
            by=people.make_therapist(clinic),
            now=NOW,
        )

        answer = accept(mailed_token())

        assert (answer.status_code, answer.json()["code"]) == (409, "already_recorded")
        assert Invitation.objects.get().accepted_at is None


class TestStaff:
    def test_accepting_makes_a_member(self, clinic):
        manager = people.make_manager(clinic)
        invite_staff(entry=staff_entry(), clinic=clinic, by=manager, now=NOW)

        accept(mailed_token())

        member = Membership.objects.get(user__email=EMAIL)
        assert (
            member.clinic,
            member.role,
            member.active_from,
            member.active_until,
        ) == (
            clinic,
            "therapist",
            NOW,
            None,
        )

    def test_the_same_role_twice_is_one_membership(self, clinic):
        manager = people.make_manager(clinic)
        for _ in range(2):
            invite_staff(entry=staff_entry(), clinic=clinic, by=manager, now=NOW)

        answers = [accept(token).status_code for token in mailed_tokens()]

        assert answers == [200, 200]
        assert Membership.objects.filter(user__email=EMAIL).count() == 1

    def test_somebody_who_left_may_come_back(self, clinic):
        manager = people.make_manager(clinic)
        former = people.make_therapist(clinic, email=EMAIL)
        former.memberships.update(active_until=NOW - DAY)
        invite_staff(entry=staff_entry(), clinic=clinic, by=manager, now=NOW)

        accept(mailed_token())

        active = Membership.objects.active_at(NOW).filter(user=former)
        assert active.count() == 1

    @pytest.mark.parametrize("role", ["therapist", "assessor", "trial_lead"])
    def test_only_managers_invite(self, clinic, role):
        person = people.make_member(clinic, role)

        answer = people.api_client(person).post(
            "/api/v1/invitations/",
            {"email": EMAIL, "name": "W", "role": "manager"},
            format="json",
        )

        assert answer.status_code == 403
        assert not Invitation.objects.exists()

    @pytest.mark.parametrize(
        ("fields", "pointer"),
        [
            ({"role": "owner"}, "/role"),
            ({"email": "no-address"}, "/email"),
            ({"email": "a@b.example, c@d.example"}, "/email"),
            ({"email": "a@b.example\nBcc: c@d.example"}, "/email"),
            ({"name": ""}, "/name"),
            ({"name": "x" * 121}, "/name"),
            ({"is_staff": True}, "/is_staff"),
        ],
    )
    def test_what_cannot_be_is_refused(self, clinic, fields, pointer):
        values = {"email": EMAIL, "name": "W", "role": "therapist"}

        answer = people.api_client(people.make_manager(clinic)).post(
            "/api/v1/invitations/", values | fields, format="json"
        )

        assert answer.status_code == 400
        assert answer.json()["errors"][0]["pointer"] == pointer
        assert not Invitation.objects.exists()


class TestAccept:
    @pytest.fixture
    def token(self, clinic):
        invite_staff(
            entry=staff_entry(), clinic=clinic, by=people.make_manager(clinic), now=NOW
        )
        return mailed_token()

    def test_it_works_once(self, token):
        answers = [accept(token) for _ in range(2)]

        assert [each.status_code for each in answers] == [200, 400]
        assert answers[1].json()["code"] == "invitation_spent"
        assert Membership.objects.filter(user__email=EMAIL).count() == 1

    @pytest.mark.parametrize(("seconds", "status"), [(-1, 200), (0, 400), (1, 400)])
    def test_it_works_for_14_days(self, token, right_clock, seconds, status):
        right_clock.move_to(NOW + 14 * DAY + timedelta(seconds=seconds), tick=False)

        assert accept(token).status_code == status
        assert User.objects.filter(email=EMAIL).exists() is (status == 200)

    def test_used_expired_and_unknown_are_told_the_same(self, token, right_clock):
        unknown = accept("x" * 43).json()
        accept(token)
        used = accept(token).json()

        assert unknown == used

    @pytest.mark.parametrize("token", ["", "short", "x" * 101, None, 5])
    def test_what_is_no_token_is_refused(self, token):
        assert accept(token).status_code == 400

    def test_the_link_alone_signs_nobody_in(self, token):
        client = APIClient()
        client.post(ACCEPT, {"token": token}, format="json")

        assert client.get("/api/v1/me/").status_code == 401

    @pytest.mark.requirement("A6")
    def test_it_leaves_a_trace(self, clinic, token):
        accept(token)

        with tenancy.across_clinics():
            event = AuditEvent.objects.get(action="invitation.accept")
        assert event.clinic_id == clinic.pk
        assert event.actor_id == User.objects.get(email=EMAIL).pk


def accept_at_once(tokens):
    """Accept each token in a thread of its own; return what each gave or raised."""
    start, outcomes = threading.Barrier(len(tokens)), []

    def run(token):
        start.wait(10)
        try:
            outcomes.append(accept_invitation(token=token, now=NOW).email)
        except Exception as error:  # noqa: BLE001 - the outcome is the point
            outcomes.append(type(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[token]) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.django_db(transaction=True)
def test_of_eight_at_once_one_is_accepted(right_clock):
    with transaction.atomic():
        clinic = people.make_clinic()
        manager = people.make_manager(clinic)
        invite_staff(entry=staff_entry(), clinic=clinic, by=manager, now=NOW)

    outcomes = accept_at_once([mailed_token()] * 8)

    assert outcomes.count(EMAIL) == 1
    assert outcomes.count(InvitationSpentError) == 7
    assert Membership.objects.filter(user__email=EMAIL).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_invitations_accepted_at_once_make_one_account(right_clock):
    for _ in range(4):
        with transaction.atomic():
            clinic = people.make_clinic()
            manager = people.make_manager(clinic)
            invite_staff(entry=staff_entry(), clinic=clinic, by=manager, now=NOW)

    outcomes = accept_at_once(mailed_tokens())

    assert outcomes == [EMAIL] * 4
    assert User.objects.filter(email=EMAIL).count() == 1
    assert Membership.objects.filter(user__email=EMAIL).count() == 4


class TestInviteAgain:
    def url(self, patient):
        return f"/api/v1/patients/{patient.public_id}/invite-again/"

    def scene(self):
        clinic = people.make_clinic()
        therapist = people.make_therapist(clinic)
        patient = people.make_patient(clinic, therapist=therapist)
        Patient.objects.filter(pk=patient.pk).update(user=None)
        return therapist, patient

    @pytest.mark.requirement("A4")
    def test_sends_a_new_letter_and_ends_the_earlier_one(self):
        therapist, patient = self.scene()
        client = people.api_client(therapist)
        client.post(self.url(patient), {}, format="json")
        first = Invitation.objects.get()

        response = client.post(self.url(patient), {}, format="json")

        assert response.status_code == 200
        now = clock.now()
        valid = Invitation.objects.filter(expires_at__gt=now)
        assert valid.count() == 1
        assert valid.get() != first

    def test_of_a_patient_who_has_accepted_is_refused_and_sends_nothing(self):
        clinic = people.make_clinic()
        therapist = people.make_therapist(clinic)
        patient = people.make_patient(clinic, therapist=therapist)

        response = people.api_client(therapist).post(
            self.url(patient), {}, format="json"
        )

        assert response.status_code == 409
        assert response.json()["code"] == "wrong_state"
        assert Invitation.objects.count() == 0

    def test_sent_twice_with_one_change_id_sends_one_letter(self):
        therapist, patient = self.scene()
        client = people.api_client(therapist)
        body = {"change_id": "0195e2a0-0000-7000-8000-000000000001"}

        for _ in range(2):
            response = client.post(self.url(patient), body, format="json")

        assert response.status_code == 200
        assert Invitation.objects.count() == 1
