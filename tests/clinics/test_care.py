"""Care teams: regular, cover, and opening a chart in an emergency."""

import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from apps.audit.models import AuditEvent
from apps.clinics import queries, services
from apps.clinics.entry import BreakGlass, CareRequest
from apps.clinics.models import CareTeamMember, Patient
from apps.common import tenancy
from apps.common.errors import AlreadyRecordedError
from apps.messaging.models import OutboxMail
from tests.factories import people

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A2")]

NOW = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def right_clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def clinic():
    return people.make_clinic()


@pytest.fixture
def therapist(clinic):
    return people.make_therapist(clinic)


@pytest.fixture
def colleague(clinic):
    return people.make_therapist(clinic)


@pytest.fixture
def patient(clinic, therapist):
    return people.make_patient(clinic, therapist=therapist, family_name="Wilhelmsson")


def post(user, patient, rest, **body):
    return people.api_client(user).post(
        f"/api/v1/patients/{patient.public_id}/{rest}/", body, format="json"
    )


def sees(user, patient):
    return Patient.objects.visible_to(user).filter(pk=patient.pk).exists()


def faults(answer):
    return [(each["pointer"], each["code"]) for each in answer.json()["errors"]]


class TestCareTeam:
    def add(self, by, patient, who, **fields):
        return post(by, patient, "care-team", therapist=str(who.public_id), **fields)

    def test_a_colleague_joins_for_good(self, therapist, colleague, patient):
        answer = self.add(therapist, patient, colleague)

        assert answer.status_code == 200
        assert answer.json() == {
            "patient": str(patient.public_id),
            "care_team": [
                {
                    "id": str(each.public_id),
                    "name": each.name,
                    "kind": "regular",
                    "until": None,
                }
                for each in (therapist, colleague)
            ],
        }
        assert sees(colleague, patient)

    def test_cover_ends_by_itself(self, therapist, colleague, patient, right_clock):
        self.add(
            therapist,
            patient,
            colleague,
            kind="cover",
            until="2026-03-09T11:00:00Z",
            reason="holiday",
        )

        seen = []
        for seconds in (-1, 0, 1):
            right_clock.move_to(NOW + 7 * DAY + timedelta(seconds=seconds), tick=False)
            seen.append(sees(colleague, patient))
        assert seen == [True, False, False]

    def test_cover_treats_and_is_told(self, therapist, colleague, patient):
        self.add(
            therapist,
            patient,
            colleague,
            kind="cover",
            until="2026-03-09T11:00:00Z",
            reason="holiday",
        )

        assert queries.care_therapists(patient, now=NOW) == [therapist, colleague]

    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ({"kind": "cover"}, ("", "required")),
            ({"kind": "cover", "reason": "holiday"}, ("", "required")),
            ({"kind": "cover", "until": "2026-03-09T11:00:00Z"}, ("", "required")),
            (
                {"kind": "cover", "until": "2026-03-02T11:00:00Z", "reason": "x"},
                ("/until", "out_of_range"),
            ),
            ({"until": "2026-03-02T10:59:59Z"}, ("/until", "out_of_range")),
            ({"kind": "break_glass"}, ("/kind", "invalid_choice")),
            ({"therapist": str(uuid4())}, ("/therapist", "does_not_exist")),
        ],
    )
    def test_what_cannot_be_is_refused(
        self, therapist, colleague, patient, fields, expected
    ):
        body = {"therapist": str(colleague.public_id)} | fields

        answer = post(therapist, patient, "care-team", **body)

        assert answer.status_code == 400
        assert faults(answer) == [expected]
        assert CareTeamMember.objects.count() == 1

    @pytest.mark.parametrize("role", ["manager", "assessor", "trial_lead"])
    def test_only_therapists_treat(self, clinic, therapist, patient, role):
        other = people.make_member(clinic, role)

        assert faults(self.add(therapist, patient, other)) == [
            ("/therapist", "does_not_exist")
        ]

    def test_a_therapist_of_another_clinic_does_not_exist_here(
        self, therapist, patient
    ):
        stranger = people.make_therapist(people.make_clinic())

        assert faults(self.add(therapist, patient, stranger)) == [
            ("/therapist", "does_not_exist")
        ]

    def test_a_leaver_does_not_exist_here(self, therapist, colleague, patient):
        colleague.memberships.update(active_until=NOW)

        assert faults(self.add(therapist, patient, colleague)) == [
            ("/therapist", "does_not_exist")
        ]

    def test_a_second_time_is_a_conflict(self, therapist, colleague, patient):
        self.add(therapist, patient, colleague)

        again = self.add(therapist, patient, colleague)

        assert (again.status_code, again.json()["code"]) == (409, "already_recorded")

    def test_somebody_whose_care_has_ended_may_come_back(
        self, therapist, colleague, patient
    ):
        people.give_care(colleague, patient, active_until=NOW - DAY)
        assert not sees(colleague, patient)

        assert self.add(therapist, patient, colleague).status_code == 200
        assert sees(colleague, patient)

    @pytest.mark.requirement("C3")
    def test_sent_twice_with_one_change_id_it_is_done_once(
        self, therapist, colleague, patient
    ):
        change_id = str(uuid4())

        answers = [
            self.add(therapist, patient, colleague, change_id=change_id)
            for _ in range(2)
        ]

        assert [each.status_code for each in answers] == [200, 200]
        assert CareTeamMember.objects.count() == 2

    def test_a_manager_finds_a_therapist_and_sees_no_chart(self, clinic, colleague):
        lonely = people.make_patient(clinic, family_name="Wilhelmsson")
        manager = people.make_manager(clinic)

        answer = self.add(manager, lonely, colleague)

        assert answer.status_code == 200
        assert "Wilhelmsson" not in answer.content.decode()
        assert not sees(manager, lonely)
        assert sees(colleague, lonely)

    def test_a_manager_of_another_clinic_finds_nobody(self, patient, colleague):
        manager = people.make_manager(people.make_clinic())

        assert self.add(manager, patient, colleague).status_code == 404

    def test_patients_do_not_choose(self, patient, colleague):
        assert self.add(patient.user, patient, colleague).status_code == 403

    def test_an_opened_chart_gives_no_right_to_add_anybody(
        self, clinic, colleague, patient
    ):
        friend = people.make_therapist(clinic)
        post(colleague, patient, "break-glass", reason="She fell.")
        assert sees(colleague, patient)

        answer = self.add(colleague, patient, friend)

        assert answer.status_code == 403
        tenancy.enter_clinics([clinic.pk])
        assert not sees(friend, patient)

    def test_the_database_refuses_cover_without_end_or_reason(self, patient, colleague):
        for fields in ({"reason": "holiday"}, {"active_until": NOW + DAY}):
            with (
                pytest.raises(IntegrityError, match="guests_leave_and_say_why"),
                transaction.atomic(),
            ):
                people.give_care(colleague, patient, kind="cover", **fields)

    @pytest.mark.requirement("A6")
    def test_it_leaves_a_trace(self, therapist, colleague, patient):
        self.add(therapist, patient, colleague)

        event = AuditEvent.objects.get(action="patient.care")
        assert (event.actor_id, event.patient_id, event.detail) == (
            therapist.pk,
            patient.pk,
            {"kind": "regular"},
        )


