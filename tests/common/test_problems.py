"""Every refusal has one shape (RFC 9457), and leaves nothing behind."""

import json
import logging
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from apps.clinics.models import Clinic, Patient
from apps.common import tenancy
from tests.factories import people

pytestmark = pytest.mark.django_db

PATIENTS = "/api/v1/patients/"
TOKENS = "/api/v1/auth/tokens/"
EXPIRES = "2030-01-01T00:00:00Z"


def problem_of(response, *, status, code):
    """Return the body after checking the shape that all refusals share."""
    body = json.loads(response.content)
    assert response.status_code == status, body
    assert response["Content-Type"] == "application/problem+json"
    assert {"type", "title", "status", "code", "detail"} <= set(body)
    assert set(body) <= {"type", "title", "status", "code", "detail", "errors"}
    assert body["status"] == status
    assert body["code"] == code
    assert body["type"] == f"urn:eihtrack:problem:{code}"
    assert body["title"]
    assert body["detail"]
    for error in body.get("errors", []):
        assert set(error) == {"pointer", "code", "detail"}
    return body


@pytest.fixture
def therapist():
    return people.make_therapist(people.make_clinic())


@pytest.fixture
def client(therapist):
    return people.api_client(therapist)


def test_400_points_at_every_value(client):
    response = client.post(
        TOKENS, {"name": "", "scope": "all", "expire_at": EXPIRES}, format="json"
    )

    body = problem_of(response, status=400, code="validation_error")
    assert [(each["pointer"], each["code"]) for each in body["errors"]] == [
        ("/name", "required"),
        ("/scope", "invalid_choice"),
        ("/expires_at", "required"),
        ("/expire_at", "unknown_field"),
    ]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "validation_error"),
        (b"[]", "validation_error"),
        (b"null", "validation_error"),
        (b'"text"', "validation_error"),
        (b"{", "parse_error"),
        (b'{"name": NaN}', "parse_error"),
        (b'{"name": "\\u0000"}', "parse_error"),
        (b'{"name": "a", "name": "b"}', "parse_error"),
        (b"[" * 50_000, "parse_error"),
    ],
)
def test_400_for_bodies_that_are_no_object(client, body, code):
    response = client.generic("POST", TOKENS, body, content_type="application/json")

    problem_of(response, status=400, code=code)


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("?nmae=x", "/nmae", "unknown_field"),
        ("?page_size=0", "/page_size", "out_of_range"),
        ("?page_size=201", "/page_size", "out_of_range"),
        ("?page_size=many", "/page_size", "out_of_range"),
        ("?page_size=-1", "/page_size", "out_of_range"),
        ("?page_size=²", "/page_size", "out_of_range"),
        ("?cursor=%00", "/cursor", "invalid"),
        ("?cursor=nonsense", "/cursor", "invalid"),
        # "p=yesterday" and "p=\x00" in base64.
        ("?cursor=cD15ZXN0ZXJkYXk=", "/cursor", "invalid"),
        ("?cursor=cD0A", "/cursor", "invalid"),
        ("?page_size=1&page_size=2", "/page_size", "repeated"),
    ],
)
def test_400_for_query_parameters(client, query, pointer, code):
    body = problem_of(client.get(TOKENS + query), status=400, code="validation_error")

    assert [(each["pointer"], each["code"]) for each in body["errors"]] == [
        (pointer, code)
    ]


@pytest.mark.parametrize("query", ["?search=%00", "?search=a%00b"])
def test_400_for_nul_in_a_filter(client, query):
    problem_of(client.get(PATIENTS + query), status=400, code="validation_error")


@pytest.mark.parametrize("header", ["", "*", '"²"', '"one"', '"-1"', "9" * 5000])
def test_400_for_an_if_match_that_names_no_version(therapist, client, header):
    patient = people.make_patient(
        therapist.memberships.get().clinic, therapist=therapist
    )

    response = client.patch(
        f"{PATIENTS}{patient.public_id}/",
        {"given_name": "New", "correction_reason": "typo"},
        format="json",
        headers={"If-Match": header},
    )

    body = problem_of(response, status=400, code="validation_error")
    assert body["errors"][0]["code"] == "if_match_required"


def test_401_without_sign_in_names_the_ways_to_sign_in():
    response = APIClient().get("/api/v1/me/")

    problem_of(response, status=401, code="not_authenticated")
    assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("header", ["Bearer", "Bearer x", "Bearer a b", "Bearer ä"])
