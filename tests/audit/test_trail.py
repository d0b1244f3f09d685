"""The trail: append-only, complete, outliving what it speaks of."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import DatabaseError, connection, models, transaction

from apps.audit.models import LOOK, AuditEvent
from apps.audit.services import note_list_look, note_look, record
from apps.common import origin, tenancy
from tests.factories import people

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A6")]

NOW = datetime(2026, 3, 2, 11, 7, tzinfo=UTC)


@pytest.fixture
def clinic():
    return people.make_clinic()


@pytest.fixture
def event(clinic):
    """Return one event of the trail."""
    by = people.make_manager(clinic)
    record("patient.correct", by=by, now=NOW, clinic_id=clinic.pk, detail={"n": 1})
    return AuditEvent.objects.get()


def test_record_says_who_did_what_when_and_from_where(clinic):
    patient = people.make_patient(clinic)
    by = people.make_therapist(clinic)
    token = origin.current.set(origin.Origin(address="192.0.2.7", door="api"))

    record(
        "patient.correct",
        by=by,
        now=NOW,
        clinic_id=clinic.pk,
        patient_id=patient.pk,
        subject_id=patient.public_id,
        detail={"fields": ["pem"]},
    )
    origin.current.reset(token)

    row = AuditEvent.objects.values().get()
    row.pop("id")
    assert row == {
        "at": NOW,
        "actor_id": by.pk,
        "clinic_id": clinic.pk,
        "patient_id": patient.pk,
        "action": "patient.correct",
        "subject": "patient",
        "subject_id": patient.public_id,
        "detail": {"fields": ["pem"]},
        "address": "192.0.2.7",
        "door": "api",
        "quarter_hour": None,
    }


def test_record_of_a_sweep_has_no_actor_and_no_address(clinic):
    record("session.miss", by=None, now=NOW, clinic_id=clinic.pk)

    row = AuditEvent.objects.get()
    assert (row.actor_id, row.address, row.door) == (None, "", "")


def test_record_goes_with_its_transaction(clinic):
    with transaction.atomic():
        record("patient.correct", by=None, now=NOW, clinic_id=clinic.pk)
        transaction.set_rollback(True)

    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditevent SET actor_id = NULL",
        "DELETE FROM audit_auditevent",
        "UPDATE audit_auditevent SET at = at WHERE false",
    ],
)
@pytest.mark.parametrize("role", ["app", "sweep"])
def test_neither_app_nor_sweep_can_change_the_trail(event, statement, role):
    within = tenancy.across_clinics() if role == "sweep" else transaction.atomic()

    with (
        pytest.raises(DatabaseError, match="permission denied"),
        within,
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert AuditEvent.objects.get().actor_id == event.actor_id


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_auditevent SET actor_id = NULL", "DELETE FROM audit_auditevent"],
)
def test_not_even_the_owner_of_the_tables_can_change_it(owner_database_url, statement):
    with transaction.atomic():
        clinic = people.make_clinic()
        record("patient.correct", by=None, now=NOW, clinic_id=clinic.pk)

    with (
        psycopg.connect(owner_database_url) as owner,
        pytest.raises(psycopg.errors.RaiseException, match="append-only"),
    ):
        owner.execute(statement)

    with tenancy.in_clinic(clinic.pk):
        assert AuditEvent.objects.count() == 1


def test_the_model_cannot_change_or_delete_an_event_either(event):
    event.action = "other"
    for change in (event.save, event.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_an_event_has_no_foreign_key_and_so_survives_everything():
    keys = [
        each.name
        for each in AuditEvent._meta.concrete_fields
        if isinstance(each, models.ForeignKey)
    ]

    assert keys == []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_constraint "
            "WHERE conrelid = 'audit_auditevent'::regclass AND contype = 'f'"
        )
        assert cursor.fetchone() == (0,)


def test_the_trail_outlives_the_account_of_its_actor(clinic):
    by = people.make_user()
    record("patient.correct", by=by, now=NOW, clinic_id=clinic.pk)
    actor_id = by.pk

    by.delete()

    assert AuditEvent.objects.get().actor_id == actor_id


class TestLooks:
    @pytest.fixture
    def patient(self, clinic):
        return people.make_patient(clinic)

    @pytest.fixture
    def therapist(self, clinic):
        return people.make_therapist(clinic)

    @pytest.mark.parametrize(
        ("minutes", "count"),
        [
            # 11:07 lies in the quarter from 11:00; the next one starts at 11:15.
            (0, 1),
            (7, 1),
            (7.99, 1),
            (8, 2),
            (9, 2),
            (60, 2),
        ],
    )
    def test_a_look_is_noted_once_a_quarter_of_an_hour(
        self, patient, therapist, minutes, count
    ):
        note_look(by=therapist, patient=patient, now=NOW)

        note_look(by=therapist, patient=patient, now=NOW + timedelta(minutes=minutes))

        looks = AuditEvent.objects.filter(action=LOOK)
        assert looks.count() == count
        assert {each.subject_id for each in looks} == {patient.public_id}

    def test_another_person_is_another_look(self, clinic, patient, therapist):
        for person in (therapist, people.make_manager(clinic)):
            note_look(by=person, patient=patient, now=NOW)

        assert AuditEvent.objects.count() == 2

    def test_another_patient_is_another_look(self, clinic, patient, therapist):
        for each in (patient, people.make_patient(clinic)):
            note_look(by=therapist, patient=each, now=NOW)

        assert AuditEvent.objects.count() == 2

    def test_patients_who_look_at_themselves_leave_no_trace(self, patient):
        note_look(by=patient.user, patient=patient, now=NOW)

        assert not AuditEvent.objects.exists()

    def test_changes_within_the_same_quarter_are_each_noted(self, clinic, therapist):
        for _ in range(3):
            record("patient.correct", by=therapist, now=NOW, clinic_id=clinic.pk)

        assert AuditEvent.objects.count() == 3

    def test_a_list_is_noted_in_each_clinic_with_its_filter(self, clinic, therapist):
        other = people.make_clinic()

        note_list_look(
            by=therapist,
            what="patients",
            filters={"status": "active"},
            clinic_ids=[clinic.pk, other.pk],
            now=NOW,
        )

        rows = AuditEvent.objects.order_by("clinic_id").values_list(
            "clinic_id", "action", "subject", "detail"
        )
        assert list(rows) == [
            (each.pk, "list", "patients", {"status": "active"})
            for each in (clinic, other)
        ]

    def test_reading_by_the_api_notes_the_look_and_its_address(
        self, clinic, patient, therapist
    ):
        people.give_care(therapist, patient)
        client = people.api_client(therapist)

        for _ in range(2):
            client.get(
                f"/api/v1/patients/{patient.public_id}/", REMOTE_ADDR="192.0.2.9"
            )

        looks = AuditEvent.objects.filter(action=LOOK, actor_id=therapist.pk)
        assert {(each.address, each.door) for each in looks} == {("192.0.2.9", "api")}

    def test_a_refused_reading_notes_no_look(self, patient):
        stranger = people.make_therapist(people.make_clinic())

        people.api_client(stranger).get(f"/api/v1/patients/{patient.public_id}/")

        with tenancy.across_clinics():
            assert not AuditEvent.objects.filter(action=LOOK).exists()


def test_after_a_request_the_thread_comes_from_nowhere(clinic):
    people.api_client(people.make_therapist(clinic)).get("/api/v1/me/")

    assert origin.current.get() == origin.NOWHERE