class TestBreakGlass:
    def break_glass(self, user, patient, **body):
        return post(user, patient, "break-glass", **({"reason": "She fell."} | body))

    def test_the_chart_is_open_for_24_hours(self, colleague, patient, right_clock):
        answer = self.break_glass(colleague, patient)

        assert answer.status_code == 200
        assert answer.json()["family_name"] == "Wilhelmsson"
        seen = []
        for seconds in (-1, 0, 1):
            right_clock.move_to(NOW + DAY + timedelta(seconds=seconds), tick=False)
            seen.append(sees(colleague, patient))
        assert seen == [True, False, False]

    @pytest.mark.requirement("A6")
    def test_the_trail_says_who_and_why(self, colleague, patient):
        self.break_glass(colleague, patient)

        event = AuditEvent.objects.get(action="patient.break_glass")
        assert (event.actor_id, event.patient_id) == (colleague.pk, patient.pk)
        assert event.detail == {"reason": "She fell."}

    def test_every_manager_of_the_clinic_gets_a_mail(self, clinic, colleague, patient):
        here = [people.make_manager(clinic) for _ in range(2)]
        people.make_manager(people.make_clinic())
        former = people.make_manager(clinic)
        former.memberships.update(active_until=NOW)
        tenancy.enter_clinics([clinic.pk])

        self.break_glass(colleague, patient)

        mails = OutboxMail.objects.filter(kind="chart_opened")
        assert {each.to_address for each in mails} == {each.email for each in here}
        for mail in mails:
            everything = mail.subject + mail.body_text + mail.body_html
            assert colleague.name in everything
            assert "Wilhelmsson" not in everything
            assert "She fell" not in everything

    def test_it_does_not_make_a_therapist_who_is_told(
        self, therapist, colleague, patient
    ):
        self.break_glass(colleague, patient)

        assert queries.care_therapists(patient, now=NOW) == [therapist]

    def test_a_manager_may(self, clinic, patient):
        assert self.break_glass(people.make_manager(clinic), patient).status_code == 200

    @pytest.mark.parametrize("role", ["assessor", "trial_lead"])
    def test_who_must_stay_blind_may_not(self, clinic, patient, role):
        person = people.make_member(clinic, role)

        assert self.break_glass(person, patient).status_code == 404
        assert not sees(person, patient)

    @pytest.mark.parametrize("role", ["therapist", "manager"])
    def test_an_assessor_stays_blind_whatever_else_they_are(
        self, clinic, patient, role
    ):
        person = people.make_assessor(clinic)
        clinic.memberships.create(user=person, role=role, active_from=people.LONG_AGO)

        assert self.break_glass(person, patient).status_code == 404
        assert not sees(person, patient)

    def test_nobody_of_another_clinic_may(self, patient):
        stranger = people.make_manager(people.make_clinic())

        assert self.break_glass(stranger, patient).status_code == 404
        tenancy.enter_clinics([patient.clinic_id])
        assert CareTeamMember.objects.count() == 1
        assert not OutboxMail.objects.exists()

    def test_a_leaver_may_not(self, colleague, patient):
        colleague.memberships.update(active_until=NOW)

        assert self.break_glass(colleague, patient).status_code == 404

    @pytest.mark.parametrize("reason", ["", "   ", None])
    def test_it_needs_a_reason(self, colleague, patient, reason):
        assert self.break_glass(colleague, patient, reason=reason).status_code == 400
        assert not sees(colleague, patient)

    def test_twice_is_once(self, clinic, colleague, patient):
        people.make_manager(clinic)

        for _ in range(2):
            assert self.break_glass(colleague, patient).status_code == 200

        assert CareTeamMember.objects.filter(kind="break_glass").count() == 1
        assert OutboxMail.objects.count() == 1

    def test_the_next_day_it_may_be_opened_again_and_is_told_again(
        self, clinic, colleague, patient, right_clock
    ):
        people.make_manager(clinic)
        self.break_glass(colleague, patient)
        right_clock.move_to(NOW + DAY, tick=False)

        self.break_glass(colleague, patient)

        assert sees(colleague, patient)
        assert OutboxMail.objects.count() == 2

    def test_who_treats_the_patient_needs_none(self, clinic, therapist, patient):
        people.make_manager(clinic)

        assert self.break_glass(therapist, patient).status_code == 200
        assert not OutboxMail.objects.exists()
        assert CareTeamMember.objects.count() == 1