def test_401_for_a_token_that_is_none(header):
    response = APIClient().get("/api/v1/me/", headers={"Authorization": header})

    problem_of(response, status=401, code="authentication_failed")
    assert response["WWW-Authenticate"] == "Bearer"


def test_403_tells_the_reason(therapist):
    patient = people.make_patient(therapist.memberships.get().clinic)
    client = people.api_client(patient.user)

    response = client.get(f"{PATIENTS}{patient.public_id}/")

    problem_of(response, status=403, code="not_allowed")


def test_404_for_what_is_not_there_and_for_what_is_not_ours_is_the_same(client):
    theirs = people.make_patient(people.make_clinic())

    foreign = client.get(f"{PATIENTS}{theirs.public_id}/")
    nothing = client.get(f"{PATIENTS}{uuid4()}/")

    assert problem_of(foreign, status=404, code="not_found") == problem_of(
        nothing, status=404, code="not_found"
    )


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/",
        "/api/v1/nothing/",
        "/api/v1/me",
        "/api/v1/patients/17/",
        "/api/v1/patients/not-a-uuid/",
        "/api/v2/me/",
        "/nothing",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
@pytest.mark.parametrize("debug", [False, True])
def test_404_for_paths_that_do_not_exist(settings, path, method, debug):
    settings.DEBUG = debug
    if debug and not path.startswith("/api/v1/"):
        pytest.skip("Outside the API, Django's own page helps while debugging.")

    response = APIClient(enforce_csrf_checks=True).generic(method, path)

    problem_of(response, status=404, code="not_found")


@pytest.mark.parametrize(
    ("method", "path"),
    [("DELETE", "/api/v1/me/"), ("PUT", TOKENS), ("POST", "/api/v1/me/")],
)
def test_405_names_the_methods_that_are_there(client, method, path):
    response = client.generic(method, path)

    problem_of(response, status=405, code="method_not_allowed")
    assert "GET" in response["Allow"]


def test_406_for_an_answer_that_is_not_json(client):
    response = client.get("/api/v1/me/", headers={"Accept": "text/csv"})

    problem_of(response, status=406, code="not_acceptable")


def test_409_for_a_second_patient_with_the_same_address(client):
    wanted = {
        "email": "twice@test.example",
        "given_name": "Twi",
        "family_name": "Ce",
        "birth_year": 1980,
        "sex": "female",
        "condition": "fibromyalgia",
        "time_zone": "Europe/Stockholm",
        "language": "sv",
    }
    assert client.post(PATIENTS, wanted, format="json").status_code == 201

    response = client.post(PATIENTS, wanted, format="json")

    problem_of(response, status=409, code="already_recorded")


def test_412_for_a_version_that_somebody_else_has_replaced(therapist, client):
    patient = people.make_patient(
        therapist.memberships.get().clinic, therapist=therapist
    )

    response = client.patch(
        f"{PATIENTS}{patient.public_id}/",
        {"given_name": "New", "correction_reason": "typo"},
        format="json",
        headers={"If-Match": '"2"'},
    )

    problem_of(response, status=412, code="stale_version")


def test_413_for_a_body_that_nobody_types(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    body = json.dumps({"name": "x" * 1000})

    response = client.generic("POST", TOKENS, body, content_type="application/json")

    problem_of(response, status=413, code="too_large")


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""],
)
def test_415_for_a_body_that_is_not_json(client, content_type):
    response = client.generic("POST", TOKENS, b"name=x", content_type=content_type)

    problem_of(response, status=415, code="unsupported_media_type")


@pytest.mark.urls("tests.common.crashing_urls")
def test_429_says_when_to_come_back_and_takes_back_what_was_written():
    response = APIClient().post("/throttle/", {}, format="json")

    problem_of(response, status=429, code="throttled")
    assert response["Retry-After"] == "12"
    assert not Clinic.objects.filter(name="half-done").exists()


@pytest.mark.urls("tests.common.crashing_urls")
def test_500_is_a_problem_too_and_takes_back_what_was_written(caplog):
    client = APIClient(raise_request_exception=False)

    with caplog.at_level(logging.CRITICAL):
        response = client.post("/crash/", {}, format="json")

    problem_of(response, status=500, code="internal_error")
    assert "defect" not in response.content.decode()
    assert not Clinic.objects.filter(name="half-done").exists()


