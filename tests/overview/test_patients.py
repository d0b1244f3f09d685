"""The list of patients: whom a member of staff answers for, and why to look."""

from datetime import timedelta

import pytest

from apps.audit.models import AuditEvent
from apps.clinics.models import CareTeamMember, Invitation, Patient
from apps.common import clock
from apps.inbox.models import Alert
from apps.inbox.services import Finding, open_or_update_alert
from apps.messaging.models import OutboxMail
from tests.factories.people import (
    api_client,
    give_care,
    make_assessor,
    make_clinic,
    make_manager,
    make_patient,
    make_therapist,
)

pytestmark = pytest.mark.django_db
URL = "/api/v1/patients/"
NEW = {
    "email": "Eva.Ny@Patients.example",
    "given_name": "Eva",
    "family_name": "Ny",
    "birth_year": 1974,
    "sex": "female",
    "condition": "fibromyalgia",
    "time_zone": "Europe/Stockholm",
    "language": "sv",
    "pem": None,
}


def open_alert(patient, *, kind="acute_flare", severity="moderate", hours_ago=1):
    return Alert.objects.create(
        clinic=patient.clinic,
        patient=patient,
        kind=kind,
        severity=severity,
        origin_key=f"{kind}:{hours_ago}",
        opened_at=clock.now() - timedelta(hours=hours_ago),
        sentence=f"{kind} {hours_ago} h ago",
    )


def names(response):
    return [row["family_name"] for row in response.json()["results"]]


@pytest.mark.requirement("A2")
def test_patient_list_shows_a_therapist_the_patients_in_their_care_by_name():
    clinic = make_clinic()
    therapist = make_therapist(clinic)
    make_patient(clinic, therapist=therapist, family_name="Ek")
    make_patient(clinic, therapist=therapist, family_name="Berg")
    make_patient(clinic, therapist=make_therapist(clinic), family_name="Other")
    make_patient(make_clinic(), family_name="Foreign")

    response = api_client(therapist).get(URL)

    assert response.status_code == 200
    assert names(response) == ["Berg", "Ek"]


@pytest.mark.requirement("A2")
def test_patient_list_shows_a_manager_only_patients_whom_nobody_treats():
    clinic = make_clinic()
    treated = make_patient(clinic, therapist=make_therapist(clinic))
    left = make_patient(clinic, family_name="Alone")
    gone = make_therapist(clinic)
    give_care(gone, left)
    CareTeamMember.objects.filter(patient=left).update(
        active_until=clock.now() - timedelta(days=1)
    )

    response = api_client(make_manager(clinic)).get(URL)

    assert names(response) == ["Alone"]
    assert treated.family_name not in names(response)


@pytest.mark.parametrize("role", ["patient", "nobody"])
def test_patient_list_is_refused_to_whoever_does_not_work_here(role):
    patient = make_patient(make_clinic())
    client = api_client(patient.user if role == "patient" else None)

    response = client.get(URL)

    assert response.status_code == {"patient": 403, "nobody": 401}[role]


def test_patient_list_is_empty_for_an_assessor():
    clinic = make_clinic()
    make_patient(clinic, therapist=make_therapist(clinic))

    response = api_client(make_assessor(clinic)).get(URL)

    assert response.json()["results"] == []


def test_patient_list_finds_every_word_of_a_search():
    clinic = make_clinic()
    therapist = make_therapist(clinic)
    for given, family in [("Eva", "Ek"), ("Eva", "Berg"), ("Siv", "Ek")]:
        make_patient(clinic, therapist=therapist, given_name=given, family_name=family)

    response = api_client(therapist).get(URL, {"search": "eva EK"})

    assert names(response) == ["Ek"]


@pytest.mark.parametrize(
    ("wanted", "expected"), [("true", ["Alerted"]), ("false", ["Quiet"])]
)
def test_patient_list_filters_by_need_for_attention(wanted, expected):
    clinic = make_clinic()
    therapist = make_therapist(clinic)
    open_alert(make_patient(clinic, therapist=therapist, family_name="Alerted"))
    make_patient(clinic, therapist=therapist, family_name="Quiet")

    response = api_client(therapist).get(URL, {"needs_attention": wanted})

    assert names(response) == expected


def first_reason(patient, therapist):
    (row,) = api_client(therapist).get(URL).json()["results"]
    return row["attention"]["kind"], row["attention"]["severity"]


def test_patient_list_names_what_goes_on_then_the_most_severe_then_the_gravest_kind():
    clinic = make_clinic()
    therapist = make_therapist(clinic)
    patient = make_patient(clinic, therapist=therapist)
    open_alert(patient, severity="moderate", kind="acute_flare", hours_ago=2)
    open_alert(patient, severity="moderate", kind="hyperalgesia", hours_ago=9)
    over = open_alert(patient, severity="high", kind="sustained_flare", hours_ago=5)
    over.closed_itself_at = clock.now()
    over.save()

    before = first_reason(patient, therapist)
    open_alert(patient, severity="high", kind="red_flag", hours_ago=3)

    assert before == ("hyperalgesia", "moderate")
    assert first_reason(patient, therapist) == ("red_flag", "high")