def at_once(count, work):
    """Run ``work`` in as many threads at once and return what each gave or raised."""
    start, outcomes = threading.Barrier(count), []

    def run():
        start.wait(10)
        try:
            outcomes.append(work())
        except Exception as error:  # noqa: BLE001 - the outcome is the point
            outcomes.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_add_one_colleague(right_clock):
    with transaction.atomic():
        clinic = people.make_clinic()
        therapist, colleague = (people.make_therapist(clinic) for _ in range(2))
        patient = people.make_patient(clinic, therapist=therapist)
    entry = CareRequest.parse({"therapist": str(colleague.public_id)})

    def add():
        with tenancy.in_clinic(clinic.pk):
            return services.add_to_care_team(
                patient_id=patient.public_id, entry=entry, by=therapist, now=NOW
            )

    outcomes = at_once(8, add)

    assert outcomes.count(patient) == 1
    refused = [each for each in outcomes if isinstance(each, AlreadyRecordedError)]
    assert len(refused) == 7
    with tenancy.in_clinic(clinic.pk):
        assert CareTeamMember.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_break_one_glass(right_clock):
    with transaction.atomic():
        clinic = people.make_clinic()
        colleague = people.make_therapist(clinic)
        people.make_manager(clinic)
        patient = people.make_patient(clinic)
    entry = BreakGlass.parse({"reason": "She fell."})

    def break_glass():
        with tenancy.in_clinic(clinic.pk):
            return services.break_glass(
                patient_id=patient.public_id, entry=entry, by=colleague, now=NOW
            )

    assert at_once(8, break_glass) == [patient] * 8
    with tenancy.in_clinic(clinic.pk):
        assert CareTeamMember.objects.count() == 1
        assert OutboxMail.objects.count() == 1