def test_a_refusal_after_a_write_leaves_nothing(client):
    count = Patient.objects.count()
    people.make_clinic(name="Other")

    client.post(PATIENTS, {"email": "x@test.example"}, format="json")

    assert Patient.objects.count() == count


@pytest.mark.requirement("N3")
def test_refusals_are_logged_with_ids_only(therapist, client, caplog):
    theirs = people.make_patient(people.make_clinic(), given_name="Wilhelmina")

    with caplog.at_level(logging.INFO, logger="security.refusals"):
        client.get(f"{PATIENTS}{theirs.public_id}/")

    (entry,) = caplog.records
    assert entry.getMessage() == (
        f"refused 404 GET {PATIENTS}{theirs.public_id}/ to user {therapist.pk}"
    )


@pytest.mark.requirement("N3")
def test_refusals_of_bad_values_are_not_security_events(client, caplog):
    with caplog.at_level(logging.INFO, logger="security.refusals"):
        client.post(TOKENS, {}, format="json")

    assert not caplog.records


def test_answers_are_kept_by_no_cache(client):
    assert client.get("/api/v1/me/")["Cache-Control"] == "no-store"
    assert client.get("/api/v1/nothing/").status_code == 404
    assert client.get(f"{PATIENTS}{uuid4()}/")["Cache-Control"] == "no-store"


@pytest.mark.requirement("A1")
class TestXClinic:
    @pytest.fixture
    def two(self):
        """Return a therapist of two clinics with a patient in each."""
        one, other = people.make_clinic(), people.make_clinic()
        user = people.make_therapist(one)
        other.memberships.create(
            user=user, role="therapist", active_from=people.LONG_AGO
        )
        patients = [people.make_patient(each, therapist=user) for each in (one, other)]
        return user, patients

    def get(self, user, patient, clinic=None):
        headers = {} if clinic is None else {"X-Clinic": str(clinic)}
        return people.api_client(user).get(
            f"{PATIENTS}{patient.public_id}/", headers=headers
        )

    def test_without_it_all_clinics_of_the_person_are_open(self, two):
        user, patients = two

        assert [self.get(user, each).status_code for each in patients] == [200, 200]

    def test_with_it_only_the_named_clinic_is_open(self, two):
        user, (here, there) = two
        clinic_id = here.clinic.public_id

        assert self.get(user, here, clinic_id).status_code == 200
        problem_of(self.get(user, there, clinic_id), status=404, code="not_found")

    def test_a_foreign_clinic_is_not_there(self, two):
        user, (here, _) = two
        foreign = people.make_clinic().public_id

        problem_of(self.get(user, here, foreign), status=404, code="not_found")
        problem_of(self.get(user, here, uuid4()), status=404, code="not_found")

    @pytest.mark.parametrize("value", ["", "1", "no-uuid", "'; DROP TABLE x", "ä"])
    def test_a_malformed_one_is_refused(self, two, value):
        user, (here, _) = two

        response = self.get(user, here, value)

        problem_of(response, status=400, code="validation_error")

    def test_it_limits_a_list_too(self, two):
        user, (here, _) = two

        answer = people.api_client(user).get(
            PATIENTS, headers={"X-Clinic": str(here.clinic.public_id)}
        )

        assert [each["id"] for each in answer.json()["results"]] == [
            str(here.public_id)
        ]

    def test_inviting_in_two_clinics_must_name_one(self, two):
        user, (here, _) = two
        wanted = {
            "email": "new@test.example",
            "given_name": "A",
            "family_name": "B",
            "birth_year": 1980,
            "sex": "male",
            "condition": "other",
            "time_zone": "UTC",
            "language": "en",
        }
        client = people.api_client(user)

        ambiguous = client.post(PATIENTS, wanted, format="json")
        named = client.post(
            PATIENTS,
            wanted,
            format="json",
            headers={"X-Clinic": str(here.clinic.public_id)},
        )

        body = problem_of(ambiguous, status=400, code="validation_error")
        assert body["errors"][0]["code"] == "clinic_required"
        assert named.status_code == 201
        tenancy.enter_clinics([here.clinic_id])
        assert Patient.objects.filter(email="new@test.example").count() == 1
