"""One patient's record: read, correct, earlier versions."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser

from apps.audit.models import AuditEvent
from apps.clinics.models import CareTeamMember, Patient, Snapshot
from apps.common import tenancy
from tests.factories import people

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)


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
def patient(clinic, therapist):
    return people.make_patient(clinic, therapist=therapist, weight_kg="62.5")


def path(patient, rest=""):
    return f"/api/v1/patients/{patient.public_id}/{rest}"


def correct(user, patient, if_match=1, /, **fields):
    values = {"correction_reason": "typo"}
    return people.api_client(user).patch(
        path(patient),
        values | fields,
        format="json",
        headers={"If-Match": f'"{if_match}"'},
    )


def readable_by(user):
    return list(Patient.objects.visible_to(user))


@pytest.mark.requirement("A2")
class TestVisible:
    def test_to_the_patient_and_who_treats_them_and_nobody_else(
        self, clinic, therapist, patient
    ):
        elsewhere = people.make_clinic()

        assert readable_by(patient.user) == [patient]
        assert readable_by(therapist) == [patient]
        assert readable_by(people.make_therapist(clinic)) == []
        assert readable_by(people.make_manager(clinic)) == []
        assert readable_by(people.make_assessor(clinic)) == []
        assert readable_by(people.make_therapist(elsewhere)) == []
        assert readable_by(AnonymousUser()) == []

    @pytest.mark.parametrize(
        ("from_s", "until_s", "is_seen"),
        [
            pytest.param(0, None, True, id="from now on"),
            pytest.param(1, None, False, id="from a second on"),
            pytest.param(-10, 1, True, id="for a second still"),
            pytest.param(-10, 0, False, id="until now"),
            pytest.param(-10, -1, False, id="until a second ago"),
        ],
    )
    def test_while_the_care_lasts(self, clinic, from_s, until_s, is_seen):
        patient, cover = people.make_patient(clinic), people.make_therapist(clinic)
        until = None if until_s is None else NOW + timedelta(seconds=until_s)
        people.give_care(
            cover,
            patient,
            active_from=NOW + timedelta(seconds=from_s),
            active_until=until,
        )

        assert (readable_by(cover) == [patient]) is is_seen

    @pytest.mark.parametrize(
        ("seconds", "is_seen"), [(-1, False), (0, False), (1, True)]
    )
    def test_while_the_membership_lasts(self, therapist, patient, seconds, is_seen):
        therapist.memberships.update(active_until=NOW + timedelta(seconds=seconds))

        assert (readable_by(therapist) == [patient]) is is_seen

    def test_a_leaver_loses_the_chart_with_the_token_in_hand(self, therapist, patient):
        client = people.api_client(therapist)
        assert client.get(path(patient)).status_code == 200

        therapist.memberships.update(active_until=NOW)

        assert client.get(path(patient)).status_code == 404
        assert client.get("/api/v1/patients/").status_code == 403
        assert client.get("/api/v1/me/").json()["memberships"] == []

    def test_rows_that_hang_on_a_patient_follow(self, therapist, patient):
        stranger = people.make_therapist(people.make_clinic())

        assert CareTeamMember.objects.visible_to(therapist).count() == 1
        assert CareTeamMember.objects.visible_to(stranger).count() == 0
        assert CareTeamMember.objects.visible_to(AnonymousUser()).count() == 0


class TestRead:
    def test_the_answer_holds_the_record(self, therapist, patient):
        answer = people.api_client(therapist).get(path(patient))

        assert answer["ETag"] == '"1"'
        body = answer.json()
        assert body["id"] == str(patient.public_id)
        assert body["clinic"] == str(patient.clinic.public_id)
        assert body["weight_kg"] == "62.5"
        assert body["pem"] is False
        assert body["height_cm"] is None

    def test_it_costs_a_fixed_number_of_queries(
        self, therapist, patient, django_assert_max_num_queries
    ):
        client = people.api_client(therapist)

        with django_assert_max_num_queries(6):
            client.get(path(patient))


@pytest.mark.requirement("C4")
class TestCorrect:
    def test_the_version_rises_and_the_earlier_one_stays(self, therapist, patient):
        answer = correct(
            therapist, patient, given_name="Other", weight_kg=None, pem=True
        )

        body = answer.json()
        assert (answer.status_code, answer["ETag"]) == (200, '"2"')
        assert (body["given_name"], body["weight_kg"], body["pem"]) == (
            "Other",
            None,
            True,
        )
        versions = people.api_client(therapist).get(path(patient, "versions/")).json()
        (earlier,) = versions
        assert earlier["version"] == 1
        assert earlier["content"]["given_name"] == patient.given_name
        assert earlier["content"]["weight_kg"] == "62.5"
        assert earlier["reason"] == "typo"
        assert earlier["replaced_by"] == str(therapist.public_id)
        assert earlier["replaced_at"] == "2026-03-02T11:00:00Z"

    def test_what_is_left_out_stays(self, therapist, patient):
        body = correct(therapist, patient, height_cm="170.0").json()

        assert (body["weight_kg"], body["height_cm"]) == ("62.5", "170.0")

    def test_versions_come_oldest_first(self, therapist, patient):
        for version in (1, 2, 3):
            correct(therapist, patient, version, given_name=f"Name {version}")

        versions = people.api_client(therapist).get(path(patient, "versions/")).json()

        assert [each["version"] for each in versions] == [1, 2, 3]

    def test_a_version_that_was_replaced_cannot_be_corrected(self, therapist, patient):
        correct(therapist, patient, given_name="First")

        late = correct(therapist, patient, given_name="Second")

        assert late.status_code == 412
        patient.refresh_from_db()
        assert (patient.given_name, patient.version) == ("First", 2)
        assert Snapshot.objects.count() == 1

    @pytest.mark.parametrize(
        ("fields", "pointer", "code"),
        [
            ({"given_name": None}, "", "null"),
            ({"given_name": " "}, "/given_name", "required"),
            ({"given_name": "x" * 81}, "/given_name", "max_length"),
            ({"email": "new@test.example"}, "/email", "unknown_field"),
            ({"clinic": str(uuid4())}, "/clinic", "unknown_field"),
            ({"status": "ended"}, "/status", "unknown_field"),
            ({"version": 7}, "/version", "unknown_field"),
            ({"time_zone": "Mars"}, "/time_zone", "invalid_choice"),
            ({"language": "tlh"}, "/language", "invalid_choice"),
            ({"condition": "gout"}, "/condition", "invalid_choice"),
            ({"birth_year": 1899}, "/birth_year", "min_value"),
            ({"birth_year": 2101}, "/birth_year", "max_value"),
            ({"weight_kg": "19.9"}, "/weight_kg", "min_value"),
            ({"weight_kg": "400.1"}, "/weight_kg", "max_value"),
            ({"weight_kg": "62.55"}, "/weight_kg", "invalid"),
            ({"weight_kg": "NaN"}, "/weight_kg", "invalid"),
            ({"hr_rest": 24}, "/hr_rest", "min_value"),
            ({"hr_rest": "60"}, "/hr_rest", "invalid"),
            ({"diagnosed_on": "2020-02-30"}, "/diagnosed_on", "invalid"),
            ({"pem": "no"}, "/pem", "invalid"),
            ({"correction_reason": ""}, "/correction_reason", "required"),
            ({}, "", "nothing_to_change"),
        ],
    )
    def test_what_cannot_be_is_refused(self, therapist, patient, fields, pointer, code):
        answer = correct(therapist, patient, **fields)

        assert answer.status_code == 400
        assert [
            (each["pointer"], each["code"]) for each in answer.json()["errors"]
        ] == [(pointer, code)]
        patient.refresh_from_db()
        assert patient.version == 1

    @pytest.mark.requirement("C3")
    def test_sent_twice_with_one_change_id_it_is_done_once(self, therapist, patient):
        change = {"given_name": "Other", "change_id": str(uuid4())}

        answers = [correct(therapist, patient, **change) for _ in range(2)]

        assert [each.status_code for each in answers] == [200, 200]
        assert answers[0].json() == answers[1].json()
        assert Snapshot.objects.count() == 1

    @pytest.mark.requirement("C3")
    def test_a_change_id_for_other_content_is_refused(self, therapist, patient):
        change_id = str(uuid4())
        correct(therapist, patient, weight_kg=None, change_id=change_id)

        other = correct(therapist, patient, 2, height_cm=None, change_id=change_id)

        assert (other.status_code, other.json()["code"]) == (409, "id_reused")
        assert Snapshot.objects.count() == 1

    @pytest.mark.requirement("A6")
    def test_the_trail_names_the_fields_and_not_what_they_say(self, therapist, patient):
        correct(therapist, patient, given_name="Wilhelmina", pem=True)

        event = AuditEvent.objects.get(action="patient.correct")
        assert event.detail == {"fields": ["given_name", "pem"]}
        assert (event.actor_id, event.patient_id) == (therapist.pk, patient.pk)


@pytest.mark.requirement("A2")
def test_the_versions_of_somebody_elses_record_are_not_there(therapist, patient):
    correct(therapist, patient, given_name="Other")
    stranger = people.make_therapist(people.make_clinic())

    answer = people.api_client(stranger).get(path(patient, "versions/"))

    assert answer.status_code == 404
    tenancy.enter_clinics([patient.clinic_id])
    assert Snapshot.objects.visible_to(stranger).count() == 0