def test_patient_list_of_who_needs_attention_starts_with_the_most_urgent():
    clinic = make_clinic()
    therapist = make_therapist(clinic)
    wanted = {"Ahl": "low", "Berg": "high", "Cederborg": "moderate"}
    for family_name, severity in wanted.items():
        patient = make_patient(clinic, therapist=therapist, family_name=family_name)
        finding = Finding(
            kind="acute_flare",
            severity=severity,
            origin_key="flare:1",
            sentence="Pain rose.",
            evidence={},
        )
        open_or_update_alert(
            patient=patient, finding=finding, tells=False, now=clock.now()
        )

    response = api_client(therapist).get(URL, {"needs_attention": "true"})

    assert names(response) == ["Berg", "Cederborg", "Ahl"]


def test_patient_list_needs_as_many_queries_for_five_patients_as_for_one(
    django_assert_num_queries,
):
    clinic = make_clinic()
    therapist = make_therapist(clinic)
    client = api_client(therapist)
    for number in range(5):
        open_alert(make_patient(clinic, therapist=therapist), hours_ago=number + 1)

    # Savepoint, token, wall, membership, audit, page, alerts, release.
    with django_assert_num_queries(7):
        response = client.get(URL)

    assert len(response.json()["results"]) == 5


@pytest.mark.parametrize(
    ("query", "pointer"),
    [({"serach": "eva"}, "/serach"), ({"status": "gone"}, "/status")],
)
def test_patient_list_refuses_a_filter_it_does_not_know(query, pointer):
    therapist = make_therapist(make_clinic())

    response = api_client(therapist).get(URL, query)

    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"] == pointer


@pytest.mark.requirement("A4")
def test_invite_makes_a_patient_in_the_therapists_care_and_sends_one_letter():
    clinic = make_clinic()
    therapist = make_therapist(clinic)

    response = api_client(therapist).post(URL, NEW, format="json")

    assert response.status_code == 201
    patient = Patient.objects.get(public_id=response.json()["id"])
    assert (patient.clinic, patient.email) == (clinic, "eva.ny@patients.example")
    assert patient in Patient.objects.visible_to(therapist)
    assert Invitation.objects.get(patient_id=patient.pk).accepted_at is None
    assert AuditEvent.objects.filter(
        action="patient.invite", patient_id=patient.pk, actor_id=therapist.pk
    ).exists()


def test_invite_by_a_manager_may_name_the_therapist():
    clinic = make_clinic()
    therapist = make_therapist(clinic)

    response = api_client(make_manager(clinic)).post(
        URL, NEW | {"therapist": str(therapist.public_id)}, format="json"
    )

    assert response.status_code == 201
    assert Patient.objects.visible_to(therapist).count() == 1


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"email": "no address"}, "/email", "invalid_choice"),
        ({"birth_year": 1899}, "/birth_year", "min_value"),
        ({"condition": "unhappy"}, "/condition", "invalid_choice"),
        ({"time_zone": "Stockholm"}, "/time_zone", "invalid_choice"),
        ({"given_name": " "}, "/given_name", "required"),
        ({"pem": "no"}, "/pem", "invalid"),
        ({"shoe_size": 39}, "/shoe_size", "unknown_field"),
        ({"therapist": "0190a2a0-0000-7000-8000-000000000000"}, "/therapist", None),
    ],
)
def test_invite_refuses_what_cannot_be_and_writes_nothing(change, pointer, code):
    therapist = make_therapist(make_clinic())

    response = api_client(therapist).post(URL, NEW | change, format="json")

    assert response.status_code == 400
    error = response.json()["errors"][0]
    assert error["pointer"] == pointer
    assert code is None or error["code"] == code
    assert Patient.objects.count() == 0
    assert OutboxMail.objects.count() == 0


def test_invite_refuses_a_second_patient_with_the_same_address():
    client = api_client(make_therapist(make_clinic()))
    client.post(URL, NEW, format="json")

    response = client.post(URL, NEW | {"email": "EVA.NY@patients.example"}, "json")

    assert response.status_code == 409
    assert response.json()["code"] == "already_recorded"
    assert Patient.objects.count() == 1


@pytest.mark.parametrize("role", ["patient", "assessor", "nobody"])
def test_invite_is_refused_to_others_and_writes_nothing(role):
    clinic = make_clinic()
    user = {
        "patient": lambda: make_patient(clinic).user,
        "assessor": lambda: make_assessor(clinic),
        "nobody": lambda: None,
    }[role]()
    before = Patient.objects.count()

    response = api_client(user).post(URL, NEW, format="json")

    assert response.status_code == (401 if role == "nobody" else 403)
    assert Patient.objects.count() == before
    assert Invitation.objects.count() == 0
